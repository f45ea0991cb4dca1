"""From checked orders to accepted tasks that the store knows.

check → (upload) → intent row, fsync → ONE create call → task id row, fsync → Submitted
"""

from collections.abc import Generator, Iterable, Iterator

from pixverse_cli.domain.errors import AuthError, BillingError, PixverseError, UnclearError
from pixverse_cli.domain.events import Ended, Event, Known, Note, Submitted
from pixverse_cli.domain.process import may_be_alive
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.create_call import Order, Outcome, create
from pixverse_cli.flows.publish import publish
from pixverse_cli.flows.search import search, unfound
from pixverse_cli.flows.tools import Tools

_OTHERS_CALL_SECONDS = 120.0  # that another process may take between its intent and its answer
_PAUSE = 0.5


def submit(
    orders: Iterable[Order], tools: Tools, positions: dict[int, int]
) -> Generator[Event, None, list[Record]]:
    """Create one task per order, and return those that were accepted.

    ``positions`` is filled with each record's place on the command line. An order that
    fails ends with its error and the next one is tried, unless the key or the account was
    refused: then no further call is made.
    """
    accepted = []
    for order in orders:
        with tools.interrupts.held():  # until whoever drains this knows what was bought
            outcome = yield from _outcome(order, tools)
            record, error = outcome.record, outcome.error
            if record is not None and error is None:
                accepted.append(record)
                positions[record.number] = order.index
                yield (Known if outcome.attached else Submitted)(record=record)
            else:
                known = record if record and record.task_id else None
                yield Ended(record=known, error=error, label=order.image)
        tools.interrupts.check()
        if isinstance(error, (AuthError, BillingError)):
            break
    return accepted


def submit_and_leave(orders: Iterable[Order], tools: Tools) -> Iterator[Event]:
    """Create the tasks; each one's story ends when it is accepted."""
    for event in submit(orders, tools, {}):
        yield event
        if isinstance(event, (Submitted, Known)) and event.record.task_id:
            yield Ended(record=event.record)


def _outcome(order: Order, tools: Tools) -> Generator[Event, None, Outcome]:
    """Return the outcome of one create call, or of an equal request that is live already."""
    try:
        while True:
            if order.once and (live := tools.store.records.live(order.fingerprint, tools.service)):
                outcome = yield from _attached(live, tools)
            else:
                outcome = yield from _created(order, tools)
            if outcome.record is not None:
                return outcome
    except PixverseError as error:
        return Outcome(record=None, error=error)


def _created(order: Order, tools: Tools) -> Generator[Event, None, Outcome]:
    """Return what became of the create call; an unclear one is searched for."""
    with tools.interrupts.heard():
        url = yield from publish(order, tools)
    outcome = yield from create(order, url, tools)
    record, error = outcome.record, outcome.error
    if record is None or not isinstance(error, UnclearError) or tools.interrupts.noted:
        return outcome
    return (yield from _searched(record, error, tools))


def _searched(record: Record, error: UnclearError, tools: Tools) -> Generator[Event, None, Outcome]:
    yield Known(record=record)
    with tools.interrupts.heard():
        yield Note(text=f"{error.message}; searching the account's tasks for it")
        found = yield from search(record, tools)
    if found.record.task_id is not None:
        return Outcome(record=found.record)
    told = unfound(found)
    told.message = f"{error.message}; {told.message}"
    return Outcome(record=found.record, error=told)


def _after_its_call(record: Record, tools: Tools) -> Record:
    """Wait while the record's process is in the create call."""
    deadline = tools.clock.monotonic() + _OTHERS_CALL_SECONDS
    while record.status is Status.UNCLEAR and may_be_alive(record.process):
        if tools.clock.monotonic() > deadline:
            break
        tools.clock.sleep(_PAUSE)
        record = tools.store.records.get(record.number)
    return record


def _attached(record: Record, tools: Tools) -> Generator[Event, None, Outcome]:
    """Take an equal request's task for ours: paid once, used twice."""
    with tools.interrupts.heard():
        record = _after_its_call(record, tools)
    if record.status is Status.NOT_SENT:
        return Outcome(record=None)  # it was refused there; now it is our turn
    if record.status is Status.UNCLEAR:
        error = UnclearError("an equal request was sent earlier and its answer is lost")
        outcome = yield from _searched(record, error, tools)
        certain = outcome.record is None or outcome.record.status is Status.NOT_SENT
        return Outcome(record=None) if certain else outcome
    yield Note(text=f"an equal request is task {record.task_id} already: nothing is bought")
    return Outcome(record=record, attached=True)
