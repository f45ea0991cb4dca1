"""The sentences that people read: one for each event and each error."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import assert_never

from pixverse_cli.domain.errors import Charged, Ending, PixverseError
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
from pixverse_cli.domain.text import harmless, lines_of
from pixverse_cli.reporting.streams import CYAN, RED, paint

_CHARGES = {
    Charged.NO: "nothing was bought",
    Charged.UNKNOWN: "a task may have been created and may cost money",
    Charged.MIXED: "some of the tasks cost money",
}


def short_id(record: Record) -> str:
    """Return the first 8 characters of a task id: enough to recognise it, and to type."""
    return harmless(record.task_id or f"#{record.number}")[:8]


def task_name(record: Record) -> str:
    """Return the image as the user gave it and the short id: what tells one task from others."""
    image = harmless(record.label or "")
    return f"{image} {short_id(record)}" if image else short_id(record)


def model_name(record: Record) -> str:
    """Return a model's short name, or the full name of a model that is not in the catalogue."""
    from pixverse_cli.domain.catalog import find_model  # noqa: PLC0415  slow to load

    model = find_model(record.model)
    return model.alias if model else harmless(record.model or "?")


def counted(count: int, noun: str) -> str:
    """Write ``1 task``, ``2 tasks``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def span(seconds: float) -> str:
    """Write ``45 s``, ``3 min 20 s``, ``5 h 10 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(count: int) -> str:
    """Write ``812 B``, ``12 kB``, ``3.4 MB``."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def request_kind(record: Record) -> str:
    """Write model, resolution and duration, as far as they are set: ``v6 720P 5 s``."""
    seconds = f"{record.duration} s" if record.duration else None
    return " ".join(filter(None, (model_name(record), record.resolution, seconds)))


def request_summary(record: Record) -> str:
    """Write model, resolution and duration, and the estimated cost at list prices."""
    if record.estimate is None:
        return request_kind(record)
    from pixverse_cli.domain.catalog import CURRENCY  # noqa: PLC0415  as above

    return f"{request_kind(record)}, estimate {record.estimate} {CURRENCY}"


def elapsed(record: Record, now: datetime) -> float:
    """Return the seconds from the task's submission to its end, or to now if it has not ended."""
    until = record.ended_at if record.status.final and record.ended_at else now
    since = record.submitted_at or until
    return max(0.0, (until - since).total_seconds())


def coarse(seconds: float) -> str:
    """Write ``45 s``, ``3 min``, ``5 h``, ``2 d``."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return f"{int(seconds)} s"


def _usual_time(event: Expected) -> str:
    """Write how long tasks of this kind took before, as the store knows it."""
    low, high = round(event.low), round(event.high)
    seconds = f"{low} s" if low == high else f"{low}-{high} s"
    return f"{request_kind(event.record)} usually takes {seconds}: {event.count} earlier tasks did"


def video_facts(record: Record) -> str:
    """Write size, length and dimensions of a video, as far as they are known."""
    parts = []
    if record.file is not None:  # written to stdout, it has none
        with suppress(OSError):
            parts.append(size(Path(record.file).stat().st_size))
    if record.usage.get("duration") is not None and record.usage.get("size"):
        dimensions = harmless(str(record.usage["size"])).replace("*", "x")
        parts.append(f"{record.usage['duration']} s of {dimensions}")
    return ", ".join(parts)


def _saved_summary(record: Record) -> str:
    """Write what is known of a saved video and its cost, in brackets."""
    from pixverse_cli.domain.catalog import CURRENCY  # noqa: PLC0415  as above

    cost = record.actual_cost
    paid = "" if cost is None else f"{cost} {CURRENCY} at list prices"
    parts = [part for part in (video_facts(record), paid) if part]
    return f" ({', '.join(parts)})" if parts else ""


def submitted_sentence(name: str, record: Record) -> str:
    """Return the line for a task that the service has accepted."""
    return f"{harmless(name)}: submitted, {request_summary(record)}"


def event_sentence(event: Event, now: datetime) -> str | None:
    """Return the line for an event; None for those that only a progress display shows."""
    match event:
        case Uploading(sent=0):
            return f"{harmless(event.image)}: uploading {size(event.total)}"
        case Planned() | Uploading() | Known() | Downloading() | Ended():
            return None
        case Uploaded():
            return f"{harmless(event.image)}: uploaded{' earlier' if event.cached else ''}"
        case Submitted(record=record):
            name = " ".join(part for part in (record.label, record.task_id) if part)
            return submitted_sentence(name, record)
        case Expected():
            return _usual_time(event)
        case Seen() | Saved() | LeftRunning():
            return f"{task_name(event.record)}: {_news(event, now)}"
        case Retrying():
            task = f"{harmless(event.task_id)[:8]}: " if event.task_id else ""
            return f"{task}{retry_sentence(event)}"
        case Note():
            return harmless(event.text)
        case _:
            assert_never(event)


def _news(event: Seen | Saved | LeftRunning, now: datetime) -> str:
    """Write what has become of a task."""
    match event:
        case Seen(record=record):
            note = f" ({harmless(event.note)})" if event.note else ""
            return f"{record.status} after {span(elapsed(record, now))}{note}"
        case Saved(record=record):
            return "already saved" if event.already else f"saved{_saved_summary(record)}"
        case LeftRunning():
            return "not waiting any longer; it keeps running at the service"


def soon(seconds: float) -> str:
    """Write ``now``, ``in 45 s``, ``in 3 min 20 s``."""
    return f"in {span(seconds)}" if round(seconds) > 0 else "now"


def retry_sentence(event: Retrying) -> str:
    """Return why a call is made again, and when, without the name of its task."""
    return f"{harmless(event.reason).removesuffix('.')}; trying again {soon(event.delay)}"


def error_lines(ending: Ending, name: str = "") -> Iterator[str]:
    """Yield the lines of an error: what went wrong, what was charged, the hint, how to continue.

    ``name`` says which of several tasks it is about.
    """
    label = "error: " if isinstance(ending, PixverseError) else ""
    for line in lines_of(ending.message or "(no message)"):
        yield f"{paint(label, RED)}{name and f'{name}: '}{harmless(line)}"
    if ending.charged in (Charged.UNKNOWN, Charged.MIXED):
        yield charged_line(ending.charged)
    if ending.request_id:
        yield f"request id: {harmless(ending.request_id)}"
    for line in lines_of(ending.hint or ""):
        yield f"{paint('hint: ', CYAN)}{harmless(line)}"
    if ending.next and ending.next not in (ending.hint or ""):
        yield f"{paint('next: ', CYAN)}{harmless(ending.next)}"


def charged_line(charged: Charged) -> str:
    """Return the line that says what was paid; not for ``yes``."""
    return f"charged: {charged}: {_CHARGES[charged]}"
