"""Keeps the last lines of a terminal up to date, on a thread of its own.

Only this thread writes to the terminal while it runs: events and lines come to it through a
queue, from the main thread and from helper threads. A signal interrupts the main thread only,
so it never stops half a picture. Below the lines stands the cursor, at the left: an echoed
``^C`` cannot break them. Nothing is switched on that a killed process would leave behind.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from types import FrameType
from typing import NamedTuple, TextIO

from pixverse_cli.domain.clock import SystemClock
from pixverse_cli.domain.events import Event
from pixverse_cli.domain.threads import threads_left
from pixverse_cli.reporting.streams import say, takes_colour, without_colour, writing_above
from pixverse_cli.reporting.terminal.page import size_of
from pixverse_cli.reporting.terminal.region import Region
from pixverse_cli.reporting.terminal.view import View

_CLOCK = SystemClock()  # only paces the redraws
_BETWEEN_REDRAWS = 1 / 8  # seconds
_LATE = 0.5  # seconds
_FOR_A_READER = 1 / 4  # seconds in which tee or head shows what it got from a pipe
_FIRST_REDRAW = 0.15  # a command that ends at once shows nothing
_END_SECONDS = 2.0  # a terminal that takes no output must not keep the program


class _Line(NamedTuple):
    """A line to write above."""

    text: str


class _Hide(NamedTuple):
    """Remove the live lines, say so to ``hidden``, and wait for anything in ``go_on``."""

    hidden: SimpleQueue[None]
    go_on: SimpleQueue[None]


class _Continued(NamedTuple):
    """The process was stopped (Ctrl-Z) and runs again: the cursor is somewhere else."""


class _End(NamedTuple):
    """Remove the live lines and end."""


class Painter:
    """Draws a view on a terminal until :meth:`running` ends."""

    def __init__(self, view: View, terminal: TextIO) -> None:
        self._view = view
        self._terminal = terminal
        self._messages = SimpleQueue[Event | _Line | _Hide | _Continued | _End]()
        self._thread: threading.Thread | None = None
        self._above: list[str] = []
        self._region = Region()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Draw during the block, unless the system has no thread for it beside that of a call."""
        if threads_left(2) < 2:
            yield
            return
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        self._thread = thread
        with writing_above(self), _hearing_of_continuation(self._continued):
            try:
                yield
            finally:
                self._messages.put(_End())
                thread.join(_END_SECONDS)
        self._write_rest()

    def show(self, event: Event) -> None:
        """Take an event into the view."""
        if self._thread is not None:
            self._messages.put(event)

    def write_above(self, line: str) -> None:
        """Write a line above; any thread may call it."""
        self._messages.put(_Line(line))

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Remove the live lines while something else writes to the terminal."""
        hide = _Hide(SimpleQueue(), SimpleQueue())
        try:
            self._messages.put(hide)
            with suppress(Empty):
                hide.hidden.get(timeout=_END_SECONDS)
            yield
        finally:
            hide.go_on.put(None)

    def _continued(self, _number: int, _frame: FrameType | None) -> None:
        self._messages.put(_Continued())

    def _run(self) -> None:
        due, was_late = _CLOCK.monotonic() + _FIRST_REDRAW, False
        while True:
            message = self._next(due)
            match message:
                case _Line(text=text):
                    self._above.append(text)
                case _Hide():
                    self._redraw([])
                    self._region.forget()
                    message.hidden.put(None)
                    message.go_on.get()
                    due, was_late = _CLOCK.monotonic() + _FOR_A_READER, False
                case _Continued():
                    self._region.forget()
                case _End():
                    self._redraw([])
                    return
                case None if _CLOCK.monotonic() - due > _LATE and not was_late:
                    # the process may have been stopped: the main thread then says so first
                    due, was_late = _CLOCK.monotonic() + _BETWEEN_REDRAWS, True
                case None:
                    columns, height = size_of(self._terminal)
                    self._redraw(self._view.lines(columns - 1, height - 1))
                    due, was_late = _CLOCK.monotonic() + _BETWEEN_REDRAWS, False
                case event:
                    self._view.apply(event)

    def _next(self, due: float) -> Event | _Line | _Hide | _Continued | _End | None:
        """Return the next message, or None when it is time to redraw."""
        left = due - _CLOCK.monotonic()
        if left <= 0:
            return None
        with suppress(Empty):
            return self._messages.get(timeout=left)
        return None

    def _write_rest(self) -> None:
        """Write the lines that came too late, or that a broken thread has left."""
        with suppress(Empty):
            while True:
                message = self._messages.get_nowait()
                if isinstance(message, _Line):
                    say(message.text)

    def _redraw(self, lines: list[str]) -> None:
        """Replace the live lines, and write what was waiting to stand above them."""
        if not takes_colour(self._terminal):
            lines = [without_colour(line) for line in lines]
        text = self._region.replace(lines, self._above, size_of(self._terminal))
        self._above = []
        with suppress(OSError, ValueError):
            self._terminal.write(text)
            self._terminal.flush()


@contextmanager
def _hearing_of_continuation(hear: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    number = getattr(signal, "SIGCONT", None)  # does not exist on Windows
    before = None
    with suppress(ValueError):  # not in the main thread
        before = signal.signal(number, hear) if number else None
    try:
        yield
    finally:
        if number and before is not None:
            signal.signal(number, before)
