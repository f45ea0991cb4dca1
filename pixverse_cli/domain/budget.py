"""A budget: an amount for each calendar day, week or month, in local time."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from pixverse_cli.domain.clock import local_time

_BUDGET = re.compile(r"(\d{1,9}(?:\.\d{1,4})?)\s*/\s*(day|week|month)", re.ASCII)


class Period(StrEnum):
    """How often a budget renews; weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Budget(NamedTuple):
    """At most ``amount`` CNY in estimates for all requests of this machine in one ``period``."""

    amount: Decimal
    period: Period

    def __str__(self) -> str:
        """Return the budget as a user writes it."""
        return f"{self.amount}/{self.period}"

    def began(self, now: datetime) -> datetime:
        """Return when the running period began: a local midnight."""
        return _local(_first_day(now, self.period))

    def renews(self, now: datetime) -> datetime:
        """Return when the next period begins: a local midnight."""
        first = _first_day(now, self.period)
        match self.period:
            case Period.DAY:
                return _local(first + timedelta(days=1))
            case Period.WEEK:
                return _local(first + timedelta(days=7))
            case Period.MONTH:
                return _local((first + timedelta(days=31)).replace(day=1))


def parse_budget(text: str) -> Budget | None:
    """Return the budget of ``100/day`` or ``500.50/month``; None for other text."""
    found = _BUDGET.fullmatch(text.strip().lower())
    return Budget(Decimal(found[1]), Period(found[2])) if found else None


def _first_day(now: datetime, period: Period) -> datetime:
    """Return midnight of the period's first day, without a time zone."""
    today = local_time(now).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    match period:
        case Period.DAY:
            return today
        case Period.WEEK:
            return today - timedelta(days=today.weekday())
        case Period.MONTH:
            return today.replace(day=1)


def _local(midnight: datetime) -> datetime:
    """Return a local time with the zone's offset of that day: it may change within a period."""
    return local_time(midnight)
