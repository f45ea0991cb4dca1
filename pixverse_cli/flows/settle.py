"""Making sure of a task that a search had adopted provisionally."""

from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.flows.evidence import Evidence, judge
from pixverse_cli.flows.tools import Tools


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
