"""The account's tasks on the service, page after page."""

from collections.abc import Generator, Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.events import Event
from pixverse_cli.domain.task import ListedTask, RemoteTask
from pixverse_cli.flows.rate_limited import RateLimit, repeated
from pixverse_cli.flows.tools import Tools

_PAGE_SIZES = (100, 10)  # the most is undocumented; 10 is the default
_MOST_PAGES = 200


class Listing(NamedTuple):
    """Every row, each task once; ``skew`` is the service's clock minus ours, in seconds.

    ``skew`` is None where the service did not tell the time. ``whole`` is false when there
    were more pages than are read.
    """

    tasks: tuple[ListedTask, ...]
    skew: float | None
    whole: bool


def remote_tasks(tools: Tools) -> Iterator[Event | RemoteTask]:
    """Yield the account's tasks of the last 24 hours, newest first."""
    listing = yield from list_tasks(tools)
    known = tools.store.records.known_ids()
    dated = [task for task in listing.tasks if task.submitted_at is not None]
    undated = [task for task in listing.tasks if task.submitted_at is None]
    dated.sort(key=lambda task: str(task.submitted_at), reverse=True)
    for task in (*dated, *undated):
        yield RemoteTask(task=task, known=task.task_id in known)


def list_tasks(tools: Tools, *, model: str | None = None) -> Generator[Event, None, Listing]:
    """Return the account's tasks of the last 24 hours, as one consistent list as can be had.

    :raises PixverseError: the list cannot be had.
    """
    largest, usual = _PAGE_SIZES
    try:
        return (yield from _pages(tools, model, largest))
    except UsageError:
        # a page size above the undocumented maximum is refused
        return (yield from _pages(tools, model, usual))


def _pages(tools: Tools, model: str | None, size: int) -> Generator[Event, None, Listing]:
    client = tools.connect()
    tasks: dict[str, ListedTask] = {}
    skew: float | None = None
    for number in range(1, _MOST_PAGES + 1):
        ask = partial(client.listed, page=number, page_size=size, model=model)
        page = yield from repeated(RateLimit.LIST, ask, tools)
        skew = _skew(page.date, tools.clock.now()) if page.date else skew
        tasks |= {task.task_id: task for task in page.tasks}
        if not page.tasks or number >= page.total_pages:
            return Listing(tasks=tuple(tasks.values()), skew=skew, whole=True)
    return Listing(tasks=tuple(tasks.values()), skew=skew, whole=False)


def _skew(service: datetime, ours: datetime) -> float:
    return (service - ours).total_seconds()
