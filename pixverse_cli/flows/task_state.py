"""What the service's answers about a task mean: kept in the store, and judged for whoever asks."""

from collections.abc import Generator
from datetime import datetime

from pixverse_cli.domain.errors import (
    CanceledError,
    NotSavedError,
    PixverseError,
    StillRunningError,
    UnclearError,
    UnknownTaskError,
)
from pixverse_cli.domain.events import Event, Known
from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.flows.tools import Tools

REPLICATION_SECONDS = 60.0  # a new task may be UNKNOWN to the replica that is asked


def noted(record: Record, task: Task, tools: Tools) -> Record:
    """Keep an answer. A new task's UNKNOWN is none: the replica that was asked is behind."""
    if is_not_known_yet(record, task, tools.clock.now()):
        return record
    return tools.store.records.seen(record.number, task)


def settle(record: Record, task: Task, tools: Tools) -> Record:
    """Confirm a provisionally adopted task by an answer about it, or let it go."""
    if not record.provisional:
        return record
    from pixverse_cli.flows.matching import Evidence, compare  # noqa: PLC0415  only trouble needs it

    evidence = compare(record, task)
    if evidence is Evidence.OURS:
        return tools.store.records.confirm(record.number)
    over = task.status in (Status.FAILED, Status.CANCELED)  # it will never tell its prompt
    if evidence is Evidence.NOT_OURS or over:
        return tools.store.records.let_go(record.number)
    return record


def sure_of(record: Record, task: Task, tools: Tools) -> Generator[Event, None, Record]:
    """Keep an answer and return the record, if its task is not somebody else's after all.

    :raises UnclearError: it is, and has been let go.
    """
    current = settle(noted(record, task, tools), task, tools)
    if current.task_id is None:
        yield Known(record=current)
        raise UnclearError(
            f"task {task.task_id} turned out to be somebody else's; the answer to ours is lost",
            hint="run `pixverse recover`: it finds out without paying again",
        )
    return current


def is_over(record: Record) -> bool:
    """Return whether asking again can bring nothing new.

    A success may lack its URL for a while, and whose a found task is must be told by an answer.
    """
    if record.provisional:
        return False
    return record.status.final and (record.status is not Status.SUCCEEDED or has_video(record))


def is_not_known_yet(record: Record, answer: Task, now: datetime) -> bool:
    """Return whether an UNKNOWN says no more than that the task is new."""
    since = record.submitted_at or now
    young = (now - since).total_seconds() < REPLICATION_SECONDS
    return answer.status is Status.UNKNOWN and record.status.unfinished and young


def has_video(record: Record) -> bool:
    """Return whether the record holds a URL that a video can be fetched from."""
    return (record.video_url or "").startswith(("https://", "http://"))


def verdict(record: Record, status: Status | None = None) -> PixverseError | None:
    """Return the error that a task's last known state is, or None for a finished video."""
    task_id = record.task_id
    match status or record.status:
        case Status.SUCCEEDED if has_video(record):
            return None
        case Status.SUCCEEDED:
            return NotSavedError(
                f"task {task_id} succeeded, but the service gives no usable video URL",
                hint=f"try `pixverse download {task_id}` again in a minute",
                task_id=task_id,
            )
        case Status.FAILED:
            return _failed(record)
        case Status.CANCELED:
            message = f"task {task_id} was cancelled; it is not billed"
            return CanceledError(message, task_id=task_id)
        case Status.UNKNOWN:
            return UnknownTaskError(
                f"the service does not know task {task_id}:"
                " it is older than 24 hours, or was never this account's",
                charged=record.charged,
                task_id=task_id,
            )
        case Status.PENDING | Status.RUNNING | Status.UNCLEAR | Status.NOT_SENT:
            return StillRunningError(
                f"task {task_id} has not finished yet ({record.status})",
                hint=f"pixverse wait {task_id}",
                task_id=task_id,
            )


def _failed(record: Record) -> PixverseError:
    from pixverse_cli.domain.refusals import Refusal, failed_task  # noqa: PLC0415  failures only

    refusal = Refusal(
        code=record.error_code or "",
        message=record.error_message or "",
        request_id=record.request_id,
    )
    return failed_task(refusal).but(task_id=record.task_id)
