"""Time as an argument: the only module that asks the machine what time it is."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the flows know of time."""

    def now(self) -> datetime:
        """Return the wall-clock time, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds that never jump, from an arbitrary start."""

    def sleep(self, seconds: float) -> None:
        """Pause; a signal may end the pause with an exception."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the wall-clock time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never jump, from an arbitrary start."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Pause for so many seconds."""
        time.sleep(max(0.0, seconds))


def rfc3339(moment: datetime | None) -> str | None:
    """Format as RFC 3339 in UTC with milliseconds, or pass None through."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_rfc3339(text: str | None) -> datetime | None:
    """Read back what :func:`rfc3339` wrote."""
    return None if text is None else datetime.fromisoformat(text)
