"""What one task's trouble, or several tasks' endings, come to for whoever asked."""

from collections.abc import Sequence

from pixverse_cli.domain.errors import Charged, Ending, PartialError, PixverseError, Stopped
from pixverse_cli.domain.task import Record, Status


def failed(record: Record, error: PixverseError) -> PixverseError:
    """Return the error as this task's: its id and image, what was paid, how to go on.

    This is the one place that joins what went wrong with what is known of the task.
    """
    return error.but(
        task_id=record.task_id or error.task_id,
        image=record.image,
        charged=record.charged,
        next=next_command(record),
    )


def next_command(record: Record) -> str | None:
    """Return the command that goes on with a task without paying; None if nothing is left."""
    if record.status is Status.UNCLEAR:
        return "pixverse recover"
    if record.task_id is None:
        return None
    if record.status is Status.SUCCEEDED:
        return None if record.file else f"pixverse download {record.task_id}"
    return f"pixverse wait {record.task_id}" if record.status.unfinished else None


def common_charge(charges: Sequence[Charged]) -> Charged:
    """Return what all share, else ``mixed``."""
    kinds = set(charges)
    return kinds.pop() if len(kinds) == 1 else Charged.MIXED


def combine(errors: Sequence[PixverseError], *, succeeded: int) -> PixverseError | None:
    """Make one ending out of several tasks': None if all succeeded.

    One failed task alone is its own error. Failures that share an exit code, with no
    success beside them, keep that code; anything else is ``partial``.
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
    """Return a stop that says what was paid, what keeps running, and how to take it up again.

    ``records`` are the tasks that are not over, ``charges`` what all of the command's tasks
    come to, ``errors`` how some of them ended.
    """
    if stopped.charged is Charged.UNKNOWN:
        charges = (*charges, Charged.UNKNOWN)
    charged = common_charge(charges) if charges else Charged.NO
    ids = [str(record.task_id) for record in records]
    parts, hints = [stopped.message], list[str]()
    if Charged.UNKNOWN in charges:
        parts.append("whether the last task was created is not clear")
        hints.append("run `pixverse recover`: it finds out without paying again")
    elif not ids and charged is Charged.NO:
        parts.append("nothing was bought")
    if ids:
        parts.append(_going_on(records))
        hints.append(f"pixverse wait {' '.join(ids)} --download")
    return stopped.but(
        message="; ".join(parts),
        hint="\n".join(hints) or None,
        charged=charged,
        causes=tuple(errors),
        task_id=ids[0] if len(ids) == 1 else None,
    )


def _going_on(records: Sequence[Record]) -> str:
    names = f"task {records[0].task_id}" if len(records) == 1 else f"{len(records)} tasks"
    if all(record.status is Status.SUCCEEDED for record in records):
        return f"{names} succeeded, but nothing is saved yet"
    return f"{names} {'goes' if len(records) == 1 else 'go'} on at the service"
