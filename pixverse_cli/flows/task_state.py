"""The service's answers about a task: storing them, and the error that a status stands for."""

from collections.abc import Generator
from typing import TYPE_CHECKING

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.errors import (
    CanceledError,
    NotSavedError,
    PixverseError,
    StillRunningError,
    UnclearError,
    UnknownTaskError,
)
from pixverse_cli.domain.events import Event, Known
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.flows.call_time import call_age, read_clocks
from pixverse_cli.flows.identity import (
    elsewhere,
    learn,
    may_be_other_account,
    require_service,
    sent_by_this_key,
)
from pixverse_cli.flows.tools import Tools

if TYPE_CHECKING:
    from pixverse_cli.domain.refusals import Refusal

_REPLICATION_SECONDS = 60.0  # a new task may be UNKNOWN to the replica that answers


def query_task(record: Record, tools: Tools) -> Task:
    """Return the service's answer about a record's task.

    UNKNOWN is returned only to the key that sent the request; to another it proves nothing.

    :raises ElsewhereError: the request was sent to another service, which is not asked; or the
        service does not know the task, and another key sent the request.
    :raises UnknownTaskError: the service does not know the task, and an older version did not
        note which key sent the request.
    """
    require_service(record, tools)
    task = tools.connect().query(record.task_id or "")
    if task.status is not Status.UNKNOWN or sent_by_this_key(record, tools):
        return task
    if not may_be_other_account(record, tools) and is_not_known_yet(record, task, tools.clock):
        return task
    if record.account is None:
        raise _unknown(record)
    raise elsewhere(record, tools)


def store_answer(record: Record, task: Task, tools: Tools) -> Record:
    """Store an answer, except UNKNOWN for a new task: the replica that answered is behind."""
    if is_not_known_yet(record, task, tools.clock):
        return record
    account = learn(record, task, tools)
    about = replace(task, task_id=record.task_id or task.task_id)  # what was asked about
    current = tools.store.records.seen(record.number, about, tools.clock.now(), account)
    if current.status is Status.FAILED:
        _forget_unusable_uploads(current, tools)
    return current


def _forget_unusable_uploads(record: Record, tools: Tools) -> None:
    """Let the next request upload its files again if the service could not use this one's."""
    from pixverse_cli.domain.refusals import blames_the_address  # noqa: PLC0415  rare

    if blames_the_address(_refusal(record)):
        for sha256 in filter(None, (each.sha256 for each in record.inputs)):
            tools.store.uploads.forget_image(sha256)


def confirm_or_release(record: Record, task: Task, tools: Tools) -> Record:
    """Confirm or release a provisionally adopted task, depending on the answer about it."""
    task_id = record.task_id
    if not record.provisional or task_id is None:
        return record
    from pixverse_cli.flows.matching import (  # noqa: PLC0415  rare
        Evidence,
        compare,
        has_other_length,
        usage_confirms,
    )

    evidence = compare(record, task)
    if evidence is Evidence.OURS or usage_confirms(record, task):
        return tools.store.records.confirm(record.number, task_id)
    promptless = task.status in (Status.FAILED, Status.CANCELED)  # these never report a prompt
    if evidence is Evidence.NOT_OURS or promptless or has_other_length(record, task):
        return tools.store.records.let_go(record.number, task_id)
    return record


def store_checked(record: Record, task: Task, tools: Tools) -> Generator[Event, None, Record]:
    """Store an answer and return the record, if the task belongs to it.

    :raises UnclearError: the task belongs to another request, and was released.
    """
    current = confirm_or_release(store_answer(record, task, tools), task, tools)
    if current.task_id is None:
        yield Known(record=current)
        raise UnclearError(
            f"task {task.task_id} belongs to another request; the answer to this one was lost",
            hint="run `pixverse recover`: it searches for the task without paying again",
        )
    return current


def is_over(record: Record) -> bool:
    """Return whether a further query can bring nothing new.

    It can for a success that still lacks its URL, and for a provisional task.
    """
    if record.provisional:
        return False
    return record.status.final and (record.status is not Status.SUCCEEDED or has_video(record))


def is_not_known_yet(record: Record, answer: Task, clock: Clock) -> bool:
    """Return whether the answer is UNKNOWN only because the task is new."""
    if answer.status is not Status.UNKNOWN or not record.status.unfinished:
        return False
    at = read_clocks(clock)
    age = call_age(record, at)
    if age is not None and age.certain:
        return age.ended < _REPLICATION_SECONDS
    since = record.submitted_at or at.wall
    return (at.wall - since).total_seconds() < _REPLICATION_SECONDS


def has_video(record: Record) -> bool:
    """Return whether the record has an http(s) URL for the video."""
    return (record.video_url or "").startswith(("https://", "http://"))


def status_error(record: Record, status: Status | None = None) -> PixverseError | None:
    """Return the error for a task's last known status; None for a success with a video."""
    task_id = record.task_id
    match status or record.status:
        case Status.SUCCEEDED if has_video(record):
            return None
        case Status.SUCCEEDED:
            return NotSavedError(
                f"task {task_id} succeeded, but the service gives no usable video URL",
                hint="try to download it again in a minute",
                task_id=task_id,
            )
        case Status.FAILED:
            return _failed(record)
        case Status.CANCELED:
            message = f"task {task_id} was cancelled; it is not billed"
            return CanceledError(message, task_id=task_id)
        case Status.UNKNOWN:
            return _unknown(record)
        case Status.PENDING | Status.RUNNING | Status.UNCLEAR | Status.NOT_SENT:
            return StillRunningError(
                f"task {task_id} has not finished yet ({record.status})",
                task_id=task_id,
            )


def _unknown(record: Record) -> PixverseError:
    return UnknownTaskError(
        f"the service does not know task {record.task_id}:"
        " it is older than 24 hours, or does not belong to this account",
        charged=record.charged,
        task_id=record.task_id,
    )


def _failed(record: Record) -> PixverseError:
    from pixverse_cli.domain.refusals import failed_task  # noqa: PLC0415  rare

    return failed_task(_refusal(record)).but(task_id=record.task_id)


def _refusal(record: Record) -> "Refusal":
    """Return why a record's task FAILED."""
    from pixverse_cli.domain.refusals import Refusal  # noqa: PLC0415  rare

    return Refusal(
        code=record.error_code or "",
        message=record.error_message or "",
        request_id=record.request_id,
    )
