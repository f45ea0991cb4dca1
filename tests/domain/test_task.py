"""The states of a task, and the charge, cost and expiry of a record."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.domain.task import Record, Status

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
V6 = "pixverse/pixverse-v6-it2v"
SERVICE = "https://dashscope.aliyuncs.com/api/v1"

STATES = [
    # status, final, unfinished, charged
    ("PENDING", False, True, "yes"),
    ("RUNNING", False, True, "yes"),
    ("SUCCEEDED", True, False, "yes"),
    ("FAILED", True, False, "no"),
    ("CANCELED", True, False, "no"),
    ("UNKNOWN", False, False, "yes"),
    ("UNCLEAR", False, False, "unknown"),
    ("NOT_SENT", True, False, "no"),
]


def record(status="SUCCEEDED", **known):
    return Record(number=1, status=Status(status), service=SERVICE, **known)


def test_the_states_are_six_of_the_service_and_two_of_our_own():
    assert [row[0] for row in STATES] == list(Status)


@pytest.mark.parametrize(("status", "final", "unfinished", "charged"), STATES)
def test_a_state_knows_whether_it_is_final_and_what_is_charged(status, final, unfinished, charged):
    found = Status(status)
    assert (found.final, found.unfinished) == (final, unfinished)
    assert record(status).charged == charged


def test_a_task_expires_24_hours_after_its_submission():
    known = record(task_id="t-1", submitted_at=NOON)
    assert known.expires_at == datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize("known", [{}, {"task_id": "t-1"}, {"submitted_at": NOON}])
def test_a_request_that_was_not_accepted_does_not_expire(known):
    assert record(**known).expires_at is None


@pytest.mark.parametrize(
    ("usage", "yuan"),
    [
        ({"duration": 5, "SR": "720", "audio": False}, "1.35"),
        ({"duration": 5, "SR": "720", "audio": True}, "1.80"),
        ({"duration": 5.0, "SR": 720, "audio": False}, "1.350"),
        ({"duration": "5", "SR": "720P"}, "1.35"),
        ({"duration": 8, "SR": "1080p", "audio": False}, "4.24"),
    ],
)
def test_the_actual_cost_is_the_list_price_of_the_usage(usage, yuan):
    assert record(model=V6, usage=usage).actual_cost == Decimal(yuan)


@pytest.mark.parametrize(
    "usage",
    [
        {},
        {"duration": 5},
        {"SR": "720"},
        {"duration": 5, "SR": ""},
        {"duration": 5, "SR": "4K"},
        {"duration": None, "SR": "720"},
        {"duration": "nan", "SR": "720"},
        {"duration": "inf", "SR": "720"},
        {"duration": "1e999999", "SR": "720"},
        {"duration": -5, "SR": "720"},
        {"duration": 0, "SR": "720"},
        {"duration": [5], "SR": ["720"]},
        {"duration": True, "SR": "720"},
    ],
)
def test_an_incomplete_usage_has_no_cost(usage):
    assert record(model=V6, usage=usage).actual_cost is None


def test_an_unknown_model_has_no_cost():
    assert record(model="pixverse/v9", usage={"duration": 5, "SR": "720"}).actual_cost is None


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["duration", "SR", "audio"]), anything))
def test_any_usage_has_a_finite_cost_or_none(usage):
    cost = record(model=V6, usage=usage).actual_cost
    assert cost is None or cost.is_finite()
