"""How errors of single tasks become the ending of a command, and how to continue after it."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from pixverse_cli.domain.errors import (
    RECOVER,
    BugError,
    Charged,
    Ending,
    NoReceiptError,
    NotSavedError,
    PartialError,
    PixverseError,
    StillRunningError,
    Stopped,
    TimeLimitError,
    UnclearError,
    UnexpectedError,
)
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.domain.text import shell_line

_MOST_IDS = 12  # in a command that a person reads
_INDEX = re.compile(r"(?<!\{)\{index(?::\d+)?\}")


class Asked(NamedTuple):
    """What a command was asked to do, as far as its endings must know it.

    ``pays``: it creates tasks, so the same command again may pay again. ``saves``: it saves
    videos; ``output`` is the ``-o`` that was typed, and ``force`` its ``--force``. ``again`` is
    the command line that continues all tasks at once (``batch``). ``shorten`` returns a
    prefix of a task id that is unique in the store.
    """

    pays: bool = False
    saves: bool = True
    output: str | None = None
    force: bool = False
    again: str | None = None
    shorten: Callable[[str], str] = str


class Placed(NamedTuple):
    """A task and its place among those of the command, counted from 1 (``{index}``)."""

    record: Record
    position: int = 1


def failed(
    record: Record, error: PixverseError, asked: Asked | None = None, position: int = 1
) -> PixverseError:
    """Return the error with this task's id, image and charge, and the command that continues.

    This is the only place that combines an error with the record of its task.
    """
    asked = asked or Asked()
    if isinstance(error, TimeLimitError) and record.task_id:
        error = StillRunningError(error.message)
    following = error.next if isinstance(error, NoReceiptError) else None
    # a video may have been saved before, and not have been saved where it is wanted now
    unsaved = replace(record, file=None) if isinstance(error, NotSavedError) else record
    return error.but(
        task_id=record.task_id or error.task_id,
        image=record.image,
        charged=record.charged,
        retryable=may_run_again(error, [record.charged], asked),
        next=following or next_command([Placed(unsaved, position)], asked),
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


def may_run_again(error: Ending, charges: Iterable[Charged], asked: Asked) -> bool:
    """Return whether the very same command again may succeed and cannot pay twice.

    ``charges`` are those of all tasks of the command.
    """
    bought = any(charged is not Charged.NO for charged in charges)
    return error.retryable and not (asked.pays and bought)


def next_command(tasks: Iterable[Placed], asked: Asked) -> str | None:
    """Return the command that continues tasks without paying; None if nothing is left to do."""
    tasks = sorted((task for task in tasks if _has_more_to_do(task.record)), key=_position)
    if any(task.record.status is Status.UNCLEAR for task in tasks):
        return RECOVER
    ids = [task.record.task_id for task in tasks if task.record.task_id]
    if not ids:
        return None
    if asked.again is not None:
        return asked.again
    finished = all(task.record.status is Status.SUCCEEDED for task in tasks)
    words = ["pixverse", "download" if finished else "wait"]
    alike = finished or all(task.record.status.unfinished for task in tasks)
    if len(ids) > _MOST_IDS and alike and _is_named_by_id(asked.output):
        words.append("--all")
    else:
        words += ids if len(ids) == 1 else map(asked.shorten, ids)
    if not finished and asked.saves and asked.output is None:
        words.append("--download")
    return shell_line([*words, *_output_words([task.position for task in tasks], asked)])


def _is_named_by_id(output: str | None) -> bool:
    """Return whether videos of any tasks can share this ``-o``: the default name has the id."""
    return output is None or output.endswith("/") or "{task_id" in output


def _position(task: Placed) -> int:
    return task.position


def _has_more_to_do(record: Record) -> bool:
    if record.status is Status.SUCCEEDED:
        return not record.file
    return record.status is Status.UNCLEAR or record.status.unfinished


def _output_words(positions: Sequence[int], asked: Asked) -> list[str]:
    """Return ``-o`` as it was typed; ``{index}`` is replaced if it would count differently now."""
    if asked.output is None:
        return []
    text = asked.output
    if list(positions) != list(range(1, len(positions) + 1)):
        one = str(positions[0]) if len(positions) == 1 else "{task_id:8}"
        text = _INDEX.sub(one, text)
    return ["-o", text, *(["--force"] if asked.force else [])]


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


def whole(
    error: PixverseError, charges: Sequence[Charged], tasks: Iterable[Placed], asked: Asked
) -> PixverseError:
    """Return the ending of a command with what all its tasks cost and how to continue them.

    ``charges`` are those of all tasks of the command; ``tasks`` are those that were not ended
    as asked.
    """
    causes = tuple(
        cause.but(retryable=may_run_again(cause, charges, asked)) for cause in error.causes
    )
    endings = (error, *error.causes)
    named = (each.next for each in endings if each.next)
    following = next_command(tasks, asked) or next(named, None)
    if any(isinstance(each, UnclearError) for each in endings):
        following = RECOVER
    elif any(isinstance(each, StillRunningError) for each in endings):
        following = following or asked.again  # what was not submitted before the time limit
    return error.but(
        charged=common_charge(charges) if charges else error.charged,
        retryable=may_run_again(error, charges, asked),
        next=following,
        hint=error.hint or following,
        causes=causes,
    )


def stopped_with(
    stopped: Stopped,
    tasks: Sequence[Placed],
    charges: Sequence[Charged],
    errors: Sequence[Ending],
    asked: Asked,
    left_out: str = "",
) -> Stopped:
    """Return the stop with what was paid, what keeps running, and the command to continue.

    ``tasks`` are those that have not ended, ``charges`` those of all tasks of the command,
    ``errors`` the errors of tasks that have ended; ``left_out`` says what was not begun.
    """
    if stopped.charged is Charged.UNKNOWN:
        charges = (*charges, Charged.UNKNOWN)
    charged = common_charge(charges) if charges else Charged.NO
    following = next_command(tasks, asked)
    sentences, hints = [stopped.message], list[str]()
    if Charged.UNKNOWN in charges:
        sentences.append("It is not known whether the last task was created")
        hints.append(f"run `{RECOVER}`: it checks for a task without paying again")
    elif not tasks and charged is Charged.NO:
        sentences.append("Nothing was bought")
    if tasks:
        sentences.append(_open_tasks([task.record for task in tasks]))
        hints += [following] if following else []
    sentences += [left_out] if left_out else []
    return stopped.but(
        message=". ".join(sentences),
        hint="\n".join(hints) or None,
        next=RECOVER if Charged.UNKNOWN in charges else following,
        charged=charged,
        causes=tuple(errors),
        task_id=tasks[0].record.task_id if len(tasks) == 1 else None,
    )


def _open_tasks(records: Sequence[Record]) -> str:
    names = f"Task {records[0].task_id}" if len(records) == 1 else f"{len(records)} tasks"
    done = sum(record.status is Status.SUCCEEDED for record in records)
    if done == len(records):
        return f"{names} succeeded, but nothing is saved yet"
    one = len(records) - done == 1
    if done:
        names = "1 task" if one else f"{len(records) - done} tasks"
    running = f"{names} {'keeps' if one else 'keep'} running at the service"
    return f"{running}; {done} succeeded, but nothing is saved yet" if done else running
