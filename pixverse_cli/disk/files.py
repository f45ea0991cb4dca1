"""What stands at a path, and reading it, so that no answer of the system is a surprise.

``Path.exists`` and its like raise for some errors and hide others, differently in each
version of Python; here every caller chooses. A test keeps the bare forms out.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

_NOTHING_THERE = {errno.ENOENT, errno.ENOTDIR}
CHUNK = 256 * 1024  # bytes; measured: larger chunks copy no faster, smaller ones cost more

_SAFE_READ = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # opening a FIFO that nobody writes to would block forever
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class Kind(StrEnum):
    """What can stand at a path, as the rest of a sentence: "… is a directory"."""

    FILE = "a file"
    DIRECTORY = "a directory"
    LINK = "a symbolic link"
    PIPE = "a named pipe"
    SOCKET = "a socket"
    DEVICE = "a device"
    OTHER = "something unknown"


_KINDS = {
    stat.S_IFREG: Kind.FILE,
    stat.S_IFDIR: Kind.DIRECTORY,
    stat.S_IFLNK: Kind.LINK,
    stat.S_IFIFO: Kind.PIPE,
    stat.S_IFSOCK: Kind.SOCKET,
    stat.S_IFCHR: Kind.DEVICE,
    stat.S_IFBLK: Kind.DEVICE,
}


def kind_of(mode: int) -> Kind:
    """Return the kind that a ``st_mode`` stands for."""
    return _KINDS.get(stat.S_IFMT(mode), Kind.OTHER)


def look(path: Path, *, follow: bool = True) -> os.stat_result | None:
    """Return what the system tells about a path; None where nothing stands.

    ``follow`` looks through a symbolic link; without it the link itself is told.

    :raises OSError: it cannot be told: no permission, a name too long, a loop of links.
    """
    try:
        return path.stat() if follow else path.lstat()
    except OSError as error:
        if error.errno in _NOTHING_THERE:
            return None
        raise
    except ValueError as error:  # a NUL, or a character that no file name can hold
        raise OSError(errno.EINVAL, "cannot be a file name") from error


def kind_at(path: Path, *, follow: bool = True) -> Kind | None:
    """Return what stands at a path; None where nothing does.

    :raises OSError: as :func:`look`.
    """
    found = look(path, follow=follow)
    return None if found is None else kind_of(found.st_mode)


def is_file(path: Path) -> bool:
    """Return whether a regular file, or a link to one, stands there; False if it cannot be told."""
    return _is(path, Kind.FILE)


def is_directory(path: Path) -> bool:
    """Return whether a directory, or a link to one, stands there; False if it cannot be told."""
    return _is(path, Kind.DIRECTORY)


def _is(path: Path, kind: Kind) -> bool:
    try:
        return kind_at(path) is kind
    except OSError:
        return False


def reason(error: OSError) -> str:
    """Return what the system says, as the rest of a sentence, without number and path."""
    said = error.strerror or str(error)
    return said[:1].lower() + said[1:]


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
