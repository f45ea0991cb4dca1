"""Time as an argument: the only module that reads the machine's clocks."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The clock that the flows use."""

    def now(self) -> datetime:
        """Return the wall-clock time, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start; they never jump."""

    def sleep(self, seconds: float) -> None:
        """Pause for this many seconds; a signal may end the pause with an exception."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the wall-clock time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start; they never jump."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Pause for this many seconds."""
        time.sleep(max(0.0, seconds))


def rfc3339(moment: datetime | None) -> str | None:
    """Return the time as RFC 3339 in UTC with milliseconds; None for None."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_rfc3339(text: str | None) -> datetime | None:
    """Return the time that :func:`rfc3339` wrote; None for None."""
    return None if text is None else datetime.fromisoformat(text)


def seconds_before(now: datetime, seconds: float) -> datetime:
    """Return the time that was ``seconds`` ago, or the first that can be told if that is later."""
    try:
        return now - timedelta(seconds=seconds)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)
