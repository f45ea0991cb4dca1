"""Reading the task list on behalf of many watched tasks: one call tells about a hundred.

A row is a fact: it says whether the task has ended. A missing row is none: the task may be
new, or belong to another account, or its row may have moved to another page. Rows have no
video URL, so each task that has ended is still queried once.

Source: Model Studio's page on asynchronous tasks, which does not say how long a page may be.
"""

from collections.abc import Collection, Generator

from pixverse_cli.dashscope.wire import Page
from pixverse_cli.domain.errors import PixverseError, UsageError
from pixverse_cli.domain.events import Event, Note, Retrying
from pixverse_cli.domain.task import ListedTask
from pixverse_cli.domain.terms import DEFAULT_PAGE, LONGEST_PAGE
from pixverse_cli.flows.rate_limited import RateLimit, backoff, slow_down, wait_for_slot
from pixverse_cli.flows.tools import Tools

MAX_SINGLE_QUERIES = 8  # for so few tasks the list saves no call
_GAP = 2.0
_MAX_PAGES = 200


class Sweep:
    """Reads the task list, not before ``next_at`` (monotonic), and never if it is ``refused``.

    ``gap`` is the seconds between two readings, 0 for the default.
    """

    def __init__(self, tools: Tools, deadline: float, *, gap: float = 0.0) -> None:
        self._tools = tools
        self._deadline = deadline
        self._gap = gap or _GAP
        self._page_size = LONGEST_PAGE
        self._failures = 0
        self.next_at = 0.0
        self.refused = False

    def read(
        self, wanted: Collection[str], model: str | None
    ) -> Generator[Event, None, dict[str, ListedTask]]:
        """Return the rows of the wanted tasks that the list has; none if it cannot be read.

        ``model`` is that of all wanted tasks, or None.
        """
        try:
            rows = self._rows(frozenset(wanted), model)
        except PixverseError as error:
            yield self._failed(error)
            return {}
        self._failures, self.next_at = 0, self._tools.clock.monotonic() + self._gap
        return rows

    def _failed(self, error: PixverseError) -> Event:
        if not error.retryable:
            self.refused = True
            return Note(text=f"the tasks are queried one by one: {error.message}")
        self._failures += 1
        delay = backoff(self._failures, error.retry_after)
        slow_down(RateLimit.LIST, self._tools, error, delay)
        self.next_at = self._tools.clock.monotonic() + delay
        return Retrying(reason=error.message, delay=delay)

    def _rows(self, wanted: frozenset[str], model: str | None) -> dict[str, ListedTask]:
        rows: dict[str, ListedTask] = {}
        for number in range(1, _MAX_PAGES + 1):
            page = self._page(number, model)
            rows |= {task.task_id: task for task in page.tasks if task.task_id in wanted}
            over = not page.tasks or number >= (page.total_pages or 1)
            if over or len(rows) == len(wanted) or self._is_too_late():
                break
        return rows

    def _page(self, number: int, model: str | None) -> Page:
        client = self._tools.connect()
        wait_for_slot(RateLimit.LIST, self._tools)
        try:
            return client.listed(page=number, page_size=self._page_size, model=model)
        except UsageError:
            if self._page_size == DEFAULT_PAGE:
                raise
        self._page_size = DEFAULT_PAGE
        wait_for_slot(RateLimit.LIST, self._tools)
        return client.listed(page=number, page_size=self._page_size, model=model)

    def _is_too_late(self) -> bool:
        return self._tools.clock.monotonic() >= self._deadline
