"""What the live lines of a terminal say: a line for each task, and below how many are done.

Pure: events go in, lines come out for any width and height.
"""

from collections import Counter, deque
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.events import (
    Downloading,
    Ended,
    Event,
    Known,
    LeftRunning,
    Planned,
    Retrying,
    Saved,
    Seen,
    Submitted,
    Uploaded,
    Uploading,
)
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.domain.text import harmless
from pixverse_cli.reporting.sentences import elapsed, short_id, size, soon, span
from pixverse_cli.reporting.terminal.cells import cut, cut_middle
from pixverse_cli.reporting.terminal.colours import CYAN, DIM, GREEN, STATUS_COLOURS
from pixverse_cli.reporting.terminal.layout import Cell, Column, Row, aligned

_BAR = 16  # cells
_SPEED_SECONDS = 5.0  # a speed is measured over this time
_MIN_SPEED_SECONDS = 0.5
_NAME = 28  # cells of an image's name, at most

_COLUMNS = (
    Column("image", gives_way=2, least=8, middle=True),
    Column("id"),
    Column("status"),
    Column("detail", gives_way=3, least=4),
    Column("bar", gives_way=1),
)


class _Transfer:
    """Bytes that have been sent or received, and how fast."""

    def __init__(self) -> None:
        self.done, self.total = 0, 0
        self._samples: deque[tuple[float, int]] = deque()

    def reached(self, done: int, total: int | None, at: float) -> None:
        """Take a new count of bytes, at a monotonic time."""
        self.done, self.total = done, total or 0
        self._samples.append((at, done))
        while at - self._samples[0][0] > _SPEED_SECONDS:
            self._samples.popleft()

    def __str__(self) -> str:
        """Write ``3.4 MB of 8.1 MB, 2.1 MB/s, 3 s left``, as far as it is known."""
        parts = [f"{size(self.done)} of {size(self.total)}" if self.total else size(self.done)]
        (start, first), (end, last) = self._samples[0], self._samples[-1]
        if end - start >= _MIN_SPEED_SECONDS and last > first:
            speed = (last - first) / (end - start)
            parts.append(f"{size(round(speed))}/s")
            if self.total > self.done:
                parts.append(f"{span((self.total - self.done) / speed)} left")
        return ", ".join(parts)

    @property
    def bar(self) -> str:
        """A bar of the share that is done; empty if the total is not known."""
        if not self.total:
            return ""
        full = min(_BAR, _BAR * self.done // self.total)
        return "━" * full + "─" * (_BAR - full)


class _Line:
    """One task, or the upload before it. ``rank``: the most active tasks come first."""

    def __init__(self, image: str, task: str, since: datetime, waited: float = 0.0) -> None:
        self.image = _shown(image)
        self.task = task
        self.state, self.colour, self.rank = "", "", 0
        self.transfer: _Transfer | None = None
        self._since, self._waited = since, waited

    def show(self, state: str, colour: str, rank: int) -> None:
        """Change the status."""
        self.state, self.colour, self.rank = state, colour, rank
        self.transfer = None

    def transfer_of(self, state: str, colour: str) -> _Transfer:
        """Return its transfer, with this state; a new one if it was in another state."""
        if self.transfer is None:
            self.show(state, colour, 0)
            self.transfer = _Transfer()
        return self.transfer

    def row(self, now: datetime) -> Row:
        """Return its cells."""
        seconds = self._waited + (now - self._since).total_seconds()
        detail = str(self.transfer) if self.transfer else span(max(0.0, seconds))
        return (
            Cell(self.image),
            Cell(self.task),
            Cell(self.state, self.colour),
            Cell(detail),
            Cell(self.transfer.bar if self.transfer else "", CYAN),
        )


def _shown(image: str) -> str:
    """Return an image's name, not too long to leave room for the rest."""
    return cut_middle(harmless(image), _NAME)


class _Trouble(NamedTuple):
    """Why a call is made again, and when (monotonic)."""

    reason: str
    until: float


class View:
    """The tasks of one command as they are now."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = clock.now()
        self._upload: _Line | None = None
        self._lines: dict[int, _Line] = {}  # by the number of the record
        self._troubles: dict[str | None, _Trouble] = {}  # by task id
        self._planned = self._ended = self._failed = 0

    def apply(self, event: Event) -> None:
        """Take an event into account."""
        self._follow_trouble(event)
        now = self._clock.monotonic()
        match event:
            case Planned(total=total):
                self._planned = total
            case Uploading(image=image):
                line = self._upload = self._upload_of(image)
                line.transfer_of("uploading", DIM).reached(event.sent, event.total, now)
            case Uploaded(image=image):
                self._upload = self._upload_of(image)
                self._upload.show("creating", DIM, 0)
            case Known(record=record) | Submitted(record=record) | Seen(record=record):
                self._upload = None
                self._show_status(record)
            case Downloading(record=record):
                transfer = self._line_of(record).transfer_of("saving", GREEN)
                transfer.reached(event.received, event.total, now)
            case Saved(record=record) | LeftRunning(record=record):
                self._lines.pop(record.number, None)
            case Ended():
                self._end(event)
            case _:
                pass

    def _follow_trouble(self, event: Event) -> None:
        """Remember why a task waits for another try; any other event of it ends that."""
        record: Record | None = getattr(event, "record", None)
        if isinstance(event, Retrying):
            until = self._clock.monotonic() + event.delay
            self._troubles[event.task_id] = _Trouble(event.reason, until)
        else:
            for task_id in {None, record.task_id if record is not None else None}:
                self._troubles.pop(task_id, None)

    def lines(self, width: int, height: int) -> list[str]:
        """Return what to show now, at most ``height`` lines of at most ``width`` cells."""
        lines, now = self._ordered(), self._clock.now()
        below = list(self._below())[: height - 1 if lines else height]
        room = height - len(below)
        hidden = lines[room - 1 :] if len(lines) > room else []
        shown = lines[: len(lines) - len(hidden)]
        drawn = list(aligned(_COLUMNS, [line.row(now) for line in shown], width)) if shown else []
        if hidden:
            drawn.append(_hidden(hidden, "and {} more" if shown else "{} tasks"))
        if not drawn and not below:
            drawn.append(f"asking the service, {span((now - self._began).total_seconds())}")
        return drawn[: len(shown)] + [cut(line, width) for line in drawn[len(shown) :] + below]

    def _upload_of(self, image: str) -> _Line:
        line = self._upload
        if line is None or line.image != _shown(image):
            line = _Line(image, "", self._clock.now())
        return line

    def _line_of(self, record: Record) -> _Line:
        if record.number not in self._lines:
            now = self._clock.now()
            # counted on from here by this machine's clock, which may differ from the service's
            self._lines[record.number] = _Line(
                record.label or "", short_id(record), now, elapsed(record, now)
            )
        return self._lines[record.number]

    def _show_status(self, record: Record) -> None:
        rank = {Status.PENDING: 2, Status.RUNNING: 1}.get(record.status, 0)
        line = self._line_of(record)
        line.task = short_id(record)
        line.show(record.status, STATUS_COLOURS.get(record.status, ""), rank)

    def _end(self, event: Ended) -> None:
        self._upload = None
        self._ended += 1
        self._failed += event.error is not None
        if event.record is not None:
            self._lines.pop(event.record.number, None)

    def _ordered(self) -> list[_Line]:
        first = [self._upload] if self._upload else []
        return first + sorted(self._lines.values(), key=lambda line: line.rank)

    def _below(self) -> Iterator[str]:
        """Yield the trouble, and how many of several tasks are done."""
        if self._troubles:
            soonest = min(self._troubles.values(), key=lambda trouble: trouble.until)
            wait = soon(soonest.until - self._clock.monotonic())
            count = len(self._troubles.keys() - {None})  # None: the list of all tasks
            who = f"{count} tasks: " if count > 1 else ""
            yield f"{who}trying again {wait}: {harmless(soonest.reason)}"
        total = max(self._planned, self._ended + len(self._lines))
        if total > 1:
            failed = f", {self._failed} failed" if self._failed else ""
            yield f"{self._ended - self._failed} of {total} done{failed}"


def _hidden(lines: list[_Line], how_many: str) -> str:
    counts = Counter(line.state for line in lines)
    states = ", ".join(f"{count} {state}" for state, count in counts.items())
    return f"{how_many.format(len(lines))}: {states}"
