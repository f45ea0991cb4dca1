"""JSON Lines: records (and with ``--events`` events) on stdout, one error object on stderr."""

from collections.abc import Sequence

from pixverse_cli.domain.clock import Clock, rfc3339
from pixverse_cli.domain.events import (
    Downloading,
    Ended,
    Event,
    Expected,
    Known,
    LeftRunning,
    Note,
    Planned,
    Retrying,
    Saved,
    Seen,
    Submitted,
    Uploaded,
    Uploading,
)
from pixverse_cli.domain.task import Record
from pixverse_cli.reporting.reporter import Reporter
from pixverse_cli.reporting.shapes import SCHEMA, error_json, one_line, record_json
from pixverse_cli.reporting.streams import put
from pixverse_cli.reporting.types import EventDetails, EventJson


class JsonReporter(Reporter):
    """For scripts that read every field."""

    shows_each_error = False  # one error object, at the end

    def __init__(self, clock: Clock, *, events: bool) -> None:
        self._clock = clock
        self._events = events

    def draw(self, event: Event) -> None:
        """Write the event, if events are wanted, and the record of a task that is ended or left."""
        if self._events and event.name and (details := _details(event)) is not None:
            shape: EventJson = {
                "schema": SCHEMA,
                "event": event.name,
                "at": rfc3339(self._clock.now()),
                "task_id": _task_id(event),
                **details,
            }
            put(one_line(shape))
        if isinstance(event, (Ended, LeftRunning)) and event.record:
            put(one_line(record_json(event.record)))

    def show_unfinished(self, records: Sequence[Record]) -> None:
        """Write the records of accepted tasks that keep running at the service."""
        for record in records:
            put(one_line(record_json(record)))


def _task_id(event: Event) -> str | None:
    if isinstance(event, Retrying):
        return event.task_id
    if isinstance(event, Ended) and event.error is not None and event.record is None:
        return event.error.task_id
    record: Record | None = getattr(event, "record", None)
    return record.task_id if record else None


def _details(event: Event) -> EventDetails | None:
    match event:
        case Uploading():
            return {"image": event.image, "sent": event.sent, "total": event.total}
        case Uploaded():
            return {"image": event.image, "url": event.url, "cached": event.cached}
        case Submitted(record=record) | Saved(record=record):
            return {"file": record.file}
        case Seen(record=record):
            return {"status": record.status, "note": event.note}
        case Retrying():
            return {"reason": event.reason, "delay": event.delay}
        case Downloading():
            return {"received": event.received, "total": event.total}
        case Ended(error=error) if error is not None:
            return {"error": error_json(error)["error"]}
        case Planned() | Known() | Ended() | Expected() | LeftRunning() | Note():
            return None
