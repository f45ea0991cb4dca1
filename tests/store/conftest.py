"""Stores in real files, and records to write."""

from datetime import UTC, datetime

import pytest

from pixverse_cli.domain.task import Record, Status
from pixverse_cli.store import Store

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def open_store(directory):
    """Return a function that opens the store, as another process would do."""
    opened = []

    def opener():
        opened.append(Store(directory))
        return opened[-1]

    yield opener
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store):
    return open_store()


@pytest.fixture
def records(store):
    return store.records


@pytest.fixture
def intent():
    """Return a function that makes a record of the state before the create call."""

    def make(**known):
        usual = {"number": 0, "status": Status.UNCLEAR, "service": "https://s", "intent_at": NOON}
        return Record(**usual | known)

    return make
