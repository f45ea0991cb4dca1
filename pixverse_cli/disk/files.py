"""Files: what a path is, reading it, and writing that survives a crash.

``Path.exists`` and similar methods raise for some errors and hide others, differently in each
version of Python; here every caller chooses. A test forbids the methods elsewhere.

The bytes of a written file go to a draft beside the target and are forced to the disk. Only
then the draft gets the target's name: by a rename if an old file may be replaced, else by a hard
link.
"""

import errno
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from pixverse_cli.domain.clock import UNLIMITED, TimeLimit
from pixverse_cli.domain.errors import TimeLimitError, UsageError

if TYPE_CHECKING:
    from io import RawIOBase

_WAIT_SECONDS = 60.0  # at most at once: the system cannot wait for years
CHUNK = 256 * 1024  # bytes; measured: larger chunks copy no faster, smaller ones cost more
_MISSING = {errno.ENOENT, errno.ENOTDIR}


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


class FileState(NamedTuple):
    """What changes when a file is written or replaced: bytes, time of change (ns), inode."""

    size: int
    changed_at: int
    inode: int


def state_of(status: os.stat_result) -> FileState:
    """Return the state of a file from its ``stat`` result."""
    return FileState(status.st_size, status.st_mtime_ns, status.st_ino)


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


_STREAMS = {"stdin": 0, "stdout": 1, "stderr": 2}
_DESCRIPTOR = re.compile(r"/dev/(stdin|stdout|stderr)|/(?:dev|proc/self)/fd/([0-9]{1,9})")


def descriptor_in(path: str) -> int | None:
    """Return the open descriptor that a path such as ``/dev/stdout`` or ``/dev/fd/63`` names."""
    found = _DESCRIPTOR.fullmatch(re.sub("/+", "/", path))
    if found is None:
        return None
    return _STREAMS[found[1]] if found[1] else int(found[2])


_SAFE_READ = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # opening a FIFO that nobody writes to would block forever
    | getattr(os, "O_BINARY", 0)
)


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


def read_up_to(path: Path, most: int, limit: TimeLimit = UNLIMITED) -> bytes:
    """Return at most ``most`` bytes of a file, device or pipe.

    A pipe that nobody has opened to write is empty: to wait for a writer could take for ever.

    :raises OSError: it is missing, a directory, or may not be read.
    :raises TimeLimitError: the writer of a pipe had not finished at the limit.
    """
    with os.fdopen(os.open(path, _SAFE_READ), "rb", buffering=0) as file:
        try:
            start = os.read(file.fileno(), most)
        except BlockingIOError:  # somebody will write
            start = None
        if start == b"":
            return b""
        stream = TimedStream(file, limit, str(path))
        return (start or b"") + stream.read_up_to(most - len(start or b""))


class TimedStream:
    """A stream whose reads end at a time limit: who writes to a pipe may be silent for ever.

    ``name`` is what messages call it.
    """

    def __init__(self, stream: "BinaryIO | RawIOBase", limit: TimeLimit, name: str) -> None:
        self._stream = stream
        self._limit = limit
        self._name = name

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        return self._stream.isatty()

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes as soon as there are any; b"" at the end.

        :raises TimeLimitError: the limit was reached before.
        """
        descriptor = _selectable(self._stream)
        while not self._limit.is_reached():
            if descriptor is None:
                return self._stream.read(size) or b""
            if _is_ready(descriptor, min(self._limit.left(), _WAIT_SECONDS)):
                with suppress(BlockingIOError):  # another process has read it
                    return os.read(descriptor, size)
        raise TimeLimitError(
            f"the time limit was reached while {self._name} was read",
            hint="a longer --timeout gives it more time",
        )

    def read_up_to(self, most: int) -> bytes:
        """Return all that comes, at most ``most`` bytes.

        :raises TimeLimitError: the limit was reached before.
        """
        data = bytearray()
        while len(data) < most and (more := self.read(min(most - len(data), CHUNK))):
            data += more
        return bytes(data)


def stdin_within(limit: TimeLimit) -> TimedStream:
    """Return stdin; this is the only place that reads it."""
    return TimedStream(sys.stdin.buffer, limit, "stdin")


def _selectable(stream: "BinaryIO | RawIOBase") -> int | None:
    """Return the descriptor of a stream if the system can tell when a read does not block."""
    if sys.platform == "win32":  # pragma: no cover  it can wait for sockets alone
        return None
    try:
        return stream.fileno()
    except OSError:  # bytes in memory
        return None


def _is_ready(descriptor: int, seconds: float) -> bool:
    import select  # noqa: PLC0415  most commands read no pipe

    return bool(select.select([descriptor], [], [], seconds)[0])


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


def checked_sha256(file: BinaryIO, size: int, label: str) -> str:
    """Return the SHA-256 of a file that had ``size`` bytes; an error starts with ``label``.

    :raises UsageError: it has more or fewer bytes now.
    """
    import hashlib  # noqa: PLC0415  loads OpenSSL, which `list` does not need

    file.seek(0)
    digest, left = hashlib.sha256(), size
    while left and (chunk := file.read(min(left, CHUNK))):
        digest.update(chunk)
        left -= len(chunk)
    if left or file.read(1):
        raise _changed(label)
    return digest.hexdigest()


def _changed(label: str) -> UsageError:
    return UsageError(
        f"{label}: changed while being read",
        hint="another program is writing it; wait until it has finished",
    )


class CheckedFile:
    """The bytes of a file whose size and SHA-256 are known; ``len()`` is their number.

    The last bytes are returned only if the whole content still has this hash. An error starts
    with ``label``.
    """

    def __init__(self, file: BinaryIO, size: int, sha256: str, label: str) -> None:
        import hashlib  # noqa: PLC0415  loads OpenSSL, which `list` does not need

        self._file = file
        self._size = self._left = size
        self._sha256 = sha256
        self._label = label
        self._digest = hashlib.sha256()

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes, b"" at the end.

        :raises UsageError: the file has changed since it was checked.
        """
        wanted = self._left if size < 0 else min(size, self._left)
        chunk = self._file.read(wanted)
        self._digest.update(chunk)
        self._left -= len(chunk)
        if len(chunk) < wanted or (wanted and not self._left and not self._unchanged()):
            raise _changed(self._label)
        return chunk

    def _unchanged(self) -> bool:
        return self._digest.hexdigest() == self._sha256 and not self._file.read(1)


_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)


def write_file(path: Path, data: bytes, *, replace: bool = True, mode: int = 0o666) -> None:
    """Write ``data`` to ``path``; ``mode`` holds the permissions before the umask.

    A symbolic link at the path is replaced; to keep it, give its :func:`target_of`.

    :raises FileExistsError: the path exists and ``replace`` is false.
    :raises OSError: the system refused; an existing file is unchanged.
    """
    draft = path.with_name(f".{path.name}.{os.urandom(4).hex()}.new")
    try:
        with os.fdopen(os.open(draft, _NEW, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(path)
        else:
            name_new(draft, path)
        sync_directory(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def target_of(path: Path) -> Path:
    """Return the path to which a path leads through symbolic links; nothing has to be there.

    :raises OSError: the links form a loop, or one may not be read.
    """
    look(path)
    return Path(os.path.realpath(path))


_APPEND = (
    os.O_CREAT
    | os.O_APPEND
    | os.O_WRONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)


def append(path: Path, data: bytes) -> None:
    """Append to a file, or to a pipe that somebody reads; the file is created if missing.

    A pipe is not waited for: one without a reader, or one that is full, is an error.

    :raises OSError: the system refused.
    """
    try:
        descriptor = os.open(path, _APPEND, 0o666)
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise OSError(errno.ENXIO, "no process reads this pipe") from error
        raise
    with os.fdopen(descriptor, "ab", buffering=0) as file:
        while data:
            written = file.write(data)
            if written is None:
                raise BlockingIOError(errno.EAGAIN, "the pipe is full")
            data = data[written:]


def append_line(path: Path, line: str) -> None:
    """Append one line to a file and force it to the disk; a missing one is created (0600).

    :raises OSError: the system refused, or ``path`` is a symbolic link.
    """
    flags = _APPEND | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8", newline="\n") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def rename_over_placeholder(draft: Path, target: Path) -> None:
    """Rename to a new name without a hard link: reserve it with an empty file, then replace that.

    :raises FileExistsError: ``target`` exists, whoever made it.
    """
    target.open("xb").close()
    try:
        draft.replace(target)
    except OSError:
        target.unlink()
        raise


def rename_in_turn(draft: Path, target: Path) -> None:
    """Rename to a new name without a hard link and without a moment in which it is empty.

    Processes that use this function take turns, by a lock that ends with its process.

    :raises FileExistsError: ``target`` exists.
    :raises NoLocksError: as :func:`lock_as_sqlite`.
    """
    path = target.with_name(target.name + ".lock")
    with path.open("ab") as file:
        lock_as_sqlite(file.fileno(), wait=True)
        exists = look(target, follow=False) is not None
        if not exists:
            draft.rename(target)
    with suppress(OSError):  # another process has removed it, or (on Windows) still has it open
        path.unlink()  # a process that waits for the lock finds the target
    if exists:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))


Link = Callable[[Path, Path], None]


def name_new(
    draft: Path,
    target: Path,
    link: Link = os.link,
    *,
    without_links: Link = rename_over_placeholder,
) -> None:
    """Rename ``draft`` to ``target`` if that does not exist; of two processes only one succeeds.

    ``without_links`` does it on a file system that has no hard links.

    :raises FileExistsError: ``target`` exists.
    :raises OSError: the system refused; the draft stays.
    """
    try:
        link(draft, target)
    except FileExistsError:
        raise
    except OSError:
        without_links(draft, target)
    else:
        draft.unlink()


def sync_directory(folder: Path) -> None:
    """Force a new file name to the disk; not every system can open or sync a directory."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def try_lock(file: BinaryIO) -> bool:
    """Try to lock an open file for this process; false if another process holds the lock.

    The system releases the lock when the process ends. True where locks are not supported.
    """
    try:
        if sys.platform == "win32":  # pragma: no cover  not the system of the tests
            import msvcrt  # noqa: PLC0415  exists only on Windows

            os.lseek(file.fileno(), 1 << 40, os.SEEK_SET)  # an offset beyond the end of any video
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415  does not exist on Windows

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:  # EWOULDBLOCK, EACCES: locked; others: no locks on this file system
        return error.errno not in {errno.EWOULDBLOCK, errno.EACCES}
    return True


class NoLocksError(OSError):
    """The file system has no file locks, or they do not work."""


def lock_as_sqlite(descriptor: int, *, wait: bool = False) -> None:
    """Lock an open file with the kind of lock that SQLite uses; closing the file releases it.

    :raises NoLocksError: that is not possible here. Without ``wait`` also if another process
        holds the lock, so use a new file to find out whether locks work.
    """
    if sys.platform == "win32":  # pragma: no cover  every file system there has locks
        return
    import fcntl  # noqa: PLC0415  does not exist on Windows

    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise NoLocksError(error.errno, error.strerror) from error
