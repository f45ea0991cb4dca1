"""A plain file for accepted task ids, for when the database no longer writes.

It lies beside the database, or, where not even that directory takes it, in the temporary
one. Its lines go back into the database with the next ``pixverse recover``.
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
    """A task id whose request had the row ``number`` in the database, written ``intent_at``."""

    number: int
    intent_at: str | None
    service: str
    task: Task


def put(directory: Path, record: Record) -> Path | None:
    """Keep an accepted task's id; return the file that holds it, None if none takes it."""
    line = {
        "store": str(directory),
        "number": record.number,
        "intent_at": rfc3339(record.intent_at),
        "service": record.service,
        "task_id": record.task_id,
        "request_id": record.request_id,
        "submitted_at": rfc3339(record.submitted_at),
    }
    for place in _places(directory):
        with suppress(OSError):
            append_line(place / NAME, json.dumps(line))
            return place / NAME
    return None


def read(directory: Path) -> list[Unrecorded]:
    """Return what was kept for the database in ``directory``."""
    return [found for place in _places(directory) for found in _lines(place / NAME, directory)]


def clear(directory: Path) -> None:
    """Forget what was kept beside the database, and our own lines elsewhere."""
    for place in _places(directory):
        others = [line for line in _raw(place / NAME) if line.get("store") != str(directory)]
        with suppress(OSError):
            if others:
                text = "".join(json.dumps(line) + "\n" for line in others)
                write_file(place / NAME, text.encode(), mode=0o600)
            else:
                (place / NAME).unlink()


def _places(directory: Path) -> tuple[Path, Path]:
    return directory, Path(tempfile.gettempdir())


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
    """Return the readable lines of a file of ours; a half-written last one is passed over."""
    lines = []
    with suppress(OSError, UnicodeDecodeError):
        found = look(path, follow=False)
        if found is None or kind_of(found.st_mode) is not Kind.FILE or not _is_ours(found):
            return []  # in the temporary directory anybody may plant a file
        for text in lines_of(path.read_text(encoding="utf-8")):
            with suppress(ValueError):
                value = json.loads(text)
                lines += [value] if isinstance(value, dict) else []
    return lines


def _is_ours(found: os.stat_result) -> bool:
    return os.name != "posix" or found.st_uid == os.getuid()
