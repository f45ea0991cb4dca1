"""From checked orders to accepted tasks that the store knows.

(publish the image) → intent row, fsync → ONE create call → task id row, fsync → Submitted
"""

from collections.abc import Generator, Iterable
from typing import NamedTuple

from pixverse_cli.domain.errors import AuthError, BillingError, PixverseError, UnclearError
from pixverse_cli.domain.events import Ended, Event, Known, Note, Submitted
from pixverse_cli.domain.plan import Order
from pixverse_cli.domain.process import may_be_alive
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.create_call import Outcome, create
from pixverse_cli.flows.publish import publish
from pixverse_cli.flows.tools import Tools

_OTHERS_CALL_SECONDS = 120.0  # that another process may take between its intent and its answer
_PAUSE = 0.5


class Accepted(NamedTuple):
    """An accepted task, or an equal request's; ``position`` is its order's place."""

    record: Record
    position: int


def submit(orders: Iterable[Order], tools: Tools) -> Generator[Event, None, list[Accepted]]:
    """Create one task per order, and return those that were accepted.

    An order that fails ends with its error and the next one is tried, unless the key or the
    account was refused: then no further call is made.
    """
    accepted = []
    for order in orders:
        record, error, attached = yield from _outcome(order, tools)
        if record is not None and error is None:
            accepted.append(Accepted(record, order.position))
            yield (Known if attached else Submitted)(record=record, position=order.position)
        else:
            known = record if record and record.task_id else None
            yield Ended(record=known, error=error, label=order.image)
        tools.interrupts.check()  # a signal that came during the call
        if isinstance(error, (AuthError, BillingError)):
            break
    return accepted


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
    url = yield from publish(order, tools)
    outcome = yield from create(order, url, tools)
    record, error, _ = outcome
    if record is None or not isinstance(error, UnclearError) or tools.interrupts.noted:
        return outcome
    return (yield from _searched(record, error, tools))


def _searched(record: Record, error: UnclearError, tools: Tools) -> Generator[Event, None, Outcome]:
    from pixverse_cli.flows.search import search, unfound  # noqa: PLC0415  only trouble needs it

    yield Known(record=record)
    yield Note(text=f"{error.message}; searching the account's tasks for it")
    found = yield from search(record, tools)
    if found.record.task_id is not None:
        return Outcome(record=found.record)
    left = unfound(found)
    return Outcome(record=found.record, error=left.but(message=f"{error.message}; {left.message}"))


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
    record = _after_its_call(record, tools)
    if record.status is Status.NOT_SENT:
        return Outcome(record=None)  # it was refused there; now it is our turn
    if record.status is Status.UNCLEAR:
        error = UnclearError("an equal request was sent earlier and its answer is lost")
        outcome = yield from _searched(record, error, tools)
        certain = outcome.record is None or outcome.record.status is Status.NOT_SENT
        return Outcome(record=None) if certain else outcome
    yield Note(text=f"Already submitted as {record.task_id}; not paying again")
    return Outcome(record=record, attached=True)
