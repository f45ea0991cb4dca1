"""``MANIFEST.lock``: which request made each output, and the hash of its file.

JSON Lines sorted by output, for version control: a change of one video changes one line.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pixverse_cli.disk.files import reason
from pixverse_cli.disk.writing import write_file
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.text import lines_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LockEntry:
    """One output: the request's fingerprint, the file's SHA-256, and the task, if known."""

    output: str
    fingerprint: str
    sha256: str
    task_id: str | None = None


class ManifestLock:
    """The lock file of one manifest; a missing one is empty."""

    def __init__(self, manifest: Path) -> None:
        self._path = manifest.with_name(manifest.name + ".lock")
        self._read()

    def entry(self, output: str) -> LockEntry | None:
        """Return the entry of an output, if any."""
        return self._entries.get(output)

    def keep(self, entry: LockEntry) -> None:
        """Write one entry atomically, and keep those that other processes wrote meanwhile."""
        self._read()
        self._entries[entry.output] = entry
        text = "".join(
            json.dumps(asdict(line), ensure_ascii=False) + "\n"
            for _, line in sorted(self._entries.items())
        )
        write_file(self._path, text.encode())

    def _read(self) -> None:
        self._entries: dict[str, LockEntry] = {}
        for number, line in enumerate(lines_of(self._text()), 1):
            self._add(number, line)

    def _text(self) -> str:
        try:
            return self._path.read_text("utf-8")
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise UsageError(f"{self._path} cannot be read: {reason(error)}") from error

    def _add(self, number: int, line: str) -> None:
        try:
            entry = LockEntry(**json.loads(line))
        except (ValueError, TypeError) as error:
            # a merge conflict, or a line of a newer version
            raise UsageError(
                f"{self._path}, line {number}: not a valid entry",
                hint="resolve the conflict there, or remove the line:"
                " its output is then looked up in the store",
            ) from error
        self._entries[entry.output] = entry
