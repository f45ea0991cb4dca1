"""The folders that videos are saved in: checked and made before paying, and compared."""

import os
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pixverse_cli.disk.files import Kind, kind_at, look, reason
from pixverse_cli.domain.errors import UsageError

_MAX_NAME_BYTES = 255

Folds = Callable[[Path], bool]


def folder_problems(folder: Path) -> Iterator[str]:
    """Yield why no file can be created in a folder, which is made if it is missing."""
    try:
        existing, missing = _split(folder)
        kind = kind_at(existing)
        if kind is not Kind.DIRECTORY:
            yield f"{existing} is {kind}, not a directory"
        elif any(len(os.fsencode(name)) > _MAX_NAME_BYTES for name in missing):
            yield f"the folder {folder} cannot be made: a name is over {_MAX_NAME_BYTES} bytes long"
        elif missing and kind_at(existing / missing[0], follow=False) is Kind.LINK:
            yield f"{existing / missing[0]} is a symbolic link to nothing"
        else:  # permission bits would not show a read-only or full file system
            with tempfile.NamedTemporaryFile(dir=existing, prefix=".pixverse-"):
                pass
    except OSError as error:
        yield f"cannot write in the folder {folder}: {reason(error)}"


def make_folder(folder: Path) -> None:
    """Make a folder if it is missing, with those above it.

    :raises UsageError: the system refuses.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"the folder {folder} cannot be made: {reason(error)}", hint="give another -o"
        ) from error


def shared_files(paths: Sequence[Path], folds: Folds | None = None) -> list[list[int]]:
    """Return the positions of paths that come to one file, for each file with more than one.

    ``a.mp4`` and ``./a.mp4`` do, and so do names in a folder and in a link to it. Names that
    differ in case or in their Unicode form do if ``folds`` says so of their folder: that the
    file system does not tell them apart.
    """
    alike: dict[tuple[str, ...], list[int]] = {}
    places = [_place(path) for path in paths]
    for position, (identity, _, names) in enumerate(places):
        alike.setdefault((identity, *map(_folded, names)), []).append(position)
    found: list[list[int]] = []
    for positions in alike.values():
        _, folder, _ = places[positions[0]]
        exact: dict[tuple[str, ...], list[int]] = {}
        for position in positions:
            exact.setdefault(places[position][2], []).append(position)
        one_file = len(exact) > 1 and (folds or folds_names)(folder)
        found += [positions] if one_file else exact.values()
    return [positions for positions in found if len(positions) > 1]


def folds_names(folder: Path) -> bool:
    """Return whether names that differ only in case or Unicode form are one file in a folder.

    Found with a file that is created and removed, because a mounted folder may differ from the
    one that it is mounted in.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".pixverse-\u00e9-") as file:
            path = Path(file.name)
            others = path.name.upper(), unicodedata.normalize("NFD", path.name)
            return any(look(path.with_name(name)) is not None for name in others)
    except OSError:  # that the folder cannot be written is reported elsewhere
        return False


def _place(path: Path) -> tuple[str, Path, tuple[str, ...]]:
    """Return a name for the deepest existing folder of a path, that folder, and the rest."""
    folder = Path(os.path.realpath(path.parent))
    try:
        existing, missing = _split(folder)
        status = look(existing)
    except OSError:
        existing, missing, status = folder, (), None
    identity = f"{status.st_dev} {status.st_ino}" if status else str(existing)
    return identity, existing, (*missing, path.name)


def _split(folder: Path) -> tuple[Path, tuple[str, ...]]:
    """Return the deepest existing part of a folder's path, and the names of the missing ones."""
    missing: tuple[str, ...] = ()
    while kind_at(folder) is None and folder != folder.parent:
        missing = (folder.name, *missing)
        folder = folder.parent
    return folder, missing


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
