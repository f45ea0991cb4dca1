"""The sentences that people read: of each event and error, and of a command's tasks together."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from pixverse_cli.domain.clock import Clock
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
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.domain.text import harmless, lines_of
from pixverse_cli.reporting.streams import CYAN, RED, paint

if TYPE_CHECKING:
    from decimal import Decimal

_CHARGES = {
    Charged.NO: "nothing was bought",
    Charged.UNKNOWN: "a task may have been created and may cost money",
    Charged.MIXED: "some of the tasks cost money",
}
_MOST_NAMES = 20  # of tasks that are not done
_HEARTBEAT_SECONDS = 60.0
_SECONDS = re.compile(r"\d[\d.]* s\b")  # differs each time in "no answer within 40.2 s"


def short_id(record: Record) -> str:
    """Return the first 8 characters of a task id: enough to recognise it, and to type."""
    return harmless(record.task_id or f"#{record.number}")[:8]


def _task_name(record: Record) -> str:
    """Return the input as the user gave it and the short id: both together identify a task."""
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


def soon(seconds: float) -> str:
    """Write ``now``, ``in 45 s``, ``in 3 min 20 s``."""
    return f"in {span(seconds)}" if round(seconds) > 0 else "now"


def coarse(seconds: float) -> str:
    """Write ``45 s``, ``3 min``, ``5 h``, ``2 d``."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return f"{int(seconds)} s"


def size(count: int) -> str:
    """Write ``812 B``, ``12 kB``, ``3.4 MB``."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def _request_kind(record: Record) -> str:
    """Write model, resolution and duration, as far as they are set: ``v6 720P 5 s``."""
    seconds = f"{record.duration} s" if record.duration else None
    return " ".join(filter(None, (model_name(record), record.resolution, seconds)))


def _request_summary(record: Record) -> str:
    """Write model, resolution and duration, and the estimated cost at list prices."""
    if record.estimate is None:
        return _request_kind(record)
    from pixverse_cli.domain.catalog import CURRENCY  # noqa: PLC0415  as above

    return f"{_request_kind(record)}, estimate {record.estimate} {CURRENCY}"


def elapsed(record: Record, now: datetime) -> float:
    """Return the seconds from the task's submission to its end, or to now if it has not ended."""
    until = record.ended_at if record.status.final and record.ended_at else now
    since = record.submitted_at or until
    return max(0.0, (until - since).total_seconds())


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


def total_cost(costs: "Sequence[tuple[Decimal | None, Decimal | None]]") -> str:
    """Write the sum of costs, each of which is the actual one or else the estimate."""
    known = [estimate if actual is None else actual for actual, estimate in costs]
    amounts = [amount for amount in known if amount is not None]
    if not amounts:
        return ""
    from pixverse_cli.domain.catalog import CURRENCY  # noqa: PLC0415  slow to load

    total = sum(amounts[1:], start=amounts[0])
    estimated = any(actual is None for actual, _ in costs)
    return f"{total} {CURRENCY} {'by estimate' if estimated else 'at list prices'}"


def total_length(records: Sequence[Record]) -> float:
    """Return the seconds of all finished videos, as far as they are known."""
    done = [record for record in records if record.status is Status.SUCCEEDED]
    return sum(record.seconds or 0 for record in done)


def shorter_path(path: str) -> str:
    """Return the path relative to the current directory if that is shorter."""
    return min(path, os.path.relpath(path), key=len)


def _event_sentence(event: Event, now: datetime) -> str | None:
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
            return f"{_task_name(event.record)}: {_news(event, now)}"
        case Retrying():
            task = f"{harmless(event.task_id)[:8]}: " if event.task_id else ""
            return f"{task}{_retry_sentence(event)}"
        case Note():
            return harmless(event.text)
        case _:
            assert_never(event)


def submitted_sentence(name: str, record: Record) -> str:
    """Return the line for a task that the service has accepted."""
    return f"{harmless(name)}: submitted, {_request_summary(record)}"


def _usual_time(event: Expected) -> str:
    """Write how long tasks of this kind took before, as the store knows it."""
    low, high = round(event.low), round(event.high)
    seconds = f"{low} s" if low == high else f"{low}-{high} s"
    return f"{_request_kind(event.record)} usually takes {seconds}: {event.count} earlier tasks did"


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


def _retry_sentence(event: Retrying) -> str:
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
        yield _charged_line(ending.charged)
    if ending.request_id:
        yield f"request id: {harmless(ending.request_id)}"
    for line in lines_of(ending.hint or ""):
        yield f"{paint('hint: ', CYAN)}{harmless(line)}"
    if ending.next and ending.next not in (ending.hint or ""):
        yield f"{paint('next: ', CYAN)}{harmless(ending.next)}"


def _charged_line(charged: Charged) -> str:
    """Return the line that says what was paid; not for ``yes``."""
    return f"charged: {charged}: {_CHARGES[charged]}"


class TaskSet:
    """Follows the events of one command; ``planned`` is the number of its tasks, 0 if unknown."""

    def __init__(self) -> None:
        self.planned = 0
        self.ended: list[Ended] = []
        self._names: dict[str, str] = {}  # by task id
        self._used = set[int]()  # numbers of the records that this command worked with
        self._told = set[tuple[str, str | None]]()

    @property
    def several(self) -> bool:
        """Whether a sentence must say which task it is about."""
        return max(self.planned, len(self.ended)) > 1

    def add(self, event: Event) -> None:
        """Take the event into account."""
        match event:
            case Planned(total=total):
                self.planned = total
            case Ended():
                self.ended.append(event)
            case Known() | Submitted() | Seen() | Downloading() | Saved():
                if not isinstance(event, Known) and not getattr(event, "already", False):
                    self._used.add(event.record.number)
                self._names[event.record.task_id or ""] = _task_name(event.record)
            case _:
                pass

    def sentence(self, event: Event, now: datetime) -> str | None:
        """Return the line for an event, with the name of its task."""
        name = self._names.get(event.task_id or "") if isinstance(event, Retrying) else None
        if isinstance(event, Retrying) and name:
            return f"{name}: {_retry_sentence(event)}"
        return _event_sentence(event, now)

    def error_lines(self, event: Ended) -> Iterator[str]:
        """Yield the lines of a task's error. What was said of another task is not said again."""
        error = event.error
        if error is None:
            return
        if not self.several:
            yield from error_lines(error)
            if error.charged is Charged.NO:
                yield _charged_line(error.charged)
            return
        told = (error.message, error.hint)
        if told not in self._told:
            self._told.add(told)
            yield from error_lines(error, _name_for(event, error))
        elif error.request_id or error.charged is not Charged.NO:
            yield from error_lines(error.but(hint=None), _name_for(event, error))

    def summary(self) -> Iterator[str]:
        """Yield what became of several tasks: how many are done, length, cost, place, the rest."""
        if not self.several or not self.ended:
            return
        good = [event.record for event in self.ended if event.error is None and event.record]
        now = [record for record in good if record.number in self._used]
        total, before = max(self.planned, len(self.ended)), len(good) - len(now)
        head = f"{len(good)} of {total} {_verb(now)}"
        if before:
            head += f", {before} of them before"
        charged = [event.record for event in self.ended if event.record in now or event.error]
        facts = [_length(now), self._cost([one for one in charged if one]), _place(now)]
        yield ": ".join(filter(None, (head, ", ".join(filter(None, facts)))))
        bad = [_ended_name(event) for event in self.ended if event.error]
        if bad:
            more = f" and {len(bad) - _MOST_NAMES} more" if len(bad) > _MOST_NAMES else ""
            yield f"not done: {', '.join(bad[:_MOST_NAMES])}{more}"

    def _cost(self, records: Sequence[Record]) -> str:
        costs = [
            (record.actual_cost, record.estimate)
            for record in records
            if record.charged is Charged.YES
        ]
        if costs:
            return total_cost(costs)
        uncertain = any(one.error and one.error.charged is not Charged.NO for one in self.ended)
        return "" if uncertain else "nothing was bought"


def _verb(records: Sequence[Record]) -> str:
    if records and all(record.status.unfinished for record in records):
        return "submitted"
    canceled = records and all(record.status is Status.CANCELED for record in records)
    return "cancelled" if canceled else "done"


def _length(records: Sequence[Record]) -> str:
    seconds = total_length(records)
    return f"{seconds:g} s of video" if seconds else ""


def _place(records: Sequence[Record]) -> str:
    """Return where the videos were saved."""
    folders = {str(Path(record.file).parent) for record in records if record.file}
    if len(folders) != 1:
        return f"saved in {len(folders)} folders" if folders else ""
    return f"saved in {harmless(shorter_path(folders.pop()))}{os.sep}"


def _ended_name(event: Ended) -> str:
    """Return the name of a task that has ended, also of one that was never accepted."""
    if event.record is not None:
        return _task_name(event.record)
    error = event.error
    parts = (event.label or (error and error.image), error and error.task_id and error.task_id[:8])
    return " ".join(harmless(part) for part in parts if part) or "a task"


def _name_for(event: Ended, error: PixverseError) -> str:
    """Return the task's name as far as the error's message does not contain it."""
    name = _ended_name(event)
    record = event.record
    if record is not None and record.task_id and record.task_id in error.message:
        name = name.removesuffix(short_id(record)).rstrip()
    return "" if name in error.message else name


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
                return self._said(("usual", _request_kind(record)), "", float("inf"))
            case Uploading(image=image, sent=0):  # said before the policy, and before the bytes
                return self._said(("upload", image), "", _HEARTBEAT_SECONDS)
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
