"""Waiting for the slot of a call; a process that wakes up late takes another slot."""

import pytest

from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.flows.rate_limited import RateLimit, wait_for_slot
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
