"""States, and what a record tells of money and time."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.domain.task import Record, Status

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
V6 = "pixverse/pixverse-v6-it2v"

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
    return Record(number=1, status=Status(status), service="s", **known)


def test_the_states_are_the_service_s_six_and_our_two():
    assert [row[0] for row in STATES] == list(Status)


@pytest.mark.parametrize(("status", "final", "unfinished", "charged"), STATES)
def test_a_state_says_whether_it_is_the_end_and_what_it_costs(status, final, unfinished, charged):
    found = Status(status)
    assert (found.final, found.unfinished) == (final, unfinished)
    assert record(status).charged == charged


def test_a_task_can_be_asked_for_until_24_hours_after_it_was_submitted():
    known = record(task_id="t-1", submitted_at=NOON)
    assert known.expires_at == datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize("known", [{}, {"task_id": "t-1"}, {"submitted_at": NOON}])
def test_what_was_never_accepted_does_not_expire(known):
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
        {"duration": [5], "SR": ["720"]},
        {"duration": True, "SR": "720"},
    ],
)
def test_a_usage_that_does_not_say_it_has_no_cost(usage):
    assert record(model=V6, usage=usage).actual_cost is None


def test_the_cost_of_a_model_nobody_knows_is_not_known():
    assert record(model="pixverse/v9", usage={"duration": 5, "SR": "720"}).actual_cost is None


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["duration", "SR", "audio"]), anything))
def test_no_usage_breaks_the_sum(usage):
    cost = record(model=V6, usage=usage).actual_cost
    assert cost is None or cost.is_finite()
