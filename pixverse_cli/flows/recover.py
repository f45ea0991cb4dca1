"""Finding the result of submits whose answer was lost. Nothing here creates a task."""

from collections.abc import Generator, Iterator

from pixverse_cli.domain.clock import rfc3339
from pixverse_cli.domain.endings import failed
from pixverse_cli.domain.errors import (
    Charged,
    PixverseError,
    UnclearError,
    UnknownTaskError,
    UsageError,
)
from pixverse_cli.domain.events import Ended, Event, Known, Note
from pixverse_cli.domain.process import may_be_alive
from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.flows.matching import (
    CONCLUSIVE_SECONDS,
    Evidence,
    call_end,
    compare,
    is_conclusive,
    is_forgotten,
    must_be_over,
)
from pixverse_cli.flows.rate_limited import RateLimit, with_retries
from pixverse_cli.flows.search import Found, not_found_error, search
from pixverse_cli.flows.task_state import confirm_or_release, store_answer
from pixverse_cli.flows.tools import Tools


def recover(tools: Tools) -> Iterator[Event]:
    """Search for the task of every request that is unclear or whose process died in the call.

    Each request ends with a task id in its record, as not accepted (``NOT_SENT``), or with an
    :class:`UnclearError` that lists the candidates.
    """
    for record in tools.store.take_back():
        yield Note(text=f"task {record.task_id} was accepted earlier; it is in the store now")
        yield Ended(record=record)
    records = [each for each in tools.store.records.unsettled() if _is_recoverable(each, tools)]
    if not records:
        yield Note(text="No lost submits: the result of each one is known")
    for record in records:
        yield Known(record=record)
        try:
            yield (yield from _resolve(record, tools))
        except PixverseError as error:
            yield Ended(record=None, error=failed(record, error), label=record.image)


def _is_recoverable(record: Record, tools: Tools) -> bool:
    """Return whether the request went to this service and no process is working on it.

    Where the process cannot be checked (the machine's name has changed, the process number
    was reused), it counts as ended once the longest possible call is over.
    """
    over = must_be_over(record, tools.clock.now())
    return record.service == tools.service and (over or not may_be_alive(record.process))


def _resolve(record: Record, tools: Tools) -> Generator[Event, None, Ended]:
    if record.provisional and record.task_id:
        client, task_id = tools.connect(), record.task_id
        task = yield from with_retries(RateLimit.QUERY, lambda: client.query(task_id), tools)
        record = confirm_or_release(store_answer(record, task, tools), task, tools)
        if record.task_id is not None:
            return Ended(record=record)
    if is_forgotten(record, tools.clock.now()):
        return Ended(record=None, error=_too_old(record), label=record.image)
    found = yield from search(record, tools)
    return _ended(found, tools)


def _ended(found: Found, tools: Tools) -> Ended:
    record = found.record
    if record.task_id is not None or record.status is Status.NOT_SENT:
        return Ended(record=record)
    error = not_found_error(found)
    end = call_end(record)
    if not found.candidates and end and not is_conclusive(record, tools.clock.now()):
        later = f"the list is reliable {CONCLUSIVE_SECONDS:g} s after {rfc3339(end)}"
        error = error.but(message=f"{error.message}; {later}")
    return Ended(record=None, error=error, label=record.image)


def _too_old(record: Record) -> UnclearError:
    return UnclearError(
        f"the request of {rfc3339(record.intent_at)} for {record.image} is too old to be found:"
        " the service lists tasks for 24 hours only",
        hint="the account's bill shows whether it was charged",
    )


def adopt(task_id: str, tools: Tools) -> Iterator[Event]:
    """Assign a task that the user names to the one unclear request that it matches.

    :raises UsageError: no unclear request matches, or several do.
    :raises UnknownTaskError: the service does not know the task.
    """
    client = tools.connect()
    task = yield from with_retries(
        RateLimit.QUERY, lambda: client.query(task_id), tools, task_id=task_id
    )
    if task.status is Status.UNKNOWN:
        raise UnknownTaskError(
            f"the service does not know task {task_id}",
            task_id=task_id,
            charged=Charged.UNKNOWN,  # as `status` reports
        )
    record = _matching_request(task, tools)
    adopted = tools.store.records.adopt(record.number, task, tools.clock.now(), provisional=False)
    if adopted is None:
        raise UsageError(f"task {task_id} already belongs to another request")
    yield Ended(record=adopted)


def _matching_request(task: Task, tools: Tools) -> Record:
    matching = [
        record
        for record in tools.store.records.unsettled()
        if record.task_id is None
        and _is_recoverable(record, tools)
        and compare(record, task) is not Evidence.NOT_OURS
    ]
    proven = [record for record in matching if compare(record, task) is Evidence.OURS]
    candidates = proven or matching
    fingerprints = {record.fingerprint for record in candidates}
    if len(fingerprints) == 1:
        return candidates[0]
    count = "several submits" if candidates else "no submit"
    raise UsageError(
        f"task {task.task_id} matches {count} whose answer was lost",
        hint="`pixverse list --status UNCLEAR` shows these submits",
    )
