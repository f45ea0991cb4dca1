"""The commands' stories, put together from submitting, watching and saving."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from pixverse_cli.domain.catalog import TASK_LIFE_SECONDS
from pixverse_cli.domain.events import Ended, Event, Known, Submitted
from pixverse_cli.domain.plan import Destination, Plan, WaitPolicy
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.lookup import look, meant
from pixverse_cli.flows.save import save
from pixverse_cli.flows.submit import submit
from pixverse_cli.flows.task_state import is_over, verdict
from pixverse_cli.flows.tools import Tools
from pixverse_cli.flows.watch import watch


def submit_all(plan: Plan, tools: Tools) -> Iterator[Event]:
    """Create the tasks; if asked, watch them together and save each video as it is done."""
    if plan.policy is None:
        yield from _ended_at_once(submit(plan.orders, tools))
        return
    accepted = yield from submit(plan.orders, tools)
    positions = {task.record.number: task.position for task in accepted}
    records = [task.record for task in accepted]
    yield from _follow(records, tools, plan.policy, plan.destination, positions)


def _ended_at_once(events: Iterable[Event]) -> Iterator[Event]:
    """Let the story of each task end when it is accepted."""
    for event in events:
        yield event
        if isinstance(event, (Submitted, Known)) and event.record.task_id:
            yield Ended(record=event.record)


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
    yield from _follow(records, tools, policy, destination, {})


def save_all(
    references: Sequence[str] | None, tools: Tools, destination: Destination
) -> Iterator[Event]:
    """Save the videos of tasks that have succeeded; of others say how they stand."""
    yield from _saving(look(references, tools, judging=True), tools, destination, {})


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


def _follow(
    records: Sequence[Record],
    tools: Tools,
    policy: WaitPolicy,
    destination: Destination | None,
    positions: Mapping[int, int],
) -> Iterator[Event]:
    """End the stories of tasks that are over at once, and watch the others."""
    yield from (Known(record=record) for record in records)
    over = [record for record in records if is_over(record)]
    endings = (Ended(record=record, error=verdict(record)) for record in over)
    yield from _saving(endings, tools, destination, positions)
    if not (over and policy.any_one):
        left = [record for record in records if not is_over(record)]
        yield from _saving(watch(left, tools, policy), tools, destination, positions)


def _saving(
    events: Iterable[Event],
    tools: Tools,
    destination: Destination | None,
    positions: Mapping[int, int],
) -> Iterator[Event]:
    """Pass events on, but let a finished video's story end only when it is saved.

    ``positions`` tells by record number the places that ``{index}`` stands for.
    """
    for event in events:
        done = isinstance(event, Ended) and event.error is None and event.record
        if destination is not None and done:
            yield from save(done, tools, destination, position=positions.get(done.number, 1))
        else:
            yield event
