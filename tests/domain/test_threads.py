"""The threads that the system still gives."""

import io
import threading

import pytest

from pixverse_cli.domain.threads import threads_left
from pixverse_cli.reporting.terminal.painter import Painter
from pixverse_cli.reporting.terminal.view import View


@pytest.fixture
def limit(monkeypatch):
    """Return a function after which the system gives only so many more threads."""
    start = threading.Thread.start

    def limited(most):
        before = set(threading.enumerate())

        def starting(thread):
            if len(set(threading.enumerate()) - before) >= most:
                raise RuntimeError("can't start new thread")
            start(thread)

        monkeypatch.setattr(threading.Thread, "start", starting)

    return limited


def test_the_threads_that_are_left_are_counted_and_given_back(limit):
    assert threads_left(3) == 3
    limit(2)
    assert [threads_left(3), threads_left(1), threads_left(3)] == [2, 1, 2]
    limit(0)
    assert threads_left(3) == 0


@pytest.mark.parametrize("most", [1, 2])
def test_live_lines_leave_a_thread_for_the_network(limit, clock, most):
    limit(most)
    with Painter(View(clock), io.StringIO()).running():
        call = threading.Thread(target=str)
        call.start()
        call.join()
