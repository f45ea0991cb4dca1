"""Waiting for the slot of a call, and for the next try of one that has failed."""

import itertools

import pytest

from pixverse_cli.domain.errors import ThrottledError, UnreachableError
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.flows.rate_limited import (
    RateLimit,
    backoff,
    slow_down,
    wait_for_slot,
    with_retries,
)
from pixverse_cli.flows.tools import Tools
from pixverse_cli.store import Store
from tests.clocks import FakeClock


class LateClock(FakeClock):
    """A clock of a busy machine, on which the first sleeps take so much longer."""

    late = ()

    def sleep(self, seconds):
        super().sleep(seconds)
        if self.late:
            delay, *self.late = self.late
            self.advance(delay)


@pytest.fixture
def tools(tmp_path):
    clock = LateClock()
    store = Store(tmp_path / "state")
    yield Tools(lambda: None, store, clock, Interrupts(clock), "https://s", lambda: "account")
    store.close()


def slept(tools, *late):
    """Wait for a slot that is ten seconds away, and return the seconds of each sleep."""
    tools.store.rate_slots.hold_back("query", tools.clock.now().timestamp() + 10.0)
    tools.clock.late = late
    wait_for_slot(RateLimit.QUERY, tools)
    return tools.clock.slept


def is_free(tools):
    """Return whether the slot at this moment is free."""
    return tools.store.rate_slots.take("query", 20, tools.clock.now().timestamp()) == 0.0


def test_a_process_that_wakes_up_in_time_takes_one_slot(tools):
    assert slept(tools, 0.09) == pytest.approx([10.0], abs=1e-4)
    assert is_free(tools)


def test_a_process_that_wakes_up_after_its_slot_takes_another_one(tools):
    slept(tools, 0.11)
    assert not is_free(tools)


def test_after_four_late_wake_ups_the_call_is_made_all_the_same(tools):
    assert len(slept(tools, *[0.2] * 9)) <= 4


def test_a_process_sleeps_only_if_its_slot_is_later(tools):
    wait_for_slot(RateLimit.QUERY, tools)
    assert tools.clock.slept == []


@pytest.mark.parametrize(
    ("failures", "longest"), [(1, 1.0), (2, 2.0), (3, 4.0), (5, 16.0), (6, 20.0), (99, 20.0)]
)
def test_the_pause_doubles_up_to_twenty_seconds_and_varies_by_half(failures, longest):
    """Processes that failed together do not try again together."""
    pauses = [backoff(failures) for _ in range(300)]
    assert longest / 2 <= min(pauses) < longest * 0.6
    assert longest * 0.9 < max(pauses) <= longest


@pytest.mark.parametrize(
    ("asked", "pause"), [(30.0, 30.0), (60.0, 60.0), (99_999.0, 60.0), (-1.0, 1.0), (None, 1.0)]
)
def test_the_service_may_ask_for_a_longer_pause_up_to_a_minute(asked, pause):
    assert backoff(1, asked) == pytest.approx(pause, rel=0.5 if pause == 1.0 else 0)


@pytest.mark.parametrize(
    ("error", "held"), [(ThrottledError("too many"), 10.0), (UnreachableError("lost"), 0.0)]
)
def test_only_a_rate_limit_holds_back_all_processes(tools, error, held):
    slow_down(RateLimit.QUERY, tools, error, 10.0)
    wait_for_slot(RateLimit.LIST, tools)  # another limit
    assert tools.clock.slept == []
    wait_for_slot(RateLimit.QUERY, tools)
    assert tools.clock.slept == ([pytest.approx(held)] if held else [])


def test_before_each_retry_it_is_told_how_long_the_pause_is_and_it_is_kept(tools):
    failures = [UnreachableError("gone"), UnreachableError("still gone")]
    tries = []

    def call():
        tries.append(tools.clock.monotonic())
        if failures:
            raise failures.pop()
        return "answer"

    told = [event.delay for event in with_retries(RateLimit.QUERY, call, tools)]
    pauses = [late - early for early, late in itertools.pairwise(tries)]
    assert len(told) == 2
    assert pauses == pytest.approx(told, abs=0.1)  # and the wait for a slot
    assert min(pauses) >= 0.45
