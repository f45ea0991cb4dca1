"""Time as an argument: the only module that reads the machine's clocks."""

import time
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

_BOOT_ID = "/proc/sys/kernel/random/boot_id"
_UPTIME = "/proc/uptime"
_UPTIME_SECONDS = 2.0  # how much the machine's two reports of its uptime may differ


class Uptime(NamedTuple):
    """Seconds since the machine was started, suspended time included; nobody can set them.

    ``boot`` names this start of the machine. Two values can be compared only if it is the same.
    """

    boot: str
    seconds: float


class Clock(Protocol):
    """The clock that the flows use."""

    def now(self) -> datetime:
        """Return the wall-clock time, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start; they never jump."""

    def uptime(self) -> Uptime | None:
        """Return the machine's uptime; None where the system does not tell it reliably."""

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

    def uptime(self) -> Uptime | None:
        """Return the machine's uptime; None where the system does not tell it reliably.

        Source: Linux, ``random(4)``, ``proc(5)``, ``clock_gettime(2)``.
        """
        try:
            with open(_BOOT_ID, encoding="ascii") as file:  # noqa: PTH123  pathlib is slow to import
                boot = file.read().strip()
            with open(_UPTIME, encoding="ascii") as file:  # noqa: PTH123  as above
                reported = float(file.read().split()[0])
            seconds = time.clock_gettime(time.CLOCK_BOOTTIME)
        except (OSError, ValueError, IndexError, AttributeError):  # not Linux, or no /proc
            return None
        # they differ in a container that counts its own uptime, and under a faked clock
        return Uptime(boot, seconds) if abs(seconds - reported) < _UPTIME_SECONDS else None

    def sleep(self, seconds: float) -> None:
        """Pause for this many seconds."""
        time.sleep(max(0.0, seconds))


class TimeLimit(NamedTuple):
    """The end of the time that something may take; ``end`` is monotonic, infinite for no limit."""

    clock: Clock
    end: float = float("inf")

    def within(self, seconds: float) -> "TimeLimit":
        """Return the limit that is in ``seconds`` from now, or this one if it is earlier."""
        return self._replace(end=min(self.end, self.clock.monotonic() + seconds))

    def left(self) -> float:
        """Return the seconds until the limit, at least 0; infinite if there is none."""
        return max(0.0, self.end - self.clock.monotonic())

    def is_reached(self) -> bool:
        """Return whether the limit is reached."""
        return self.clock.monotonic() >= self.end


UNLIMITED = TimeLimit(SystemClock())


def rfc3339(moment: datetime | None) -> str | None:
    """Return the time as RFC 3339 in UTC with milliseconds; None for None."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_rfc3339(text: str | None) -> datetime | None:
    """Return the time that :func:`rfc3339` wrote; None for None."""
    return None if text is None else datetime.fromisoformat(text)


def local_time(moment: datetime) -> datetime:
    """Return the time in the zone of this machine; in UTC if Python cannot use that zone.

    ``TZ`` may hold an offset of a day and more, which the system takes and Python does not.
    """
    try:
        return moment.astimezone()
    except (ValueError, OverflowError, OSError):
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def seconds_before(now: datetime, seconds: float) -> datetime:
    """Return the time that was ``seconds`` ago, or the first that can be told if that is later."""
    try:
        return now - timedelta(seconds=seconds)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)
