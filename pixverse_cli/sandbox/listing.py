"""The parameters of the task list, as the page "Manage asynchronous tasks" has them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pixverse_cli.sandbox.account import Seen
from pixverse_cli.sandbox.answers import SERVICE_ZONE, row
from pixverse_cli.sandbox.refusals import Refused

MAX_PAGE_SIZE = 100

_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What is asked for: times aware, UTC; the other filters None if absent."""

    first: datetime
    last: datetime
    task_id: str | None
    model: str | None
    status: str | None
    number: int
    size: int

    def body(self, known: Sequence[Seen], *, largest: int) -> dict[str, object]:
        """Return the page of these tasks that is asked for, of ``largest`` rows at most."""
        wanted = [seen for seen in known if self._wants(seen)]
        size = min(self.size, largest)
        start = (self.number - 1) * size
        return {
            "total": len(wanted),
            "total_page": math.ceil(len(wanted) / size),
            "page_no": self.number,
            "page_size": size,
            "data": [row(seen) for seen in wanted[start : start + size]],
        }

    def _wants(self, seen: Seen) -> bool:
        return (
            self.task_id in (None, seen.job.task_id)
            and self.model in (None, seen.job.model)
            and self.status in (None, str(seen.status))
        )


def read(query: Mapping[str, str], now: datetime) -> Listing:
    """Read the query of a list call.

    :raises Refused: a number, time or span that the service does not take (400).
    """
    first, last = _span(query, now)
    size = _number(query, "page_size", 10)
    if size > MAX_PAGE_SIZE:
        raise _invalid("Pagination parameter page_size exceeds the length limit")
    return Listing(
        first=first,
        last=last,
        task_id=query.get("task_id") or None,
        model=query.get("model_name") or None,
        status=query.get("status") or None,
        number=_number(query, "page_no", 1),
        size=size,
    )


def _span(query: Mapping[str, str], now: datetime) -> tuple[datetime, datetime]:
    """With neither time the last 24 hours count, with one the 24 hours after or before it."""
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
