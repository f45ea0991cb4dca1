"""A blocking call on a helper thread."""

import threading

import pytest

from pixverse_cli.http.exchange import Background


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
