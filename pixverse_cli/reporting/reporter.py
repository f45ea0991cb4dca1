"""What all reporters share: draining a flow, and knowing what is still open when it stops."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from pixverse_cli.domain.endings import combine, common_charge
from pixverse_cli.domain.errors import (
    Charged,
    ClosedPipe,
    Ending,
    PixverseError,
    Stopped,
)
from pixverse_cli.domain.events import Ended, Event, Known, Saved, Seen, Submitted
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.reporting.result import Result
from pixverse_cli.reporting.rows import row
from pixverse_cli.reporting.shapes import Json, one_line, request_json
from pixverse_cli.reporting.streams import put
from pixverse_cli.reporting.text import harmless


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
    """Draws a flow's events; subclasses say how."""

    def run(self, events: Iterable[Event], *, over: Callable[[], None] = lambda: None) -> None:
        """Drain a flow; ``over`` is called when nothing is left that a signal could stop.

        :raises PixverseError: how the tasks ended, unless all ended as asked.
        :raises Stopped: a signal ended it; ``hint`` says how to go on.
        """
        tally = _Tally()
        try:
            self._drain(events, tally, over)
        except Stopped as stopped:
            tally.explain(stopped)
            if not isinstance(stopped, ClosedPipe):
                self.leave(tally.open)
            raise
        except PixverseError as broken:
            # the flow itself broke off, or stdout takes nothing: what was bought is bought
            broken.charged = tally.charged or broken.charged
            raise
        if error := combine(tally.errors, succeeded=tally.succeeded):
            raise error

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

    def requests(self, requests: Iterable[tuple[Json, Decimal]]) -> None:
        """Show what ``--dry-run`` would send: always JSON, one object per line."""
        for body, estimate in requests:
            put(one_line(request_json(body, estimate)))

    def exports(self, variables: Mapping[str, str]) -> None:
        """Show how a shell points its commands to the sandbox: always lines to evaluate."""
        for name, value in variables.items():
            put(f"export {name}={value}")

    def note(self, text: str) -> None:
        """Tell something that changes nothing."""

    def error(self, told: Ending) -> None:
        """Show how the command ended."""
        raise NotImplementedError


class _Tally:
    """What became of each task so far.

    A task is open before it is drawn and closed after: a signal in between may tell it
    twice, but never leaves it out.
    """

    def __init__(self) -> None:
        self._open: dict[int, Record] = {}
        self._charges: list[Charged] = []
        self.errors: list[PixverseError] = []
        self.succeeded = 0

    @property
    def open(self) -> tuple[Record, ...]:
        """Accepted tasks whose story has not ended."""
        return tuple(record for record in self._open.values() if record.task_id)

    def opening(self, events: Iterable[Event]) -> Iterator[Event]:
        for event in events:
            if isinstance(event, (Known, Submitted, Seen, Saved)):
                self._open[event.record.number] = event.record
            yield event

    def close(self, event: Event) -> None:
        if not isinstance(event, Ended):
            return
        if event.record is not None:
            self._open.pop(event.record.number, None)
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

    def explain(self, stopped: Stopped) -> None:
        """Say on a signal what was bought, what goes on, and how to take it up again."""
        charges = self._charges + [record.charged for record in self._open.values()]
        charges += [Charged.UNKNOWN] if stopped.charged is Charged.UNKNOWN else []
        stopped.charged = common_charge(charges) if charges else Charged.NO
        stopped.causes = tuple(self.errors)
        left = [record for record in self.open if not _is_over(record)]
        ids = [str(record.task_id) for record in left]
        if Charged.UNKNOWN in charges:
            stopped.message += "; whether the last task was created is not clear"
            stopped.hint = "run `pixverse recover`: it finds out without paying again"
        elif not ids:
            stopped.message += "; nothing was bought" if stopped.charged is Charged.NO else ""
        if ids:
            stopped.task_id = ids[0] if len(ids) == 1 else None
            stopped.message += f"; {_going_on(left)}"
            lines = [stopped.hint or "", f"pixverse wait {' '.join(ids)} --download"]
            stopped.hint = "\n".join(filter(None, lines))


def _is_over(record: Record) -> bool:
    """Return whether nothing more can be had of the task, or done for it."""
    return record.status.final and (record.status is not Status.SUCCEEDED or bool(record.file))


def _going_on(records: Sequence[Record]) -> str:
    names = f"task {records[0].task_id}" if len(records) == 1 else f"{len(records)} tasks"
    if all(record.status is Status.SUCCEEDED for record in records):
        return f"{names} succeeded, but nothing is saved yet"
    return f"{names} {'goes' if len(records) == 1 else 'go'} on at the service"
