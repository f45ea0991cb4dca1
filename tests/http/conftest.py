"""What the tests of ``http`` share."""

import logging

import pytest


class _Kept(logging.Handler):
    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.records.append(record)


@pytest.fixture
def exchanges():
    """Return the list of the records that exchanges log from now on."""
    logger, kept = logging.getLogger("pixverse.http"), _Kept()
    level = logger.level
    logger.addHandler(kept)
    logger.setLevel(logging.INFO)
    yield kept.records
    logger.removeHandler(kept)
    logger.setLevel(level)
