"""How many records a list shows and leaves out, and what stands in a file's name."""

from datetime import UTC, datetime

import pytest

from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.local_list import Filters, left_out
from pixverse_cli.flows.save import field_values
from pixverse_cli.store import Store

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
RECORD = Record(
    number=0,
    status=Status.SUCCEEDED,
    service="https://s",
    task_id="t-1",
    model="pixverse/pixverse-v6-it2v",
    image="cat.png",
    resolution="720P",
    duration=5,
    seed=7,
    take=2,
    intent_at=NOON,
)


@pytest.mark.parametrize(("limit", "count"), [(None, 0), (0, 3), (1, 2), (2, 1), (3, 0), (4, 0)])
def test_older_records_than_the_limit_shows_are_counted(tmp_path, limit, count):
    store = Store(tmp_path)
    for number in range(3):
        store.records.intend(replace(RECORD, task_id=f"t-{number}"))
    assert left_out(Filters(limit=limit), store) == count
    assert left_out(Filters(status=Status.FAILED, limit=limit), store) == 0
    store.close()


def test_every_field_of_a_name_has_its_value():
    assert field_values(RECORD, 3, NOON) == {
        "task_id": "t-1",
        "image": "cat",
        "model": "v6",
        "resolution": "720P",
        "duration": "5",
        "seed": "7",
        "index": "3",
        "take": "2",
        "date": "2026-11-27",
    }


def test_what_a_foreign_task_does_not_tell_is_called_unknown():
    foreign = Record(number=1, status=Status.SUCCEEDED, service="https://s")
    unknown = field_values(foreign, 1, NOON)
    assert (unknown["task_id"], unknown["image"]) == ("", "video")
    assert {unknown[name] for name in ("model", "resolution", "duration", "seed")} == {"unknown"}
