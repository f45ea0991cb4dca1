"""When to query a running task next."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pixverse_cli.flows.polling import (
    MAX_INTERVAL,
    MIN_INTERVAL,
    LogNormal,
    first_query,
    query_interval,
    run_times,
    usual,
)

SECONDS = st.floats(0.0, 100_000.0)
HISTORIES = st.lists(st.floats(0.0, 20_000.0), max_size=60)
LIKE_100 = [80.0, 90.0, 95.0, 98.0, 100.0, 102.0, 105.0, 110.0, 125.0]


@given(past=HISTORIES, seconds=SECONDS, sandbox=st.booleans())
@example(past=[0.0], seconds=0.0, sandbox=False)
@example(past=[100.0] * 60, seconds=99_999.0, sandbox=True)
def test_two_queries_are_1_to_15_seconds_apart(past, seconds, sandbox):
    interval = query_interval(run_times(past, sandbox=sandbox), seconds)
    assert MIN_INTERVAL <= interval <= MAX_INTERVAL


@given(past=HISTORIES, sandbox=st.booleans())
def test_the_first_query_waits_for_the_first_half_percent(past, sandbox):
    times = run_times(past, sandbox=sandbox)
    first = first_query(times)
    assert first >= MIN_INTERVAL
    assert first == MIN_INTERVAL or 1.0 - times.survival(first) == pytest.approx(0.005, abs=1e-4)


@given(past=st.lists(st.floats(5.0, 50.0), min_size=5, max_size=40), factor=st.floats(4.0, 50.0))
def test_a_task_much_longer_than_its_history_is_queried_as_the_page_advises(past, factor):
    times = run_times(past)
    assert query_interval(times, times.long * factor) == MAX_INTERVAL


@given(past=HISTORIES, sandbox=st.booleans(), one=SECONDS, other=SECONDS)
def test_longer_run_times_are_never_more_likely_to_be_exceeded(past, sandbox, one, other):
    times = run_times(past, sandbox=sandbox)
    shorter, longer = sorted((max(one, 0.1), max(other, 0.1)))
    assert times.survival(longer) <= times.survival(shorter) + 1e-12


@given(past=st.lists(st.floats(0.5, 20_000.0), max_size=60), probability=st.floats(0.01, 0.99))
@example(past=[13874.0, 0.5], probability=0.984375)
def test_a_quantile_is_the_inverse_of_the_survival(past, probability):
    times = run_times(past)
    assert 1.0 - times.survival(times.quantile(probability)) == pytest.approx(probability, abs=1e-3)


def test_queries_are_frequent_when_a_task_is_likely_to_end():
    times = run_times(LIKE_100)
    early, likely = query_interval(times, 40.0), query_interval(times, 105.0)
    assert likely <= 4.0
    assert early > 10.0


def test_the_history_moves_the_first_query():
    assert first_query(run_times([])) < 40.0
    assert 40.0 < first_query(run_times(LIKE_100 * 4)) < 70.0


def test_a_sandbox_is_queried_within_seconds():
    assert first_query(run_times([], sandbox=True)) == MIN_INTERVAL
    assert query_interval(run_times([], sandbox=True), 2.0) < 2.0


def test_one_earlier_task_is_not_trusted_much():
    (_, one), *_ = run_times([10.0]).parts
    (_, many), *_ = run_times([10.0] * 30).parts
    assert one.deviation > 2.5 * many.deviation
    assert math.exp(one.mean) > 4 * math.exp(many.mean)


def test_the_usual_time_is_that_of_eight_of_ten_tasks():
    low, high = usual(run_times(LIKE_100))
    assert 70.0 < low < 95.0
    assert 105.0 < high < 160.0


def test_a_distribution_of_logarithms_has_its_median_in_the_middle():
    assert LogNormal(math.log(130.0), 0.5).survival(130.0) == pytest.approx(0.5)
    assert LogNormal(math.log(130.0), 0.5).density(130.0) == pytest.approx(
        1.0 / (130.0 * 0.5 * math.sqrt(2.0 * math.pi))
    )
