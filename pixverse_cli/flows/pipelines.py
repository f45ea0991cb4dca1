"""The commands' stories, put together from finding, watching and saving."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from pixverse_cli.domain.catalog import TASK_LIFE_SECONDS
from pixverse_cli.domain.events import Ended, Event, Known
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.look import look, meant
from pixverse_cli.flows.plan import Plan
from pixverse_cli.flows.save import Destination, fetch
from pixverse_cli.flows.submit import submit, submit_and_leave
from pixverse_cli.flows.tools import Tools
from pixverse_cli.flows.verdict import is_over, verdict
from pixverse_cli.flows.watch import WaitPolicy, watch


def make(plan: Plan, tools: Tools) -> Iterator[Event]:
    """Create the tasks; if asked, watch them together and save each video as it is done."""
    if plan.policy is None:
        yield from submit_and_leave(plan.orders, tools)
        return
    positions: dict[int, int] = {}
    accepted = yield from submit(plan.orders, tools, positions)
    destination = plan.destination and replace(plan.destination, positions=positions)
    yield from _follow(accepted, tools, plan.policy, destination)


def keep(events: Iterable[Event], tools: Tools, destination: Destination | None) -> Iterator[Event]:
    """Pass events on, but let a finished video's story end only when it is saved."""
    for event in events:
        done = isinstance(event, Ended) and event.error is None and event.record
        if destination is not None and done:
            yield from fetch(done, tools, destination)
        else:
            yield event


def wait(
    references: Sequence[str] | None,
    tools: Tools,
    policy: WaitPolicy,
    destination: Destination | None,
    *,
    every: bool,
) -> Iterator[Event]:
    """Watch the tasks that are meant until they end; those that have ended say so at once."""
    if every:
        records: list[Record] = unfinished(tools)
        if destination is not None and not destination.template.stdout:
            records = _unsaved(tools) + records
    else:
        records = yield from meant(references, tools)
    yield from _follow(records, tools, policy, destination)


def _follow(
    records: Sequence[Record], tools: Tools, policy: WaitPolicy, destination: Destination | None
) -> Iterator[Event]:
    """End the stories of tasks that are over at once, and watch the others."""
    yield from (Known(record=record) for record in records)
    over = [record for record in records if is_over(record)]
    yield from keep(_endings(over), tools, destination)
    if not (over and policy.any_one):
        left = [record for record in records if not is_over(record)]
        yield from keep(watch(left, tools, policy), tools, destination)


def unfinished(tools: Tools) -> list[Record]:
    """Return every task in the store that the service may still be at work on."""
    return tools.store.records.newest(
        -1, statuses=(Status.PENDING, Status.RUNNING), submitted=True
    )[::-1]


def _unsaved(tools: Tools) -> list[Record]:
    """Return today's finished videos that no process lived long enough to save."""
    today = tools.clock.now() - timedelta(seconds=TASK_LIFE_SECONDS)
    finished = tools.store.records.newest(-1, statuses=(Status.SUCCEEDED,), since=today)
    return [record for record in finished[::-1] if record.file is None and record.fingerprint]


def _endings(records: Iterable[Record]) -> Iterator[Event]:
    return (Ended(record=record, error=verdict(record)) for record in records)


def save(
    references: Sequence[str] | None, tools: Tools, destination: Destination | None
) -> Iterator[Event]:
    """Save the videos of tasks that have succeeded; of others say how they stand."""
    yield from keep(look(references, tools, judging=True), tools, destination)
