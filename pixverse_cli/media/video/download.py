"""Fetching a video: whole, checked, on the disk, and only then under its name.

The bytes go to a ``.part`` beside the target, which a later call, or another process,
takes up where it ends. One call makes one attempt; how it failed says what would help
(:mod:`pixverse_cli.media.video.failures`). Nothing of ours travels: no key, no cookies.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from pixverse_cli.disk.files import chunks, reason, sha256_of
from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.errors import (
    ClosedPipe,
    NotSavedError,
    NotSentError,
    UnreachableError,
    UsageError,
)
from pixverse_cli.media.video import mp4
from pixverse_cli.media.video.failures import (
    BrokenOffError,
    CannotWriteError,
    LinkDeadError,
    WrongContentError,
)
from pixverse_cli.media.video.part_file import Part, acquire, refuse_taken
from pixverse_cli.media.video.transfer import (
    Body,
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

    Progress comes at most ten times a second. If another process is fetching the same
    target, wait for it.

    :raises NotSavedError: as :mod:`pixverse_cli.media.video.failures` draws them.
    """
    refuse_taken(target, force=force, unfinished=True)
    part = acquire(target, clock)
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
            ask=lambda headers: _answered(url, headers, limits),
            clock=clock,
            limits=limits,
        )
        with _discarding_rubbish(part):
            yield from transfer.fill()
            mp4.check_file(part.file)
        yield Checked(sha256=part.sha256)
        part.place(force=force)
    yield Fetched(path=target, size=part.size, sha256=part.sha256)


def download_to_stdout(
    url: str, stream: BinaryIO, *, clock: Clock, limits: TransferLimits = LIMITS
) -> Iterator[Progress | Fetched]:
    """Write the video at ``url`` to ``stream``, checked as a whole before its first byte.

    The last value is a Fetched without a path.

    :raises NotSavedError: as :func:`download` does; nothing has been written then.
    :raises ClosedPipe: nobody reads the stream.
    """
    with tempfile.TemporaryDirectory(prefix="pixverse-") as folder:
        path = Path(folder, "video.mp4")
        for step in download(url, path, clock=clock, limits=limits):
            if isinstance(step, Fetched):
                _copy_out(path, stream)
                yield replace(step, path=None)
            elif isinstance(step, Progress):
                yield step


def _copy_out(path: Path, stream: BinaryIO) -> None:
    try:
        with path.open("rb") as file:
            stream.writelines(chunks(file))
        stream.flush()
    except BrokenPipeError as error:
        raise ClosedPipe from error
    except OSError as error:  # what stdout leads to is full
        raise CannotWriteError(f"cannot write the video to stdout: {reason(error)}") from error


@contextmanager
def _discarding_rubbish(part: Part) -> Iterator[None]:
    try:
        yield
    except WrongContentError:
        part.discard()
        raise


@contextmanager
def _answered(
    url: str, headers: Mapping[str, str], limits: TransferLimits
) -> Iterator[tuple[VideoResponse, Body]]:
    """Ask for the URL, over redirects, and give the response and its unread body."""
    from pixverse_cli.http.exchange import Limits  # noqa: PLC0415  imports requests
    from pixverse_cli.http.stream import stream  # noqa: PLC0415  as above

    bounds = Limits(connect=limits.connect, stall=limits.stall, total=limits.connect + limits.stall)
    with _translated(), stream(url, headers, bounds) as (head, body):
        yield VideoResponse(url=url, status=head.status, headers=head.headers), body


@contextmanager
def _translated() -> Iterator[None]:
    """Tell what http raises by what helps."""
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
