"""The filters of ``list``, and the records in this machine's store that pass them."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from pixverse_cli.domain.clock import seconds_before
from pixverse_cli.domain.task import ListedTask, Record, Status
from pixverse_cli.settings.values import Settings
from pixverse_cli.store import Store

_STATUSES = f"choose {', '.join(Status)}"


class Filters(NamedTuple):
    """Which tasks ``list`` shows, newest first; ``limit`` None: all of them."""

    status: Status | None = None
    since: datetime | None = None
    limit: int | None = None

    @property
    def statuses(self) -> tuple[Status, ...]:
        """The status as the store takes it; empty for every status."""
        return (self.status,) if self.status else ()

    def select(self, task: ListedTask) -> bool:
        """Return whether a row of the service's list has the status, and is young enough."""
        at = task.submitted_at
        young = self.since is None or (at is not None and at >= self.since)
        return young and self.status in (None, task.status)


def filters(
    settings: Settings, now: datetime, *, every: bool, usual_limit: int | None = None
) -> Filters:
    """Return what ``--status``, ``--since``, ``--limit`` and ``--all`` ask for.

    ``usual_limit`` holds if neither ``--limit`` nor ``--all`` is given.

    :raises UsageError: the value of one of these options is not valid.
    """
    status = settings.read("status", _status, None, _STATUSES)
    since = settings.seconds("since", 0.0)
    limit = settings.whole("limit", None if every else usual_limit)
    if limit is not None and limit < 1:
        settings.wrong("limit", "must be 1 or more")
    if every and settings.text("limit") is not None:
        settings.wrong("limit", "--all shows all tasks; give only one of them")
    settings.insist()
    return Filters(status, seconds_before(now, since) if since else None, limit)


def local_list(chosen: Filters, store: Store) -> Iterator[Record]:
    """Return the records that pass the filters, newest first."""
    return store.records.each_newest(
        -1 if chosen.limit is None else chosen.limit,
        statuses=chosen.statuses,
        since=chosen.since,
    )


def left_out(chosen: Filters, store: Store) -> int:
    """Return how many records pass the filters, but are older than those that the limit shows."""
    if chosen.limit is None:
        return 0
    found = store.records.count(statuses=chosen.statuses, since=chosen.since)
    return max(0, found - chosen.limit)


def _status(text: str) -> Status | None:
    return next((status for status in Status if status == text.upper()), None)
