"""Waiting for a moment to come."""

import time


def until(fact, seconds=10.0):
    """Wait until something has happened."""
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)
