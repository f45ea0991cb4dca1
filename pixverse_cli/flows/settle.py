"""Keeping what the service answers about a task, and making sure of one that was searched."""

from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.flows.evidence import Evidence, judge
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
