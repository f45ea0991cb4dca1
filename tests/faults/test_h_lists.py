"""H. The service's task list: what it must prove before an absent task counts (row 89)."""

import pytest

from tests.clocks import START, CoarseClock
from tests.faults.case import Case, parameters
from tests.faults.service import OTHER, TASK, as_json, list_row, task_is
from tests.servers import RESET

UNCLEAR = {
    "code": 9,
    "charged": "unknown",
    "retryable": False,
    "creates": 1,
    "store": ("UNCLEAR",),
    "says": "pixverse recover",
}
NOT_SENT = {"code": 0, "creates": 1, "store": ("NOT_SENT",)}
FOREIGN = list_row(OTHER, START, model="pixverse/pixverse-c1-it2v")


def recovered(*pages, **routes):
    """Return a ``recover`` of a lost create call; the list has these pages and no such task."""

    def recover(world):
        world.serve(create=[[RESET]], listing=as_json({}), **routes)
        world.submit(inside=True)
        world.clock.advance(3600)
        date = world.clock.wall.strftime("%a, %d %b %Y %H:%M:%S GMT")
        world.service.set_routes(listing=[as_json(page, date=date) for page in pages])
        return world.run_inside("recover")

    return recover


def page(*rows, **counts):
    return {"data": list(rows), "page_no": 1, "page_size": 100} | counts


WHOLE = {
    "one page": [page(FOREIGN, total=1, total_page=1)],
    "no row": [page(total=0, total_page=0)],
    "null": [{"data": None, "total": 0, "total_page": 0}],
}
NOT_WHOLE = {
    "no counts": page(FOREIGN),
    "no number of pages": page(FOREIGN, total=1),
    "no number of rows": page(FOREIGN, total_page=1),
    "pages as text": page(FOREIGN, total=1, total_page="1"),
    "pages as a fraction": page(FOREIGN, total=1, total_page=1.0),
    "no page, but a row": page(FOREIGN, total=1, total_page=0),
    "rows as text": page(FOREIGN, total="1", total_page=1),
    "a row is missing": page(FOREIGN, total=2, total_page=1),
    "a row too many": page(FOREIGN, total=0, total_page=1),
    "repeated over pages": page(FOREIGN, total=2, total_page=2),
    "a row without an id": page(FOREIGN, {"status": "RUNNING"}, total=2, total_page=1),
    "null, and a promised row": {"data": None, "total": 1, "total_page": 1},
    "null without counts": {"data": None},
    "a row that is null": page(None, total=0, total_page=1),
    "a row with a number as id": page(FOREIGN, {"task_id": 7}, total=1, total_page=1),
    "no data": {"total": 0, "total_page": 0},
    "data is not a list": {"data": {}, "total": 0, "total_page": 0},
}

# Rows of our own running task that name its time or its model in another way than expected.
OURS = {
    "time in seconds": {"gmt_create": START.timestamp()},
    "no time": {"gmt_create": 0},
    "time of UTC+8": {"gmt_create": (START.timestamp() + 8 * 3600) * 1000},
    "time of UTC-8": {"gmt_create": (START.timestamp() - 8 * 3600) * 1000},
    "time in the future": {"gmt_create": (START.timestamp() + 40_000) * 1000},
    "model in capitals": {"model_name": "PixVerse/PixVerse-V6-it2v"},
    "model without vendor": {"model_name": "pixverse-v6-it2v"},
    "model with a version": {"model_name": "pixverse/pixverse-v6-it2v-2026-10-01"},
}


CASES = (
    *(Case(89, name, recovered(*pages), **NOT_SENT) for name, pages in WHOLE.items()),
    *(Case(89, name, recovered(body), **UNCLEAR) for name, body in NOT_WHOLE.items()),
)


@pytest.fixture
def clock():
    """Return the clock of the searches, which need fewer calls with it."""
    return CoarseClock()


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))


@pytest.mark.parametrize("odd", OURS.values(), ids=OURS)
def test_a_running_task_in_the_list_is_never_ruled_out_by_how_its_row_is_written_89(world, odd):
    row = list_row(TASK, START) | odd
    recovered(page(row, total=1, total_page=1), query=task_is("RUNNING"))(world)
    assert world.statuses in (("UNCLEAR",), ("RUNNING",))
