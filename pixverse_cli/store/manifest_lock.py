"""``MANIFEST.lock``: which request made each output, and the hash of its file.

JSON Lines sorted by output, for version control: a change of one video changes one line.
Several processes may write it: each reads it, changes one line and replaces it while it holds
the file lock of a side file.
"""

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from pixverse_cli.disk.files import look, open_regular, reason, target_of, try_lock, write_file
from pixverse_cli.domain.clock import TimeLimit
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.frozen import Frozen
from pixverse_cli.domain.text import lines_of

_WAIT_SECONDS = 30.0  # for other processes, which hold the lock for some milliseconds each
_SHORTEST_WAIT = 0.5  # for them when the command's time limit is reached
_PAUSE = 0.02


class LockEntry(Frozen):
    """One output: the request's fingerprint, the file's SHA-256, and the task, if known."""

    output: str
    fingerprint: str
    sha256: str
    task_id: str | None = None


class ManifestLock:
    """The lock file of one manifest; a missing one is empty.

    ``limit`` is the command's time limit: it bounds the wait for other processes.

    :raises UsageError: it cannot be read, or has an invalid line.
    """

    def __init__(self, manifest: Path, limit: TimeLimit) -> None:
        self._manifest = manifest
        self._path = manifest.with_name(manifest.name + ".lock")
        self._limit = limit
        self._entries = self._read()
        self._target = target_of(self._path)  # a symbolic link stays one
        self._side = self._target.with_name(f".{self._target.name}.busy")

    @property
    def reserved(self) -> tuple[Path, ...]:
        """What no output may replace: the manifest, this file, the file of its writers."""
        return self._manifest, self._path, self._target, self._side

    def entry(self, output: str) -> LockEntry | None:
        """Return the entry of an output, if any."""
        return self._entries.get(output)

    def check_writable(self) -> None:
        """Check that an entry could be written now; the lock file itself is not touched.

        :raises UsageError: the folder cannot be written, or another process keeps the file lock.
        """
        try:
            with self._alone() as side:
                os.write(side.fileno(), b"x")  # a full file system still takes an empty file
        except OSError as error:
            raise UsageError(
                f"{self._path} cannot be written: {reason(error)}", hint="nothing was sent"
            ) from error

    def keep(self, entry: LockEntry) -> None:
        """Write one entry atomically, and keep those that other processes wrote meanwhile.

        :raises OSError: it cannot be written.
        :raises UsageError: the file has become invalid; it is not changed.
        """
        with self._alone():
            self._entries = self._read() | {entry.output: entry}
            text = "".join(_line(each) for _, each in sorted(self._entries.items()))
            write_file(self._target, text.encode())

    @contextmanager
    def _alone(self) -> Iterator[BinaryIO]:
        """Hold the file lock that all writers of this file share; give the open side file."""
        with self._locked() as side:
            try:
                yield side
            finally:
                with suppress(OSError):  # Windows does not remove an open file
                    self._side.unlink()

    def _locked(self) -> BinaryIO:
        """Return the side file, open and locked."""
        clock = self._limit.clock
        shortest = clock.monotonic() + _SHORTEST_WAIT
        deadline = max(shortest, self._limit.within(_WAIT_SECONDS).end)
        while True:
            file = self._side.open("ab")
            # the process that had the lock may have removed the file that was opened here
            if try_lock(file) and _is_at(self._side, file):
                return file
            file.close()
            if clock.monotonic() > deadline:
                raise OSError(errno.EAGAIN, "another process keeps it locked")
            clock.sleep(_PAUSE)

    def _read(self) -> dict[str, LockEntry]:
        entries: dict[str, LockEntry] = {}
        problems = list[str]()
        for number, line in enumerate(lines_of(self._text()), 1):
            try:
                entry = _entry(line)
            except (ValueError, TypeError, RecursionError):
                # a merge conflict, a line of a newer version, or bytes that are not UTF-8
                problems.append(f"{self._path}, line {number}: not a valid entry")
            else:
                entries[entry.output] = entry
        if problems:
            raise UsageError(
                "\n".join(problems),
                hint="resolve the conflict there, or remove the line:"
                " its output is then looked up in the store",
            )
        return entries

    def _text(self) -> str:
        try:
            with open_regular(self._path) as file:
                return file.read().decode("utf-8-sig", "surrogateescape")
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise UsageError(f"{self._path} cannot be read: {reason(error)}") from error


def _entry(line: str) -> LockEntry:
    line.encode()  # fails for bytes that were not UTF-8
    entry = LockEntry(**json.loads(line))
    texts = (entry.output, entry.fingerprint, entry.sha256, entry.task_id or "")
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("every value must be text")
    return entry


def _line(entry: LockEntry) -> str:
    """Return the entry's line; characters that an editor may take for a line end are escaped."""
    text = json.dumps(vars(entry), ensure_ascii=False)
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text) + "\n"


def _is_at(path: Path, file: BinaryIO) -> bool:
    """Return whether the open file is still the one at the path."""
    status = look(path)
    return status is not None and os.path.samestat(status, os.fstat(file.fileno()))
