"""What this machine remembers: SQLite, made for many processes at once."""

import json
import os
from contextlib import suppress
from pathlib import Path

from pixverse_cli.domain.clock import rfc3339
from pixverse_cli.domain.task import Record
from pixverse_cli.store.database import Database
from pixverse_cli.store.records import Records
from pixverse_cli.store.slots import Slots
from pixverse_cli.store.uploads import Uploads

ASIDE = "unrecorded-tasks.jsonl"


class Store:
    """The store file ``tasks.db`` in ``directory``, made on first use (0600, directory 0700).

    :raises UnexpectedError: when it is not a store, is damaged, comes from a newer version,
        or cannot be written.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._database = Database(directory / "tasks.db")
        self.records = Records(self._database)
        self.uploads = Uploads(self._database)
        self.slots = Slots(self._database)

    def put_aside(self, record: Record) -> Path | None:
        """Keep an accepted task's id in a plain file, for when the database no longer writes.

        Returns the file: in the store's directory, else in the temporary one; None if
        neither takes it.
        """
        import tempfile  # noqa: PLC0415  for a disaster only

        line = {
            "task_id": record.task_id,
            "service": record.service,
            "model": record.model,
            "prompt": record.prompt,
            "submitted_at": rfc3339(record.submitted_at),
        }
        for directory in (self._directory, Path(tempfile.gettempdir())):
            with suppress(OSError):
                return _append(directory / ASIDE, json.dumps(line) + "\n")
        return None

    def damage(self) -> str | None:
        """Return what SQLite's own check finds wrong, or None."""
        return self._database.damage()

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _append(path: Path, line: str) -> Path:
    flags = os.O_CREAT | os.O_APPEND | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    return path
