"""``MANIFEST.lock``: which request each output was made by, and the hash of its file.

JSON Lines sorted by output, made to be committed: a change of one video is a change of one
line.
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
        """Return what is known of an output."""
        return self._lines.get(output)

    def keep(self, entry: LockEntry) -> None:
        """Write one line beside what others have written meanwhile, all or nothing."""
        self._read()
        self._lines[entry.output] = entry
        text = "".join(
            json.dumps(asdict(line), ensure_ascii=False) + "\n"
            for _, line in sorted(self._lines.items())
        )
        write_file(self._path, text.encode())

    def _read(self) -> None:
        self._lines: dict[str, LockEntry] = {}
        for number, line in enumerate(lines_of(self._text()), 1):
            self._take(number, line)

    def _text(self) -> str:
        try:
            return self._path.read_text("utf-8")
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise UsageError(f"{self._path} cannot be read: {reason(error)}") from error

    def _take(self, number: int, line: str) -> None:
        try:
            entry = LockEntry(**json.loads(line))
        except (ValueError, TypeError) as error:
            # a merge conflict, a line of a newer version
            raise UsageError(
                f"{self._path}, line {number}: cannot be understood",
                hint="resolve the conflict there, or remove the line:"
                " what it spoke of is then looked up in the store",
            ) from error
        self._lines[entry.output] = entry
