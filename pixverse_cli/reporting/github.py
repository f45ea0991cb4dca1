"""In GitHub Actions: errors as annotations, outputs for later steps, a table in the summary.

Formats: GitHub's pages on workflow commands and environment files. All text from outside is
escaped: a message of the service must not become a command. Annotations go to stderr, which
the runner reads too; stdout holds only results.
"""

import secrets
from collections.abc import Generator, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from pixverse_cli.domain.errors import Charged, Ending, PixverseError
from pixverse_cli.domain.events import Ended, Event, LeftRunning
from pixverse_cli.domain.task import Record
from pixverse_cli.domain.text import harmless, lines_of
from pixverse_cli.reporting.sentences import model_name
from pixverse_cli.reporting.streams import say

_SUMMARY_HEAD = "| task | status | model | file | cost (CNY, list price) |\n|---|---|---|---|---|\n"


def annotate(ending: Ending) -> None:
    """Write an error where GitHub shows it beside the job."""
    if isinstance(ending, PixverseError):
        say(f"::error title=pixverse {ending.code}::{_data(ending.message)}")


def with_summary(
    events: Iterable[Event], environ: Mapping[str, str], *, outputs: bool
) -> Generator[Event, None, None]:
    """Pass events on; at their end, even by an error, write the summary and the outputs."""
    records: list[Record] = []
    try:
        for event in events:
            if isinstance(event, (Ended, LeftRunning)) and event.record is not None:
                records.append(event.record)
            yield event
    finally:
        _append(environ.get("GITHUB_STEP_SUMMARY"), _summary(records) if records else "")
        if outputs:
            _append(environ.get("GITHUB_OUTPUT"), _outputs(records))


def _summary(records: list[Record]) -> str:
    return _SUMMARY_HEAD + "".join(f"| {' | '.join(_cells(each))} |\n" for each in records) + "\n"


def _cells(record: Record) -> tuple[str, ...]:
    paid = record.charged is Charged.YES
    cost = record.actual_cost or record.estimate if paid else None
    cells = (record.task_id, record.status, model_name(record), record.file, cost)
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


def _append(path: str | None, text: str) -> None:
    if path and text:
        with suppress(OSError), Path(path).open("a", encoding="utf-8") as file:
            file.write(text)


def _data(text: str) -> str:
    """Escape what would end a workflow command or start another."""
    plain = "\n".join(harmless(line) for line in lines_of(text))
    return plain.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
