"""For a terminal: live lines on stderr that follow each task, tables on stdout."""

import sys
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import nullcontext

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.events import (
    Ended,
    Event,
    Expected,
    LeftRunning,
    Note,
    Retrying,
    Saved,
    Seen,
    Submitted,
)
from pixverse_cli.domain.task import Record
from pixverse_cli.domain.text import harmless, shell_word
from pixverse_cli.reporting.reporter import Reporter, result_line
from pixverse_cli.reporting.result import Result
from pixverse_cli.reporting.sentences import (
    Repeats,
    TaskSet,
    short_id,
    shorter_path,
    submitted_sentence,
)
from pixverse_cli.reporting.streams import is_terminal, put, tell
from pixverse_cli.reporting.terminal.card import card
from pixverse_cli.reporting.terminal.page import page_width, write_page
from pixverse_cli.reporting.terminal.painter import Painter
from pixverse_cli.reporting.terminal.record_table import Now, record_table
from pixverse_cli.reporting.terminal.view import View

_MOST_IDS = 5  # in a hint


class TerminalReporter(Reporter):
    """For a person at a terminal; ``lively`` if stderr is one, so that lines may be redrawn.

    ``service`` is the address that commands use now.
    """

    def __init__(
        self,
        result: Result,
        clock: Clock,
        service: str | None = None,
        *,
        quiet: bool,
        lively: bool,
    ) -> None:
        self._result = result
        self._service = service
        self._clock = clock
        self._quiet = quiet
        self._painter = Painter(View(clock), sys.stderr) if lively and not quiet else None
        self._tasks = TaskSet()
        self._repeats = Repeats(clock, live=True)
        self._rows: list[Record] = []  # for the table at the end

    def drawing(self, events: Iterable[Event]) -> Generator[Event, None, None]:
        """Draw each event; at the end, even by an error, restore the terminal."""
        with self._painter.running() if self._painter else nullcontext():
            yield from super().drawing(events)
        if self._result is Result.ROW:
            write_page(self._page())
        else:
            for line in self._tasks.summary():
                self.note(line)
            self.note(self._next_step())

    def _next_step(self) -> str:
        """Return the command that saves the videos, where this one was not asked to."""
        if self._result not in (Result.TASK_ID, Result.URL) or not is_terminal(sys.stdout):
            return ""
        good = [event.record for event in self._tasks.ended if event.error is None]
        left = [record for record in good if record is not None and record.file is None]
        running = any(record.status.unfinished for record in left)
        names = [short_id(record) for record in left if record.task_id]
        if not names:
            return ""
        which = " ".join(names) if len(names) <= _MOST_IDS else "--all"
        return f"next: pixverse {f'wait {which} --download' if running else f'download {which}'}"

    def draw(self, event: Event) -> None:
        """Update the line of the event's task, and write what should stay on the screen."""
        self._tasks.add(event)
        if self._painter:
            self._painter.show(event)
        match event:
            case Seen(note=None):
                pass  # the live lines show it
            case Submitted() if self._result is Result.TASK_ID and is_terminal(sys.stdout):
                # the id is the result, on a line of its own
                self.note(submitted_sentence(event.record.title, event.record))
            case Submitted() | Seen() | Saved() | Retrying() | Expected() | LeftRunning() | Note():
                if not self._repeats.is_repeated(event):
                    self.note(self._tasks.sentence(event, self._clock.now()) or "")
            case Ended():
                self._end(event)
            case _:
                pass
        if isinstance(event, Saved) and not self._tasks.several:
            self.note(_open_command(event.record.file))

    def _end(self, event: Ended) -> None:
        for line in self._tasks.error_lines(event):
            tell(line)
        if event.record is not None:
            self._show(event.record, failed=event.error is not None)

    def show_unfinished(self, records: Sequence[Record]) -> None:
        """Show what is known of the status of tasks, if that was asked for."""
        for record in records:
            self._show(record, failed=True)
        write_page(self._page())

    def _show(self, record: Record, *, failed: bool) -> None:
        on_screen = is_terminal(sys.stdout)
        if self._result is Result.ROW and on_screen:
            self._rows.append(record)
        elif result := result_line(self._result, record, failed=failed):
            put(harmless(result) if on_screen else result)

    def _page(self) -> Iterator[str]:
        """Return a card for one task, a table for several."""
        now = Now(self._clock.now(), self._service)
        if len(self._rows) == 1:
            return card(self._rows[0], now, page_width())
        return record_table(self._rows, now, page_width()) if self._rows else iter(())

    def note(self, text: str) -> None:
        """Write a note, unless quiet."""
        if text and not self._quiet:
            tell(harmless(text))


def _open_command(file: str | None) -> str:
    opener = {"darwin": "open", "win32": "start"}.get(sys.platform, "xdg-open")
    return f"open it: {opener} {shell_word(shorter_path(file))}" if file else ""
