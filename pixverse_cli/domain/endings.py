"""How errors of single tasks become the ending of a command."""

from collections.abc import Sequence

from pixverse_cli.domain.errors import (
    BugError,
    Charged,
    Ending,
    PartialError,
    PixverseError,
    StillRunningError,
    Stopped,
    TimeLimitError,
    UnexpectedError,
)
from pixverse_cli.domain.task import Record, Status


def failed(record: Record, error: PixverseError) -> PixverseError:
    """Return the error with this task's id, image, charge and next command.

    This is the only place that combines an error with the record of its task.
    """
    if isinstance(error, TimeLimitError) and record.task_id:
        verb = "download" if record.status is Status.SUCCEEDED else "wait"
        error = StillRunningError(error.message, hint=f"pixverse {verb} {record.task_id}")
    return error.but(
        task_id=record.task_id or error.task_id,
        image=record.image,
        charged=record.charged,
        next=next_command(record),
    )


def unforeseen(error: Exception, charged: Charged) -> UnexpectedError:
    """Return the ending for an exception that no other place has translated.

    ``charged`` is what the requests of this run have cost until now.
    """
    where = "submitted tasks are in `pixverse list`, `pixverse recover` finds any that are missing"
    if charged is Charged.NO:
        where = "nothing was bought"
    ending: UnexpectedError
    if refusal := _local_failure(error):
        ending = UnexpectedError(refusal, hint=where, charged=charged)
    else:
        message, hint = f"unexpected {type(error).__name__}: {error}", "this is a bug in pixverse"
        ending = BugError(message, hint=f"{hint}; {where}", charged=charged)
    ending.__cause__ = error
    return ending


def _local_failure(error: Exception) -> str | None:
    """Return what the system refuses; None for an exception that comes from this program."""
    match error:
        case MemoryError():
            return "there is not enough memory"
        case OSError(strerror=str() as refusal):
            return f"{error.filename}: {refusal}" if error.filename else refusal
        case RuntimeError() if "start new thread" in str(error):
            return "the system cannot start another thread"
    return None


def next_command(record: Record) -> str | None:
    """Return the command that continues a task without paying; None if nothing is left to do."""
    if record.status is Status.UNCLEAR:
        return "pixverse recover"
    if record.task_id is None:
        return None
    if record.status is Status.SUCCEEDED:
        return None if record.file else f"pixverse download {record.task_id}"
    return f"pixverse wait {record.task_id}" if record.status.unfinished else None


def common_charge(charges: Sequence[Charged]) -> Charged:
    """Return the value that all share, else ``mixed``."""
    distinct = set(charges)
    return distinct.pop() if len(distinct) == 1 else Charged.MIXED


def combine(errors: Sequence[PixverseError], *, succeeded: int) -> PixverseError | None:
    """Return one error for several tasks; None if all succeeded.

    The error of a single task is returned as it is. If no task succeeded and all failures
    have the same exit code, it is kept; anything else is ``partial``.
    """
    if not errors:
        return None
    if len(errors) == 1 and not succeeded:
        return errors[0]
    total = len(errors) + succeeded
    if not succeeded and len({error.exit_code for error in errors}) == 1:
        return type(errors[0])(
            f"none of {total} tasks succeeded: {errors[0].message}",
            hint=errors[0].hint,
            retryable=all(error.retryable for error in errors),
            charged=common_charge([error.charged for error in errors]),
            causes=tuple(errors),
        )
    return PartialError(f"{len(errors)} of {total} tasks did not succeed", causes=tuple(errors))


def stopped_with(
    stopped: Stopped,
    records: Sequence[Record],
    charges: Sequence[Charged],
    errors: Sequence[Ending],
) -> Stopped:
    """Return the stop with what was paid, what keeps running, and the command to continue.

    ``records`` are the tasks that have not ended, ``charges`` those of all tasks of the
    command, ``errors`` the errors of tasks that have ended.
    """
    if stopped.charged is Charged.UNKNOWN:
        charges = (*charges, Charged.UNKNOWN)
    charged = common_charge(charges) if charges else Charged.NO
    ids = [str(record.task_id) for record in records]
    sentences, hints = [stopped.message], list[str]()
    if Charged.UNKNOWN in charges:
        sentences.append("It is not known whether the last task was created")
        hints.append("run `pixverse recover`: it checks for a task without paying again")
    elif not ids and charged is Charged.NO:
        sentences.append("Nothing was bought")
    if ids:
        sentences.append(_open_tasks(records))
        hints.append(f"pixverse wait {' '.join(ids)} --download")
    return stopped.but(
        message=". ".join(sentences),
        hint="\n".join(hints) or None,
        charged=charged,
        causes=tuple(errors),
        task_id=ids[0] if len(ids) == 1 else None,
    )


def _open_tasks(records: Sequence[Record]) -> str:
    names = f"Task {records[0].task_id}" if len(records) == 1 else f"{len(records)} tasks"
    if all(record.status is Status.SUCCEEDED for record in records):
        return f"{names} succeeded, but nothing is saved yet"
    return f"{names} {'keeps' if len(records) == 1 else 'keep'} running at the service"
