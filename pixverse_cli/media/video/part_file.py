"""The ``.part`` file beside a video that is still coming, and how it gets its final name.

One process at a time holds it (an advisory lock on the file itself), so whatever is in it
was written by one. Beside it, ``.part.json`` remembers of which answer it is the beginning:
without that nothing is ever appended.
"""

import errno
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from pixverse_cli.disk.files import Kind, chunks, kind_at, kind_of, open_regular, reason
from pixverse_cli.disk.writing import name_new, sync_directory, try_lock
from pixverse_cli.domain.clock import Clock
from pixverse_cli.media.video.failures import CannotWriteError, TakenError

_POLL_SECONDS = 0.2
_TRIES = 100
_OPEN = (
    os.O_RDWR
    | os.O_CREAT
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_IN_THE_WAY = {errno.ELOOP, errno.EMLINK, errno.EISDIR, errno.ENXIO}  # a link, directory, socket


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Which answer a part is the beginning of.

    ``url`` is without its query, ``validator`` a strong ETag or a Last-Modified that can
    stand in If-Range (RFC 9110, section 13.1.5), ``total`` the whole length in bytes.
    """

    url: str
    validator: str
    total: int | None


def part_path(target: Path) -> Path:
    """Return where the beginning of ``target`` is kept."""
    return target.with_name(target.name + ".part")


def refuse_taken(target: Path, *, force: bool, unfinished: bool = False) -> None:
    """Check that ``target`` may be made.

    With ``unfinished`` a target whose part is there is left to whoever takes up the part.

    :raises TakenError: it exists and ``force`` is false.
    :raises CannotWriteError: it is a directory, pipe, socket or device.
    """
    try:
        kind = kind_at(target, follow=False)
        if kind is None or (unfinished and kind_at(part_path(target))):
            return
    except OSError:  # the next step will complain about the folder or the name
        return
    if kind not in (Kind.FILE, Kind.LINK):
        raise CannotWriteError(f"{target} is {kind}: it cannot be replaced by a video")
    if not force:
        raise _taken(target)


def _taken(target: Path) -> TakenError:
    return TakenError(f"{target} already exists", hint="--force replaces it; or give another -o")


class Part:
    """The part of one target, open and locked. LockEntry by :func:`acquire`."""

    def __init__(self, target: Path, file: BinaryIO) -> None:
        self.target = target
        self.path = part_path(target)
        self.file = file
        self.size = file.seek(0, os.SEEK_END)
        self._digest = hashlib.sha256()
        self._notes = target.with_name(target.name + ".part.json")

    def origin(self) -> Origin | None:
        """Return what is remembered of the answer this is the beginning of."""
        try:
            with open_regular(self._notes) as file:
                return Origin(**json.loads(file.read(8192)))
        except (OSError, ValueError, TypeError):  # none, or not ours
            return None

    @property
    def sha256(self) -> str:
        """The SHA-256 of all bytes, hexadecimal; needs :meth:`resume` or :meth:`restart` first."""
        return self._digest.hexdigest()

    def resume(self) -> None:
        """Keep what is there, and go on at its end."""
        with self.writing():
            self.file.seek(0)
            for chunk in chunks(self.file):
                self._digest.update(chunk)

    def restart(self, origin: Origin | None) -> None:
        """Throw away what is there; from now on ``origin`` is what comes."""
        with self.writing():
            self.file.truncate(0)
            self.size = self.file.seek(0)
            self._digest = hashlib.sha256()
            self._notes.unlink(missing_ok=True)
            if origin is not None:
                with self._notes.open("x", encoding="utf-8") as file:
                    json.dump(asdict(origin), file)

    def require_room(self, count: int) -> None:
        """Check that ``count`` further bytes fit on the disk.

        :raises CannotWriteError: when they do not.
        """
        with self.writing():
            free = shutil.disk_usage(self.target.absolute().parent).free
        if count > free:
            raise CannotWriteError(
                f"cannot save {self.target}: {count} more bytes are needed and {free} are free",
                hint="make room, or give -o on another disk, then `pixverse download` again",
            )

    def append(self, chunk: bytes) -> None:
        """Write at the end.

        :raises CannotWriteError: when the disk is full and the like.
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
        """Give the file its final name, whole and on the disk, or leave everything as it is.

        :raises TakenError: when the name is taken and ``force`` is false; there is no race.
        :raises CannotWriteError: when the system refuses; the part stays.
        """
        with self.writing():
            os.fsync(self.file.fileno())
            if sys.platform == "win32":  # pragma: no cover  another system
                self.file.close()  # an open file cannot be renamed there
            if force:
                refuse_taken(self.target, force=True)
                self.path.replace(self.target)
            else:
                self._name_new(link)
            self._notes.unlink(missing_ok=True)
            sync_directory(self.target.absolute().parent)

    def _name_new(self, link: Callable[[Path, Path], None]) -> None:
        try:
            name_new(self.path, self.target, link)
        except FileExistsError as error:
            raise _taken(self.target) from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Tell what the system refuses as :class:`CannotWriteError`."""
        try:
            yield
        except OSError as error:  # ENOSPC, EDQUOT, EFBIG, EROFS, EACCES, a folder that went away
            kept = f"; {self.size} bytes are kept in {self.path}" if self.size else ""
            raise CannotWriteError(
                f"cannot save {self.target}: {reason(error)}{kept}",
                hint="make room or give another -o, then `pixverse download` again",
            ) from error

    def discard(self) -> None:
        """Remove what is there."""
        with suppress(OSError):  # a part that cannot be removed is started anew next time
            self.path.unlink(missing_ok=True)
            self._notes.unlink(missing_ok=True)
        self.size = 0

    def close(self) -> None:
        """Let go of the file; an empty one is removed."""
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


def acquire(target: Path, clock: Clock) -> Part | BinaryIO:
    """Open and lock the part of ``target``, waiting while another process holds it.

    Returns the file itself, open, when it is ``target`` now: a finished download.

    :raises CannotWriteError: when the folder does not take it.
    """
    path = part_path(target)
    for _ in range(_TRIES):
        with ExitStack() as opened:
            file = opened.enter_context(_open(path))
            while not try_lock(file):
                clock.sleep(_POLL_SECONDS)
            finished, in_place = _is(file, target), _is(file, path)
            usable = in_place and not finished and _is_ours_alone(file)
            if in_place and not usable:
                # somebody died between giving the new name and taking the old one away; or
                # another name leads to these bytes, or another user may change them
                with _making(path):
                    path.unlink()
            if finished or usable:
                opened.pop_all()
                return file if finished else Part(target, file)
    raise CannotWriteError(f"cannot save {target}: {path} does not stay in place")


@contextmanager
def _making(path: Path) -> Iterator[None]:
    """Tell what the system refuses while the part is made."""
    try:
        yield
    except OSError as error:  # no folder, no permission, another user's in a shared directory
        hint = "remove it" if error.errno in _IN_THE_WAY else "give another -o"
        raise CannotWriteError(f"cannot write {path}: {reason(error)}", hint=hint) from error


def _open(path: Path) -> BinaryIO:
    with _making(path):
        if kind_at(path, follow=False) is Kind.LINK:
            path.unlink()  # planted, or left by somebody's tidying: never followed
        descriptor = os.open(path, _OPEN, 0o666)
    kind = kind_of(os.fstat(descriptor).st_mode)
    if kind is not Kind.FILE:
        os.close(descriptor)
        raise CannotWriteError(f"{path} is {kind}", hint="remove it")
    return os.fdopen(descriptor, "r+b", buffering=0)


def _is(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.lstat())
    except OSError:
        return False


def _is_ours_alone(file: BinaryIO) -> bool:
    facts = os.fstat(file.fileno())
    owner = os.geteuid() if sys.platform != "win32" else facts.st_uid
    return facts.st_nlink == 1 and facts.st_uid == owner
