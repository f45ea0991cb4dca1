"""What all reporters share: draining a flow, and knowing which tasks are open when it stops.

Which reporter a command gets depends on the options, and on which streams are terminals.
"""

# ruff: noqa: PLC0415  live lines and the JSON shapes are imported only when they are needed

import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from typing import ClassVar

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.endings import (
    Asked,
    Placed,
    combine,
    failed,
    may_run_again,
    stopped_with,
    whole,
)
from pixverse_cli.domain.errors import (
    Charged,
    ClosedPipe,
    Ending,
    PixverseError,
    StillRunningError,
    Stopped,
    TimeLimitError,
    UsageError,
)
from pixverse_cli.domain.events import (
    Ended,
    Event,
    Known,
    LeftRunning,
    Planned,
    Saved,
    Seen,
    Submitted,
)
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.domain.text import harmless
from pixverse_cli.reporting import streams
from pixverse_cli.reporting.result import Output, Result
from pixverse_cli.reporting.rows import row
from pixverse_cli.reporting.streams import put


def result_line(result: Result, record: Record, *, failed: bool = False) -> str | None:
    """Return what goes to stdout for one task, or None if there is nothing.

    A path is our own and must be exact; id and URL come from the service, so they are cleaned.
    Of a task that ended with an error (``failed``) what is known of its status is shown.
    """
    if failed and result is not Result.ROW:
        return None
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
        asked: Asked | None = None,
        *,
        sent: Callable[[], Sequence[Record]] = tuple,
        over: Callable[[], None] = lambda: None,
    ) -> None:
        """Drain a flow.

        ``asked`` is what the command was asked to do. ``sent`` returns the requests of this
        process from the store: an error or a signal may come before their events. ``over`` is
        called when there is nothing left that a signal could stop.

        :raises PixverseError: how the tasks ended, unless all succeeded.
        :raises Stopped: a signal ended it; ``next`` is the command that continues.
        """
        tally = _Tally(asked or Asked())
        try:
            self._drain(events, tally, sent, over)
        except Stopped as stopped:
            tally.add(sent())
            if not isinstance(stopped, ClosedPipe):
                self.show_unfinished(tally.open)
            raise tally.explained(stopped) from stopped
        except PixverseError as broken:
            # the flow itself failed, or stdout cannot be written: tasks may be paid for already
            raise tally.broken(broken) from broken
        if error := combine(tally.errors, succeeded=tally.succeeded):
            shown = self.shows_each_error and any(error is each for each in tally.errors)
            raise tally.ending(error).but(shown=shown)

    def _drain(
        self,
        events: Iterable[Event],
        tally: "_Tally",
        sent: Callable[[], Sequence[Record]],
        over: Callable[[], None],
    ) -> None:
        try:
            with _closed_at_the_end(events), closing(self.drawing(tally.watch(events))) as drawn:
                for event in drawn:
                    tally.close(event)
            over()
        except Exception:
            over()
            tally.add(sent())
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


@contextmanager
def _closed_at_the_end(events: Iterable[Event]) -> Iterator[None]:
    """Close a flow whatever ends the block: its threads stop before the ending is told."""
    try:
        yield
    finally:
        if isinstance(events, Generator):
            events.close()


class _Tally:
    """How each task of the command has ended so far, which are open, and which run on.

    A task is opened before its event is drawn and closed afterwards: after a signal in
    between it may be shown twice, but it is never left out.
    """

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._open: dict[int, Record] = {}
        self._unfinished: dict[int, Record] = {}  # closed here, but not over
        self._positions: dict[int, int] = {}
        self._closed = set[int]()
        self._bought = set[int]()
        self._planned = self._without_record = 0
        self._charges: list[Charged] = []
        self.errors: list[PixverseError] = []
        self.succeeded = 0

    @property
    def open(self) -> tuple[Record, ...]:
        """Accepted tasks that are neither ended nor left."""
        return tuple(record for record in self._open.values() if record.task_id)

    def add(self, records: Iterable[Record]) -> None:
        """Take the newest records of tasks that have not ended."""
        for record in records:
            if record.number not in self._closed:
                self._open[record.number] = record

    def watch(self, events: Iterable[Event]) -> Iterator[Event]:
        """Pass events on; each error gets the command that continues its task."""
        for event in events:
            if isinstance(event, (Known, Submitted)):
                self._positions.setdefault(event.record.number, event.position)
            if isinstance(event, (Known, Submitted, Seen, Saved)):
                self.add((event.record,))
            if isinstance(event, Planned):
                self._planned = event.total
            if isinstance(event, Submitted):
                self._bought.add(event.record.number)
            yield self._with_next(event) if isinstance(event, Ended) else event

    def _with_next(self, event: Ended) -> Ended:
        error, record = event.error, event.record
        if error is None:
            return event
        if record is not None:
            error = failed(record, error, self._asked, self._positions.get(record.number, 1))
        retryable = may_run_again(error, [*self._all_charges(), error.charged], self._asked)
        return replace(event, error=error.but(hint=error.hint or error.next, retryable=retryable))

    def _all_charges(self) -> list[Charged]:
        return self._charges + [record.charged for record in self._open.values()]

    def close(self, event: Event) -> None:
        """Close the task of an ``Ended`` or ``LeftRunning`` event."""
        if not isinstance(event, (Ended, LeftRunning)):
            return
        record = event.record
        if record is not None:
            self._open.pop(record.number, None)
            self._closed.add(record.number)
        else:
            self._without_record += 1
        if isinstance(event, Ended) and event.error is None:
            self._add_success(record)
            return
        if record is not None:
            self._unfinished[record.number] = record
        if isinstance(event, LeftRunning):
            self._charges.append(event.record.charged)
        elif event.error is not None:
            self.errors.append(event.error)
            self._charges.append(event.error.charged)

    def _add_success(self, record: Record | None) -> None:
        """Count a success; a task that was bought earlier costs a paying command nothing."""
        self.succeeded += 1
        if record is None:
            return
        if record.status.unfinished:
            self._unfinished[record.number] = record
        if not self._asked.pays or record.number in self._bought:
            self._charges.append(record.charged)

    def ending(self, error: PixverseError) -> PixverseError:
        """Return the combined error with what was charged, what was left out, how to continue."""
        tasks = self._placed(self._unfinished.values())
        error = whole(error, self._charges, tasks, self._asked)
        if self._asked.pays and (left_out := self._not_begun()):
            error = error.but(message=f"{error.message}; {left_out}")
        return error

    def broken(self, error: PixverseError) -> PixverseError:
        """Return an error that ended the whole flow, with the same facts.

        The time limit is reached before anything was bought, or tasks go on at the service.
        """
        if isinstance(error, TimeLimitError) and self.open:
            error = StillRunningError(error.message, hint=error.hint)
        charges = self._all_charges()
        tasks = self._placed([*self._unfinished.values(), *self._open.values()])
        return whole(error, charges, tasks, self._asked)

    def explained(self, stopped: Stopped) -> Stopped:
        """Return a stop that says what was charged, what keeps running, and how to continue."""
        charges = self._all_charges()
        left = [*self._unfinished.values(), *self.open]
        tasks = self._placed(record for record in left if not _is_over(record))
        errors: list[Ending] = [*self.errors]
        return stopped_with(stopped, tasks, charges, errors, self._asked, self._left_out())

    def _left_out(self) -> str:
        """Return how many requests were not sent, if others were; a batch takes them up itself."""
        records = self._closed | self._open.keys()
        if not self._asked.pays or self._asked.again or not records:
            return ""
        return self._not_begun()

    def _not_begun(self) -> str:
        """Return how many of the command's requests have neither a record nor an error."""
        begun = len(self._closed | self._open.keys()) + self._without_record
        left = self._planned - begun
        if left < 1:
            return ""
        was = "was" if left == 1 else "were"
        return f"{left} of {self._planned} requests {was} not sent"

    def _placed(self, records: Iterable[Record]) -> list[Placed]:
        return [Placed(record, self._positions.get(record.number, 1)) for record in records]


def _is_over(record: Record) -> bool:
    """Return whether nothing is left to do for the task: it ended, and any video is saved."""
    return record.status.final and (record.status is not Status.SUCCEEDED or bool(record.file))


def select_reporter(
    output: Output, result: Result, clock: Clock, environ: Mapping[str, str], *, quiet: bool
) -> "Reporter":
    """Return the reporter for an output format and for what the streams are."""
    if output is not Output.HUMAN:
        from pixverse_cli.reporting.jsonlines import JsonReporter

        return JsonReporter(clock, events=output is Output.EVENTS)
    lively = streams.is_terminal(sys.stderr) and environ.get("TERM") != "dumb"
    tabular = result is Result.ROW and streams.is_terminal(sys.stdout)
    if (lively and not quiet) or tabular:
        from pixverse_cli.reporting.terminal import TerminalReporter

        return TerminalReporter(result, clock, service_now(environ), quiet=quiet, lively=lively)
    from pixverse_cli.reporting.plain import PlainReporter

    return PlainReporter(result, clock, quiet=quiet)


def service_now(environ: Mapping[str, str]) -> str | None:
    """Return the service's address that commands use now; None if it is not valid."""
    from pixverse_cli.settings.places import base_url

    with suppress(UsageError):
        return base_url(environ)
    return None


def report_ending(ending: Ending, output: Output, environ: Mapping[str, str]) -> None:
    """Show how the program ended; for people, only if it was not shown already."""
    if output is not Output.HUMAN:
        from pixverse_cli.reporting.shapes import error_json, one_line

        streams.say(one_line(error_json(ending)))
        return
    if not ending.shown:
        from pixverse_cli.reporting.sentences import error_lines

        for line in error_lines(ending):
            streams.tell(line)
    if environ.get("GITHUB_ACTIONS") == "true":
        from pixverse_cli.reporting.github import annotate

        annotate(ending)
