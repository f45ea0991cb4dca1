"""The commands' sequences of events: submitting, watching and saving, one after another."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

from pixverse_cli.domain.endings import Placed
from pixverse_cli.domain.errors import (
    PixverseError,
    StillRunningError,
    TimeLimitError,
    UsageError,
)
from pixverse_cli.domain.events import Ended, Event, Known, Note, Planned, Submitted
from pixverse_cli.domain.plan import Destination, Plan, WaitPolicy
from pixverse_cli.domain.task import Record
from pixverse_cli.flows.identity import of_this_account
from pixverse_cli.flows.lookup import look_at_each, selected_records
from pixverse_cli.flows.refresh import refresh, unfinished
from pixverse_cli.flows.save import Transfers, is_failure, save, video_path
from pixverse_cli.flows.submit import submit
from pixverse_cli.flows.task_state import is_over, status_error
from pixverse_cli.flows.tools import Tools
from pixverse_cli.flows.unsaved import tell_others, unsaved
from pixverse_cli.flows.watch import Watch
from pixverse_cli.media.output_names import sharing_problems

_SLICE_SECONDS = 5.0


def submit_all(plan: Plan, tools: Tools) -> Iterator[Event]:
    """Create the tasks; with a wait policy, watch them and save each video when it is finished."""
    yield Planned(total=len(plan.orders))
    if plan.policy is None:
        yield from _end_when_accepted(submit(plan.orders, tools))
        return
    accepted = yield from submit(plan.orders, tools)
    yield from _watch_and_save(accepted, tools, plan.policy, plan.destination)


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
    """Watch the selected tasks until they end; tasks that have ended are reported at once.

    :raises UsageError: several videos would be saved under one name.
    """
    if every:
        records: list[Record] = unfinished(tools)
        if destination is not None and not destination.template.stdout:
            records = unsaved(tools) + records
        records = yield from _askable(records, tools)
    else:
        records = yield from selected_records(references, tools)
    tasks = _placed(records)
    _check_names(tasks, destination, tools)
    yield Planned(total=len(tasks))
    yield from (Known(record=task.record, position=task.position) for task in tasks)
    yield from _watch_and_save(tasks, tools, policy, destination)


def save_all(
    references: Sequence[str] | None, tools: Tools, destination: Destination
) -> Iterator[Event]:
    """Save the videos of tasks that have succeeded; end the others with an error.

    :raises UsageError: several videos would be saved under one name.
    """
    records = yield from selected_records(references, tools)
    yield from _save_each(records, tools, destination)


def save_every(tools: Tools, destination: Destination, *, again: str) -> Iterator[Event]:
    """Save every finished video that is not saved yet; unfinished tasks are asked about first.

    A task that still runs, or has failed, is told and is no error: it has no video to save. If
    the service does not answer, the videos whose links are known are saved all the same.
    ``again`` is the command line itself.

    :raises UsageError: several videos would be saved under one name.
    """
    failure = None
    try:
        asked = yield from refresh(tools)
    except PixverseError as error:
        asked, failure = [], error
    yield from tell_others(asked)
    records = unsaved(tools)
    if not records and failure is None:
        yield Note(text="no video to save: every finished one is saved")
    yield from _save_each(records, tools, destination)
    if isinstance(failure, TimeLimitError) and unfinished(tools):
        failure = StillRunningError(failure.message, next=again)
    if failure is not None:
        yield Ended(record=None, error=failure, label="unfinished tasks")


def _save_each(
    records: Sequence[Record], tools: Tools, destination: Destination
) -> Iterator[Event]:
    tasks = _placed(records)
    positions = _positions(tasks)
    _check_names(tasks, destination, tools)
    yield Planned(total=len(tasks))
    yield from (Known(record=task.record, position=task.position) for task in tasks)
    with Transfers(tools) as transfers:
        for event in look_at_each(records, tools, judging=True):
            if isinstance(event, Ended):
                save_now = len(records) == 1
                yield from _end(event, transfers, destination, positions, here=save_now)
                yield from transfers.take()
            else:
                yield event
        while transfers:
            transfers.wait(_SLICE_SECONDS)
            yield from transfers.take()


def _askable(records: Sequence[Record], tools: Tools) -> Generator[Event, None, list[Record]]:
    """Return the tasks of the account in use, and those about which nothing needs to be asked."""
    own = yield from of_this_account([each for each in records if not is_over(each)], tools)
    numbers = {record.number for record in own}
    return [record for record in records if is_over(record) or record.number in numbers]


def _placed(records: Sequence[Record]) -> list[Placed]:
    return [Placed(record, position) for position, record in enumerate(records, 1)]


def _positions(tasks: Sequence[Placed]) -> dict[int, int]:
    """Return the positions by the numbers of the records."""
    return {task.record.number: task.position for task in tasks}


def _check_names(tasks: Sequence[Placed], destination: Destination | None, tools: Tools) -> None:
    """Check that each video gets a name of its own.

    :raises UsageError: several would share a name, or stdout; nothing was fetched.
    """
    if destination is None:
        return
    now = tools.clock.now()
    paths = [video_path(task.record, destination.template, task.position, now) for task in tasks]
    if problems := list(sharing_problems(destination.template, paths)):
        raise UsageError("\n".join(problems), hint="nothing was fetched")


def _watch_and_save(
    tasks: Sequence[Placed], tools: Tools, policy: WaitPolicy, destination: Destination | None
) -> Iterator[Event]:
    """End the tasks that are over at once, and watch the others until the policy is met.

    Videos are saved on threads, the last one here.
    """
    positions = _positions(tasks)
    with Transfers(tools) as transfers:
        watch, ended = Watch(tools, policy, transfers), list[Ended]()
        for record, _ in tasks:
            if is_over(record):
                ended.append(Ended(record=record, error=status_error(record)))
            else:
                yield from watch.join(record)
        while ended or watch or transfers:
            last = len(ended) == 1 and not watch and not transfers
            enough = bool(ended) and policy.any_one
            for event in _end_all(ended, transfers, destination, positions, here=last):
                enough = enough or (policy.fail_fast and is_failure(event))
                yield event
            if enough:
                yield from watch.leave()
            ended = yield from watch.until_one_ends()


def _end_all(
    ended: Iterable[Ended],
    transfers: Transfers,
    destination: Destination | None,
    positions: Mapping[int, int],
    *,
    here: bool,
) -> Iterator[Event]:
    """End these tasks, and yield what the transfers have done."""
    for each in ended:
        yield from _end(each, transfers, destination, positions, here=here)
    yield from transfers.take()


def _end(
    ended: Ended,
    transfers: Transfers,
    destination: Destination | None,
    positions: Mapping[int, int],
    *,
    here: bool,
) -> Iterator[Event]:
    """End a task, a successful one only after its video is saved: ``here``, or on a thread.

    Stdout is written here only.
    """
    record = ended.record
    if ended.error is not None or record is None or destination is None:
        yield ended
        return
    position = positions[record.number]  # the value of {index}

    def job(own: Tools) -> Iterator[Event]:
        return save(record, own, destination, position=position)

    yield from transfers.run(job, here=here or destination.template.stdout)
