"""In GitHub Actions: errors as annotations, outputs for later steps, a table in the summary.

Formats: GitHub's pages on workflow commands and environment files. All text from outside is
escaped: a message of the service must not become a command. Annotations go to stderr, which
the runner reads too; stdout holds only results.
"""

import secrets
from collections.abc import Collection, Generator, Iterable, Mapping
from pathlib import Path

from pixverse_cli.disk.files import append, reason
from pixverse_cli.domain.errors import Charged, Ending, PixverseError
from pixverse_cli.domain.events import Ended, Event, LeftRunning, Submitted
from pixverse_cli.domain.task import Record
from pixverse_cli.domain.text import harmless, lines_of
from pixverse_cli.reporting.sentences import model_name
from pixverse_cli.reporting.streams import say

_SUMMARY_HEAD = (
    "| task | image | status | model | file | cost (CNY, list price) |\n|---|---|---|---|---|---|\n"
)
_MOST_ERRORS = 10  # GitHub shows no more annotations of one step


def annotate(ending: Ending) -> None:
    """Write an error where GitHub shows it beside the job; each of several tasks by its name."""
    for error in ending.causes[:_MOST_ERRORS] or [ending]:
        if isinstance(error, PixverseError):
            parts = (error.image, error.task_id and error.task_id[:8]) if ending.causes else ()
            name = " ".join(part for part in parts if part and part not in error.message)
            message = f"{name}: {error.message}" if name else error.message
            say(f"::error title=pixverse {error.code}::{_data(message)}")


def with_summary(
    events: Iterable[Event], environ: Mapping[str, str], *, outputs: bool
) -> Generator[Event, None, None]:
    """Pass events on; at their end, even by an error, write the summary and the outputs."""
    records, bought = list[Record](), set[int]()
    try:
        for event in events:
            if isinstance(event, Submitted):
                bought.add(event.record.number)
            if isinstance(event, (Ended, LeftRunning)) and event.record is not None:
                records.append(event.record)
            yield event
    finally:
        if records and environ.get("GITHUB_STEP_SUMMARY"):
            _append("GITHUB_STEP_SUMMARY", environ, _summary(records, bought))
        if outputs:
            _append("GITHUB_OUTPUT", environ, _outputs(records))


def _summary(records: list[Record], bought: Collection[int]) -> str:
    """Return the table; only what this command has bought (numbers of records) has a price."""
    rows = (_cells(each, now=each.number in bought) for each in records)
    return _SUMMARY_HEAD + "".join(f"| {' | '.join(cells)} |\n" for cells in rows) + "\n"


def _cells(record: Record, *, now: bool) -> tuple[str, ...]:
    paid = now and record.charged is Charged.YES
    cost = record.actual_cost or record.estimate if paid else None
    model = model_name(record)
    cells = (record.task_id, record.label, record.status, model, record.file, cost)
    return tuple(_cell(str(cell)) if cell is not None else "" for cell in cells)


def _cell(text: str) -> str:
    escaped = harmless(text).replace("&", "&amp;").replace("<", "&lt;")
    return escaped.replace("|", "&#124;").replace("`", "&#96;")


def _outputs(records: list[Record]) -> str:
    """Return ``task_id``, ``file`` and ``video_url``, a line for each task."""
    columns = {
        "task_id": [record.task_id for record in records],
        "file": [record.file for record in records],
        "video_url": [record.video_url for record in records],
    }
    return "".join(_output(name, values) for name, values in columns.items())


def _output(name: str, values: list[str | None]) -> str:
    end = f"pixverse_{secrets.token_hex(8)}"  # random, so that no value can end its own block
    lines = "\n".join(harmless(value or "") for value in values)
    return f"{name}<<{end}\n{lines}\n{end}\n"


def _append(variable: str, environ: Mapping[str, str], text: str) -> None:
    """Append to the file that a variable names; warn if that is impossible: the videos count."""
    path = environ.get(variable)
    try:
        if not path:
            raise OSError("it is not set")
        append(Path(path), text.encode())
    except OSError as error:
        problem = f"{variable}={path or ''} cannot be written: {reason(error)}"
        say(f"::warning title=pixverse::{_data(problem)}")


def _data(text: str) -> str:
    """Escape what would end a workflow command or start another."""
    plain = "\n".join(harmless(line) for line in lines_of(text))
    return plain.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
