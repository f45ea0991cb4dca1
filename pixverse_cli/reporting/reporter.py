"""What all reporters share: draining a flow, and knowing which tasks are open when it stops."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import ClassVar

from pixverse_cli.domain.endings import combine, common_charge, stopped_with
from pixverse_cli.domain.errors import Charged, ClosedPipe, Ending, PixverseError, Stopped
from pixverse_cli.domain.events import Ended, Event, Known, Saved, Seen, Submitted
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.domain.text import harmless
from pixverse_cli.reporting.result import Result
from pixverse_cli.reporting.rows import row
from pixverse_cli.reporting.streams import put


def result_line(result: Result, record: Record) -> str | None:
    """Return what goes to stdout for one task, or None if there is nothing.

    A path is our own and must be exact; id and URL come from the service, so they are cleaned.
    """
    match result:
        case Result.TASK_ID:
            return record.task_id and harmless(record.task_id)
        case Result.FILE:
            return record.file
        case Result.URL:
            return record.video_url and harmless(record.video_url)
        case Result.ROW:
            return row(record)
        case Result.NOTHING:
            return None


class Reporter:
    """Shows a flow's events; subclasses say how.

    ``shows_each_error``: each task's error is shown when it happens.
    """

    shows_each_error: ClassVar[bool] = True

    def run(
        self,
        events: Iterable[Event],
        *,
        sent: Callable[[], Sequence[Record]] = tuple,
        over: Callable[[], None] = lambda: None,
    ) -> None:
        """Drain a flow.

        ``sent`` returns the requests of this process from the store: a signal may come before
        their events. ``over`` is called when there is nothing left that a signal could stop.

        :raises PixverseError: how the tasks ended, unless all succeeded.
        :raises Stopped: a signal ended it; ``hint`` says how to continue.
        """
        tally = _Tally()
        try:
            self._drain(events, tally, over)
        except Stopped as stopped:
            tally.add(sent())
            if not isinstance(stopped, ClosedPipe):
                self.show_unfinished(tally.open)
            raise tally.explained(stopped) from stopped
        except PixverseError as broken:
            # the flow itself failed, or stdout cannot be written: tasks may be paid for already
            raise broken.but(charged=tally.charged or broken.charged) from broken
        if error := combine(tally.errors, succeeded=tally.succeeded):
            shown = self.shows_each_error and any(error is each for each in tally.errors)
            raise error.but(shown=shown)

    def _drain(self, events: Iterable[Event], tally: "_Tally", over: Callable[[], None]) -> None:
        try:
            with closing(self.drawing(tally.watch(events))) as drawn:
                for event in drawn:
                    tally.close(event)
            over()
        except Exception:
            over()
            self.show_unfinished(tally.open)
            raise

    def drawing(self, events: Iterable[Event]) -> Generator[Event, None, None]:
        """Show each event and pass it on."""
        for event in events:
            self.draw(event)
            yield event

    def draw(self, event: Event) -> None:
        """Show one event."""
        raise NotImplementedError

    def show_unfinished(self, records: Sequence[Record]) -> None:
        """Show accepted tasks that the command stops watching."""

    def exports(self, variables: Mapping[str, str]) -> None:
        """Show the variables that point a shell's commands to the sandbox, as ``export`` lines."""
        for name, value in variables.items():
            put(f"export {name}={value}")

    def note(self, text: str) -> None:
        """Show a note: it changes nothing."""


class _Tally:
    """How each task of the command has ended so far, and which are open.

    A task is opened before its event is drawn and closed afterwards: after a signal in
    between it may be shown twice, but it is never left out.
    """

    def __init__(self) -> None:
        self._open: dict[int, Record] = {}
        self._closed = set[int]()
        self._charges: list[Charged] = []
        self.errors: list[PixverseError] = []
        self.succeeded = 0

    @property
    def open(self) -> tuple[Record, ...]:
        """Accepted tasks that have not ended."""
        return tuple(record for record in self._open.values() if record.task_id)

    def add(self, records: Iterable[Record]) -> None:
        """Take the newest records of tasks that have not ended."""
        for record in records:
            if record.number not in self._closed:
                self._open[record.number] = record

    def watch(self, events: Iterable[Event]) -> Iterator[Event]:
        for event in events:
            if isinstance(event, (Known, Submitted, Seen, Saved)):
                self.add((event.record,))
            yield event

    def close(self, event: Event) -> None:
        if not isinstance(event, Ended):
            return
        if event.record is not None:
            self._open.pop(event.record.number, None)
            self._closed.add(event.record.number)
        if event.error is None:
            self.succeeded += 1
            self._charges += [event.record.charged] if event.record else []
        else:
            self.errors.append(event.error)
            self._charges.append(event.error.charged)

    @property
    def charged(self) -> Charged | None:
        """What was charged so far; None if nothing was submitted."""
        charges = self._charges + [record.charged for record in self._open.values()]
        return common_charge(charges) if charges else None

    def explained(self, stopped: Stopped) -> Stopped:
        """Return a stop that says what was charged, what keeps running, and how to continue."""
        charges = self._charges + [record.charged for record in self._open.values()]
        unfinished = [record for record in self.open if not _is_over(record)]
        errors: list[Ending] = [*self.errors]
        return stopped_with(stopped, unfinished, charges, errors)


def _is_over(record: Record) -> bool:
    """Return whether nothing is left to do for the task: it ended, and any video is saved."""
    return record.status.final and (record.status is not Status.SUCCEEDED or bool(record.file))
