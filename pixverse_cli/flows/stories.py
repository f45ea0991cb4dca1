"""The commands' stories, put together from finding, watching and saving."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace

from pixverse_cli.domain.errors import PixverseError, UsageError
from pixverse_cli.domain.events import Ended, Event, Seen
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.calls import Rate, repeated
from pixverse_cli.flows.check import Plan
from pixverse_cli.flows.fetch import Keeping, fetch
from pixverse_cli.flows.find import find
from pixverse_cli.flows.submit import submit, submit_and_leave
from pixverse_cli.flows.tools import Tools
from pixverse_cli.flows.watch import Patience, verdict, watch


def make(plan: Plan, tools: Tools) -> Iterator[Event]:
    """Create the tasks; if asked, watch them together and save each video as it is done."""
    if plan.patience is None:
        yield from submit_and_leave(plan.orders, tools)
        return
    positions: dict[int, int] = {}
    accepted = yield from submit(plan.orders, tools, positions)
    keeping = plan.keeping and replace(plan.keeping, positions=positions)
    yield from keep(watch(accepted, tools, plan.patience), tools, keeping)


def keep(events: Iterable[Event], tools: Tools, keeping: Keeping | None) -> Iterator[Event]:
    """Pass events on, but let a finished video's story end only when it is saved."""
    for event in events:
        done = isinstance(event, Ended) and event.error is None and event.record
        if keeping is not None and done:
            yield from fetch(done, tools, keeping)
        else:
            yield event


def wait(
    references: Sequence[str] | None,
    tools: Tools,
    patience: Patience,
    keeping: Keeping | None,
    *,
    every: bool,
) -> Iterator[Event]:
    """Watch the tasks that are meant until they end; those that have ended say so at once."""
    if every:
        records: list[Record] = unfinished(tools)
    else:
        records = yield from meant(references, tools)
    over = [record for record in records if record.status.final]
    yield from keep(_endings(over), tools, keeping)
    if not (over and patience.any_one):
        left = [record for record in records if not record.status.final]
        yield from keep(watch(left, tools, patience), tools, keeping)


def meant(references: Sequence[str] | None, tools: Tools) -> Generator[Event, None, list[Record]]:
    """Return the records that the user means: the named ones, else the latest.

    :raises UsageError: nothing was named and nothing was ever submitted.
    """
    if references is not None:
        return (yield from find(references, tools))
    latest = tools.store.records.newest(1, submitted=True)
    if not latest:
        raise UsageError(
            "no task was submitted from this machine yet",
            hint='pixverse submit IMAGE -p "…" --wait',
        )
    return latest


def unfinished(tools: Tools) -> list[Record]:
    """Return every task in the store that the service may still be at work on."""
    return tools.store.records.newest(
        -1, statuses=(Status.PENDING, Status.RUNNING), submitted=True
    )[::-1]


def _endings(records: Iterable[Record]) -> Iterator[Event]:
    return (Ended(record=record, error=verdict(record)) for record in records)


def look(references: Sequence[str] | None, tools: Tools, *, judging: bool) -> Iterator[Event]:
    """Ask once how each task stands; an ended one is told from the store.

    With ``judging``, a task that has not ended well ends in the error it stands for.
    """
    for record in (yield from meant(references, tools)):
        try:
            current = yield from _asked(record, tools)
        except PixverseError as error:
            error.charged = record.charged
            yield Ended(record=record, error=error.about(record.task_id))
        else:
            yield Ended(record=current, error=verdict(current) if judging else None)


def _asked(record: Record, tools: Tools) -> Generator[Event, None, Record]:
    if record.status.final or record.task_id is None:
        return record
    client, task_id = tools.connect(), record.task_id
    task = yield from repeated(Rate.QUERY, lambda: client.query(task_id), tools, task_id=task_id)
    current = tools.store.records.seen(record.number, task)
    yield Seen(record=current)
    return current


def save(
    references: Sequence[str] | None, tools: Tools, keeping: Keeping | None
) -> Iterator[Event]:
    """Save the videos of tasks that have succeeded; of others say how they stand."""
    yield from keep(look(references, tools, judging=True), tools, keeping)
