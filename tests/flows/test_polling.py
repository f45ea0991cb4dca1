"""The pause before the next query, and after a failure."""

from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.flows.polling import query_interval
from pixverse_cli.flows.rate_limited import backoff

AGES = st.floats(0.0, 10**9)


@given(AGES, AGES, st.integers(1, 5000))
def test_an_older_task_is_not_queried_more_often(one, other, watched):
    younger, older = sorted((one, other))
    assert query_interval(younger, watched=watched) <= query_interval(older, watched=watched)


@given(AGES)
def test_a_single_task_is_queried_every_1_to_15_seconds(age):
    assert 1.0 <= query_interval(age) <= 15.0


@given(AGES, st.integers(1, 100_000))
def test_polling_uses_at_most_half_of_the_rate_limit(age, watched):
    assert watched / query_interval(age, watched=watched) <= 10.0 + 1e-9


@given(st.integers(1, 10**6))
def test_the_backoff_grows_up_to_20_seconds(failures):
    longest = min(20.0, 0.5 * 2 ** min(failures, 10))
    assert longest / 2 <= backoff(failures) <= longest


@given(st.integers(1, 100), st.floats(0.0, 10**9))
def test_retry_after_is_obeyed_up_to_a_minute(failures, requested):
    assert min(requested, 60.0) <= backoff(failures, requested) <= max(20.0, min(requested, 60.0))
