"""The account's rate limits, shared by all processes."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.store import Store

NOW = 1_800_000_000.0
GAP = 1 / (20 * 0.8)


def test_the_first_call_does_not_wait(store):
    assert store.rate_slots.take("query", 20, NOW) == 0


def test_calls_of_one_kind_are_spread_evenly(store):
    waits = [store.rate_slots.take("query", 20, NOW) for _ in range(41)]
    assert waits == pytest.approx([number * GAP for number in range(41)], abs=1e-4)


def test_there_are_never_more_calls_in_a_second_than_documented(store):
    times = [store.rate_slots.take("query", 20, NOW) for _ in range(100)]
    assert max(sum(a <= b < a + 1 for b in times) for a in times) <= 20


def test_different_kinds_of_calls_do_not_wait_for_each_other(store):
    for name in ("query", "list", "create v6", "create c1"):
        assert store.rate_slots.take(name, 5, NOW) == 0


def test_unused_slots_are_not_saved(store):
    store.rate_slots.take("query", 20, NOW)
    assert store.rate_slots.take("query", 20, NOW + 60) == 0
    assert store.rate_slots.take("query", 20, NOW + 60) == pytest.approx(GAP, abs=1e-6)


def test_retry_after_makes_all_processes_wait(store, open_store):
    store.rate_slots.hold_back("query", NOW + 10)
    assert open_store().rate_slots.take("query", 20, NOW) == pytest.approx(10, abs=1e-6)


def test_a_shorter_wait_does_not_undo_a_longer_one(store):
    store.rate_slots.hold_back("query", NOW + 10)
    store.rate_slots.hold_back("query", NOW + 1)
    assert store.rate_slots.take("query", 20, NOW) == pytest.approx(10, abs=1e-6)


def test_a_clock_set_back_by_hours_does_not_block_43(store):
    store.rate_slots.take("query", 20, NOW + 2 * 3600)
    assert store.rate_slots.take("query", 20, NOW) == 0


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20))
def test_calls_are_never_closer_than_the_rate_allows(tmp_path_factory, waits):
    store = Store(tmp_path_factory.mktemp("state"))
    now, times = NOW, []
    for wait in waits:
        now += wait
        times.append(now + store.rate_slots.take("query", 20, now))
    store.close()
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert all(gap > 1 / 20 for gap in gaps)
