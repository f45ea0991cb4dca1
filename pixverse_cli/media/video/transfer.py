"""Filling a part: from where it is if that is certain to fit, else from the start.

What a response to a (range) request means for the bytes that are there already: RFC 9110,
sections 13.1.5 (If-Range), 14.4 (Content-Range), 15.3.7 (206), 15.5.17 (416).
"""

import re
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol, assert_never

from pixverse_cli.disk.files import CHUNK
from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.errors import NotSavedError
from pixverse_cli.http.addresses import without_secrets
from pixverse_cli.media.video import mp4
from pixverse_cli.media.video.failures import (
    BrokenOffError,
    CutShortError,
    LinkDeadError,
    WrongContentError,
)
from pixverse_cli.media.video.part_file import Origin, Part

_FOR_THE_MOMENT = {408, 425, 429}
_SURE_SECONDS = 60  # a Last-Modified as fresh as its answer may name two contents
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


Ask = Callable[[Mapping[str, str]], AbstractContextManager[tuple["VideoResponse", Body]]]


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


class Decision(StrEnum):
    """What to do with a response's body."""

    APPEND = "append"
    START_OVER = "start over"
    COMPLETE = "complete"
    ASK_FOR_ALL = "ask again, without a range"


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoResponse:
    """A status line and its headers (names in any case), for the ``url`` that was asked for."""

    url: str
    status: int
    headers: Mapping[str, str]

    @property
    def length(self) -> int | None:
        """The length of the body in bytes, if it is promised."""
        if "Transfer-Encoding" in self.headers:  # it overrides (RFC 9112, section 6.3)
            return None
        return _number(self.headers.get("Content-Length", ""))

    @property
    def range(self) -> tuple[int, int, int] | None:
        """First byte, last byte and whole length of a 206, if told."""
        found = re.fullmatch(
            r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})", self.headers.get("Content-Range", "")
        )
        return (int(found[1]), int(found[2]), int(found[3])) if found else None

    @property
    def whole_length(self) -> int | None:
        """The length of the whole content, of which a 206 brings a part."""
        return self.range[2] if self.range else self.length

    @property
    def validator(self) -> str | None:
        """What can stand in If-Range: a strong ETag, or a Last-Modified that is sure."""
        etag = self.headers.get("ETag", "")
        if re.fullmatch(r'"[\x21\x23-\x7e]+"', etag):
            return etag
        try:
            changed = parsedate_to_datetime(self.headers["Last-Modified"])
            answered = parsedate_to_datetime(self.headers["Date"])
            sure = (answered - changed).total_seconds() >= _SURE_SECONDS
        except (KeyError, ValueError, TypeError):  # not told, no date, or one without a zone
            return None
        return self.headers["Last-Modified"] if sure else None

    @property
    def origin(self) -> Origin | None:
        """What to remember, to go on later; None when going on would be a gamble."""
        if self.validator is None:
            return None
        return Origin(url=without_secrets(self.url), validator=self.validator, total=self.length)


def decide(response: VideoResponse, *, held: int, origin: Origin | None) -> Decision:
    """Decide about the response to a request that asked for the bytes from ``held`` on.

    ``origin`` is None when everything was asked for.

    :raises LinkDeadError: a fresh URL may help.
    :raises BrokenOffError: time may help.
    :raises WrongContentError: a success that is none.
    """
    match response.status:
        case 200:
            return Decision.START_OVER
        case 206 if origin is not None:
            return Decision.APPEND if _fits(response, held, origin) else Decision.ASK_FOR_ALL
        case 416 if origin is not None:
            whole = response.headers.get("Content-Range") == f"bytes */{held}"
            return Decision.COMPLETE if whole else Decision.ASK_FOR_ALL
        case _:
            raise refusal(response)


def _fits(response: VideoResponse, held: int, origin: Origin) -> bool:
    """Return whether a 206 begins where we end, runs to the end, and is of the same content."""
    if response.range is None:
        return False
    first, last, total = response.range
    return (
        first == held
        and last == total - 1
        and response.length in {None, total - held}
        and origin.total in {None, total}
        and _is_unchanged(response, origin)
    )


def _is_unchanged(response: VideoResponse, origin: Origin) -> bool:
    name = "ETag" if origin.validator.startswith('"') else "Last-Modified"
    return response.headers.get(name, origin.validator) == origin.validator


def refusal(response: VideoResponse) -> NotSavedError:
    """Return the error for a response that brings no video."""
    status, said = response.status, f"{without_secrets(response.url)} answers {response.status}"
    if status >= 500 or status in _FOR_THE_MOMENT:
        return BrokenOffError(
            f"{said}: not available for the moment",
            http_status=status,
            retry_after=_number(response.headers.get("Retry-After", "")),
        )
    if status >= 400:
        return LinkDeadError(f"{said}: the link does not work (any more)", http_status=status)
    return WrongContentError(f"{said}, which is no video", http_status=status)


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,18}", text) else None
