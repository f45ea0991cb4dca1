"""How many records a list shows and leaves out."""

import pytest

from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.local_list import Filters, left_out
from pixverse_cli.store import Store

RECORD = Record(number=0, status=Status.SUCCEEDED, service="https://s")


@pytest.mark.parametrize(("limit", "count"), [(None, 0), (0, 3), (1, 2), (2, 1), (3, 0), (4, 0)])
def test_older_records_than_the_limit_shows_are_counted(tmp_path, limit, count):
    store = Store(tmp_path)
    for number in range(3):
        store.records.intend(replace(RECORD, task_id=f"t-{number}"))
    assert left_out(Filters(limit=limit), store) == count
    assert left_out(Filters(status=Status.FAILED, limit=limit), store) == 0
    store.close()
