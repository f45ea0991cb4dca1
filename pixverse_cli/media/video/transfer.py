"""Filling a part: from where it is if that is certain to fit, else from the start."""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, assert_never

from pixverse_cli.disk.files import CHUNK
from pixverse_cli.domain.clock import Clock
from pixverse_cli.http.addresses import without_secrets
from pixverse_cli.media.video import mp4
from pixverse_cli.media.video.failures import BrokenOffError, CutShortError, WrongContentError
from pixverse_cli.media.video.http_response import Decision, VideoResponse, decide
from pixverse_cli.media.video.part_file import Origin, Part

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


class Body(Protocol):
    """The bytes that follow a response's headers."""

    def read(self, count: int, /) -> bytes:
        """Return what has come so far, at most ``count`` bytes; b"" at the end.

        :raises OSError: the connection breaks.
        """


Ask = Callable[[Mapping[str, str]], AbstractContextManager[tuple[VideoResponse, Body]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """The bytes at ``url`` on their way into ``part``; ``ask`` makes the requests."""

    part: Part
    url: str
    ask: Ask
    clock: Clock
    limits: TransferLimits

    def fill(self) -> Iterator[Progress]:
        """Bring the part to its full length, from where it is if that is certain to fit."""
        origin = self.part.origin()
        if origin is not None and self.part.size and origin.url == without_secrets(self.url):
            done = yield from self._go_on(origin)
            if done:
                return
        with self.ask({}) as (response, body):
            decide(response, held=0, origin=None)
            self.part.restart(response.origin)
            yield from self._receive(body, response.length)

    def _go_on(self, origin: Origin) -> Generator[Progress, None, bool]:
        """Fetch the rest; return False when everything has to be asked for."""
        if self.part.size == origin.total:  # who fetched it died before giving it its name
            self.part.resume()
            return True
        headers = {"Range": f"bytes={self.part.size}-", "If-Range": origin.validator}
        with self.ask(headers) as (response, body):
            decision = decide(response, held=self.part.size, origin=origin)
            match decision:
                case Decision.ASK_FOR_ALL:
                    return False
                case Decision.START_OVER:
                    self.part.restart(response.origin)
                    yield from self._receive(body, response.length)
                case Decision.APPEND:
                    self.part.resume()
                    yield from self._receive(body, response.whole_length)
                case Decision.COMPLETE:
                    self.part.resume()
                case _:
                    assert_never(decision)
        return True

    def _receive(self, body: Body, total: int | None) -> Iterator[Progress]:
        """Take the body, up to ``total`` bytes in the part; None: as long as it comes."""
        self._refuse_oversize(total or 0)
        self.part.require_room((total or 0) - self.part.size)
        meter = Meter(self.clock, self.limits)
        known = self.part.size >= mp4.HEAD_BYTES
        yield Progress(received=self.part.size, total=total)
        while chunk := self._read(body, total):
            self.part.append(chunk)
            self._refuse_oversize(self.part.size)
            if not known and self.part.size >= mp4.HEAD_BYTES:
                mp4.check_head(self.part.head(mp4.HEAD_BYTES))
                known = True
            if meter.count(len(chunk)):
                yield Progress(received=self.part.size, total=total)
        self._refuse_early_end(total)
        yield Progress(received=self.part.size, total=self.part.size)

    def _read(self, body: Body, total: int | None) -> bytes:
        count = CHUNK if total is None else min(CHUNK, total - self.part.size)
        try:
            return body.read(count) if count else b""
        except OSError as error:  # cut, reset, or silent for too long
            raise self._broken(total, f": {error}") from error

    def _refuse_oversize(self, size: int) -> None:
        if size > self.limits.most_bytes:
            raise WrongContentError(f"what comes is over {self.limits.most_bytes} bytes long")

    def _refuse_early_end(self, total: int | None) -> None:
        """Check that the end is one, also where no length was promised."""
        if self.part.size < (1 if total is None else total):
            raise self._broken(total)
        try:
            mp4.check_file(self.part.file)
        except CutShortError as error:
            if total is None:
                raise self._broken(total) from error
            raise

    def _broken(self, total: int | None, why: str = "") -> BrokenOffError:
        return BrokenOffError(
            f"the video broke off after {self.part.size} of {total or 'unknown'} bytes{why};"
            f" they are kept in {self.part.path}",
            hint="`pixverse download` goes on from there",
        )


class Meter:
    """Counts the bytes of one transfer."""

    def __init__(self, clock: Clock, limits: TransferLimits) -> None:
        self._clock = clock
        self._limits = limits
        self._window_start = self._shown_at = clock.monotonic()
        self._window_bytes = 0

    def count(self, received: int) -> bool:
        """Take note of ``received`` further bytes; return whether progress is due again.

        :raises BrokenOffError: they come too slowly to ever be a video.
        """
        now = self._clock.monotonic()
        self._window_bytes += received
        self._judge(now - self._window_start)
        due = now - self._shown_at >= _PROGRESS_SECONDS
        if due:
            self._shown_at = now
        return due

    def _judge(self, seconds: float) -> None:
        if seconds < self._limits.rate_window:
            return
        if self._window_bytes < self._limits.rate * seconds:
            raise BrokenOffError(
                f"the video comes too slowly: {self._window_bytes} bytes in {seconds:.0f} s"
            )
        self._window_start += seconds
        self._window_bytes = 0
