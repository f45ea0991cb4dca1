"""Whether a task on the service is the one that an unclear create call created.

The service has no idempotency key. A task is compared by its model, the time it was
submitted, and, once it has ended, its prompt (``orig_prompt``) and what was billed
(``usage``). Nothing here sends a request.
"""

import unicodedata
from enum import Enum
from typing import TYPE_CHECKING

from pixverse_cli.domain.catalog import Need, Parameter, find_model
from pixverse_cli.domain.task import ListedTask, Record, Status, Task
from pixverse_cli.domain.terms import TASK_LIFE_SECONDS
from pixverse_cli.domain.text import harmless
from pixverse_cli.flows.call_time import call_age

if TYPE_CHECKING:
    from pixverse_cli.flows.remote_tasks import Listing

_SLACK = 2.0  # seconds; the Date header that the clocks are compared by has whole seconds
_SLACK_WITHOUT_SKEW = 120.0
_ZONE = 8 * 3600.0  # seconds; the service writes other times in UTC+8
_SECONDS_APART = 1.0  # of a length read here and the billed one: a container may be longer


class Evidence(Enum):
    """Whether an answer about a task shows that it is the request's task."""

    OURS = "prompt and usage are the request's"
    NOT_OURS = "prompt or usage differ from the request's"
    NONE = "nothing to compare yet"


def may_be(
    record: Record, row: ListedTask, listing: "Listing", *, clock_error: float | None = 0.0
) -> bool:
    """Return whether a row of the list has the model and the time of the call.

    ``clock_error`` is the further difference, in seconds, to allow for; None: any time. With one,
    a time of another zone may be the call's too, and so may a time that no row can have.
    """
    if _is_another_model(row.model, record.model):
        return False
    age = call_age(record, listing.read_at)
    if row.submitted_at is None or age is None or clock_error is None:
        return True
    slack = (_SLACK if listing.skew is not None else _SLACK_WITHOUT_SKEW) + clock_error
    age_of_row = (listing.read_at.wall - row.submitted_at).total_seconds() + (listing.skew or 0.0)
    # the wall clock may have been set during the call, so that its end was before its start
    latest, earliest = sorted((age.begun, age.ended))
    if not clock_error:
        return latest - slack <= age_of_row <= earliest + slack
    impossible = not -slack <= age_of_row <= TASK_LIFE_SECONDS + slack  # the list is of one day
    return impossible or any(
        latest - slack <= age_of_row + zone <= earliest + slack for zone in (-_ZONE, 0.0, _ZONE)
    )


def _is_another_model(name: str, ours: str | None) -> bool:
    """Return whether a row names another model, and not ours in other letters or with a version."""
    if not name or ours is None:
        return False
    if known := find_model(name):
        return known.name != ours
    return not _bare(name).startswith(_bare(ours))


def _bare(model: str) -> str:
    """Return the name of a model without its vendor: ``pixverse-v6-it2v``."""
    return model.strip().lower().rpartition("/")[2]


def compare(record: Record, task: Task) -> Evidence:
    """Compare an answer about a task with the request."""
    if task.orig_prompt is not None and not _same_prompt(record, task.orig_prompt):
        return Evidence.NOT_OURS
    if task.status is Status.SUCCEEDED:
        if not _same_usage(record, task):
            return Evidence.NOT_OURS
        if record.prompt is None and _reports_prompts(record):
            return Evidence.OURS
    return Evidence.OURS if task.orig_prompt is not None else Evidence.NONE


def usage_confirms(record: Record, task: Task) -> bool:
    """Return whether ``usage`` confirms a task that was adopted as the only candidate.

    For models whose tasks never report a prompt, this is all that can be compared.
    """
    ended = task.status is Status.SUCCEEDED and bool(task.usage)
    agrees = _same_usage(record, task) and not has_other_length(record, task)
    return ended and not _reports_prompts(record) and agrees


def has_other_length(record: Record, task: Task) -> bool:
    """Return whether a task was billed for clearly more or fewer seconds than were estimated.

    Only for models whose tasks never report a prompt; others are compared by it.
    """
    billed, expected = task.usage.get("duration"), _expected_seconds(record)
    if expected is None or not isinstance(billed, (int, float)):
        return False
    return not abs(billed - expected) <= _SECONDS_APART


def _expected_seconds(record: Record) -> float | None:
    """Return the seconds of the estimate; None if there is none, or a prompt tells more."""
    model = find_model(record.model)
    if model is None or record.estimate is None or _reports_prompts(record):
        return None
    tier = next((each for each in model.resolutions if each == record.resolution), None)
    return float(record.estimate / model.price(tier, audio=False))


def _reports_prompts(record: Record) -> bool:
    """Return whether tasks of this model report their prompt; where not, usage alone is weak."""
    model = find_model(record.model)
    return model is None or model.prompt is not Need.NONE


def _same_prompt(record: Record, reported: str) -> bool:
    """Compare prompts; the service may have cut or normalised the text."""
    model = find_model(record.model)
    sent = record.prompt or ""
    cut = sent[: model.prompt_limit] if model else sent
    return _normalized(reported) in (_normalized(sent), _normalized(cut))


def _normalized(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", harmless(text)).split())


def _same_usage(record: Record, task: Task) -> bool:
    """Return whether every fact in ``usage`` agrees with the request, as far as it sets it.

    A video that is as long as an input has no duration of its own, and the tier of a model that
    offers none (``"SR": "4K"``, or empty) is no part of the request.
    """
    usage, requested = task.usage, dict[str, str]()
    model = find_model(record.model)
    if record.duration is not None:
        requested["duration"] = str(record.duration)
    if record.resolution is not None:
        requested["SR"] = record.resolution.rstrip("P")
    if model is None or model.takes(Parameter.AUDIO):
        requested["audio"] = str(bool(record.audio))
    billed = {
        name: str(usage[name]).rstrip("pP") for name in requested if usage.get(name) is not None
    }
    if "duration" in billed:
        billed["duration"] = billed["duration"].removesuffix(".0")
    return all(requested[name] == value for name, value in billed.items())
