"""For a terminal: a progress line per task on stderr, tables on stdout. Only here is rich used."""

import shlex
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console, ConsoleDimensions
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.table import Column

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.events import (
    Downloading,
    Ended,
    Event,
    Expected,
    LeftRunning,
    Note,
    Retrying,
    Saved,
    Seen,
    Submitted,
    Uploaded,
    Uploading,
)
from pixverse_cli.domain.task import Record
from pixverse_cli.domain.text import harmless, shortened
from pixverse_cli.reporting.reporter import Reporter, result_line
from pixverse_cli.reporting.result import Result
from pixverse_cli.reporting.sentences import (
    elapsed,
    error_lines,
    event_sentence,
    request_summary,
    short_id,
    size,
    span,
    usual_time,
)
from pixverse_cli.reporting.streams import put, say
from pixverse_cli.reporting.terminal.tables import shorter_path, show_table

_REDRAWS_PER_SECOND = 8
_TOTAL = "total"
_START = "start"  # shown until the first event comes


class TerminalReporter(Reporter):
    """For a person at a terminal; ``lively`` if stderr is one, so that lines may be redrawn."""

    def __init__(self, result: Result, clock: Clock, *, quiet: bool, lively: bool) -> None:
        self._result = result
        self._clock = clock
        self._quiet = quiet
        self._disabled = quiet or not lively
        self._progress = _progress(disable=self._disabled)
        self._lines: dict[str, TaskID] = {}
        self._usual_times: dict[str, str] = {}
        self._count = self._ended = 0

    def drawing(self, events: Iterable[Event]) -> Generator[Event, None, None]:
        """Draw each event; at the end, even by an error, restore the terminal."""
        self._draw(_START, "asking the service", 0, None)
        self._progress.start()
        try:
            yield from super().drawing(events)
        finally:
            self._progress.stop()

    def draw(self, event: Event) -> None:
        """Update the line of the event's task."""
        self._drop(_START)
        match event:
            case Uploading(image=image):
                text = f"uploading {shortened(image, 30)}"
                self._line(image, text, event.sent, event.total)
            case Uploaded(image=image):
                self._drop(image)
            case Submitted(record=record):
                self._count += 1
                self._write(event_sentence(event, self._clock.now()))
                self._line(_key(record), f"{short_id(record)} {request_summary(record)}")
            case Expected(record=record):
                self._usual_times[_key(record)] = f" (usually {usual_time(event)})"
            case Seen(record=record):
                self._show_status(record)
                self._write(event.note)
            case Downloading(record=record):
                text = f"{short_id(record)} downloading"
                self._line(_key(record), text, event.received, event.total)
            case Saved(record=record):
                self._drop(_key(record))
                self._write(event_sentence(event, self._clock.now()))
                self._write(_open_command(record) if self._count == 1 else None)
            case Retrying() | Note() | LeftRunning():
                self._write(event_sentence(event, self._clock.now()))
            case Ended():
                self._end(event)

    def _show_status(self, record: Record) -> None:
        waited = span(elapsed(record, self._clock.now()))
        expected = self._usual_times.get(_key(record), "")
        self._line(_key(record), f"{short_id(record)} {record.status} {waited}{expected}")

    def _line(self, key: str, text: str, done: int = 0, total: int | None = None) -> None:
        self._draw(key, text, done, total)
        if self._count > 1:
            self._drop(_TOTAL)
            self._draw(_TOTAL, f"{self._ended} of {self._count} done", self._ended, self._count)

    def _draw(self, key: str, text: str, done: int, total: int | None) -> None:
        amount = f"{size(done)} of {size(total)}" if total and key != _TOTAL else ""
        if key not in self._lines:
            self._lines[key] = self._progress.add_task("", total=total, text=text, amount=amount)
        line = self._lines[key]
        self._progress.update(line, total=total, completed=done, text=text, amount=amount)

    def _drop(self, key: str) -> None:
        if key in self._lines:
            self._progress.remove_task(self._lines.pop(key))

    def _write(self, text: str | None) -> None:
        if text and not self._quiet:
            with self._paused():
                say(text)

    def _end(self, event: Ended) -> None:
        self._ended += 1
        if event.record is not None:
            self._drop(_key(event.record))
        with self._paused():
            if event.error is not None:
                for line in error_lines(event.error):
                    say(line)
            elif event.record is not None:
                self._show_result(event.record)

    def _show_result(self, record: Record) -> None:
        if self._result is Result.ROW:
            show_table([record], self._clock)
        elif line := result_line(self._result, record):
            put(harmless(line))

    @contextmanager
    def _paused(self) -> Iterator[None]:
        """Remove the progress lines from the screen while something else is written.

        Afterwards they are made anew: rich would draw the old ones over what was written.
        """
        before = self._progress
        before.stop()
        try:
            yield
        finally:
            self._progress = _progress(disable=self._disabled)
            lines = {line.id: line for line in before.tasks}
            for key, number in list(self._lines.items()):
                line = lines[number]
                self._lines[key] = self._progress.add_task(
                    "", total=line.total, completed=int(line.completed), **line.fields
                )
            self._progress.start()

    def note(self, text: str) -> None:
        """Write a note."""
        self._write(harmless(text))


def _open_command(record: Record) -> str | None:
    opener = {"darwin": "open", "win32": "start"}.get(sys.platform, "xdg-open")
    return f"open it: {opener} {shlex.quote(shorter_path(record.file))}" if record.file else None


def _key(record: Record) -> str:
    return f"task {record.number}"


class _Narrow(Console):
    """A console four columns narrower than the terminal: an echoed ``^C`` must not wrap a line."""

    @property
    def size(self) -> ConsoleDimensions:
        """The size that lines must fit into."""
        width, height = super().size
        return ConsoleDimensions(max(8, width - 4), height)

    @size.setter
    def size(self, new_size: tuple[int, int]) -> None:
        Console.size.fset(self, new_size)  # type: ignore[attr-defined]


def _progress(*, disable: bool) -> Progress:
    """Return progress lines that fit any width: their text is cut, never wrapped."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.fields[text]}", markup=False, table_column=_cut_column()),
        BarColumn(bar_width=16),
        TextColumn("{task.fields[amount]}", markup=False, table_column=_cut_column()),
        console=_Narrow(stderr=True, highlight=False),
        refresh_per_second=_REDRAWS_PER_SECOND,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=disable,
    )


def _cut_column() -> Column:
    return Column(no_wrap=True, overflow="ellipsis")
