"""Writing that survives a crash: a file whole or not at all, a line at the end, one at a time.

The bytes of a file go to a draft beside the target, are forced to the disk, and only then get
the name: by a rename where an old file may be replaced, by a hard link where it may not.
"""

import errno
import os
import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)

Link = Callable[[Path, Path], None]


def write_file(path: Path, data: bytes, *, replace: bool = True, mode: int = 0o666) -> None:
    """Write ``data`` to ``path``; ``mode`` is what the umask may take permissions from.

    :raises FileExistsError: something stands there and ``replace`` is false.
    :raises OSError: the system refuses; what stood there is unchanged.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
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


def append_line(path: Path, line: str, *, mode: int = 0o600) -> None:
    """Add one line to a file, which is made if it is missing, and force it to the disk.

    :raises OSError: the system refuses, or ``path`` is a symbolic link.
    """
    flags = os.O_CREAT | os.O_APPEND | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags, mode), "w", encoding="utf-8", newline="\n") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def name_new(draft: Path, target: Path, link: Link = os.link) -> None:
    """Give ``draft`` the name ``target`` if nothing has it; of two that race one wins.

    :raises FileExistsError: something has it.
    :raises OSError: the system refuses; the draft stays.
    """
    try:
        link(draft, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: claim the name, then replace the claim
        _replace_claim(draft, target)
    else:
        draft.unlink()


def _replace_claim(draft: Path, target: Path) -> None:
    target.open("xb").close()
    try:
        draft.replace(target)
    except OSError:
        target.unlink()
        raise


def sync_directory(folder: Path) -> None:
    """Force a new name to the disk; not every system can open or sync a directory."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def try_lock(file: BinaryIO) -> bool:
    """Try to lock an open file for this process; false when another process holds it.

    The lock dies with its process. Where there are no locks, go on.
    """
    try:
        if sys.platform == "win32":  # pragma: no cover  another system
            import msvcrt  # noqa: PLC0415  exists there alone

            os.lseek(file.fileno(), 1 << 40, os.SEEK_SET)  # a byte that no video reaches
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415  does not exist on Windows

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:  # EWOULDBLOCK, EACCES: held; others: no locks on this file system
        return error.errno not in {errno.EWOULDBLOCK, errno.EACCES}
    return True
