"""Budgets as text, and where their periods begin and end in local time."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.domain.budget import Budget, Period, parse_budget

# Hypothesis takes bounds without a zone.
YEARS = tuple(map(datetime.fromisoformat, ("2000-01-01", "2100-01-01")))


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("100/day", Budget(Decimal(100), Period.DAY)),
        ("500.50/month", Budget(Decimal("500.50"), Period.MONTH)),
        (" 7 / Week ", Budget(Decimal(7), Period.WEEK)),
        ("0/day", Budget(Decimal(0), Period.DAY)),
        ("100", None),
        ("/day", None),
        ("100/year", None),
        ("-1/day", None),
        ("1e3/day", None),
        ("nan/day", None),
        ("100/days", None),
        ("\u0661/day", None),
        ("1.00001/day", None),
        ("", None),
    ],
)
def test_a_budget_is_an_amount_and_a_period(text, budget):
    assert parse_budget(text) == budget


def test_a_budget_reads_as_it_is_written():
    assert str(Budget(Decimal("7.50"), Period.WEEK)) == "7.50/week"


@pytest.mark.parametrize(
    ("period", "began", "renews"),
    [
        (Period.DAY, "2026-11-27T00:00:00+08:00", "2026-11-28T00:00:00+08:00"),
        (Period.WEEK, "2026-11-23T00:00:00+08:00", "2026-11-30T00:00:00+08:00"),
        (Period.MONTH, "2026-11-01T00:00:00+08:00", "2026-12-01T00:00:00+08:00"),
    ],
)
def test_a_period_is_of_the_local_calendar(zone, period, began, renews):
    zone("Asia/Shanghai")
    now = datetime(2026, 11, 26, 17, tzinfo=UTC)  # Friday, one o'clock in Shanghai
    budget = Budget(Decimal(1), period)
    assert budget.began(now) == datetime.fromisoformat(began)
    assert budget.renews(now) == datetime.fromisoformat(renews)


def test_a_month_with_a_change_of_the_clocks_begins_and_ends_at_midnight(zone):
    zone("Europe/Berlin")
    budget = Budget(Decimal(1), Period.MONTH)
    now = datetime(2026, 10, 30, tzinfo=UTC)
    assert budget.began(now) == datetime.fromisoformat("2026-10-01T00:00:00+02:00")
    assert budget.renews(now) == datetime.fromisoformat("2026-11-01T00:00:00+01:00")


@given(
    st.datetimes(*YEARS, timezones=st.just(UTC)),
    st.sampled_from(Period),
)
def test_now_is_always_within_the_running_period(now, period):
    budget = Budget(Decimal(1), period)
    began, renews = budget.began(now), budget.renews(now)
    assert began <= now < renews
    assert budget.began(renews) == renews
    assert budget.began(renews - timedelta(microseconds=1)) == began
