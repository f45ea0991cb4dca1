"""The account's tasks on the service, page after page."""

from collections.abc import Generator, Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.events import Event
from pixverse_cli.domain.task import ListedTask, RemoteTask
from pixverse_cli.flows.rate_limited import RateLimit, with_retries
from pixverse_cli.flows.tools import Tools

_PAGE_SIZES = (100, 10)  # the maximum is undocumented; 10 is the default
_MAX_PAGES = 200


class Listing(NamedTuple):
    """Every row, each task once; ``skew`` is the service's clock minus this machine's, in seconds.

    ``skew`` is None if the service sent no Date header. ``whole`` is false if there were more
    pages than are read.
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
    """Return the account's tasks of the last 24 hours, from all pages of the list.

    :raises PixverseError: a page of the list could not be read.
    """
    largest, default = _PAGE_SIZES
    try:
        return (yield from _read_pages(tools, model, largest))
    except UsageError:
        # a page size above the undocumented maximum is refused
        return (yield from _read_pages(tools, model, default))


def _read_pages(tools: Tools, model: str | None, size: int) -> Generator[Event, None, Listing]:
    client = tools.connect()
    tasks: dict[str, ListedTask] = {}
    skew: float | None = None
    for number in range(1, _MAX_PAGES + 1):
        list_page = partial(client.listed, page=number, page_size=size, model=model)
        page = yield from with_retries(RateLimit.LIST, list_page, tools)
        skew = _skew(page.date, tools.clock.now()) if page.date else skew
        tasks |= {task.task_id: task for task in page.tasks}
        if not page.tasks or number >= page.total_pages:
            return Listing(tasks=tuple(tasks.values()), skew=skew, whole=True)
    return Listing(tasks=tuple(tasks.values()), skew=skew, whole=False)


def _skew(service: datetime, here: datetime) -> float:
    return (service - here).total_seconds()
