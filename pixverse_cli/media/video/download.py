"""Downloading a video: the file gets its name only when it is complete, checked and on disk.

The bytes go to a ``.part`` file beside the target, which a later call or another process can
resume. One call makes one attempt; the class of its error says what the caller can do
(:mod:`pixverse_cli.media.video.failures`). Requests carry no key and no cookies.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from pixverse_cli.disk.files import chunks, reason, sha256_of, state_of
from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.errors import (
    ClosedPipe,
    NotSavedError,
    NotSentError,
    UnreachableError,
    UsageError,
)
from pixverse_cli.media.video import mp4
from pixverse_cli.media.video.body import Body
from pixverse_cli.media.video.failures import (
    BrokenOffError,
    CannotWriteError,
    LinkDeadError,
    WrongContentError,
)
from pixverse_cli.media.video.part_file import Part, acquire, refuse_taken
from pixverse_cli.media.video.transfer import (
    Checked,
    Fetched,
    Progress,
    Transfer,
    TransferLimits,
    VideoResponse,
)

LIMITS = TransferLimits()


def download(
    url: str, target: Path, *, clock: Clock, force: bool = False, limits: TransferLimits = LIMITS
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
        transfer = Transfer(
            part=part,
            url=url,
            request=lambda headers: _request(url, headers, limits, clock),
            clock=clock,
            limits=limits,
        )
        with _discarding_wrong_content(part), part.writing():
            notes = yield from transfer.fill()
            notes += mp4.check_file(part.file)
            state = state_of(os.fstat(part.file.fileno()))
        yield Checked(sha256=part.sha256)
        part.place(force=force)
    yield Fetched(path=target, size=part.size, sha256=part.sha256, state=state, notes=notes)


def download_to_stdout(
    url: str, stream: BinaryIO, *, clock: Clock, limits: TransferLimits = LIMITS
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
) -> Iterator[tuple[VideoResponse, Body]]:
    """Request the URL, follow redirects, and give the response and its unread body."""
    from pixverse_cli.http.exchange import Limits  # noqa: PLC0415  imports requests
    from pixverse_cli.http.stream import stream  # noqa: PLC0415  as above

    bounds = Limits(connect=limits.connect, stall=limits.stall, total=limits.connect + limits.stall)
    with (
        _translating_errors(),
        stream(url, headers, bounds, lambda: limits.deadline - clock.monotonic()) as (head, body),
    ):
        yield VideoResponse(url=url, status=head.status, headers=head.headers), body


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
