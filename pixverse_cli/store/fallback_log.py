"""A plain file for accepted task ids, used when the database cannot be written.

It is beside the database, or in the temporary directory if that directory is not writable
either. The next ``pixverse recover`` moves its lines into the database.
"""

import errno
import json
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from pixverse_cli.disk.files import Kind, append_line, kind_of, look
from pixverse_cli.domain.clock import from_rfc3339, rfc3339
from pixverse_cli.domain.frozen import Frozen
from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.domain.text import lines_of

_NAME = "unrecorded-tasks.jsonl"
_TAKEN = ".taken"
_TRIES = 5


class Unrecorded(Frozen):
    """A task id whose request is row ``number`` of the database, written at ``intent_at``."""

    number: int
    intent_at: str | None
    service: str
    account: str | None
    task: Task


def put(directory: Path, record: Record) -> Path | None:
    """Write an accepted task's id; return the file's path, or None on failure."""
    entry = {
        "store": str(directory),
        "number": record.number,
        "intent_at": rfc3339(record.intent_at),
        "service": record.service,
        "account": record.account,
        "task_id": record.task_id,
        "request_id": record.request_id,
        "submitted_at": rfc3339(record.submitted_at),
    }
    for folder in _folders(directory):
        with suppress(OSError):
            _append(folder / _NAME, json.dumps(entry))
            return folder / _NAME
    return None


def _append(path: Path, line: str) -> None:
    """Append a line, and once more if :func:`take` has moved the file away meanwhile.

    A line that is then in both files is taken twice, which does no harm.

    :raises OSError: the system refused, or the file is moved away again and again.
    """
    for _ in range(_TRIES):
        append_line(path, f"\n{line}" if _is_torn(path) else line)
        if line in _texts(path):
            return
    raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN), str(path))


def _is_torn(path: Path) -> bool:
    """Return whether the file's last line is half-written: the disk was full, say."""
    if look(path) is None:
        return False
    return path.read_bytes()[-1:] not in (b"", b"\n")


def take(directory: Path) -> list[Path]:
    """Move the files that hold entries for the database in ``directory`` aside; return them.

    A process that puts an id down from now on writes a new file. What an earlier run has moved
    aside and not removed is returned as well.
    """
    taken = []
    for folder in _folders(directory):
        path = folder / _NAME
        if any(_lines(path, directory)):
            with suppress(OSError):
                path.rename(path.with_name(f"{_NAME}.{secrets.token_hex(4)}{_TAKEN}"))
        taken += sorted(folder.glob(f"{_NAME}.*{_TAKEN}"))
    return taken


def read(taken: Iterable[Path], directory: Path) -> list[Unrecorded]:
    """Return the entries for the database in ``directory``, each task once."""
    lines = [line for path in taken for line in _lines(path, directory)]
    return list({line.task.task_id: line for line in lines}.values())


def remove(taken: Iterable[Path], directory: Path) -> None:
    """Remove files whose entries are in the database; the lines of other stores are put back."""
    for path in taken:
        with suppress(OSError):
            for text in _texts(path):
                if not _is_for(_value(text), directory):
                    _append(path.with_name(_NAME), text)
            path.unlink()


def _folders(directory: Path) -> Iterator[Path]:
    yield directory
    with suppress(FileNotFoundError):  # there is no temporary directory that can be written
        yield Path(tempfile.gettempdir())


def _lines(path: Path, directory: Path) -> Iterator[Unrecorded]:
    for text in _texts(path):
        line = _value(text)
        number, task_id = line.get("number"), line.get("task_id")
        if _is_for(line, directory) and isinstance(number, int) and task_id:
            yield Unrecorded(
                number=number,
                intent_at=_text(line.get("intent_at")),
                service=str(line.get("service")),
                account=_text(line.get("account")),
                task=_task(line),
            )


def _is_for(line: dict[str, object], directory: Path) -> bool:
    return line.get("store") == str(directory)


def _text(value: object) -> str | None:
    return str(value) if value else None


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


def _value(text: str) -> dict[str, object]:
    """Return the JSON object of a line; an empty one if the line is half-written."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _texts(path: Path) -> list[str]:
    """Return the lines of a file of this user; none if it cannot be read."""
    with suppress(OSError, UnicodeDecodeError):
        status = look(path, follow=False)
        if status is None or kind_of(status.st_mode) is not Kind.FILE or not _is_own(status):
            return []  # in the temporary directory other users may create a file of this name
        return [text for text in lines_of(path.read_text(encoding="utf-8")) if text.strip()]
    return []


def _is_own(status: os.stat_result) -> bool:
    return os.name != "posix" or status.st_uid == os.getuid()
