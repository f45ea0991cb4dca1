"""What this machine's store knows of earlier requests, for the checks before anything is sent."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.plan import Order
from pixverse_cli.domain.task import Record
from pixverse_cli.store import Store

if TYPE_CHECKING:
    from pixverse_cli.domain.budget import Budget


class Earlier:
    """Answers the checks' questions from the store, which is opened for the first of them.

    A request alone can be checked without a store. ``service`` is the base URL that requests are
    sent to.
    """

    def __init__(self, open_store: Callable[[], Store], service: str, clock: Clock) -> None:
        self._open_store = open_store
        self._service = service
        self._clock = clock

    def live(self, order: Order) -> Record | None:
        """Return the newest live record of the same request."""
        records, now = self._open_store().records, self._clock.now()
        return records.live(order.fingerprint, self._service, order.take, now=now)

    def known(self, task_id: str) -> Record | None:
        """Return the record of a task; None if the store does not have it."""
        return self._open_store().records.of_task(task_id)

    def named(self, prefix: str) -> list[Record]:
        """Return the records of tasks whose id starts with a text; two are enough to choose."""
        return self._open_store().records.by_prefix(prefix, limit=2)

    def over_budget(
        self, orders: Sequence[Order], budget: "Budget | None", *, unknown_ok: bool
    ) -> list[str]:
        """Return why orders do not fit the budget; those of tasks that exist cost nothing.

        ``unknown_ok``: what is not known before is paid all the same.
        """
        if budget is None or not orders:
            return []
        from pixverse_cli.flows.budget import budget_problems, standing  # noqa: PLC0415  not always set

        new = [order for order in orders if not (order.once and self.live(order))]
        now = standing(budget, self._open_store(), self._service, self._clock.now())
        return list(budget_problems(new, now, unknown_ok=unknown_ok))
