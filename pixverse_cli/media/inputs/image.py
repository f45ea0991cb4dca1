"""Checks of an image before anything is paid: everything that the service would refuse.

Limits: PixVerse image-to-video API reference, "Image limits": JPG, PNG or WEBP, at most
20 MB, each side at most 10 000 pixels. The content decides the format, never the file name.
The bytes are uploaded unchanged.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pixverse_cli.disk.files import CHUNK, reason
from pixverse_cli.domain.catalog import IMAGE_LIMITS
from pixverse_cli.domain.errors import UnexpectedError, UsageError
from pixverse_cli.domain.plan import InputFile
from pixverse_cli.media.inputs.image_formats import Header, HeaderError, check_end, read_header
from pixverse_cli.media.inputs.source import hash_of, open_input, translating_errors

STDIN_LABEL = "stdin"


def inspect(source: str) -> InputFile:
    """Check the image in a local file.

    :raises UsageError: with one line for each problem.
    """
    return _inspect(Path(source), label=source)


@contextmanager
def inspect_stream(stream: BinaryIO) -> Iterator[InputFile]:
    """Check the image in ``stream``; its temporary file exists until the block ends.

    At most one byte more than the limit is read.

    :raises UsageError: with one line for each problem.
    :raises UnexpectedError: the temporary directory cannot store it.
    """
    if stream.isatty():
        raise UsageError("stdin is a terminal: pipe an image into it, or give a file")
    path = _spool(stream)
    try:
        yield _inspect(path, label=STDIN_LABEL)
    finally:
        path.unlink(missing_ok=True)


def _spool(stream: BinaryIO) -> Path:
    try:
        descriptor, name = tempfile.mkstemp(prefix="pixverse-")
    except OSError as error:  # there is no temporary directory, or it cannot be written
        raise _cannot_store(error) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            _copy_limited(stream, file)
    except BaseException as error:
        Path(name).unlink()
        if isinstance(error, OSError):  # the disk is full, or reading stdin failed
            raise _cannot_store(error) from error
        raise
    return Path(name)


def _copy_limited(stream: BinaryIO, file: BinaryIO) -> None:
    left = IMAGE_LIMITS.max_bytes + 1
    while left and (chunk := stream.read(min(left, CHUNK))):
        file.write(chunk)
        left -= len(chunk)


def _cannot_store(error: OSError) -> UnexpectedError:
    return UnexpectedError(
        f"cannot store the image from stdin in a temporary file: {reason(error)}",
        hint="set TMPDIR to a directory with 20 MB of free space, or give a file",
    )


def _inspect(path: Path, *, label: str) -> InputFile:
    with open_input(path, label) as file, translating_errors(label):
        size = os.fstat(file.fileno()).st_size
        header = _checked_header(file, size, label)
        sha256 = hash_of(file, size, label)
    return InputFile(
        path=path,
        label=label,
        size=size,
        format=header.format,
        width=header.width,
        height=header.height,
        sha256=sha256,
        notes=tuple(
            f"{label} is {note}: undocumented by the service, sent unchanged"
            for note in header.notes
        ),
    )


def _checked_header(file: BinaryIO, size: int, label: str) -> Header:
    problems = list(_size_problems(size))
    header = None
    try:
        header = read_header(file, size) if size else None
    except HeaderError as error:
        problems.append(str(error))
    if header is not None:
        problems.extend(_side_problems(header))
        problems.extend(_end_problems(file, header, size))
    if header is None or problems:
        raise UsageError("\n".join(f"{label}: {problem}" for problem in problems))
    return header


def _size_problems(size: int) -> Iterator[str]:
    if size == 0:
        yield "is empty"
    if size > IMAGE_LIMITS.max_bytes:
        yield (
            f"has {size} bytes or more; the service takes at most"
            f" {IMAGE_LIMITS.max_bytes // 1024**2} MB ({IMAGE_LIMITS.max_bytes} bytes)"
        )


def _side_problems(header: Header) -> Iterator[str]:
    if 0 in (header.width, header.height):
        yield f"is {header.width} x {header.height} pixels: a side is 0"
    if max(header.width, header.height) > IMAGE_LIMITS.max_side:
        yield (
            f"is {header.width} x {header.height} pixels; the service takes at most"
            f" {IMAGE_LIMITS.max_side} on each side"
        )


def _end_problems(file: BinaryIO, header: Header, size: int) -> Iterator[str]:
    if size > IMAGE_LIMITS.max_bytes:
        return  # it is refused anyway, and may be very large
    try:
        check_end(file, header.format, size, pixels=header.width * header.height)
    except HeaderError as error:
        yield str(error)
