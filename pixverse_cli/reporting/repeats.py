"""Which events repeat what was shown already."""

import re

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.events import Event, Expected, Retrying, Seen
from pixverse_cli.reporting.sentences import request_kind

_HEARTBEAT_SECONDS = 60.0
_SECONDS = re.compile(r"\d[\d.]* s\b")  # differs each time in "no answer within 40.2 s"


class Repeats:
    """Remembers what was shown.

    A status is shown again a minute later, and so is a trouble, whichever task it happens to.
    With ``live``, the screen shows a trouble as long as it lasts, so it is written once.
    """

    def __init__(self, clock: Clock, *, live: bool = False) -> None:
        self._clock = clock
        self._live = live
        self._shown: dict[object, tuple[str, float]] = {}  # what was said of it, and when

    def is_repeated(self, event: Event) -> bool:
        """Return whether the event brings nothing new; otherwise remember it."""
        match event:
            case Seen(note=None, record=record):
                return self._said(record.number, record.status, _HEARTBEAT_SECONDS)
            case Expected(record=record):
                return self._said(("usual", request_kind(record)), "", float("inf"))
            case Retrying(reason=reason):
                return self._said(_SECONDS.sub("", reason), "", _HEARTBEAT_SECONDS)
            case _:
                return False

    def _said(self, topic: object, text: str, seconds: float) -> bool:
        before, at = self._shown.get(topic, (None, 0.0))
        now = self._clock.monotonic()
        repeated = before == text and now - at < seconds
        if not repeated or self._live:
            self._shown[topic] = (text, now)
        return repeated
