"""Downloading a video: the file gets its name only when it is complete, checked and on disk.

The bytes go to a ``.part`` file beside the target, which a later call or another process can
resume if the content is certainly the same. One call makes one attempt; the class of its error
says what the caller can do (:mod:`pixverse_cli.media.video.failures`). Requests carry no key
and no cookies.

The meaning of a response to a range request for the bytes that exist already: RFC 9110,
sections 13.1.5 (If-Range), 14.4 (Content-Range), 15.3.7 (206), 15.5.17 (416).
"""

import os
import re
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, assert_never

from pixverse_cli.disk.files import CHUNK, FileState, chunks, reason, sha256_of, state_of
from pixverse_cli.domain.clock import Clock, TimeLimit
from pixverse_cli.domain.errors import (
    ClosedPipe,
    NotSavedError,
    NotSentError,
    UnreachableError,
    UsageError,
)
from pixverse_cli.domain.frozen import Frozen, replace
from pixverse_cli.domain.hosts import without_secrets
from pixverse_cli.http.body import DecodedBody, Readable, is_compressed
from pixverse_cli.media.video import mp4
from pixverse_cli.media.video.failures import (
    BrokenOffError,
    CannotWriteError,
    CutShortError,
    LinkDeadError,
    WrongContentError,
)
from pixverse_cli.media.video.part_file import Origin, Part, acquire, refuse_taken

_TEMPORARY_STATUSES = {408, 425, 429}  # and all from 500
_MIN_AGE_SECONDS = 60  # within it, two contents may have the same Last-Modified
_PROGRESS_SECONDS = 0.1


class TransferLimits(Frozen):
    """Timeouts in seconds (connect, next byte), and the lowest ``rate`` in bytes per second.

    The rate is checked every ``rate_window`` seconds. ``most_bytes`` is the largest size,
    ``deadline`` (monotonic) the end of the time for the whole download.
    """

    connect: float = 10.0
    stall: float = 30.0
    rate: int = 1024
    rate_window: float = 60.0
    most_bytes: int = 8 * 1024**3
    deadline: float = float("inf")


class Progress(Frozen):
    """``received`` of ``total`` bytes are on disk; ``total`` is None if it is unknown."""

    received: int
    total: int | None


class Checked(Frozen):
    """All bytes are on disk and are a complete video; the rename comes next.

    A caller that stores ``sha256`` now can identify the file even if the process dies next.
    """

    sha256: str


class Fetched(Frozen):
    """The video is saved; ``path`` is None if it was written to a stream.

    ``state`` is that of the file when its hash was known. ``already``: another process had just
    finished the same download. ``notes`` say what is odd about the video, as the end of a
    sentence.
    """

    path: Path | None
    size: int
    sha256: str
    state: FileState | None = None
    already: bool = False
    notes: tuple[str, ...] = ()


_LIMITS = TransferLimits()


def download(
    url: str, target: Path, *, clock: Clock, force: bool = False, limits: TransferLimits = _LIMITS
) -> Iterator[Progress | Checked | Fetched]:
    """Save the video at ``url`` as ``target``, in one attempt; the last value is a Fetched.

    Progress is yielded at most ten times a second. If another process is downloading the
    same target, wait for it.

    :raises NotSavedError: one of the classes in :mod:`pixverse_cli.media.video.failures`.
    """
    refuse_taken(target, force=force, unfinished=True)
    part = acquire(target, clock, limits.deadline)
    if not isinstance(part, Part):
        with part as file:
            sha256 = sha256_of(file)
            yield Fetched(path=target, size=file.tell(), sha256=sha256, already=True)
        return
    with part:
        refuse_taken(target, force=force)
        transfer = _Transfer(
            part=part,
            url=url,
            request=lambda headers: _request(url, headers, limits, clock),
            clock=clock,
            limits=limits,
        )
        with _discarding_wrong_content(part), part.writing():
            notes = yield from transfer.fill()
            notes += mp4.check(part.file)
            state = state_of(os.fstat(part.file.fileno()))
        yield Checked(sha256=part.sha256)
        part.place(force=force)
    yield Fetched(path=target, size=part.size, sha256=part.sha256, state=state, notes=notes)


def download_to_stdout(
    url: str, stream: BinaryIO, *, clock: Clock, limits: TransferLimits = _LIMITS
) -> Iterator[Progress | Fetched]:
    """Download and check the video at ``url``, then write it to ``stream``.

    The last value is a Fetched without a path.

    :raises NotSavedError: as :func:`download`, before anything is written; or writing failed.
    :raises ClosedPipe: the reader of the stream has closed it.
    """
    with _temporary_folder() as folder:
        path = folder / "video.mp4"
        for step in download(url, path, clock=clock, limits=limits):
            if isinstance(step, Fetched):
                _copy(path, stream)
                yield replace(step, path=None)
            elif isinstance(step, Progress):
                yield step


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    try:
        folder = tempfile.TemporaryDirectory(prefix="pixverse-", ignore_cleanup_errors=True)
    except OSError as error:  # no temporary directory can be written
        raise CannotWriteError(
            f"cannot keep the video in a temporary directory: {reason(error)}",
            hint="set TMPDIR to a directory that can be written, or give -o FILE",
        ) from error
    with folder as name:
        yield Path(name)


def _copy(path: Path, stream: BinaryIO) -> None:
    try:
        with path.open("rb") as file:
            stream.writelines(chunks(file))
        stream.flush()
    except BrokenPipeError as error:
        raise ClosedPipe from error
    except OSError as error:  # for example, the disk of a redirected stdout is full
        raise CannotWriteError(f"cannot write the video to stdout: {reason(error)}") from error


@contextmanager
def _discarding_wrong_content(part: Part) -> Iterator[None]:
    """Remove the part if its content turns out to be wrong."""
    try:
        yield
    except WrongContentError:
        part.discard()
        raise


@contextmanager
def _request(
    url: str, headers: Mapping[str, str], limits: TransferLimits, clock: Clock
) -> Iterator[tuple["_VideoResponse", Readable]]:
    """Request the URL, follow redirects, and give the response and its unread body."""
    from pixverse_cli.http.exchange import Limits  # noqa: PLC0415  imports requests
    from pixverse_cli.http.stream import stream  # noqa: PLC0415  as above

    bounds = Limits(connect=limits.connect, stall=limits.stall, total=limits.connect + limits.stall)
    with (
        _translating_errors(),
        stream(url, headers, bounds, TimeLimit(clock, limits.deadline)) as (head, body),
    ):
        yield _VideoResponse(url=url, status=head.status, headers=head.headers), body


@contextmanager
def _translating_errors() -> Iterator[None]:
    """Translate the errors of ``http`` into the classes of ``failures``."""
    try:
        yield
    except NotSentError as error:
        kind = BrokenOffError if error.retryable else NotSavedError
        raise kind(error.message, hint=error.hint) from error
    except UnreachableError as error:
        kind = BrokenOffError if error.retryable else LinkDeadError
        raise kind(error.message, hint=error.hint) from error
    except UsageError as error:
        raise NotSavedError(error.message, hint=error.hint) from error


_MakeRequest = Callable[
    [Mapping[str, str]], AbstractContextManager[tuple["_VideoResponse", Readable]]
]


class _Transfer(Frozen):
    """The download of ``url`` into ``part``; ``request`` makes the requests."""

    part: Part
    url: str
    request: _MakeRequest
    clock: Clock
    limits: TransferLimits

    def fill(self) -> Generator[Progress, None, tuple[str, ...]]:
        """Download all missing bytes, resume if the content is certainly the same.

        Returns what was odd, as the end of a sentence.
        """
        origin = self.part.origin()
        notes: tuple[str, ...] | None = None
        if origin is not None and self.part.size and origin.url == without_secrets(self.url):
            notes = yield from self._resume(origin)
        if notes is None:
            with self.request({}) as (response, body):
                _decide(response, held=0, origin=None)
                notes = yield from self._start_over(response, body)
        return notes

    def _start_over(
        self, response: "_VideoResponse", body: Readable
    ) -> Generator[Progress, None, tuple[str, ...]]:
        """Download everything; a compressed body is decoded, and cannot be resumed later."""
        self.part.restart(response.origin)
        if response.compressed:
            yield from self._receive(DecodedBody(body, response.length), None)
        else:
            yield from self._receive(body, response.length)
        return response.notes

    def _resume(self, origin: Origin) -> Generator[Progress, None, tuple[str, ...] | None]:
        """Download the rest and return what was odd; None: everything must be requested."""
        if self.part.size == origin.total:  # the process that downloaded it died before the rename
            self.part.resume()
            return ()
        headers = {"Range": f"bytes={self.part.size}-", "If-Range": origin.validator}
        with self.request(headers) as (response, body):
            decision = _decide(response, held=self.part.size, origin=origin)
            match decision:
                case _Decision.REQUEST_ALL:
                    return None
                case _Decision.START_OVER:
                    return (yield from self._start_over(response, body))
                case _Decision.APPEND:
                    self.part.resume()
                    yield from self._receive(body, response.whole_length)
                case _Decision.COMPLETE:
                    self.part.resume()
                case _:
                    assert_never(decision)
        return ()

    def _receive(self, body: Readable, total: int | None) -> Iterator[Progress]:
        """Append the body until the part has ``total`` bytes; None: until the body ends."""
        self._check_size(total or 0)
        self.part.require_room((total or 0) - self.part.size)
        meter = Meter(self.clock, self.limits)
        head_checked = self.part.size >= mp4.HEAD_BYTES
        yield Progress(received=self.part.size, total=total)
        while chunk := self._read(body, total):
            self.part.append(chunk)
            self._check_size(self.part.size)
            if not head_checked and self.part.size >= mp4.HEAD_BYTES:
                mp4.check_head(self.part.head(mp4.HEAD_BYTES))
                head_checked = True
            if meter.count(len(chunk)):
                yield Progress(received=self.part.size, total=total)
        self._check_end(total)
        yield Progress(received=self.part.size, total=self.part.size)

    def _read(self, body: Readable, total: int | None) -> bytes:
        count = CHUNK if total is None else min(CHUNK, total - self.part.size)
        try:
            return body.read(count) if count else b""
        except OSError as error:  # closed, reset, or no data for too long
            raise self._interrupted(total, f": {error}") from error

    def _check_size(self, size: int) -> None:
        if size > self.limits.most_bytes:
            raise WrongContentError(f"the video is larger than {self.limits.most_bytes} bytes")

    def _check_end(self, total: int | None) -> None:
        """Check that the body did not end too early, even if its length was not declared."""
        if self.part.size < (1 if total is None else total):
            raise self._interrupted(total)
        if total is None:
            try:
                mp4.check(self.part.file)
            except CutShortError as error:
                raise self._interrupted(total) from error

    def _interrupted(self, total: int | None, why: str = "") -> BrokenOffError:
        return BrokenOffError(
            f"the download was interrupted after {self.part.size} of {total or 'unknown'} bytes"
            f"{why}; they are kept in {self.part.path}",
            hint="`pixverse download` resumes it",
        )


class Meter:
    """Counts the bytes of one transfer; limits its progress events and checks its rate."""

    def __init__(self, clock: Clock, limits: TransferLimits) -> None:
        self._clock = clock
        self._limits = limits
        self._window_start = self._shown_at = clock.monotonic()
        self._window_bytes = 0

    def count(self, received: int) -> bool:
        """Count ``received`` more bytes; return whether a Progress is due.

        :raises BrokenOffError: the transfer is slower than the lowest rate.
        """
        now = self._clock.monotonic()
        self._window_bytes += received
        self._check_rate(now - self._window_start)
        due = now - self._shown_at >= _PROGRESS_SECONDS
        if due:
            self._shown_at = now
        return due

    def _check_rate(self, seconds: float) -> None:
        if seconds < self._limits.rate_window:
            return
        if self._window_bytes < self._limits.rate * seconds:
            raise BrokenOffError(
                f"the download is too slow: {self._window_bytes} bytes in {seconds:.0f} s"
            )
        self._window_start += seconds
        self._window_bytes = 0


class _Decision(StrEnum):
    """What to do with a response's body."""

    APPEND = "append"
    START_OVER = "start over"
    COMPLETE = "complete"
    REQUEST_ALL = "request everything, without a range"


class _VideoResponse(Frozen):
    """The status and headers (names in any case) of a response, and the ``url`` requested."""

    url: str
    status: int
    headers: Mapping[str, str]

    @property
    def length(self) -> int | None:
        """The declared length of the body in bytes, if any."""
        if "Transfer-Encoding" in self.headers:  # it overrides (RFC 9112, section 6.3)
            return None
        return _number(self.headers.get("Content-Length", ""))

    @property
    def compressed(self) -> bool:
        """Whether the body has to be decoded."""
        return is_compressed(self.headers.get("Content-Encoding", ""))

    @property
    def notes(self) -> tuple[str, ...]:
        """What is odd about the response."""
        if not self.compressed:
            return ()
        return (f"it was sent with Content-Encoding: {self.headers['Content-Encoding']}",)

    @property
    def range(self) -> tuple[int, int, int] | None:
        """First byte, last byte and total length of a 206, if its header is complete."""
        found = re.fullmatch(
            r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})", self.headers.get("Content-Range", "")
        )
        return (int(found[1]), int(found[2]), int(found[3])) if found else None

    @property
    def whole_length(self) -> int | None:
        """The length of the whole content, of which a 206 contains a part."""
        return self.range[2] if self.range else self.length

    @property
    def validator(self) -> str | None:
        """A value for If-Range: a strong ETag, or a Last-Modified that is old enough."""
        etag = self.headers.get("ETag", "")
        if re.fullmatch(r'"[\x21\x23-\x7e]+"', etag):
            return etag
        try:
            changed = parsedate_to_datetime(self.headers["Last-Modified"])
            answered = parsedate_to_datetime(self.headers["Date"])
            old_enough = (answered - changed).total_seconds() >= _MIN_AGE_SECONDS
        except (KeyError, ValueError, TypeError):  # missing, not a date, or without a zone
            return None
        return self.headers["Last-Modified"] if old_enough else None

    @property
    def origin(self) -> Origin | None:
        """What to store for resuming later; None if the same content cannot be guaranteed."""
        if self.validator is None or self.compressed:  # a range of compressed bytes fits nowhere
            return None
        return Origin(url=without_secrets(self.url), validator=self.validator, total=self.length)


def _decide(response: _VideoResponse, *, held: int, origin: Origin | None) -> _Decision:
    """Return what to do with the response to a request for the bytes from ``held`` on.

    ``origin`` is None if the whole content was requested.

    :raises LinkDeadError: a new URL may help.
    :raises BrokenOffError: a later attempt may help.
    :raises WrongContentError: the status is below 400, but there is no video.
    """
    match response.status:
        case 200:
            return _Decision.START_OVER
        case 206 if origin is not None:
            return _Decision.APPEND if _fits(response, held, origin) else _Decision.REQUEST_ALL
        case 416 if origin is not None:
            whole = response.headers.get("Content-Range") == f"bytes */{held}"
            return _Decision.COMPLETE if whole else _Decision.REQUEST_ALL
        case _:
            raise _refusal(response)


def _fits(response: _VideoResponse, held: int, origin: Origin) -> bool:
    """Return whether a 206 starts where the part ends, is complete, and has the same content."""
    if response.range is None or response.compressed:
        return False
    first, last, total = response.range
    return (
        first == held
        and last == total - 1
        and response.length in {None, total - held}
        and origin.total in {None, total}
        and _is_unchanged(response, origin)
    )


def _is_unchanged(response: _VideoResponse, origin: Origin) -> bool:
    name = "ETag" if origin.validator.startswith('"') else "Last-Modified"
    return response.headers.get(name, origin.validator) == origin.validator


def _refusal(response: _VideoResponse) -> NotSavedError:
    """Return the error for a response that contains no video."""
    status, answer = response.status, f"{without_secrets(response.url)} answers {response.status}"
    if status >= 500 or status in _TEMPORARY_STATUSES:
        return BrokenOffError(
            f"{answer}: temporarily not available",
            http_status=status,
            retry_after=_number(response.headers.get("Retry-After", "")),
        )
    if status >= 400:
        return LinkDeadError(f"{answer}: the link has expired or is not valid", http_status=status)
    return WrongContentError(f"{answer}, which is not a video", http_status=status)


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,18}", text) else None
