"""Watching a video arrive: how far it is, when it is there, and when it never will be."""

from dataclasses import dataclass
from pathlib import Path

from pixverse_cli.domain.clock import Clock
from pixverse_cli.media.video.failures import BrokenOffError

_PROGRESS_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferLimits:
    """How long to wait: for a connection, for the next byte, for ``rate`` bytes a second.

    The rate is judged every ``rate_window`` seconds; ``most_bytes`` bounds a video's size.
    """

    connect: float = 10.0
    stall: float = 30.0
    rate: int = 1024
    rate_window: float = 60.0
    most_bytes: int = 8 * 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """``received`` of ``total`` bytes are on disk; ``total`` may be unknown."""

    received: int
    total: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """All bytes are on disk and are a whole video; what comes next is its name.

    Whoever keeps ``sha256`` now knows the file again, even if the process dies right after.
    """

    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The video is there, whole; ``path`` is None when it went to a stream.

    ``already``: another process had just finished the same download.
    """

    path: Path | None
    size: int
    sha256: str
    already: bool = False


class Meter:
    """Counts the bytes of one transfer."""

    def __init__(self, clock: Clock, limits: TransferLimits) -> None:
        self._clock = clock
        self._patience = limits
        self._window_start = self._shown_at = clock.monotonic()
        self._window_bytes = 0

    def count(self, received: int) -> bool:
        """Take note of ``received`` further bytes; return whether progress is due again.

        :raises BrokenOffError: when they come too slowly to ever be a video.
        """
        now = self._clock.monotonic()
        self._window_bytes += received
        self._judge(now - self._window_start)
        due = now - self._shown_at >= _PROGRESS_SECONDS
        if due:
            self._shown_at = now
        return due

    def _judge(self, seconds: float) -> None:
        if seconds < self._patience.rate_window:
            return
        if self._window_bytes < self._patience.rate * seconds:
            raise BrokenOffError(
                f"the video comes too slowly: {self._window_bytes} bytes in {seconds:.0f} s"
            )
        self._window_start += seconds
        self._window_bytes = 0
