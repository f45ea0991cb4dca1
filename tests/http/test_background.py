"""A blocking call on a helper thread."""

import threading

import pytest

from pixverse_cli.http.exchange import Background


def test_the_result_comes_back():
    background = Background(lambda: 42)
    assert background.wait(5)
    assert background.result() == 42


def test_an_error_comes_back_as_it_was_raised():
    error = ValueError("no")

    def fail():
        raise error

    background = Background(fail)
    assert background.wait(5)
    with pytest.raises(ValueError, match="no") as caught:
        background.result()
    assert caught.value is error


def test_a_call_that_has_not_ended_can_be_looked_at():
    end = threading.Event()
    background = Background(lambda: end.wait() and "done")
    assert not background.wait(0)
    end.set()
    assert background.wait(5)
    assert background.result() == "done"
