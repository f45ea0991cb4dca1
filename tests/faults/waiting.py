"""Waiting for a condition."""

import time


def wait_until(condition, seconds=10.0):
    """Wait until ``condition()`` is true; fail after ``seconds`` seconds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not true within {seconds} s"
        time.sleep(0.01)
