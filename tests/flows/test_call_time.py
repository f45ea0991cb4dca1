"""How old a create call is, and what follows from it: by the uptime, or by the wall clock."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.domain.clock import Uptime
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.call_time import (
    CREATE_SECONDS,
    Reading,
    call_age,
    is_forgotten,
    is_in_reach,
    is_settled,
    must_be_over,
)
from tests.clocks import START

BOOT = 1000.0  # the uptime at START
SECONDS = st.floats(0.0, CREATE_SECONDS)
LATER = st.floats(0.0, 200_000.0)
CLOCK_ERRORS = st.sampled_from([0.0, 3600.0, -3600.0, 86400.0, -86400.0])


def record(*, call_seconds=None, boot="boot-1"):
    """Return a request sent at START; with ``call_seconds``, its call ended so much later."""
    ended = call_seconds is not None
    return Record(
        number=1,
        status=Status.UNCLEAR,
        service="https://s",
        intent_at=START,
        ended_at=START + timedelta(seconds=call_seconds) if ended else None,
        boot=boot,
        began_at_uptime=BOOT if boot else None,
        ended_at_uptime=BOOT + call_seconds if boot and ended else None,
    )


def reading(later, *, clock_error=0.0, boot="boot-1"):
    """Return what the clocks show some seconds later; the wall clock was set meanwhile."""
    wall = START + timedelta(seconds=later + clock_error)
    return Reading(wall, Uptime(boot, BOOT + later) if boot else None)


@given(call_seconds=st.none() | SECONDS, later=LATER, clock_error=CLOCK_ERRORS)
def test_the_uptime_tells_the_age_whatever_the_wall_clock_shows_90(
    call_seconds, later, clock_error
):
    ours, at = record(call_seconds=call_seconds), reading(later, clock_error=clock_error)
    over = CREATE_SECONDS if call_seconds is None else call_seconds
    age = call_age(ours, at)
    assert age == (pytest.approx(later), pytest.approx(later - over), True)
    assert is_settled(ours, at) == (age.ended >= 60.0)
    assert is_forgotten(ours, at) == (age.begun > 24 * 3600.0 - 600.0)
    assert is_in_reach(ours, at, skew=-clock_error) == (age.begun <= 24 * 3600.0 - 600.0)
    assert must_be_over(ours, at) == (age.begun >= CREATE_SECONDS + 60.0)


@pytest.mark.parametrize(
    ("then", "now"), [("boot-1", "boot-2"), (None, "boot-1"), ("boot-1", None), (None, None)]
)
def test_the_wall_clock_alone_never_settles_a_call_90(then, now):
    ours, at = record(call_seconds=1.0, boot=then), reading(600.0, boot=now)
    assert call_age(ours, at) == (600.0, 599.0, False)
    assert not is_settled(ours, at)
    assert must_be_over(ours, at)


@pytest.mark.parametrize(
    ("later", "clock_error", "skew", "in_reach"),
    [
        (600.0, 0.0, 0.0, True),
        (600.0, 0.0, None, True),
        (600.0, -3600.0, 3600.0, False),
        (600.0, 86400.0, -86400.0, False),
        (90_000.0, -86400.0, 86400.0, False),
        (90_000.0, -7200.0, 7200.0, False),
        (72_000.0, 7200.0, -7200.0, True),
        (90_000.0, 0.0, 0.0, False),
    ],
    ids=[
        "sure",
        "no date",
        "set back",
        "set forward",
        "too old by the date",
        "set back, too old",
        "set forward, young",
        "too old",
    ],
)
def test_without_the_uptime_both_clocks_must_say_that_the_call_was_today_90(
    later, clock_error, skew, in_reach
):
    at = reading(later, clock_error=clock_error, boot=None)
    assert is_in_reach(record(call_seconds=1.0), at, skew) is in_reach


def test_a_record_without_times_is_forgotten_and_over():
    bare, at = Record(number=1, status=Status.RUNNING, service="https://s"), reading(0.0)
    assert call_age(bare, at) is None
    assert (is_forgotten(bare, at), must_be_over(bare, at)) == (True, True)
    assert (is_settled(bare, at), is_in_reach(bare, at, 0.0)) == (False, False)
