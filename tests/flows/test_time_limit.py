"""Calls with retries at the command's time limit."""

from pathlib import Path

import pytest

from pixverse_cli.domain.catalog import Resolution, Role, find_model
from pixverse_cli.domain.errors import ThrottledError, TimeLimitError, UnreachableError, UsageError
from pixverse_cli.domain.events import Uploading
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.domain.plan import Input, InputFile, Order
from pixverse_cli.domain.request import VideoRequest
from pixverse_cli.flows.rate_limited import RateLimit, wait_for_slot, with_retries
from pixverse_cli.flows.submit import publish
from pixverse_cli.flows.tools import Tools
from pixverse_cli.store import Store


@pytest.fixture
def tools(tmp_path, clock):
    store = Store(tmp_path / "state")
    yield Tools(
        connect=lambda: None,
        store=store,
        clock=clock,
        interrupts=Interrupts(clock),
        service="https://s",
        account=lambda: "account",
        deadline=clock.monotonic() + 100.0,
    )
    store.close()


def result_of(tools, *outcomes):
    """Return the result of a call whose tries take so long and end so, and the number of tries."""
    left = list(outcomes)

    def call():
        seconds, error = left.pop(0)
        tools.clock.advance(seconds)
        if error:
            raise error
        return "done"

    try:
        steps = with_retries(RateLimit.QUERY, call, tools)
        while True:
            next(steps)
    except StopIteration as done:
        return done.value, len(outcomes) - len(left)


LOST = UnreachableError("lost")


def test_a_call_is_tried_four_times(tools):
    assert result_of(tools, *[(1, LOST)] * 3, (1, None)) == ("done", 4)
    with pytest.raises(UnreachableError, match=r"\Alost\Z") as raised:
        result_of(tools, *[(1, LOST)] * 5)
    assert not isinstance(raised.value, TimeLimitError)


@pytest.mark.parametrize("tries", [0, 1, 3])
def test_a_try_that_is_cut_by_the_limit_ends_with_it_and_names_the_error_107(tools, tries):
    with pytest.raises(TimeLimitError, match="time limit was reached; the last error: lost"):
        result_of(tools, *[(1, LOST)] * tries, (100, LOST))


def test_a_retry_that_would_come_after_the_limit_is_not_waited_for_107(tools):
    asks_for_a_minute = ThrottledError("too many", retry_after=60.0)
    with pytest.raises(TimeLimitError) as raised:
        result_of(tools, (50, asks_for_a_minute))
    assert (
        raised.value.message == "the next try would come after --timeout; the last error: too many"
    )
    assert (raised.value.code, raised.value.exit_code) == ("throttled", 7)
    assert tools.time_left() == 50


@pytest.mark.parametrize(("error", "code"), [(ThrottledError("too many"), 7), (LOST, 6)])
def test_a_slot_after_the_limit_ends_a_call_that_was_tried_like_its_last_error_107(
    tools, error, code
):
    def call():
        tools.store.rate_slots.hold_back("query", tools.clock.now().timestamp() + 101)
        raise error

    steps = with_retries(RateLimit.QUERY, call, tools)
    next(steps)
    with pytest.raises(TimeLimitError, match="would come after --timeout; the last") as raised:
        next(steps)
    assert raised.value.exit_code == code


def test_a_refusal_at_the_limit_is_told_as_it_is_107(tools):
    with pytest.raises(UsageError, match="no"):
        result_of(tools, (100, UsageError("no")))


def test_no_call_is_made_at_the_limit_107(tools):
    tools.clock.advance(100)
    with pytest.raises(TimeLimitError, match=r"\Athe time limit was reached\Z") as raised:
        result_of(tools)
    assert raised.value.hint == "a longer --timeout gives it more time"


def test_a_slot_after_the_limit_is_not_waited_for_107(tools):
    tools.store.rate_slots.hold_back("query", tools.clock.now().timestamp() + 101)
    with pytest.raises(TimeLimitError, match="allows the next call only after") as raised:
        wait_for_slot(RateLimit.QUERY, tools)
    assert (raised.value.exit_code, tools.time_left()) == (7, 100)


def test_an_upload_that_reaches_the_limit_does_not_say_that_it_is_tried_again_107(tools):
    class Away:
        def policy(self, _model):
            tools.clock.advance(99.9)  # a retry would come after the limit
            raise LOST

    file = InputFile(Path("a.png"), "a.png", 3000, "PNG", 512, 512, "ab" * 32)
    request = VideoRequest(find_model("v6"), "up", Resolution.P720, 5)
    order = Order(request, (Input(Role.IMAGE, "a.png", "ab" * 32, file),))
    events = publish(order, tools._replace(connect=Away))
    assert next(events) == Uploading(image="a.png", sent=0, total=3000)
    with pytest.raises(TimeLimitError, match="the last error: lost"):
        next(events)


def test_the_error_of_the_limit_is_told_once(tools):
    tools.clock.advance(100)
    limit = tools.out_of_time(LOST)
    assert limit.message == "the time limit was reached; the last error: lost"
    assert tools.out_of_time(limit) is limit
    assert tools.out_of_time().message == "the time limit was reached"
