"""From the task ids that the user typed to their records, and the current status of tasks."""

import re
from collections.abc import Generator, Iterable, Iterator, Sequence

from pixverse_cli.domain.endings import failed
from pixverse_cli.domain.errors import (
    Charged,
    NetworkSettingsError,
    NotSentError,
    PixverseError,
    UnclearError,
    UnknownTaskError,
    UsageError,
)
from pixverse_cli.domain.events import Ended, Event, Known, Planned, Seen
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.identity import this_account
from pixverse_cli.flows.rate_limited import RateLimit, with_retries
from pixverse_cli.flows.stored import fitting, numbered, unfit, without_task
from pixverse_cli.flows.task_state import (
    is_not_known_yet,
    is_over,
    query_task,
    status_error,
    store_checked,
)
from pixverse_cli.flows.tools import Tools

_FULL_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{23,127}")  # the service's are UUIDs of 36


def selected_records(
    references: Sequence[str] | None, tools: Tools
) -> Generator[Event, None, list[Record]]:
    """Return the records that the user asked for: the named ones, otherwise the latest.

    :raises UsageError: no task was named, and none was ever submitted.
    """
    if references is not None:
        return (yield from find_records(references, tools))
    latest = tools.store.records.newest(1, submitted=True)
    if not latest and tools.store.records.count(statuses=(Status.UNCLEAR,)):
        raise UsageError(
            "no task of this machine is known; the answer of a submit was lost",
            hint="run `pixverse recover`: it checks for a task without paying again",
        )
    if not latest:
        raise UsageError(
            "no task has been submitted from this machine yet",
            hint='pixverse submit IMAGE -p "…" --wait',
        )
    return latest


def find_records(references: Iterable[str], tools: Tools) -> Generator[Event, None, list[Record]]:
    """Return the records for ids, unique prefixes or ``#NUMBER``, in order, each once.

    A full id that is not in the store is queried at the service, and then stored.

    :raises UsageError: a prefix is too short, or fits no task or several, or a number names a
        request without a task; lists all of them.
    :raises UnknownTaskError: the service does not know a full id either.
    """
    found: dict[int, Record] = {}
    problems = []
    for reference in references:
        records = numbered(reference, tools.store) or fitting(reference, tools.store)
        if len(records) == 1 and records[0].task_id is None:
            problems.append(without_task(records[0]))
            continue
        if len(records) == 1:
            record = records[0]
        elif not records and is_task_id(reference):
            record = yield from _query_unknown(reference, tools)
        else:
            problems.append(unfit(reference, records))
            continue
        found[record.number] = record
    if problems:
        raise UsageError("\n".join(problems), hint="`pixverse list --all` shows every id")
    return list(found.values())


def is_task_id(text: str) -> bool:
    """Return whether a text may be a full task id, so that the service can be asked about it.

    Paths such as ``..`` or ``a/b`` are none: they would ask another address of the service.
    """
    return _FULL_ID.fullmatch(text) is not None


def _query_unknown(task_id: str, tools: Tools) -> Generator[Event, None, Record]:
    client = tools.connect()
    task = yield from with_retries(
        RateLimit.QUERY, lambda: client.query(task_id), tools, task_id=task_id
    )
    if task.status is Status.UNKNOWN:
        raise UnknownTaskError(
            f"neither the store nor the service knows task {task_id}",
            hint="the service keeps tasks for 24 hours; `pixverse list` shows the known tasks",
            task_id=task_id,
            charged=Charged.UNKNOWN,  # an older task may have been charged
        )
    account = this_account(tools)
    return tools.store.records.remember(task, tools.service, tools.clock.now(), account)


def look(references: Sequence[str] | None, tools: Tools, *, judging: bool) -> Iterator[Event]:
    """Query the status of each task once; for a task that has ended the store is enough.

    With ``judging``, a task that has not succeeded ends with the error for its status.
    """
    records = yield from selected_records(references, tools)
    yield Planned(total=len(records))
    yield from (Known(record=record) for record in records)
    yield from look_at_each(records, tools, judging=judging)


def look_at_each(records: Iterable[Record], tools: Tools, *, judging: bool) -> Iterator[Event]:
    """Query the status of each task, and end it.

    If no connection can be made for one, the others that would have to be queried end with the
    same error: each would take as long to fail.

    :raises NetworkSettingsError: no task can be queried.
    """
    unreachable = None
    for record in records:
        steps = query(record, tools) if unreachable is None else _unless_over(record, unreachable)
        for event in to_its_end(record, steps, judging=judging):
            if isinstance(event, Ended) and isinstance(event.error, NotSentError):
                unreachable = event.error
            yield event


def _unless_over(record: Record, unreachable: NotSentError) -> Generator[Event, None, Record]:
    """Return a record about which nothing has to be asked; for another, raise the error."""
    yield from ()
    if not is_over(record):
        raise unreachable
    return record


def to_its_end(
    record: Record, steps: Generator[Event, None, Record], *, judging: bool = False
) -> Iterator[Event]:
    """Take the steps for one task, which return its record, and end it; also if they fail.

    :raises NetworkSettingsError: the steps for other tasks would fail as well.
    """
    try:
        current = yield from steps
    except UnclearError as error:
        yield Ended(record=None, error=error, label=record.label)
    except NetworkSettingsError:
        raise
    except PixverseError as error:
        yield Ended(record=record, error=failed(record, error))
    else:
        yield Ended(record=current, error=status_error(current) if judging else None)


def query(record: Record, tools: Tools) -> Generator[Event, None, Record]:
    """Query a task that is not over, store the answer, and return the record as it is now.

    :raises UnclearError: the task belongs to another request, and was released.
    """
    if is_over(record) or record.task_id is None:
        return record
    task = yield from with_retries(
        RateLimit.QUERY, lambda: query_task(record, tools), tools, task_id=record.task_id
    )
    if is_not_known_yet(record, task, tools.clock):
        return record
    current = yield from store_checked(record, task, tools)
    yield Seen(record=current)
    return current
