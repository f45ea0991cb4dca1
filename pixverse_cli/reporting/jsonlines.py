"""JSON Lines: records (and, if asked, events) on stdout, one error object on stderr."""

from collections.abc import Sequence

from pixverse_cli.domain.clock import Clock, rfc3339
from pixverse_cli.domain.errors import Told
from pixverse_cli.domain.events import (
    Downloading,
    Ended,
    Event,
    Expected,
    Known,
    Note,
    Retrying,
    Saved,
    Seen,
    Submitted,
    Uploaded,
    Uploading,
)
from pixverse_cli.domain.task import Record
from pixverse_cli.reporting.reporter import Reporter
from pixverse_cli.reporting.shapes import SCHEMA, Json, error_json, one_line, record_json
from pixverse_cli.reporting.streams import put, say


class JsonReporter(Reporter):
    """For scripts that read every field."""

    def __init__(self, clock: Clock, *, events: bool) -> None:
        self._clock = clock
        self._events = events

    def draw(self, event: Event) -> None:
        """Write the final record of a task, and its events on the way if asked for."""
        if self._events and (shape := _event_json(event)) is not None:
            head: Json = {"schema": SCHEMA, "event": event.name, "at": rfc3339(self._clock.now())}
            put(one_line(head | shape))
        if isinstance(event, Ended) and event.record:
            put(one_line(record_json(event.record)))

    def leave(self, records: Sequence[Record]) -> None:
        """Write accepted tasks that go on without us."""
        for record in records:
            put(one_line(record_json(record)))

    def error(self, told: Told) -> None:
        """Write the one error object."""
        say(one_line(error_json(told)))


def _event_json(event: Event) -> Json | None:
    match event:
        case Uploading():
            return {"task_id": None, "image": event.image, "sent": event.sent, "total": event.total}
        case Uploaded():
            return {"task_id": None, "image": event.image, "url": event.url, "cached": event.cached}
        case Submitted(record=record) | Saved(record=record):
            return {"task_id": record.task_id, "file": record.file}
        case Seen(record=record):
            return {"task_id": record.task_id, "status": record.status, "note": event.note}
        case Retrying():
            return {"task_id": event.task_id, "reason": event.reason, "delay": event.delay}
        case Downloading(record=record):
            return {
                "task_id": record.task_id,
                "received": event.received,
                "total": event.total,
            }
        case Ended(error=error) if error is not None:
            record_id = event.record.task_id if event.record else error.task_id
            return {"task_id": record_id, "error": error_json(error)["error"]}
        case Known() | Ended() | Expected() | Note():
            return None
