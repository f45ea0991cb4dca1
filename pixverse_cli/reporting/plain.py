"""Plain lines: results on stdout; on stderr each change of status, and a heartbeat each minute."""

from collections.abc import Generator, Iterable, Sequence

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.events import Ended, Event
from pixverse_cli.domain.task import Record
from pixverse_cli.reporting.reporter import Reporter, result_line
from pixverse_cli.reporting.result import Result
from pixverse_cli.reporting.sentences import Repeats, TaskSet
from pixverse_cli.reporting.streams import put, tell


class PlainReporter(Reporter):
    """For pipes, logs and dumb terminals."""

    def __init__(self, result: Result, clock: Clock, *, quiet: bool) -> None:
        self._result = result
        self._clock = clock
        self._quiet = quiet
        self._tasks = TaskSet()
        self._repeats = Repeats(clock)

    def drawing(self, events: Iterable[Event]) -> Generator[Event, None, None]:
        """Write a line for each event, and a summary at the end of several tasks."""
        yield from super().drawing(events)
        if self._result is not Result.ROW:
            for line in self._tasks.summary():
                self.note(line)

    def draw(self, event: Event) -> None:
        """Write a line, unless the event repeats what was shown last."""
        self._tasks.add(event)
        if isinstance(event, Ended):
            self._end(event)
        elif not self._quiet and not self._repeats.is_repeated(event):
            sentence = self._tasks.sentence(event, self._clock.now())
            if sentence:
                tell(sentence)

    def _end(self, event: Ended) -> None:
        for line in self._tasks.error_lines(event):
            tell(line)
        if event.record is not None:
            failed = event.error is not None
            self._put(result_line(self._result, event.record, failed=failed))

    def show_unfinished(self, records: Sequence[Record]) -> None:
        """Write what is known of the status of tasks, if that was asked for."""
        for record in records:
            self._put(result_line(self._result, record, failed=True))

    @staticmethod
    def _put(result: str | None) -> None:
        if result:
            put(result)

    def note(self, text: str) -> None:
        """Write a note, unless quiet."""
        if not self._quiet:
            tell(text)
