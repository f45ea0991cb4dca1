"""The query of the task list, as on the page "Manage asynchronous tasks"."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pixverse_cli.sandbox.account import JobView
from pixverse_cli.sandbox.refusals import Refused
from pixverse_cli.sandbox.replies import SERVICE_ZONE, row

MAX_PAGE_SIZE = 100

_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """The query of one list call: times aware, UTC; the other filters None if absent."""

    first: datetime
    last: datetime
    task_id: str | None
    model: str | None
    status: str | None
    number: int
    size: int

    def body(self, known: Sequence[JobView], *, largest: int) -> dict[str, object]:
        """Return the requested page of these tasks, with at most ``largest`` rows."""
        wanted = [view for view in known if self._matches(view)]
        size = min(self.size, largest)
        start = (self.number - 1) * size
        return {
            "total": len(wanted),
            "total_page": math.ceil(len(wanted) / size),
            "page_no": self.number,
            "page_size": size,
            "data": [row(view) for view in wanted[start : start + size]],
        }

    def _matches(self, view: JobView) -> bool:
        return (
            self.task_id in (None, view.job.task_id)
            and self.model in (None, view.job.model)
            and self.status in (None, str(view.status))
        )


def read(query: Mapping[str, str], now: datetime) -> ListQuery:
    """Read the query of a list call.

    :raises Refused: a number, time or span that the service does not accept (400).
    """
    first, last = _span(query, now)
    size = _number(query, "page_size", 10)
    if size > MAX_PAGE_SIZE:
        raise _invalid("Pagination parameter page_size exceeds the length limit")
    return ListQuery(
        first=first,
        last=last,
        task_id=query.get("task_id") or None,
        model=query.get("model_name") or None,
        status=query.get("status") or None,
        number=_number(query, "page_no", 1),
        size=size,
    )


def _span(query: Mapping[str, str], now: datetime) -> tuple[datetime, datetime]:
    """Return the first and the last time of the query.

    Without both times it is the last 24 hours; with one, the 24 hours after or before it.
    """
    start, end = _time(query, "start_time"), _time(query, "end_time")
    end = end and end + timedelta(seconds=1, microseconds=-1)  # the whole second counts
    last = end or (start + _DAY if start else now)
    first = start or last - _DAY
    if last - first > _DAY + timedelta(seconds=1):
        raise _invalid("The interval between start_time and end_time must not exceed 24 hours.")
    return first, last


def _time(query: Mapping[str, str], name: str) -> datetime | None:
    text = query.get(name)
    if not text:
        return None
    try:
        moment = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=SERVICE_ZONE)
    except ValueError as error:
        raise _invalid(f"{name} must be in the format of YYYYMMDDhhmmss.") from error
    return moment.astimezone(UTC)


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:10]) < 10**9:
        raise _invalid(f"Pagination parameter {name} is invalid.")
    return int(text)


def _invalid(message: str) -> Refused:
    return Refused(400, "InvalidParameter", message)
