"""The budget: what the requests of this machine may cost in a day, a week or a month.

A plan is compared with it before anything is sent. The row that is written before each create
call is compared again, in one statement, because other processes spend at the same time.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from pixverse_cli.domain.budget import Budget
from pixverse_cli.domain.catalog import CURRENCY
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.plan import Order
from pixverse_cli.flows.tools import Tools
from pixverse_cli.store import Store

_NOTHING = Decimal(0)


class Standing(NamedTuple):
    """How much of a budget is spent, in CNY, and when the next period begins (local time)."""

    budget: Budget
    spent: Decimal
    renews: datetime

    @property
    def left(self) -> Decimal:
        """What may still be spent in the running period."""
        return max(_NOTHING, self.budget.amount - self.spent)

    def __str__(self) -> str:
        """Return it as a sentence shows it."""
        return (
            f"{self.budget}: {_digits(self.spent)} {CURRENCY} spent by estimates,"
            f" {_digits(self.left)} left,"
            f" renews on {self.renews:%Y-%m-%d %H:%M}"
        )


def standing(budget: Budget, store: Store, service: str, now: datetime) -> Standing:
    """Return how a budget stands; ``service`` says whether it is a sandbox's."""
    spent = store.records.spent(budget, service, now)
    return Standing(budget, spent, budget.renews(now))


def budget_problems(orders: Sequence[Order], now: Standing, *, unknown_ok: bool) -> Iterator[str]:
    """Yield why the orders do not fit the budget; ``orders`` are those that create a task.

    ``unknown_ok``: an order whose price is not known before counts as nothing.
    """
    prices = [order.estimate for order in orders]
    if None in prices and not unknown_ok:
        yield (
            f"the cost is not known before, so it cannot be compared with the budget"
            f" {now.budget}: leave the budget out, or give --cost-unknown-ok"
        )
        return
    known = [price or _NOTHING for price in prices]
    if sum(known, now.spent) > now.budget.amount:
        reached = sum(total <= now.left for total in accumulate(known))
        enough = f" (enough for {reached} of {len(known)} videos)" if len(known) > 1 else ""
        yield _over(sum(known, _NOTHING), now) + enough


def _over(amount: Decimal, now: Standing) -> str:
    return (
        f"the estimate of {_digits(amount)} {CURRENCY} is over the rest of the budget {now.budget}:"
        f" {_digits(now.left)} {CURRENCY} left until {now.renews:%Y-%m-%d %H:%M}"
    )


def _digits(amount: Decimal) -> str:
    """Return an amount with two decimal places, or more if it has more."""
    exact = amount.normalize()
    places = exact.as_tuple().exponent
    return f"{exact:.{max(2, -places if isinstance(places, int) else 2)}f}"


def insist_on_budget(order: Order, tools: Tools) -> None:
    """Check that the order still fits its budget.

    :raises UsageError: other requests of this machine have spent too much of it meanwhile.
    """
    if order.budget is None:
        return
    now = standing(order.budget, tools.store, tools.service, tools.clock.now())
    price = order.estimate or _NOTHING
    if now.spent + price > order.budget.amount:
        raise UsageError(
            _over(price, now), hint="nothing was sent for it; give a larger --budget, or wait"
        )
