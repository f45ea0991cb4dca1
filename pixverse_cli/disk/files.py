"""Reading files that may not be what their name says, without ever blocking on one."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pixverse_cli.disk.paths import Kind, is_directory, kind_of

CHUNK = 256 * 1024  # bytes; measured: larger chunks copy no faster, smaller ones cost more

_SAFE_READ = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # opening a FIFO that nobody writes to would block forever
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class NotRegularError(OSError):
    """There is something under that name, but no file; ``kind`` says what."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(f"is {kind}, not a file")
        self.kind = kind


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading, once, so that nothing can be swapped in between.

    :raises NotRegularError: it is a directory, pipe, socket or device.
    :raises OSError: it is missing or may not be read.
    """
    if is_directory(path):  # on Windows opening one says only "permission denied"
        raise NotRegularError(Kind.DIRECTORY)
    descriptor = os.open(path, _SAFE_READ)
    kind = kind_of(os.fstat(descriptor).st_mode)
    if kind is not Kind.FILE:
        os.close(descriptor)
        raise NotRegularError(kind)
    return os.fdopen(descriptor, "rb")


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """Yield what is left of ``file``, at most 256 KiB at a time."""
    while chunk := file.read(CHUNK):
        yield chunk


def has_sha256(path: Path, sha256: str) -> bool:
    """Return whether a regular file is there and has that SHA-256 (hexadecimal)."""
    try:
        with open_regular(path) as file:
            return sha256_of(file) == sha256.lower()
    except (OSError, ValueError):  # missing, unreadable, or no file name at all
        return False


def sha256_of(file: BinaryIO) -> str:
    """Return the SHA-256 of the whole file, hexadecimal."""
    file.seek(0)
    digest = hashlib.sha256()
    for chunk in chunks(file):
        digest.update(chunk)
    return digest.hexdigest()
