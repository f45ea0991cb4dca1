"""For eyes: a moving line per task on stderr, tables on stdout. The only importer of rich."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.errors import Told
from pixverse_cli.domain.events import (
    Downloading,
    Ended,
    Event,
    Note,
    Retrying,
    Saved,
    Seen,
    Submitted,
    Uploaded,
    Uploading,
)
from pixverse_cli.domain.task import Record
from pixverse_cli.reporting.plain import show_once
from pixverse_cli.reporting.reporter import Reporter, result_line
from pixverse_cli.reporting.result import Result
from pixverse_cli.reporting.rows import outcome, row
from pixverse_cli.reporting.sentences import (
    bought,
    elapsed,
    event_sentence,
    model_name,
    short_id,
    size,
    span,
)
from pixverse_cli.reporting.streams import is_terminal, put, say
from pixverse_cli.reporting.text import harmless, shortened

_REDRAWS_PER_SECOND = 8
_STYLES = {"SUCCEEDED": "green", "FAILED": "red", "CANCELED": "yellow", "UNCLEAR": "yellow"}


class TerminalReporter(Reporter):
    """For a person at a terminal; ``lively`` when stderr is one, so that lines may move."""

    def __init__(self, result: Result, clock: Clock, *, quiet: bool, lively: bool) -> None:
        self._result = result
        self._clock = clock
        self._quiet = quiet
        self._progress = _progress(disable=quiet or not lively)
        self._lines: dict[str, TaskID] = {}

    def drawing(self, events: Iterable[Event]) -> Iterator[Event]:
        """Draw each event; whatever happens, the terminal is left as it was."""
        with self._progress:
            yield from super().drawing(events)

    def draw(self, event: Event) -> None:
        """Move the line that the event is about."""
        match event:
            case Uploading(image=image):
                self._line(image, f"uploading {shortened(image, 40)}", event.sent, event.total)
            case Uploaded(image=image):
                self._drop(image)
            case Submitted(record=record):
                self._line(str(record.number), f"{short_id(record)} submitted: {bought(record)}")
            case Seen(record=record):
                waited = span(elapsed(record, self._clock.now()))
                self._line(str(record.number), f"{short_id(record)} {record.status} {waited}")
                self._remark(event.note)
            case Downloading(record=record):
                text = f"{short_id(record)} downloading"
                self._line(str(record.number), text, event.received, event.total)
            case Saved(record=record):
                self._drop(str(record.number))
            case Retrying() | Note():
                self._remark(event_sentence(event, self._clock.now()))
            case Ended():
                self._end(event)

    def _line(self, key: str, text: str, done: int = 0, total: int | None = None) -> None:
        amount = f"{size(done)} of {size(total)}" if total else ""
        if key not in self._lines:
            self._lines[key] = self._progress.add_task("", total=total, text=text, amount=amount)
        self._progress.update(
            self._lines[key], total=total, completed=done, text=text, amount=amount
        )

    def _drop(self, key: str) -> None:
        if key in self._lines:
            self._progress.remove_task(self._lines.pop(key))

    def _remark(self, text: str | None) -> None:
        if text and not self._quiet:
            with self._paused():
                say(harmless(text))

    def _end(self, event: Ended) -> None:
        if event.record is not None:
            self._drop(str(event.record.number))
        with self._paused():
            if event.error is not None:
                show_once(event.error)
            elif event.record is not None:
                self._tell(event.record)

    def _tell(self, record: Record) -> None:
        if self._result is Result.ROW:
            show_table([record], self._clock)
        elif line := result_line(self._result, record):
            put(harmless(line))

    @contextmanager
    def _paused(self) -> Iterator[None]:
        """Take the moving lines off the screen while something is written in their place."""
        moving = self._progress.live.is_started
        self._progress.stop()
        try:
            yield
        finally:
            if moving:
                self._progress.start()

    def note(self, text: str) -> None:
        """Write a note."""
        self._remark(text)

    def error(self, told: Told) -> None:
        """Write what went wrong and the way out, once."""
        show_once(told)


def show_table(records: Sequence[Record], clock: Clock) -> None:
    """Draw records as a table, or in a pipe as tab-separated lines."""
    if not is_terminal(sys.stdout):
        for record in records:
            put(row(record))
    elif records:
        Console(highlight=False).print(_table(records, clock))
    else:
        say("no tasks")


def _progress(*, disable: bool) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.fields[text]}", markup=False),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[amount]}", markup=False),
        console=Console(stderr=True, highlight=False),
        refresh_per_second=_REDRAWS_PER_SECOND,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=disable,
    )


def _table(records: Sequence[Record], clock: Clock) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("task", "status", "model", "submitted", "prompt", "result"):
        table.add_column(title, overflow="ellipsis", no_wrap=title != "result")
    for record in records:
        table.add_row(*map(Text, _cells(record, clock)), style=_STYLES.get(record.status, ""))
    return table


def _cells(record: Record, clock: Clock) -> tuple[str, ...]:
    now = clock.now()
    return (
        short_id(record),
        record.status,
        model_name(record),
        f"{span(elapsed(record, now))} ago" if record.submitted_at else "",
        shortened(record.prompt or "", 30),
        harmless(outcome(record) or ""),
    )
