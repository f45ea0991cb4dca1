"""Whether a file has a hash; a file that nobody has changed is not read again."""

import os
from contextlib import suppress
from pathlib import Path

from pixverse_cli.disk.files import look, open_regular, sha256_of, state_of
from pixverse_cli.domain.errors import PixverseError
from pixverse_cli.store import Store


def has_hash(path: Path, sha256: str, store: Store, *, verify: bool = False) -> bool:
    """Return whether an absolute path is a regular file with this SHA-256 (hexadecimal).

    The file is read if the store does not know its hash, if its size, time or inode is another
    one than then, or with ``verify``.
    """
    try:
        status = None if verify else look(path)
        known = store.hashed_files.find(path, state_of(status)) if status else None
        return (known or _read(path, store)) == sha256.lower()
    except OSError:  # missing, unreadable, or not a valid file name
        return False


def _read(path: Path, store: Store) -> str:
    """Return the hash of a file's bytes, and store it unless somebody writes the file now.

    :raises OSError: it is not a regular file, or cannot be read.
    """
    with open_regular(path) as file:
        before = state_of(os.fstat(file.fileno()))
        sha256 = sha256_of(file)
        unchanged = state_of(os.fstat(file.fileno())) == before
    if unchanged:
        with suppress(PixverseError):  # a store on a read-only disk: it is read again next time
            store.hashed_files.keep(path, before, sha256)
    return sha256
