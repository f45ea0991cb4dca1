"""The tasks of one command together: whose sentence it is, what was said already, one summary."""

import os
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.errors import Charged, PixverseError
from pixverse_cli.domain.events import (
    Downloading,
    Ended,
    Event,
    Expected,
    Known,
    Planned,
    Retrying,
    Saved,
    Seen,
    Submitted,
    Uploading,
)
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.domain.text import harmless
from pixverse_cli.reporting.sentences import (
    charged_line,
    error_lines,
    event_sentence,
    request_kind,
    retry_sentence,
    short_id,
    task_name,
)

if TYPE_CHECKING:
    from decimal import Decimal

_MOST_NAMES = 20

_HEARTBEAT_SECONDS = 60.0
_SECONDS = re.compile(r"\d[\d.]* s\b")  # differs each time in "no answer within 40.2 s"


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
                self._names[event.record.task_id or ""] = task_name(event.record)
            case _:
                pass

    def sentence(self, event: Event, now: datetime) -> str | None:
        """Return the line for an event, with the name of its task."""
        name = self._names.get(event.task_id or "") if isinstance(event, Retrying) else None
        if isinstance(event, Retrying) and name:
            return f"{name}: {retry_sentence(event)}"
        return event_sentence(event, now)

    def error_lines(self, event: Ended) -> Iterator[str]:
        """Yield the lines of a task's error. What was said of another task is not said again."""
        error = event.error
        if error is None:
            return
        if not self.several:
            yield from error_lines(error)
            if error.charged is Charged.NO:
                yield charged_line(error.charged)
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
        return task_name(event.record)
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
                return self._said(("usual", request_kind(record)), "", float("inf"))
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
