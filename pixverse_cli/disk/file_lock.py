"""One process at a time: an advisory lock on an open file, which dies with its process."""

import errno
import os
import sys
from typing import BinaryIO


def try_lock(file: BinaryIO) -> bool:
    """Try to lock; false when another process holds it. Where there are no locks, go on."""
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
