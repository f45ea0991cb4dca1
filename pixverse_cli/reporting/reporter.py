"""What all reporters share: draining a flow, and knowing what is still open when it stops."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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

    A path is ours and must be exact; id and URL are the service's, and it may send anything.
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
    """Draws a flow's events; subclasses say how.

    ``tells_each``: each task's error is shown when it happens.
    """

    tells_each: ClassVar[bool] = True

    def run(
        self,
        events: Iterable[Event],
        *,
        sent: Callable[[], Sequence[Record]] = tuple,
        over: Callable[[], None] = lambda: None,
    ) -> None:
        """Drain a flow.

        ``sent`` returns the requests of this process as they stand in the store: a signal may
        come before their events did. ``over`` is called when nothing is left that a signal
        could stop.

        :raises PixverseError: how the tasks ended, unless all ended as asked.
        :raises Stopped: a signal ended it; ``hint`` says how to go on.
        """
        tally = _Tally()
        try:
            self._drain(events, tally, over)
        except Stopped as stopped:
            tally.know(sent())
            if not isinstance(stopped, ClosedPipe):
                self.leave(tally.open)
            raise tally.explained(stopped) from stopped
        except PixverseError as broken:
            # the flow itself broke off, or stdout takes nothing: what was bought is bought
            raise broken.but(charged=tally.charged or broken.charged) from broken
        if error := combine(tally.errors, succeeded=tally.succeeded):
            told = self.tells_each and any(error is each for each in tally.errors)
            raise error.but(shown=told)

    def _drain(self, events: Iterable[Event], tally: "_Tally", over: Callable[[], None]) -> None:
        try:
            for event in self.drawing(tally.opening(events)):
                tally.close(event)
            over()
        except Exception:
            over()
            self.leave(tally.open)
            raise

    def drawing(self, events: Iterable[Event]) -> Iterator[Event]:
        """Draw each event as it comes, and pass it on; what is only known is not drawn."""
        for event in events:
            if not isinstance(event, Known):
                self.draw(event)
            yield event

    def draw(self, event: Event) -> None:
        """Show one event."""
        raise NotImplementedError

    def leave(self, records: Sequence[Record]) -> None:
        """Show tasks that were accepted and whose end will not be seen."""

    def exports(self, variables: Mapping[str, str]) -> None:
        """Show how a shell points its commands to the sandbox: always lines to evaluate."""
        for name, value in variables.items():
            put(f"export {name}={value}")

    def note(self, text: str) -> None:
        """Tell something that changes nothing."""


class _Tally:
    """What became of each task so far.

    A task is open before it is drawn and closed after: a signal in between may tell it
    twice, but never leaves it out.
    """

    def __init__(self) -> None:
        self._open: dict[int, Record] = {}
        self._closed = set[int]()
        self._charges: list[Charged] = []
        self.errors: list[PixverseError] = []
        self.succeeded = 0

    @property
    def open(self) -> tuple[Record, ...]:
        """Accepted tasks whose story has not ended."""
        return tuple(record for record in self._open.values() if record.task_id)

    def know(self, records: Iterable[Record]) -> None:
        """Take what the store says of requests whose story has not ended."""
        for record in records:
            if record.number not in self._closed:
                self._open[record.number] = record

    def opening(self, events: Iterable[Event]) -> Iterator[Event]:
        for event in events:
            if isinstance(event, (Known, Submitted, Seen, Saved)):
                self.know((event.record,))
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
        """What was bought so far; None if nothing was tried."""
        charges = self._charges + [record.charged for record in self._open.values()]
        return common_charge(charges) if charges else None

    def explained(self, stopped: Stopped) -> Stopped:
        """Say on a signal what was bought, what goes on, and how to take it up again."""
        charges = self._charges + [record.charged for record in self._open.values()]
        left = [record for record in self.open if not _is_over(record)]
        errors: list[Ending] = [*self.errors]
        return stopped_with(stopped, left, charges, errors)


def _is_over(record: Record) -> bool:
    """Return whether nothing more can be had of the task, or done for it."""
    return record.status.final and (record.status is not Status.SUCCEEDED or bool(record.file))
