"""The records in this machine's store, filtered."""

from datetime import datetime

from pixverse_cli.domain.clock import seconds_before
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.settings.values import Settings
from pixverse_cli.store import Store

_DEFAULT_LIMIT = 20
_STATUSES = f"choose {', '.join(Status)}"


def local_list(settings: Settings, store: Store, now: datetime, *, every: bool) -> list[Record]:
    """Return the records that ``--status``, ``--since``, ``--limit`` select, newest first.

    :raises UsageError: the value of one of these options is not valid.
    """
    status = settings.read("status", _status, None, _STATUSES)
    since = settings.seconds("since", 0.0)
    limit = settings.whole("limit", _DEFAULT_LIMIT)
    if limit < 1:
        settings.wrong("limit", "must be 1 or more")
    settings.insist()
    return store.records.newest(
        -1 if every else limit,
        statuses=(status,) if status else (),
        since=seconds_before(now, since) if since else None,
    )


def _status(text: str) -> Status | None:
    return next((status for status in Status if status == text.upper()), None)
