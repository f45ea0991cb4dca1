"""Destination what the service answers about a task, and making sure of one that was searched."""

from collections.abc import Generator

from pixverse_cli.domain.errors import UnclearError
from pixverse_cli.domain.events import Event, Known
from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.flows.matching import Evidence, judge
from pixverse_cli.flows.tools import Tools
from pixverse_cli.flows.verdict import is_not_known_yet


def noted(record: Record, task: Task, tools: Tools) -> Record:
    """Keep an answer. A new task's UNKNOWN is none: the replica that was asked is behind."""
    if is_not_known_yet(record, task, tools.clock.now()):
        return record
    return tools.store.records.seen(record.number, task)


def settle(record: Record, task: Task, tools: Tools) -> Record:
    """Confirm a provisionally adopted task by an answer about it, or let it go."""
    if not record.provisional:
        return record
    evidence = judge(record, task)
    if evidence is Evidence.OURS:
        return tools.store.records.confirm(record.number)
    over = task.status in (Status.FAILED, Status.CANCELED)  # it will never tell its prompt
    if evidence is Evidence.NOT_OURS or over:
        return tools.store.records.let_go(record.number)
    return record


def sure_of(record: Record, task: Task, tools: Tools) -> Generator[Event, None, Record]:
    """Keep an answer and return the record, if its task is not somebody else's after all.

    :raises UnclearError: it is, and has been let go.
    """
    current = settle(noted(record, task, tools), task, tools)
    if current.task_id is None:
        yield Known(record=current)
        raise UnclearError(
            f"task {task.task_id} turned out to be somebody else's; the answer to ours is lost",
            hint="run `pixverse recover`: it finds out without paying again",
        )
    return current
