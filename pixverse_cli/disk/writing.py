"""Writing that survives a crash: atomic files, appended lines, locks.

The bytes of a file go to a draft beside the target and are forced to the disk. Only then the
draft gets the target's name: by a rename if an old file may be replaced, else by a hard link.
"""

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from pixverse_cli.disk.files import look

_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
_APPEND = (
    os.O_CREAT
    | os.O_APPEND
    | os.O_WRONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)

Link = Callable[[Path, Path], None]


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


def append_line(path: Path, line: str, *, mode: int = 0o600) -> None:
    """Append one line to a file and force it to the disk; the file is created if missing.

    :raises OSError: the system refused, or ``path`` is a symbolic link.
    """
    flags = _APPEND | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags, mode), "w", encoding="utf-8", newline="\n") as file:
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

    :raises FileExistsError: ``target`` exists. :raises NoLocksError: as :func:`lock_as_sqlite`.
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
