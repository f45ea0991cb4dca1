"""What this machine remembers, filtered."""

from datetime import datetime, timedelta

from pixverse_cli.domain.task import Record, Status
from pixverse_cli.settings.values import Settings
from pixverse_cli.store import Store

_DEFAULT_LIMIT = 20
_STATUSES = f"choose {', '.join(Status)}"


def local_list(settings: Settings, store: Store, now: datetime, *, every: bool) -> list[Record]:
    """Return the newest records first, as ``--status``, ``--since``, ``--limit`` leave them.

    :raises UsageError: one of them cannot be understood.
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
        since=now - timedelta(seconds=since) if since else None,
    )


def _status(word: str) -> Status | None:
    return next((status for status in Status if status == word.upper()), None)
