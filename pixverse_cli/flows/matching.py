"""Whether a task on the service is the one that an unclear create call made.

The service has no idempotency key. What speaks for a task: its model, the time it was
submitted, and once it has ended its prompt (``orig_prompt``) and what was billed
(``usage``). Nothing here asks anybody; it only judges.
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

CREATE_SECONDS = 65.0  # the longest that a create call is out, with a signal's grace
CONCLUSIVE_SECONDS = 60.0  # after the call; by then the service's replicas agree
_LIST_REACHES_BACK = 24 * 3600.0 - 600.0  # seconds; the last ten minutes are for the walk there
_SLACK = 2.0  # seconds between two clocks that are compared by a header with whole seconds
_UNKNOWN_SKEW = 120.0


class Evidence(Enum):
    """What an answer about a task says of whose it is."""

    OURS = "prompt and usage are those of the request"
    NOT_OURS = "prompt or usage are others"
    NONE = "nothing to compare yet"


def call_end(record: Record) -> datetime | None:
    """Return when the create call was over, or must have been."""
    if record.ended_at is not None:
        return record.ended_at
    return record.intent_at and record.intent_at + timedelta(seconds=CREATE_SECONDS)


def must_be_over(record: Record, now: datetime) -> bool:
    """Return whether no process can be in the call any more, whatever it is named."""
    longest = timedelta(seconds=CREATE_SECONDS + CONCLUSIVE_SECONDS)
    return record.intent_at is None or now >= record.intent_at + longest


def is_conclusive(record: Record, now: datetime) -> bool:
    """Return whether a task of this call would be in the service's list now: already, and still."""
    start, end = record.intent_at, call_end(record)
    if start is None or end is None or is_forgotten(record, now):
        return False
    return now >= end + timedelta(seconds=CONCLUSIVE_SECONDS)


def is_forgotten(record: Record, now: datetime) -> bool:
    """Return whether the service's list may not reach back to this call any more."""
    sent = record.intent_at
    return sent is None or (now - sent).total_seconds() > _LIST_REACHES_BACK


def may_be(
    record: Record, row: ListedTask, listing: "Listing", *, clock_error: float = 0.0
) -> bool:
    """Return whether a row of the list has the model and the time of the call.

    ``clock_error`` seconds are allowed for a clock that was set since.
    """
    if row.model and row.model != record.model:
        return False
    start, end = record.intent_at, call_end(record)
    if row.submitted_at is None or start is None or end is None:
        return True
    slack = timedelta(seconds=(_SLACK if listing.skew is not None else _UNKNOWN_SKEW) + clock_error)
    skew = timedelta(seconds=listing.skew or 0.0)
    first, last = min(start, end), max(start, end)  # the clock may have been set in the call
    return first + skew - slack <= row.submitted_at <= last + skew + slack


def compare(record: Record, task: Task) -> Evidence:
    """Compare an answer with the request."""
    if task.orig_prompt is not None and not _same_prompt(record, task.orig_prompt):
        return Evidence.NOT_OURS
    if task.status is Status.SUCCEEDED:
        if not _same_usage(record, task):
            return Evidence.NOT_OURS
        if task.orig_prompt is not None or record.prompt is None:
            return Evidence.OURS
    return Evidence.OURS if task.orig_prompt is not None else Evidence.NONE


def _same_prompt(record: Record, theirs: str) -> bool:
    """Compare as the service may have cut or normalised the text."""
    model = find_model(record.model)
    ours = record.prompt or ""
    cut = ours[: model.prompt_limit] if model else ours
    return _plain(theirs) in (_plain(ours), _plain(cut))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", harmless(text)).split())


def _same_usage(record: Record, task: Task) -> bool:
    """Return whether nothing that was billed contradicts the request."""
    usage = task.usage
    asked = {
        "duration": str(record.duration),
        "SR": (record.resolution or "").rstrip("P"),
        "audio": str(bool(record.audio)),
    }
    told = {name: str(usage[name]).rstrip("pP") for name in asked if usage.get(name) is not None}
    if "duration" in told:
        told["duration"] = told["duration"].removesuffix(".0")
    return all(asked[name] == value for name, value in told.items())
