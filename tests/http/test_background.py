"""A blocking call on a helper thread."""

import threading

import pytest
import requests

from pixverse_cli.domain.clock import SystemClock, TimeLimit
from pixverse_cli.domain.errors import NotSentError
from pixverse_cli.http.exchange import Background, Limits, Request, Session, exchange_steps
from pixverse_cli.http.failures import NoAnswerError
from pixverse_cli.http.stream import in_time
from tests.servers import ScriptedServer, answer


def test_the_result_is_returned():
    background = Background(lambda: 42)
    assert background.wait(5)
    assert background.result() == 42


def test_an_error_is_raised_again_unchanged():
    error = ValueError("no")

    def fail():
        raise error

    background = Background(fail)
    assert background.wait(5)
    with pytest.raises(ValueError, match="no") as caught:
        background.result()
    assert caught.value is error


def test_waiting_for_a_running_call_can_time_out():
    end = threading.Event()
    background = Background(lambda: end.wait() and "done")
    assert not background.wait(0)
    end.set()
    assert background.wait(5)
    assert background.result() == "done"


class LateResponse(requests.Response):
    """A response that notes when it is closed."""

    def __init__(self):
        super().__init__()
        self.closed = threading.Event()

    def close(self):
        self.closed.set()


@pytest.mark.parametrize("first", ["the response", "the caller"])
def test_a_response_that_nobody_waits_for_is_closed(first):
    ready, response = threading.Event(), LateResponse()
    call = Background(lambda: (ready.wait(10), response)[1])
    if first == "the response":
        ready.set()
        assert call.wait(10)
    assert not response.closed.is_set()
    call.leave()
    ready.set()
    assert response.closed.wait(10)


def test_the_response_of_an_abandoned_exchange_is_closed():
    arrived, ready, late = threading.Event(), threading.Event(), LateResponse()

    def receive(response):
        response.close()
        arrived.set()
        ready.wait(10)
        return late

    with ScriptedServer([answer(b"{}")]) as server, Session() as session:
        request = Request(method="GET", url=server.url("/x"))
        limits = Limits(total=5.0)
        with pytest.raises(NoAnswerError):
            list(exchange_steps(session, request, limits, receive=receive, give_up=arrived.is_set))
    ready.set()
    assert late.closed.wait(10)


def test_a_look_up_of_a_redirect_ends_at_the_time_limit_107():
    answered, clock = threading.Event(), SystemClock()
    with pytest.raises(NotSentError, match="no connection to slow"):
        in_time(answered.wait, "https://slow.example/", TimeLimit(clock, clock.monotonic()))
    answered.set()
    assert in_time(answered.is_set, "https://slow.example/", TimeLimit(clock).within(5.0))
