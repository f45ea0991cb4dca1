"""A budget is kept by the statement that writes a request, whatever other processes do."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from pixverse_cli.domain.budget import Budget, Period
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.task import Record, Status

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
SERVICE, SANDBOX = "https://s", "http://127.0.0.1:8000/api/v1"
BUDGET = Budget(Decimal("4.05"), Period.DAY)
REQUEST = Record(
    number=0,
    status=Status.UNCLEAR,
    service=SERVICE,
    fingerprint="f",
    estimate=Decimal("1.35"),
    intent_at=NOON,
)


def test_a_request_that_reaches_the_budget_exactly_is_written_and_one_more_is_not(records):
    written = [records.intend(REQUEST, budget=BUDGET) is not None for _ in range(4)]
    assert written == [True, True, True, False]
    assert records.spent(BUDGET, SERVICE, NOON) == Decimal("4.05")


@pytest.mark.parametrize("price", ["0.1", "0.07", "1.1", "0.000001"])
def test_sums_are_exact(records, price):
    budget = Budget(Decimal(price) * 30, Period.MONTH)
    request = replace(REQUEST, estimate=Decimal(price))
    written = [records.intend(request, budget=budget) is not None for _ in range(31)]
    assert written == [True] * 30 + [False]


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({"status": Status.UNCLEAR}, True),
        ({"status": Status.PENDING, "task_id": "t"}, True),
        ({"status": Status.RUNNING, "task_id": "t"}, True),
        ({"status": Status.SUCCEEDED, "task_id": "t"}, True),
        ({"status": Status.UNKNOWN, "task_id": "t"}, True),
        ({"status": Status.FAILED, "task_id": "t", "provisional": True}, True),
        ({"status": Status.FAILED, "task_id": "t"}, False),
        ({"status": Status.CANCELED, "task_id": "t"}, False),
        ({"status": Status.NOT_SENT}, False),
        ({"service": SANDBOX}, False),
        ({"service": "https://elsewhere"}, True),
        ({"fingerprint": None}, False),
        ({"estimate": None}, False),
        ({"intent_at": NOON - timedelta(days=2)}, False),
    ],
)
def test_what_may_be_paid_in_this_period_counts(records, change, counts):
    records.intend(replace(REQUEST, **change))
    assert (records.spent(BUDGET, SERVICE, NOON) > 0) is counts


def test_requests_to_a_sandbox_count_against_each_other(records):
    request = replace(REQUEST, service=SANDBOX)
    records.intend(REQUEST)
    written = [records.intend(request, budget=BUDGET) is not None for _ in range(4)]
    assert written == [True, True, True, False]


def test_the_next_period_starts_with_nothing_spent(records):
    for _ in range(3):
        records.intend(REQUEST, budget=BUDGET)
    tomorrow = NOON + timedelta(days=1)
    assert records.intend(replace(REQUEST, intent_at=tomorrow), budget=BUDGET)


def test_a_refused_request_that_is_sent_again_counts_again(records):
    refused = records.intend(REQUEST)
    records.not_accepted(refused.number, Status.NOT_SENT, NOON, "Throttling", "too many")
    for _ in range(3):
        records.intend(REQUEST, budget=BUDGET)
    resend = {"process": "p", "now": NOON, "once": False}
    assert records.resend(refused.number, **resend, budget=BUDGET) is None
    assert records.get(refused.number).status is Status.NOT_SENT
    more = Budget(Decimal("5.40"), Period.DAY)
    assert records.resend(refused.number, **resend, budget=more).status is Status.UNCLEAR


def test_without_a_budget_everything_is_written(records):
    assert records.intend(replace(REQUEST, estimate=Decimal(10**6)))
