"""What a task's last known state means for whoever asked."""

from datetime import datetime

from pixverse_cli.domain.errors import (
    CanceledError,
    NotSavedError,
    PixverseError,
    StillRunningError,
    UnknownTaskError,
)
from pixverse_cli.domain.refusals import Refusal, failed_task
from pixverse_cli.domain.task import Record, Status, Task

REPLICATION_SECONDS = 60.0  # a new task may be UNKNOWN to the replica that is asked


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
    error: PixverseError
    match status or record.status:
        case Status.SUCCEEDED if has_video(record):
            return None
        case Status.SUCCEEDED:
            error = NotSavedError(
                f"task {record.task_id} succeeded, but the service gives no usable video URL",
                hint=f"try `pixverse download {record.task_id}` again in a minute",
            )
        case Status.FAILED:
            error = failed_task(
                Refusal(
                    code=record.error_code or "",
                    message=record.error_message or "",
                    request_id=record.request_id,
                )
            )
        case Status.CANCELED:
            error = CanceledError(f"task {record.task_id} was cancelled; it is not billed")
        case Status.UNKNOWN:
            error = UnknownTaskError(
                f"the service does not know task {record.task_id}:"
                " it is older than 24 hours, or was never this account's",
                charged=record.charged,
            )
        case Status.PENDING | Status.RUNNING | Status.UNCLEAR | Status.NOT_SENT:
            error = StillRunningError(
                f"task {record.task_id} has not finished yet ({record.status})",
                hint=f"pixverse wait {record.task_id}",
            )
    return error.about(record.task_id)
