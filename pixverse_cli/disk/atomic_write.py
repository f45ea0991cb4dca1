"""Giving a finished file its name: at once, never over somebody else's file, and for good."""

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pixverse_cli.disk.files import kind_of
from pixverse_cli.media.video.failures import CannotWriteError, TakenError


def refuse_taken(target: Path, *, force: bool) -> None:
    """Check that ``target`` may be made.

    :raises TakenError: when it exists and ``force`` is false.
    :raises CannotWriteError: when it is a directory, pipe, socket or device.
    """
    try:
        mode = target.lstat().st_mode
    except OSError:  # nothing there, or a folder that the next step will complain about
        return
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        raise CannotWriteError(f"{target} is {kind_of(mode)}: it cannot be replaced by a video")
    if not force:
        raise _taken(target)


def _taken(target: Path) -> TakenError:
    return TakenError(f"{target} already exists", hint="--force replaces it; or give another -o")


def place_new(part: Path, target: Path, link: Callable[[Path, Path], None]) -> None:
    """Give ``part`` the name ``target`` if nothing has it.

    :raises TakenError: when something has.
    """
    try:
        link(part, target)
    except FileExistsError as error:
        raise _taken(target) from error
    except OSError:  # no hard links on this file system: claim the name, then replace the claim
        _replace_claim(part, target)
    else:
        part.unlink()


def _replace_claim(part: Path, target: Path) -> None:
    try:
        target.open("xb").close()
    except FileExistsError as error:
        raise _taken(target) from error
    try:
        part.replace(target)
    except OSError:
        target.unlink()
        raise


def sync_directory(folder: Path) -> None:
    """Put the new name on the disk; not every system can open or sync a directory."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
