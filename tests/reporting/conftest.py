"""Records for the tests of reporters."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pixverse_cli.domain.task import Record, Status

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def record():
    """Return a function that makes an accepted record."""

    def make(status="RUNNING", **known):
        usual = {
            "number": 1,
            "status": Status(status),
            "service": "https://dashscope.aliyuncs.com/api/v1",
            "task_id": "0385dc79-5ff8-4d82",
            "model": "pixverse/pixverse-v6-it2v",
            "image": "turtle.webp",
            "prompt": "A turtle.",
            "resolution": "720P",
            "duration": 5,
            "audio": False,
            "watermark": False,
            "estimate": Decimal("1.35"),
            "submitted_at": NOON,
        }
        return Record(**usual | known)

    return make
