"""The commands' sequences of events: submitting, watching and saving, one after another."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from pixverse_cli.domain.catalog import TASK_LIFE_SECONDS
from pixverse_cli.domain.events import Ended, Event, Known, Submitted
from pixverse_cli.domain.plan import Destination, Plan, WaitPolicy
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.identity import of_this_account
from pixverse_cli.flows.lookup import look, selected_records
from pixverse_cli.flows.save import save
from pixverse_cli.flows.submit import submit
from pixverse_cli.flows.task_state import is_over, status_error
from pixverse_cli.flows.tools import Tools
from pixverse_cli.flows.watch import watch


def submit_all(plan: Plan, tools: Tools) -> Iterator[Event]:
    """Create the tasks; with a wait policy, watch them and save each video when it is finished."""
    if plan.policy is None:
        yield from _end_when_accepted(submit(plan.orders, tools))
        return
    accepted = yield from submit(plan.orders, tools)
    positions = {task.record.number: task.position for task in accepted}
    records = [task.record for task in accepted]
    yield from _watch_and_save(records, tools, plan.policy, plan.destination, positions)


def _end_when_accepted(events: Iterable[Event]) -> Iterator[Event]:
    """End each task as soon as it is accepted."""
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
    """Watch the selected tasks until they end; tasks that have ended are reported at once."""
    if every:
        records: list[Record] = unfinished(tools)
        if destination is not None and not destination.template.stdout:
            records = _unsaved(tools) + records
        records = yield from _askable(records, tools)
    else:
        records = yield from selected_records(references, tools)
    yield from _watch_and_save(records, tools, policy, destination, {})


def save_all(
    references: Sequence[str] | None, tools: Tools, destination: Destination
) -> Iterator[Event]:
    """Save the videos of tasks that have succeeded; end the others with an error."""
    yield from _save_finished(look(references, tools, judging=True), tools, destination, {})


def unfinished(tools: Tools) -> list[Record]:
    """Return every task in the store that may still be queued or running, oldest first."""
    return tools.store.records.newest(
        -1, statuses=(Status.PENDING, Status.RUNNING), submitted=True
    )[::-1]


def _unsaved(tools: Tools) -> list[Record]:
    """Return the tasks of the last 24 hours that succeeded and whose video was not saved."""
    since = tools.clock.now() - timedelta(seconds=TASK_LIFE_SECONDS)
    finished = tools.store.records.newest(-1, statuses=(Status.SUCCEEDED,), since=since)
    return [record for record in finished[::-1] if record.file is None and record.fingerprint]


def _askable(records: Sequence[Record], tools: Tools) -> Generator[Event, None, list[Record]]:
    """Return the tasks of the account in use, and those about which nothing needs to be asked."""
    own = yield from of_this_account([each for each in records if not is_over(each)], tools)
    numbers = {record.number for record in own}
    return [record for record in records if is_over(record) or record.number in numbers]


def _watch_and_save(
    records: Sequence[Record],
    tools: Tools,
    policy: WaitPolicy,
    destination: Destination | None,
    positions: Mapping[int, int],
) -> Iterator[Event]:
    """End the tasks that are over at once, and watch the others."""
    yield from (Known(record=record) for record in records)
    over = [record for record in records if is_over(record)]
    endings = (Ended(record=record, error=status_error(record)) for record in over)
    yield from _save_finished(endings, tools, destination, positions)
    if not (over and policy.any_one):
        running = [record for record in records if not is_over(record)]
        yield from _save_finished(watch(running, tools, policy), tools, destination, positions)


def _save_finished(
    events: Iterable[Event],
    tools: Tools,
    destination: Destination | None,
    positions: Mapping[int, int],
) -> Iterator[Event]:
    """Pass events on; end a successful task only after its video is saved.

    ``positions`` maps record numbers to the values of ``{index}``.
    """
    for event in events:
        done = isinstance(event, Ended) and event.error is None and event.record
        if destination is not None and done:
            yield from save(done, tools, destination, position=positions.get(done.number, 1))
        else:
            yield event
