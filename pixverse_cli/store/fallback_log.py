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

from pixverse_cli.domain.clock import from_rfc3339, rfc3339
from pixverse_cli.domain.task import Record, Status, Task

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
            return _append(place / NAME, json.dumps(line) + "\n")
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
                _replace(place / NAME, others)
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
        if path.is_symlink() or (os.name == "posix" and path.stat().st_uid != os.getuid()):
            return []  # in the temporary directory anybody may plant a file
        for text in path.read_text(encoding="utf-8").splitlines():
            with suppress(ValueError):
                value = json.loads(text)
                lines += [value] if isinstance(value, dict) else []
    return lines


def _append(path: Path, line: str) -> Path:
    flags = os.O_CREAT | os.O_APPEND | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    return path


def _replace(path: Path, lines: list[dict[str, object]]) -> None:
    """Write these lines in the file's place, all or nothing."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    with suppress(FileNotFoundError):
        draft.unlink()
    _append(draft, "".join(json.dumps(line) + "\n" for line in lines))
    draft.replace(path)
