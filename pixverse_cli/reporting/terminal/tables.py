"""Records as a table that fits the terminal: columns without room are left out."""

import os
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.domain.text import harmless, shortened
from pixverse_cli.reporting.rows import outcome, row
from pixverse_cli.reporting.sentences import elapsed, model_name, short_id
from pixverse_cli.reporting.streams import is_terminal, put, say

_WIDTH_WITHOUT_PROMPT = 72
_NOTHING_TO_FETCH = (Status.FAILED, Status.CANCELED, Status.UNKNOWN, Status.NOT_SENT)
_STYLES = {
    Status.SUCCEEDED: "green",
    Status.FAILED: "red",
    Status.CANCELED: "yellow",
    Status.UNCLEAR: "yellow",
    Status.RUNNING: "cyan",
}


def shorter_path(path: str) -> str:
    """Return the path relative to the current directory if that is shorter."""
    return min(path, os.path.relpath(path), key=len)


def show_table(records: Sequence[Record], clock: Clock) -> None:
    """Draw records as a table on a terminal, or print them as tab-separated lines in a pipe."""
    if not is_terminal(sys.stdout):
        for record in records:
            put(row(record))
    elif records:
        console = Console(highlight=False)
        console.print(_table(records, clock, console.width))
    else:
        say("no tasks to show; start one: pixverse submit IMAGE -p TEXT --wait")


def _table(records: Sequence[Record], clock: Clock, width: int) -> Table:
    room = max(0, width - _WIDTH_WITHOUT_PROMPT)
    table = Table(box=None, pad_edge=False)
    shown = [column for column in _COLUMNS if width >= column.min_width]
    for column in shown:
        table.add_column(column.title, no_wrap=not column.folds, overflow="fold")
    for record in records:
        cells = [Text(column.cell(record, clock, room)) for column in shown]
        cells[1].stylize(_STYLES.get(record.status, ""))
        table.add_row(*cells)
    return table


class _Column(NamedTuple):
    """One column: what it shows, and the terminal width it needs."""

    title: str
    cell: Callable[[Record, Clock, int], str]
    min_width: int = 0
    folds: bool = False


def _age(record: Record, clock: Clock, _room: int) -> str:
    return _coarse(elapsed(record, clock.now())) if record.submitted_at else ""


def _prompt(record: Record, _clock: Clock, room: int) -> str:
    return shortened(record.prompt or "", room)


def _coarse(seconds: float) -> str:
    """Write ``45 s``, ``3 min``, ``5 h``, ``2 d``."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return f"{int(seconds)} s"


def _kept_for(record: Record, clock: Clock, _room: int) -> str:
    """Return how long the service still keeps a task whose video is not saved."""
    if record.expires_at is None or record.file or record.status in _NOTHING_TO_FETCH:
        return ""
    return _coarse(max(0.0, (record.expires_at - clock.now()).total_seconds()))


def _next_step(record: Record) -> str:
    """Return where the video is, or the command to run next."""
    result = outcome(record) or ""
    if record.status is Status.UNCLEAR:
        return "pixverse recover"
    if record.status.unfinished:
        return f"pixverse wait {short_id(record)}"
    if record.status is Status.SUCCEEDED and result == record.video_url:
        return f"pixverse download {short_id(record)}"
    return shorter_path(result) if result == record.file else result


_COLUMNS = (
    _Column("task", lambda record, _clock, _room: short_id(record)),
    _Column("status", lambda record, _clock, _room: record.status),
    _Column("model", lambda record, _clock, _room: model_name(record), min_width=60),
    _Column("age", _age, min_width=60),
    _Column("kept for", _kept_for, min_width=60),
    _Column("prompt", _prompt, min_width=80),
    _Column(
        "result or next step",
        lambda record, _clock, _room: harmless(_next_step(record)),
        folds=True,
    ),
)
