"""A clock for tests: its time changes only by ``sleep`` or when a test moves it."""

from datetime import UTC, datetime, timedelta

from pixverse_cli.domain.clock import Uptime

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class FakeClock:
    """A clock whose ``sleep`` returns at once and advances the time.

    ``slept`` has the seconds of each call of ``sleep``. ``boot`` names the start of the
    machine; with None, the machine does not tell its uptime.
    """

    def __init__(
        self, now: datetime = START, *, monotonic: float = 1000.0, boot: str | None = "boot-1"
    ) -> None:
        self.wall = now
        self.ticks = monotonic
        self.boot = boot
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.ticks

    def uptime(self) -> Uptime | None:
        return Uptime(self.boot, self.ticks) if self.boot else None

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(max(0.0, seconds))

    def advance(self, seconds: float) -> None:
        """Advance both the wall clock and the monotonic clock."""
        self.wall += timedelta(seconds=seconds)
        self.ticks += seconds

    def jump(self, seconds: float) -> None:
        """Set the wall clock to another time, as a user or a time server does."""
        self.wall += timedelta(seconds=seconds)


class CoarseClock(FakeClock):
    """A clock whose sleeps take four times as long, as on a busy machine.

    A search that looks at the list once a second for a minute then makes a quarter of the
    calls. Short sleeps, which keep calls within the service's rate, take their time.
    """

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds * 4 if seconds >= 0.5 else seconds)
