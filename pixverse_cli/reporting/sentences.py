"""What people read: one sentence for each event and each error."""

from collections.abc import Iterator
from datetime import datetime
from typing import assert_never

from pixverse_cli.domain.catalog import find_model
from pixverse_cli.domain.errors import Charged, PixverseError, Told
from pixverse_cli.domain.events import (
    Downloading,
    Ended,
    Event,
    Note,
    Retrying,
    Saved,
    Seen,
    Submitted,
    Uploaded,
    Uploading,
)
from pixverse_cli.domain.task import Record
from pixverse_cli.reporting.text import harmless

_BOUGHT = {
    Charged.UNKNOWN: "a task may have been created and may cost money",
    Charged.MIXED: "some of the tasks cost money",
}


def short_id(record: Record) -> str:
    """Return enough of a task id to recognise it, and to type."""
    return harmless(record.task_id or f"#{record.number}")[:8]


def model_name(record: Record) -> str:
    """Return a model's short name, or what is known of it."""
    model = find_model(record.model)
    return model.alias if model else harmless(record.model or "?")


def span(seconds: float) -> str:
    """Write ``45 s``, ``3 min 20 s``, ``5 h 10 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(count: int) -> str:
    """Write ``812 B``, ``3.4 MB``."""
    return f"{count} B" if count < 1000 else f"{count / 1_000_000:.1f} MB"


def bought(record: Record) -> str:
    """Write what was asked for and what it may cost."""
    parts = [model_name(record)]
    if record.resolution and record.duration:
        parts += [record.resolution, f"{record.duration} s"]
    if record.estimate is not None:
        parts.append(f"about {record.estimate} CNY by list price")
    return ", ".join(parts)


def elapsed(record: Record, now: datetime) -> float:
    """Return seconds since the task was submitted."""
    since = record.submitted_at or now
    return max(0.0, (now - since).total_seconds())


def event_sentence(event: Event, now: datetime) -> str | None:
    """Return the line for an event; None for those that only a moving display can show."""
    match event:
        case Uploading() | Downloading() | Ended():
            return None
        case Uploaded(cached=True):
            return f"{harmless(event.image)}: uploaded earlier, used again"
        case Uploaded():
            return f"{harmless(event.image)}: uploaded"
        case Submitted(record=record):
            return f"{harmless(record.task_id or '')}: submitted ({bought(record)})"
        case Seen(record=record):
            note = f" ({harmless(event.note)})" if event.note else ""
            return f"{short_id(record)}: {record.status} after {span(elapsed(record, now))}{note}"
        case Retrying():
            who = f"{harmless(event.task_id)[:8]}: " if event.task_id else ""
            return f"{who}{harmless(event.reason)}; again in {span(event.delay)}"
        case Saved(record=record):
            return f"{short_id(record)}: {'already saved' if event.already else 'saved'}"
        case Note():
            return harmless(event.text)
        case _:
            assert_never(event)


def error_lines(told: Told) -> Iterator[str]:
    """Yield what went wrong, each on its own line; then the way out."""
    label = "error: " if isinstance(told, PixverseError) else ""
    for line in told.message.splitlines() or [""]:
        yield f"{label}{harmless(line)}"
    if told.charged in _BOUGHT:
        yield f"charged: {told.charged}: {_BOUGHT[told.charged]}"
    if told.request_id:
        yield f"request id: {harmless(told.request_id)}"
    for line in (told.hint or "").splitlines():
        yield f"hint: {harmless(line)}"
