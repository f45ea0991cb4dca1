"""Asking the service once about every unfinished task of this account, without waiting."""

from collections.abc import Generator, Sequence

from pixverse_cli.domain.errors import UnclearError
from pixverse_cli.domain.events import Event, Note
from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.flows.identity import of_this_account, was_sent_here
from pixverse_cli.flows.lookup import query
from pixverse_cli.flows.sweep import MAX_SINGLE_QUERIES, Sweep
from pixverse_cli.flows.task_state import store_answer
from pixverse_cli.flows.tools import Tools


def refresh(tools: Tools) -> Generator[Event, None, list[Record]]:
    """Ask about the unfinished tasks; return those about which something was learnt, oldest first.

    One reading of the task list answers for many; only tasks that it reports as changed, or
    does not have, are queried one by one. Tasks that were sent to another service are left out.

    :raises PixverseError: the service does not answer.
    """
    records = [each for each in unfinished(tools) if was_sent_here(each, tools)]
    records = yield from of_this_account(records, tools)
    if len(records) > MAX_SINGLE_QUERIES:
        records = yield from _changed(records, tools)
    asked = list[Record]()
    for record in records:
        try:
            asked.append((yield from query(record, tools)))
        except UnclearError as error:
            yield Note(text=error.message)
    return asked


def unfinished(tools: Tools) -> list[Record]:
    """Return every task in the store that may still be queued or running, oldest first."""
    return tools.store.records.newest(-1, statuses=(Status.PENDING, Status.RUNNING))[::-1]


def _changed(records: Sequence[Record], tools: Tools) -> Generator[Event, None, list[Record]]:
    """Read the task list, and return the tasks that must still be queried."""
    ids = [record.task_id or "" for record in records]
    rows = yield from Sweep(tools, tools.deadline).read(ids, None)
    rest = list[Record]()
    for record, task_id in zip(records, ids, strict=True):
        row = rows.get(task_id)
        if row is None or row.status is not record.status or record.provisional:
            rest.append(record)
        else:
            answer = Task(task_id=task_id, status=row.status, raw_status=row.status)
            store_answer(record, answer, tools)
    return rest
