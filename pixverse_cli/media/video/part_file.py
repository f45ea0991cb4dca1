"""The ``.part`` file of an unfinished download, and the rename to its final name.

One process at a time holds it (an advisory lock on the file itself), so that two processes
never write at once. ``.part.json`` beside it stores which response the bytes come from:
without it nothing is appended.
"""

import errno
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from pixverse_cli.disk.files import (
    Kind,
    chunks,
    kind_at,
    kind_of,
    name_new,
    open_regular,
    reason,
    sync_directory,
    try_lock,
)
from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.frozen import Frozen
from pixverse_cli.media.video.failures import BrokenOffError, CannotWriteError, TakenError

_LOCK_POLL_SECONDS = 0.2
_TRIES = 100
_OPEN = (
    os.O_RDWR
    | os.O_CREAT
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)
_NOT_A_FILE = {errno.ELOOP, errno.EMLINK, errno.EISDIR, errno.ENXIO}  # a link, directory, socket


class Origin(Frozen):
    """The response that the bytes of a part come from.

    ``url`` has no query. ``validator`` is a strong ETag or a Last-Modified that is valid in
    If-Range (RFC 9110, section 13.1.5). ``total`` is the length of the video in bytes.
    """

    url: str
    validator: str
    total: int | None


def _part_path(target: Path) -> Path:
    """Return the path of the ``.part`` file of ``target``."""
    return target.with_name(target.name + ".part")


def refuse_taken(target: Path, *, force: bool, unfinished: bool = False) -> None:
    """Check that ``target`` may be created.

    With ``unfinished``, a target that has a part passes: it is checked again with the part.

    :raises TakenError: it exists and ``force`` is false.
    :raises CannotWriteError: it is a directory, pipe, socket or device.
    """
    try:
        kind = kind_at(target, follow=False)
        if kind is None or (unfinished and kind_at(_part_path(target))):
            return
    except OSError:  # the next step reports the problem of the folder or the name
        return
    if kind not in (Kind.FILE, Kind.LINK):
        raise CannotWriteError(f"{target} is {kind}: it cannot be replaced by a video")
    if not force:
        raise _already_exists(target)


def _already_exists(target: Path) -> TakenError:
    return TakenError(
        f"{target} already exists", hint="use --force to replace it, or give another -o"
    )


class Part:
    """The part of one target, open and locked. Created by :func:`acquire`."""

    def __init__(self, target: Path, file: BinaryIO) -> None:
        self.target = target
        self.path = _part_path(target)
        self.file = file
        self.size = file.seek(0, os.SEEK_END)
        self._digest = hashlib.sha256()
        self._origin_path = target.with_name(target.name + ".part.json")

    def origin(self) -> Origin | None:
        """Return the stored response that the bytes come from; None if there is none."""
        try:
            with open_regular(self._origin_path) as file:
                return Origin(**json.loads(file.read(8192)))
        except (OSError, ValueError, TypeError):  # missing, or not written by this program
            return None

    @property
    def sha256(self) -> str:
        """The SHA-256 of all bytes, hexadecimal; needs :meth:`resume` or :meth:`restart` first."""
        return self._digest.hexdigest()

    def resume(self) -> None:
        """Keep the existing bytes, and continue after them."""
        with self.writing():
            self.file.seek(0)
            for chunk in chunks(self.file):
                self._digest.update(chunk)

    def restart(self, origin: Origin | None) -> None:
        """Remove the existing bytes; the new ones come from ``origin``."""
        with self.writing():
            self.file.truncate(0)
            self.size = self.file.seek(0)
            self._digest = hashlib.sha256()
            self._origin_path.unlink(missing_ok=True)
            if origin is not None:
                with self._origin_path.open("xb") as file:
                    file.write(json.dumps(vars(origin)).encode())

    def require_room(self, count: int) -> None:
        """Check that ``count`` more bytes fit on the disk.

        :raises CannotWriteError: they do not.
        """
        with self.writing():
            free = shutil.disk_usage(self.target.absolute().parent).free
        if count > free:
            raise CannotWriteError(
                f"cannot save {self.target}: {count} more bytes are needed and {free} are free",
                hint="free some space or give -o on another disk; then `pixverse download` again",
            )

    def append(self, chunk: bytes) -> None:
        """Write ``chunk`` at the end.

        :raises CannotWriteError: the system refuses, for example because the disk is full.
        """
        left = memoryview(chunk)
        with self.writing():
            while left:
                written = self.file.write(left)
                self.size += written
                left = left[written:]
        self._digest.update(chunk)

    def head(self, count: int) -> bytes:
        """Return the first ``count`` bytes."""
        self.file.seek(0)
        data = self.file.read(count)
        self.file.seek(0, os.SEEK_END)
        return data

    def place(self, *, force: bool, link: Callable[[Path, Path], None] = os.link) -> None:
        """Sync the file to the disk and give it its final name, or change nothing.

        :raises TakenError: the name exists and ``force`` is false; this check is atomic.
        :raises CannotWriteError: the system refuses; the part remains.
        """
        with self.writing():
            os.fsync(self.file.fileno())
            if sys.platform == "win32":  # pragma: no cover  another system
                self.file.close()  # an open file cannot be renamed there
            if force:
                refuse_taken(self.target, force=True)
                self.path.replace(self.target)
            else:
                self._link_new(link)
            self._origin_path.unlink(missing_ok=True)
            sync_directory(self.target.absolute().parent)

    def _link_new(self, link: Callable[[Path, Path], None]) -> None:
        try:
            name_new(self.path, self.target, link)
        except FileExistsError as error:
            raise _already_exists(self.target) from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Raise an error of the system as :class:`CannotWriteError`."""
        try:
            yield
        except OSError as error:  # ENOSPC, EDQUOT, EFBIG, EROFS, EACCES, a deleted folder
            held = self.size and _is_file_at(self.file, self.path)
            kept = f"; {self.size} bytes are kept in {self.path}" if held else ""
            raise CannotWriteError(
                f"cannot save {self.target}: {reason(error)}{kept}",
                hint="free some space or give another -o; then `pixverse download` again",
            ) from error

    def discard(self) -> None:
        """Remove the part and its ``.part.json``, unless another process has a new part there."""
        with suppress(OSError):  # a remaining part does not prevent the next download
            if _is_file_at(self.file, self.path):
                self.path.unlink()
                self._origin_path.unlink()

    def close(self) -> None:
        """Close the file and release its lock; remove an empty file."""
        if not self.size:
            self.discard()
        self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def acquire(target: Path, clock: Clock, deadline: float = float("inf")) -> Part | BinaryIO:
    """Open and lock the part of ``target``, waiting while another process holds it.

    Returns the open file itself if it is ``target`` by now: another process has finished it.

    :raises BrokenOffError: another process still holds it at the ``deadline`` (monotonic).
    :raises CannotWriteError: the part cannot be created or opened.
    """
    path = _part_path(target)
    for _ in range(_TRIES):
        with ExitStack() as opened:
            file = opened.enter_context(_open(path))
            while not try_lock(file):
                if clock.monotonic() >= deadline:
                    raise BrokenOffError(f"another process is downloading {target}")
                clock.sleep(_LOCK_POLL_SECONDS)
            finished, in_place = _is_file_at(file, target), _is_file_at(file, path)
            usable = in_place and not finished and _has_one_name_and_owner(file)
            if in_place and not usable:
                # a process died after linking the new name and before removing the old one; or
                # the file has another name as well, or belongs to another user
                with _translating_errors(path):
                    path.unlink()
            if finished or usable:
                opened.pop_all()
                return file if finished else Part(target, file)
    raise CannotWriteError(f"cannot save {target}: other processes keep replacing {path}")


@contextmanager
def _translating_errors(path: Path) -> Iterator[None]:
    """Raise an error of the system while the part is opened as CannotWriteError."""
    try:
        yield
    except OSError as error:  # no folder, no permission, another user's in a shared directory
        another = "give another -o; then `pixverse download` again"
        hint = "remove it" if error.errno in _NOT_A_FILE else another
        raise CannotWriteError(f"cannot write {path}: {reason(error)}", hint=hint) from error


def _open(path: Path) -> BinaryIO:
    with _translating_errors(path):
        if kind_at(path, follow=False) is Kind.LINK:
            path.unlink()  # a link may be an attack: never follow it
        try:
            descriptor = os.open(path, _OPEN, 0o666)
        except FileNotFoundError:  # its folder was never made, or deleted since the check
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, _OPEN, 0o666)
    kind = kind_of(os.fstat(descriptor).st_mode)
    if kind is not Kind.FILE:
        os.close(descriptor)
        raise CannotWriteError(f"{path} is {kind}", hint="remove it")
    return os.fdopen(descriptor, "r+b", buffering=0)


def _is_file_at(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.lstat())
    except OSError:
        return False


def _has_one_name_and_owner(file: BinaryIO) -> bool:
    facts = os.fstat(file.fileno())
    owner = os.geteuid() if sys.platform != "win32" else facts.st_uid
    return facts.st_nlink == 1 and facts.st_uid == owner
