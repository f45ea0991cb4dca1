"""For eyes: a moving line per task on stderr, tables on stdout. The only importer of rich."""

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
    bought,
    elapsed,
    error_lines,
    event_sentence,
    short_id,
    size,
    span,
    usual,
)
from pixverse_cli.reporting.streams import put, say
from pixverse_cli.reporting.terminal.tables import near, show_table

_REDRAWS_PER_SECOND = 8
_TOTAL = "total"
_START = "start"  # shown until the first event, which may have to wait for the network


class TerminalReporter(Reporter):
    """For a person at a terminal; ``lively`` when stderr is one, so that lines may move."""

    def __init__(self, result: Result, clock: Clock, *, quiet: bool, lively: bool) -> None:
        self._result = result
        self._clock = clock
        self._quiet = quiet
        self._still = quiet or not lively
        self._progress = _progress(disable=self._still)
        self._lines: dict[str, TaskID] = {}
        self._usual: dict[str, str] = {}
        self._count = self._ended = 0

    def drawing(self, events: Iterable[Event]) -> Generator[Event, None, None]:
        """Draw each event; whatever happens, the terminal is left as it was."""
        self._draw(_START, "asking the service", 0, None)
        self._progress.start()
        try:
            yield from super().drawing(events)
        finally:
            self._progress.stop()

    def draw(self, event: Event) -> None:
        """Move the line that the event is about."""
        self._drop(_START)
        match event:
            case Uploading(image=image):
                text = f"uploading {shortened(image, 30)}"
                self._line(image, text, event.sent, event.total)
            case Uploaded(image=image):
                self._drop(image)
            case Submitted(record=record):
                self._count += 1
                self._remark(event_sentence(event, self._clock.now()))
                self._line(_key(record), f"{short_id(record)} {bought(record)}")
            case Expected(record=record):
                self._usual[_key(record)] = f" (usually {usual(event)})"
            case Seen(record=record):
                self._see(record)
                self._remark(event.note)
            case Downloading(record=record):
                text = f"{short_id(record)} downloading"
                self._line(_key(record), text, event.received, event.total)
            case Saved(record=record):
                self._drop(_key(record))
                self._remark(event_sentence(event, self._clock.now()))
                self._remark(_how_to_open(record) if self._count == 1 else None)
            case Retrying() | Note():
                self._remark(event_sentence(event, self._clock.now()))
            case Ended():
                self._end(event)

    def _see(self, record: Record) -> None:
        waited = span(elapsed(record, self._clock.now()))
        expected = self._usual.get(_key(record), "")
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

    def _remark(self, text: str | None) -> None:
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
                self._tell(event.record)

    def _tell(self, record: Record) -> None:
        if self._result is Result.ROW:
            show_table([record], self._clock)
        elif line := result_line(self._result, record):
            put(harmless(line))

    @contextmanager
    def _paused(self) -> Iterator[None]:
        """Take the moving lines off the screen while something is written in their place.

        New lines take the old ones' place: rich's would draw over what was written.
        """
        before = self._progress
        before.stop()
        try:
            yield
        finally:
            self._progress = _progress(disable=self._still)
            lines = {line.id: line for line in before.tasks}
            for key, number in list(self._lines.items()):
                line = lines[number]
                self._lines[key] = self._progress.add_task(
                    "", total=line.total, completed=int(line.completed), **line.fields
                )
            self._progress.start()

    def note(self, text: str) -> None:
        """Write a note."""
        self._remark(harmless(text))


def _how_to_open(record: Record) -> str | None:
    opener = {"darwin": "open", "win32": "start"}.get(sys.platform, "xdg-open")
    return f"open it: {opener} {shlex.quote(near(record.file))}" if record.file else None


def _key(record: Record) -> str:
    return f"task {record.number}"


class _Narrow(Console):
    """A console four columns narrower than it is: a ``^C`` that is echoed must not wrap."""

    @property
    def size(self) -> ConsoleDimensions:
        """The size that lines have to fit."""
        width, height = super().size
        return ConsoleDimensions(max(8, width - 4), height)

    @size.setter
    def size(self, new_size: tuple[int, int]) -> None:
        Console.size.fset(self, new_size)  # type: ignore[attr-defined]


def _progress(*, disable: bool) -> Progress:
    """Return moving lines that fit any width: the text is cut, never wrapped."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.fields[text]}", markup=False, table_column=_cut()),
        BarColumn(bar_width=16),
        TextColumn("{task.fields[amount]}", markup=False, table_column=_cut()),
        console=_Narrow(stderr=True, highlight=False),
        refresh_per_second=_REDRAWS_PER_SECOND,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=disable,
    )


def _cut() -> Column:
    return Column(no_wrap=True, overflow="ellipsis")
