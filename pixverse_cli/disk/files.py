"""Opening files that may not be what their name says, without ever blocking on one."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

CHUNK = 256 * 1024  # bytes; measured: larger chunks copy no faster, smaller ones do cost

_SAFE_READ = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # opening a FIFO that nobody writes to would wait for ever
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_KINDS = {
    stat.S_IFREG: "a file",
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFLNK: "a symbolic link",
}


class NotRegularError(OSError):
    """There is something under that name, but no file; ``kind`` says what."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"is {kind}, not a file")
        self.kind = kind


def kind_of(mode: int) -> str:
    """Return "a directory", "a named pipe", … for a ``st_mode``."""
    return _KINDS.get(stat.S_IFMT(mode), "something unknown")


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading, once, so that nothing can be swapped in between.

    :raises NotRegularError: when it is a directory, pipe, socket or device.
    :raises OSError: when it is missing or may not be read.
    """
    if path.is_dir():  # on Windows opening one says only "permission denied"
        raise NotRegularError(kind_of(stat.S_IFDIR))
    descriptor = os.open(path, _SAFE_READ)
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise NotRegularError(kind_of(mode))
    return os.fdopen(descriptor, "rb")


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """Yield what is left of ``file``, at most 256 KiB at a time."""
    while chunk := file.read(CHUNK):
        yield chunk


def verify(path: Path, sha256: str) -> bool:
    """Return whether a regular file is there and has that SHA-256 (hexadecimal)."""
    try:
        with open_regular(path) as file:
            return sha256_of(file) == sha256.lower()
    except OSError:
        return False


def sha256_of(file: BinaryIO) -> str:
    """Return the SHA-256 of the whole file, hexadecimal."""
    file.seek(0)
    digest = hashlib.sha256()
    for chunk in chunks(file):
        digest.update(chunk)
    return digest.hexdigest()


def reason(error: OSError) -> str:
    """Return what the system says, as the rest of a sentence, without number and path."""
    said = error.strerror or str(error)
    return said[:1].lower() + said[1:]
