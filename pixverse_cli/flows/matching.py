"""Whether a task on the service is the one that an unclear create call created.

The service has no idempotency key. A task is compared by its model, the time it was
submitted, and, once it has ended, its prompt (``orig_prompt``) and what was billed
(``usage``). Nothing here sends a request.
"""

import unicodedata
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from pixverse_cli.domain.catalog import find_model
from pixverse_cli.domain.task import ListedTask, Record, Status, Task
from pixverse_cli.domain.text import harmless

if TYPE_CHECKING:
    from pixverse_cli.flows.remote_tasks import Listing

CREATE_SECONDS = 65.0  # the longest duration of a create call, with the grace after a signal
CONCLUSIVE_SECONDS = 60.0  # after the call; by then the service's replicas agree
_LIST_SECONDS = 24 * 3600.0 - 600.0  # ten minutes less than a day: reading the pages takes time
_SLACK = 2.0  # seconds; the Date header that the clocks are compared by has whole seconds
_SLACK_WITHOUT_SKEW = 120.0


class Evidence(Enum):
    """Whether an answer about a task shows that it is the request's task."""

    OURS = "prompt and usage are the request's"
    NOT_OURS = "prompt or usage differ from the request's"
    NONE = "nothing to compare yet"


def call_end(record: Record) -> datetime | None:
    """Return when the create call ended, or the latest time at which it can have ended."""
    if record.ended_at is not None:
        return record.ended_at
    return record.intent_at and record.intent_at + timedelta(seconds=CREATE_SECONDS)


def must_be_over(record: Record, now: datetime) -> bool:
    """Return whether the call has certainly ended, even if its process cannot be checked."""
    longest = timedelta(seconds=CREATE_SECONDS + CONCLUSIVE_SECONDS)
    return record.intent_at is None or now >= record.intent_at + longest


def is_conclusive(record: Record, now: datetime) -> bool:
    """Return whether a task of this call would certainly be in the service's list at ``now``."""
    start, end = record.intent_at, call_end(record)
    if start is None or end is None or is_forgotten(record, now):
        return False
    return now >= end + timedelta(seconds=CONCLUSIVE_SECONDS)


def is_forgotten(record: Record, now: datetime) -> bool:
    """Return whether this call may be too old for the service's list."""
    sent = record.intent_at
    return sent is None or (now - sent).total_seconds() > _LIST_SECONDS


def may_be(
    record: Record, row: ListedTask, listing: "Listing", *, clock_error: float = 0.0
) -> bool:
    """Return whether a row of the list has the model and the time of the call.

    ``clock_error`` is the further difference, in seconds, to allow for a clock that was set.
    """
    if row.model and row.model != record.model:
        return False
    start, end = record.intent_at, call_end(record)
    if row.submitted_at is None or start is None or end is None:
        return True
    slack = timedelta(
        seconds=(_SLACK if listing.skew is not None else _SLACK_WITHOUT_SKEW) + clock_error
    )
    skew = timedelta(seconds=listing.skew or 0.0)
    first, last = min(start, end), max(start, end)  # the clock may have been set during the call
    return first + skew - slack <= row.submitted_at <= last + skew + slack


def compare(record: Record, task: Task) -> Evidence:
    """Compare an answer about a task with the request."""
    if task.orig_prompt is not None and not _same_prompt(record, task.orig_prompt):
        return Evidence.NOT_OURS
    if task.status is Status.SUCCEEDED:
        if not _same_usage(record, task):
            return Evidence.NOT_OURS
        if task.orig_prompt is not None or record.prompt is None:
            return Evidence.OURS
    return Evidence.OURS if task.orig_prompt is not None else Evidence.NONE


def _same_prompt(record: Record, reported: str) -> bool:
    """Compare prompts; the service may have cut or normalised the text."""
    model = find_model(record.model)
    sent = record.prompt or ""
    cut = sent[: model.prompt_limit] if model else sent
    return _normalized(reported) in (_normalized(sent), _normalized(cut))


def _normalized(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", harmless(text)).split())


def _same_usage(record: Record, task: Task) -> bool:
    """Return whether every fact in ``usage`` agrees with the request."""
    usage = task.usage
    requested = {
        "duration": str(record.duration),
        "SR": (record.resolution or "").rstrip("P"),
        "audio": str(bool(record.audio)),
    }
    billed = {
        name: str(usage[name]).rstrip("pP") for name in requested if usage.get(name) is not None
    }
    if "duration" in billed:
        billed["duration"] = billed["duration"].removesuffix(".0")
    return all(requested[name] == value for name, value in billed.items())
