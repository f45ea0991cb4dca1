"""Plain lines: results on stdout; on stderr each change of status, and a heartbeat each minute."""

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.events import Ended, Event, Seen
from pixverse_cli.reporting.reporter import Reporter, result_line
from pixverse_cli.reporting.result import Result
from pixverse_cli.reporting.sentences import error_lines, event_sentence
from pixverse_cli.reporting.streams import put, say

_HEARTBEAT_SECONDS = 60.0


class PlainReporter(Reporter):
    """For pipes, logs and dumb terminals."""

    def __init__(self, result: Result, clock: Clock, *, quiet: bool) -> None:
        self._result = result
        self._clock = clock
        self._quiet = quiet
        self._shown: dict[int, tuple[str, float]] = {}  # by record number: status, and when

    def draw(self, event: Event) -> None:
        """Write a line, unless the event repeats the status that was shown last."""
        if isinstance(event, Ended):
            self._end(event)
        elif not self._quiet and not self._is_repeated(event):
            sentence = event_sentence(event, self._clock.now())
            if sentence:
                say(sentence)

    def _end(self, event: Ended) -> None:
        if event.error is not None:
            for line in error_lines(event.error):
                say(line)
        elif event.record and (result := result_line(self._result, event.record)):
            put(result)

    def _is_repeated(self, event: Event) -> bool:
        if not isinstance(event, Seen) or event.note:
            return False
        status, at = self._shown.get(event.record.number, ("", 0.0))
        now = self._clock.monotonic()
        if status == event.record.status and now - at < _HEARTBEAT_SECONDS:
            return True
        self._shown[event.record.number] = (event.record.status, now)
        return False

    def note(self, text: str) -> None:
        """Write a note, unless quiet."""
        if not self._quiet:
            say(text)
