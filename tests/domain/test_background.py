"""A blocking call, waited for with a deadline and an open ear."""

import threading

import pytest

from pixverse_cli.domain.background import Background, within


def test_the_result_comes_back():
    assert within(5, lambda: 42) == 42


def test_an_error_comes_back_as_it_was_raised():
    error = ValueError("no")

    def fail():
        raise error

    with pytest.raises(ValueError, match="no") as caught:
        within(5, fail)
    assert caught.value is error


def test_after_the_time_the_call_goes_on_unheard():
    end = threading.Event()
    with pytest.raises(TimeoutError, match=r"within 0.2 s"):
        within(0.2, end.wait)
    end.set()


def test_whoever_waits_may_give_up_early():
    end = threading.Event()
    asked = []
    with pytest.raises(TimeoutError):
        within(60, end.wait, give_up=lambda: asked.append(1) or len(asked) > 1)
    assert len(asked) == 2
    end.set()


def test_a_call_that_has_ended_is_not_given_up():
    assert within(5, lambda: 42, give_up=lambda: True) == 42


def test_a_call_in_the_background_can_be_looked_at():
    end = threading.Event()
    background = Background(lambda: end.wait() and "done")
    assert not background.wait(0)
    end.set()
    assert background.wait(5)
    assert background.result() == "done"
