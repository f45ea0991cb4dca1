"""The account's tasks on the service, next to what this machine knows of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from pixverse_cli.domain.events import Event
from pixverse_cli.domain.task import ListedTask
from pixverse_cli.flows.listed import list_tasks
from pixverse_cli.flows.tools import Tools


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteTask:
    """A row of the service's list; ``known`` if the store holds the task."""

    task: ListedTask
    known: bool


def remote(tools: Tools) -> Iterator[Event | RemoteTask]:
    """Yield the account's tasks of the last 24 hours, newest first."""
    listing = yield from list_tasks(tools)
    known = tools.store.records.known_ids()
    dated = [task for task in listing.tasks if task.submitted_at is not None]
    undated = [task for task in listing.tasks if task.submitted_at is None]
    dated.sort(key=lambda task: str(task.submitted_at), reverse=True)
    for task in (*dated, *undated):
        yield RemoteTask(task=task, known=task.task_id in known)
