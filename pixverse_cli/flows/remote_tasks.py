"""The account's tasks on the service, page after page."""

from collections.abc import Generator, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from pixverse_cli.dashscope.wire import Page
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.events import Event
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.task import ListedTask, Record, RemoteTask, Status
from pixverse_cli.domain.terms import DEFAULT_PAGE, LONGEST_PAGE
from pixverse_cli.flows.call_time import Reading, read_clocks
from pixverse_cli.flows.identity import this_account
from pixverse_cli.flows.local_list import Filters
from pixverse_cli.flows.rate_limited import RateLimit, with_retries
from pixverse_cli.flows.tools import Tools

_MAX_PAGES = 200
_OURS = (Status.UNCLEAR, Status.NOT_SENT)  # this program's own states


class Listing(NamedTuple):
    """Every row, each task once, and what the list itself proves.

    ``whole``: its counts agree with its rows, so that a task that is not in it was not listed.
    ``skew`` is the service's clock minus this machine's, in seconds; None if the service sent
    no Date header. ``read_at`` is when the last page came, by this machine. ``uid`` is the main
    account that the rows name.
    """

    tasks: tuple[ListedTask, ...]
    skew: float | None
    whole: bool
    read_at: Reading
    uid: str | None = None


def remote_tasks(tools: Tools, chosen: Filters) -> Iterator[Event | RemoteTask]:
    """Yield the account's tasks of the last 24 hours that pass the filters, newest first.

    The filters' limit is left to the one who shows them, who says how many there are more.

    :raises UsageError: tasks at the service never have the wanted status.
    """
    if chosen.status in _OURS:
        raise UsageError(
            f"--status {chosen.status} is for requests without a known task, so the service"
            " has none; leave out --remote"
        )
    listing = yield from list_tasks(tools)
    tasks = [task for task in listing.tasks if chosen.select(task)]
    dated = [task for task in tasks if task.submitted_at is not None]
    undated = [task for task in tasks if task.submitted_at is None]
    dated.sort(key=lambda task: str(task.submitted_at), reverse=True)
    for task in (*dated, *undated):
        yield _remote_task(task, tools)


def _remote_task(task: ListedTask, tools: Tools) -> RemoteTask:
    known = tools.store.records.of_task(task.task_id)
    if known is not None:
        return RemoteTask(replace(known, status=task.status), known=True)
    record = Record(
        number=0,
        status=task.status,
        task_id=task.task_id,
        service=tools.service,
        model=task.model,
        request_id=task.request_id,
        submitted_at=task.submitted_at,
        ended_at=task.ended_at,
    )
    return RemoteTask(record, known=False)


def list_tasks(tools: Tools, *, model: str | None = None) -> Generator[Event, None, Listing]:
    """Return the account's tasks of the last 24 hours, from all pages of the list.

    A list that changes while its pages are read is read once more.

    :raises PixverseError: a page of the list could not be read.
    """
    size = LONGEST_PAGE
    try:
        pages = yield from _read_pages(tools, model, size)
    except UsageError:  # a page above the service's maximum is refused
        size = DEFAULT_PAGE
        pages = yield from _read_pages(tools, model, size)
    earlier = list[Page]()
    if _has_shifted(pages):
        earlier, pages = pages, (yield from _read_pages(tools, model, size))
    at = read_clocks(tools.clock)
    listing = _listing([*earlier, *pages], whole=_is_whole(pages), read_at=at)
    if listing.uid is not None:
        tools.store.accounts.learn_uid(this_account(tools), listing.uid)
    return listing


def _read_pages(tools: Tools, model: str | None, size: int) -> Generator[Event, None, list[Page]]:
    """Return the pages until all rows that they promise are there, or no further one comes."""
    client, pages, ids = tools.connect(), list[Page](), set[str]()
    for number in range(1, _MAX_PAGES + 1):
        list_page = partial(client.listed, page=number, page_size=size, model=model)
        page = yield from with_retries(RateLimit.LIST, list_page, tools)
        pages.append(page)
        new = {task.task_id for task in page.tasks} - ids
        ids |= new
        last = number >= (page.total_pages or 0)
        if not page.tasks or (last and (not new or len(ids) == page.total)):
            break
    return pages


def _listing(pages: Sequence[Page], *, whole: bool, read_at: Reading) -> Listing:
    date, uids = pages[-1].date, {page.uid for page in pages if page.tasks}
    return Listing(
        tasks=tuple({task.task_id: task for page in pages for task in page.tasks}.values()),
        skew=(date - read_at.wall).total_seconds() if date else None,
        whole=whole,
        read_at=read_at,
        uid=uids.pop() if len(uids) == 1 else None,
    )


def _is_whole(pages: Sequence[Page]) -> bool:
    """Return whether the counts prove that the pages hold every row.

    Both counts must be whole numbers and the same on every page, and must agree with the
    rows and pages that came. A missing or odd count proves nothing.
    """
    totals, page_counts = {page.total for page in pages}, {page.total_pages for page in pages}
    if len(totals) > 1 or len(page_counts) > 1:
        return False
    total, page_count = totals.pop(), page_counts.pop()
    with_rows = len([page for page in pages if page.tasks])
    # an empty list has no page, or one
    return total == _row_count(pages) and page_count in ({with_rows} if with_rows else {0, 1})


def _has_shifted(pages: Sequence[Page]) -> bool:
    """Return whether rows have moved between pages while they were read."""
    repeated = sum(len(page.tasks) for page in pages) > _row_count(pages)
    return len(pages) > 1 and (repeated or len({page.total for page in pages}) > 1)


def _row_count(pages: Sequence[Page]) -> int:
    return len({task.task_id for page in pages for task in page.tasks})
