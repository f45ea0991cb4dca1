"""What the tests of ``domain`` share."""

import time

import pytest


@pytest.fixture
def zone(monkeypatch):
    """Return a function that sets the local time zone."""

    def set_zone(name):
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield set_zone
    monkeypatch.undo()
    time.tzset()
