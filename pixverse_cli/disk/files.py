"""What kind of file a path is, and reading it, with every error of the system expected.

``Path.exists`` and similar methods raise for some errors and hide others, differently in each
version of Python; here every caller chooses. A test forbids the methods elsewhere.
"""

import errno
import os
import re
import stat
from collections.abc import Iterator
from enum import StrEnum
from io import RawIOBase
from pathlib import Path
from typing import BinaryIO, NamedTuple

_MISSING = {errno.ENOENT, errno.ENOTDIR}
_STREAMS = {"stdin": 0, "stdout": 1, "stderr": 2}
_DESCRIPTOR = re.compile(r"/dev/(stdin|stdout|stderr)|/(?:dev|proc/self)/fd/([0-9]{1,9})")
CHUNK = 256 * 1024  # bytes; measured: larger chunks copy no faster, smaller ones cost more

_SAFE_READ = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # opening a FIFO that nobody writes to would block forever
    | getattr(os, "O_BINARY", 0)
)


class Kind(StrEnum):
    """The kinds of files, as the end of a sentence: "… is a directory"."""

    FILE = "a file"
    DIRECTORY = "a directory"
    LINK = "a symbolic link"
    PIPE = "a named pipe"
    SOCKET = "a socket"
    DEVICE = "a device"
    OTHER = "an object of unknown type"


_KINDS = {
    stat.S_IFREG: Kind.FILE,
    stat.S_IFDIR: Kind.DIRECTORY,
    stat.S_IFLNK: Kind.LINK,
    stat.S_IFIFO: Kind.PIPE,
    stat.S_IFSOCK: Kind.SOCKET,
    stat.S_IFCHR: Kind.DEVICE,
    stat.S_IFBLK: Kind.DEVICE,
}


class FileState(NamedTuple):
    """What changes when a file is written or replaced: bytes, time of change (ns), inode."""

    size: int
    changed_at: int
    inode: int


def state_of(status: os.stat_result) -> FileState:
    """Return the state of a file from its ``stat`` result."""
    return FileState(status.st_size, status.st_mtime_ns, status.st_ino)


def kind_of(mode: int) -> Kind:
    """Return the kind of file of a ``st_mode``."""
    return _KINDS.get(stat.S_IFMT(mode), Kind.OTHER)


def look(path: Path, *, follow: bool = True) -> os.stat_result | None:
    """Return the ``stat`` result of a path; None if nothing is there.

    With ``follow`` a symbolic link is followed; without it the result is the link's own.

    :raises OSError: the system cannot say: no permission, name too long, loop of links.
    """
    try:
        return path.stat() if follow else path.lstat()
    except OSError as error:
        if error.errno in _MISSING:
            return None
        raise
    except ValueError as error:  # a NUL, or a character that no file name can hold
        raise OSError(errno.EINVAL, "not a valid file name") from error


def kind_at(path: Path, *, follow: bool = True) -> Kind | None:
    """Return the kind of file at a path; None if nothing is there.

    :raises OSError: as :func:`look`.
    """
    status = look(path, follow=follow)
    return None if status is None else kind_of(status.st_mode)


def is_file(path: Path) -> bool:
    """Return whether a regular file, or a link to one, is there; False if that is unknown."""
    return _is(path, Kind.FILE)


def is_directory(path: Path) -> bool:
    """Return whether a directory, or a link to one, is there; False if that is unknown."""
    return _is(path, Kind.DIRECTORY)


def _is(path: Path, kind: Kind) -> bool:
    try:
        return kind_at(path) is kind
    except OSError:
        return False


def reason(error: OSError) -> str:
    """Return the system's error text as the end of a sentence, without number and path."""
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]


def with_home(path: str) -> str:
    """Return a path with ``~`` at its start replaced by a home directory, as a shell does it.

    The name of no user stays as it is: ``~x.mp4`` is a file. A slash at the end stays too.

    :raises OSError: the path starts with ``~/``, and this user has no home directory.
    """
    expanded = os.path.expanduser(path)  # noqa: PTH111  a Path would lose the slash at the end
    if expanded == path and re.match(r"~(/|$)", path):
        raise OSError(errno.ENOENT, "no home directory was found; set HOME")
    return expanded


def descriptor_in(path: str) -> int | None:
    """Return the open descriptor that a path such as ``/dev/stdout`` or ``/dev/fd/63`` names."""
    found = _DESCRIPTOR.fullmatch(re.sub("/+", "/", path))
    if found is None:
        return None
    return _STREAMS[found[1]] if found[1] else int(found[2])


class NotRegularError(OSError):
    """The path is not a regular file; ``kind`` says what it is."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(f"is {kind}, not a file")
        self.kind = kind


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading; the open file is checked, so it cannot be swapped.

    :raises NotRegularError: it is a directory, pipe, socket or device.
    :raises OSError: it is missing or may not be read.
    """
    if is_directory(path):  # on Windows, opening one only raises "permission denied"
        raise NotRegularError(Kind.DIRECTORY)
    descriptor = os.open(path, _SAFE_READ)
    kind = kind_of(os.fstat(descriptor).st_mode)
    if kind is not Kind.FILE:
        os.close(descriptor)
        raise NotRegularError(kind)
    return os.fdopen(descriptor, "rb")


def read_up_to(path: Path, limit: int) -> bytes:
    """Return at most ``limit`` bytes of a file, device or pipe.

    A pipe that nobody has opened to write is empty: to wait for a writer could take for ever.

    :raises OSError: it is missing, a directory, or may not be read.
    """
    with os.fdopen(os.open(path, _SAFE_READ), "rb", buffering=0) as file:
        try:
            start = os.read(file.fileno(), limit)
        except BlockingIOError:  # somebody will write
            start = None
        if start == b"":
            return b""
        os.set_blocking(file.fileno(), True)
        return _read_on(file, start or b"", limit)


def _read_on(file: RawIOBase, data: bytes, limit: int) -> bytes:
    while len(data) < limit and (more := file.read(limit - len(data))):
        data += more
    return data


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """Yield the rest of ``file``, at most 256 KiB at a time."""
    while chunk := file.read(CHUNK):
        yield chunk


def has_sha256(path: Path, sha256: str) -> bool:
    """Return whether the path is a regular file with this SHA-256 (hexadecimal)."""
    try:
        with open_regular(path) as file:
            return sha256_of(file) == sha256.lower()
    except (OSError, ValueError):  # missing, unreadable, or not a valid file name
        return False


def sha256_of(file: BinaryIO) -> str:
    """Return the SHA-256 of the whole file (hexadecimal)."""
    import hashlib  # noqa: PLC0415  loads OpenSSL, which `list` does not need

    file.seek(0)
    digest = hashlib.sha256()
    for chunk in chunks(file):
        digest.update(chunk)
    return digest.hexdigest()
