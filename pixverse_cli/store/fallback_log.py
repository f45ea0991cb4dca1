"""A plain file for accepted task ids, used when the database cannot be written.

It is beside the database, or in the temporary directory if that directory is not writable
either. The next ``pixverse recover`` moves its lines into the database.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pixverse_cli.disk.files import Kind, kind_of, look
from pixverse_cli.disk.writing import append_line, write_file
from pixverse_cli.domain.clock import from_rfc3339, rfc3339
from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.domain.text import lines_of

NAME = "unrecorded-tasks.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecorded:
    """A task id whose request is row ``number`` of the database, written at ``intent_at``."""

    number: int
    intent_at: str | None
    service: str
    task: Task


def put(directory: Path, record: Record) -> Path | None:
    """Write an accepted task's id; return the file's path, or None on failure."""
    entry = {
        "store": str(directory),
        "number": record.number,
        "intent_at": rfc3339(record.intent_at),
        "service": record.service,
        "task_id": record.task_id,
        "request_id": record.request_id,
        "submitted_at": rfc3339(record.submitted_at),
    }
    for folder in _folders(directory):
        with suppress(OSError):
            append_line(folder / NAME, json.dumps(entry))
            return folder / NAME
    return None


def read(directory: Path) -> list[Unrecorded]:
    """Return the entries for the database in ``directory``."""
    return [line for folder in _folders(directory) for line in _lines(folder / NAME, directory)]


def clear(directory: Path) -> None:
    """Remove the entries for the database in ``directory``; those of other stores stay."""
    for folder in _folders(directory):
        others = [line for line in _raw(folder / NAME) if line.get("store") != str(directory)]
        with suppress(OSError):
            if others:
                text = "".join(json.dumps(line) + "\n" for line in others)
                write_file(folder / NAME, text.encode(), mode=0o600)
            else:
                (folder / NAME).unlink()


def _folders(directory: Path) -> Iterator[Path]:
    yield directory
    with suppress(FileNotFoundError):  # there is no temporary directory that can be written
        yield Path(tempfile.gettempdir())


def _lines(path: Path, directory: Path) -> Iterator[Unrecorded]:
    for line in _raw(path):
        number, task_id = line.get("number"), line.get("task_id")
        if line.get("store") == str(directory) and isinstance(number, int) and task_id:
            intent_at = str(line["intent_at"]) if line.get("intent_at") else None
            service = str(line.get("service"))
            yield Unrecorded(number=number, intent_at=intent_at, service=service, task=_task(line))


def _task(line: dict[str, object]) -> Task:
    submitted_at = None
    with suppress(ValueError):
        submitted_at = from_rfc3339(str(line.get("submitted_at")))
    return Task(
        task_id=str(line["task_id"]),
        status=Status.PENDING,
        raw_status=Status.PENDING,
        submitted_at=submitted_at,
    )


def _raw(path: Path) -> list[dict[str, object]]:
    """Return the valid lines of a file of this user; a half-written last line is skipped."""
    lines = []
    with suppress(OSError, UnicodeDecodeError):
        status = look(path, follow=False)
        if status is None or kind_of(status.st_mode) is not Kind.FILE or not _is_own(status):
            return []  # in the temporary directory other users may create a file of this name
        for text in lines_of(path.read_text(encoding="utf-8")):
            with suppress(ValueError):
                value = json.loads(text)
                lines += [value] if isinstance(value, dict) else []
    return lines


def _is_own(status: os.stat_result) -> bool:
    return os.name != "posix" or status.st_uid == os.getuid()
