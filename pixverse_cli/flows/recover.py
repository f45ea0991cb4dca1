"""Finding out what became of unclear submits, without ever creating a task."""

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
from pixverse_cli.flows.rate_limited import RateLimit, repeated
from pixverse_cli.flows.search import Found, search, unfound
from pixverse_cli.flows.task_state import noted, settle
from pixverse_cli.flows.tools import Tools


def recover(tools: Tools) -> Iterator[Event]:
    """Search for every request that is unclear, or whose process died in the call.

    Each ends adopted (its record has the id), not accepted (``NOT_SENT``), or in an
    :class:`UnclearError` that lists the candidates.
    """
    for record in tools.store.take_back():
        yield Note(text=f"task {record.task_id} was accepted when the store could not note it")
        yield Ended(record=record)
    records = [each for each in tools.store.records.unsettled() if _concerns_us(each, tools)]
    if not records:
        yield Note(text="nothing is unclear")
    for record in records:
        yield Known(record=record)
        try:
            yield (yield from _resolved(record, tools))
        except PixverseError as error:
            yield Ended(record=None, error=failed(record, error), label=record.image)


def _concerns_us(record: Record, tools: Tools) -> bool:
    """Return whether nobody is at work on the request, and this service was asked.

    A process that cannot be asked (a machine whose name has changed, a number used again)
    does not count for longer than a call can take.
    """
    over = must_be_over(record, tools.clock.now())
    return record.service == tools.service and (over or not may_be_alive(record.process))


def _resolved(record: Record, tools: Tools) -> Generator[Event, None, Ended]:
    if record.provisional and record.task_id:
        client, task_id = tools.connect(), record.task_id
        task = yield from repeated(RateLimit.QUERY, lambda: client.query(task_id), tools)
        record = settle(noted(record, task, tools), task, tools)
        if record.task_id is not None:
            return Ended(record=record)
    if is_forgotten(record, tools.clock.now()):
        return Ended(record=None, error=_forgotten(record), label=record.image)
    found = yield from search(record, tools)
    return _verdict(found, tools)


def _verdict(found: Found, tools: Tools) -> Ended:
    record = found.record
    if record.task_id is not None or record.status is Status.NOT_SENT:
        return Ended(record=record)
    error = unfound(found)
    end = call_end(record)
    if not found.candidates and end and not is_conclusive(record, tools.clock.now()):
        later = f"the list is conclusive {CONCLUSIVE_SECONDS:g} s after {rfc3339(end)}"
        error = error.but(message=f"{error.message}; {later}")
    return Ended(record=None, error=error, label=record.image)


def _forgotten(record: Record) -> UnclearError:
    return UnclearError(
        f"the request of {rfc3339(record.intent_at)} for {record.image} is too old:"
        " the service lists tasks for 24 hours only, so nobody can say any more",
        hint="the account's bill shows whether it was paid for",
    )


def adopt(task_id: str, tools: Tools) -> Iterator[Event]:
    """Give the one unclear request that fits the task that the user says it is.

    :raises UsageError: no unclear request fits, or several do.
    :raises UnknownTaskError: the service does not know the task.
    """
    client = tools.connect()
    task = yield from repeated(
        RateLimit.QUERY, lambda: client.query(task_id), tools, task_id=task_id
    )
    if task.status is Status.UNKNOWN:
        raise UnknownTaskError(
            f"the service does not know task {task_id}",
            task_id=task_id,
            charged=Charged.UNKNOWN,  # as `status` says of it
        )
    record = _one_that_fits(task, tools)
    adopted = tools.store.records.adopt(record.number, task, provisional=False)
    if adopted is None:
        raise UsageError(f"task {task_id} belongs to another request already")
    yield Ended(record=adopted)


def _one_that_fits(task: Task, tools: Tools) -> Record:
    fitting = [
        record
        for record in tools.store.records.unsettled()
        if record.task_id is None
        and _concerns_us(record, tools)
        and compare(record, task) is not Evidence.NOT_OURS
    ]
    exact = [record for record in fitting if compare(record, task) is Evidence.OURS]
    choice = exact or fitting
    alike = {record.fingerprint for record in choice}
    if not choice or len(alike) > 1:
        what = "no unclear request fits" if not choice else "several unclear requests fit"
        raise UsageError(f"{what} task {task.task_id}", hint="`pixverse list` shows them all")
    return choice[0]
