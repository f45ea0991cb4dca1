"""The account's rates, held by all processes together; the numbers are moments, not waits."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.store import Store

NOW = 1_800_000_000.0
GAP = 1 / (20 * 0.8)


def test_the_first_call_goes_at_once(store):
    assert store.rate_slots.take("query", 20, NOW) == 0


def test_calls_of_a_kind_go_out_one_after_the_other(store):
    waits = [store.rate_slots.take("query", 20, NOW) for _ in range(41)]
    assert waits == pytest.approx([number * GAP for number in range(41)], abs=1e-4)


def test_in_any_second_there_are_no_more_calls_than_documented(store):
    moments = [store.rate_slots.take("query", 20, NOW) for _ in range(100)]
    assert max(sum(a <= b < a + 1 for b in moments) for a in moments) <= 20


def test_kinds_of_call_do_not_wait_for_each_other(store):
    for name in ("query", "list", "create v6", "create c1"):
        assert store.rate_slots.take(name, 5, NOW) == 0


def test_time_that_passes_is_not_saved_up(store):
    store.rate_slots.take("query", 20, NOW)
    assert store.rate_slots.take("query", 20, NOW + 60) == 0
    assert store.rate_slots.take("query", 20, NOW + 60) == pytest.approx(GAP, abs=1e-6)


def test_when_the_service_asks_for_patience_all_processes_wait(store, open_store):
    store.rate_slots.hold_back("query", NOW + 10)
    assert open_store().rate_slots.take("query", 20, NOW) == pytest.approx(10, abs=1e-6)


def test_a_shorter_wait_does_not_undo_a_longer_one(store):
    store.rate_slots.hold_back("query", NOW + 10)
    store.rate_slots.hold_back("query", NOW + 1)
    assert store.rate_slots.take("query", 20, NOW) == pytest.approx(10, abs=1e-6)


def test_a_clock_that_was_set_back_by_hours_does_not_block_43(store):
    store.rate_slots.take("query", 20, NOW + 2 * 3600)
    assert store.rate_slots.take("query", 20, NOW) == 0


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20))
def test_no_two_calls_are_closer_than_the_rate_allows(tmp_path_factory, waits):
    store = Store(tmp_path_factory.mktemp("state"))
    now, moments = NOW, []
    for wait in waits:
        now += wait
        moments.append(now + store.rate_slots.take("query", 20, now))
    store.close()
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert all(gap > 1 / 20 for gap in gaps)
