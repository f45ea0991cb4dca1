"""What this machine's requests cost, by list prices: sums over the store's records."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from typing import NamedTuple

from pixverse_cli.domain.catalog import find_model
from pixverse_cli.domain.clock import local_time, seconds_before
from pixverse_cli.domain.errors import Charged
from pixverse_cli.domain.hosts import is_sandbox
from pixverse_cli.domain.task import Record
from pixverse_cli.settings.values import Settings
from pixverse_cli.store import Store


class By(StrEnum):
    """What spending is grouped by; times are local calendar time."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    MODEL = "model"
    IMAGE = "image"
    RESOLUTION = "resolution"

    @property
    def chronological(self) -> bool:
        """Whether the groups are spans of time."""
        return self in (By.DAY, By.WEEK, By.MONTH)


_SPANS = {By.DAY: "%Y-%m-%d", By.WEEK: "%G-W%V", By.MONTH: "%Y-%m"}


class Spending(NamedTuple):
    """One group's requests; each one's price, in CNY, is in exactly one of the three sums.

    ``actual`` is the list price of what ``usage`` reports, ``estimate`` that of requests that
    are charged but have no ``usage`` yet, ``unclear`` that of requests that may be charged.
    ``requests`` counts all of these, ``free`` those that failed and cost nothing, ``unpriced``
    those of ``requests`` whose price is not known.
    """

    group: str
    requests: int = 0
    free: int = 0
    unpriced: int = 0
    actual: Decimal = Decimal(0)
    estimate: Decimal = Decimal(0)
    unclear: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        """The sum of what is certainly charged."""
        return self.actual + self.estimate

    def plus(self, other: "Spending") -> "Spending":
        """Return the sums of both, with this one's group."""
        return Spending(
            self.group,
            requests=self.requests + other.requests,
            free=self.free + other.free,
            unpriced=self.unpriced + other.unpriced,
            actual=self.actual + other.actual,
            estimate=self.estimate + other.estimate,
            unclear=self.unclear + other.unclear,
        )


class Report(NamedTuple):
    """Spending by group; ``left_out`` counts tasks of a sandbox."""

    by: By
    groups: tuple[Spending, ...]
    left_out: int

    @property
    def total(self) -> Spending:
        """The sums over all groups."""
        return reduce(Spending.plus, self.groups, Spending("total"))


def report(settings: Settings, store: Store, now: datetime) -> Report:
    """Return what the requests that ``--since`` selects cost, grouped as ``--by`` says.

    A sandbox costs nothing: its tasks are left out, or with ``--sandbox`` are all there is.

    :raises UsageError: the value of one of these options is not valid.
    """
    by = settings.read("by", _by, By.DAY, f"choose {', '.join(By)}")
    since = settings.seconds("since", 0.0)
    sandbox = settings.flag("sandbox")
    settings.insist()
    first = seconds_before(now, since) if since else None
    groups: dict[str, Spending] = {}
    others = 0
    for record in store.records.each_newest(-1, since=first):
        if record.fingerprint is None:
            continue
        if is_sandbox(record.service) != sandbox:
            others += 1
            continue
        spent = _spent(record, _group(record, by))
        groups[spent.group] = groups.get(spent.group, Spending(spent.group)).plus(spent)
    return Report(by, _sorted(groups.values(), by), 0 if sandbox else others)


def _by(text: str) -> By | None:
    return next((by for by in By if by == text.lower()), None)


def _sorted(groups: Iterable[Spending], by: By) -> tuple[Spending, ...]:
    if by.chronological:
        return tuple(sorted(groups))
    return tuple(sorted(groups, key=lambda spent: (-spent.total, spent.group)))


def _group(record: Record, by: By) -> str:
    if by is By.MODEL:
        model = find_model(record.model)
        return model.alias if model else record.model or "?"
    if by is By.IMAGE:
        return record.image or "?"
    if by is By.RESOLUTION:
        return record.resolution or "?"
    sent = record.submitted_at or record.intent_at
    return local_time(sent).strftime(_SPANS[by]) if sent else "?"


def _spent(record: Record, group: str) -> Spending:
    if record.charged is Charged.NO:
        return Spending(group, free=1)
    one = Spending(group, requests=1)
    if record.charged is Charged.YES and record.actual_cost is not None:
        return one._replace(actual=record.actual_cost)
    if record.estimate is None:
        return one._replace(unpriced=1)
    if record.charged is Charged.YES:
        return one._replace(estimate=record.estimate)
    return one._replace(unclear=record.estimate)
