"""The task list: which rows, in which pages, with which fields."""

import pytest

from pixverse_cli.sandbox import Pace

from .caller import C1, V6

NOW = "20260320114850"  # where HandClock starts, in UTC+8


def ids(page):
    return [row["task_id"] for row in page["data"]]


def test_a_row_describes_the_task_without_its_video(call, clock):
    caller = call(clock=clock)
    created = caller.create(duration=1).json()
    clock.sleep(60)
    page = caller.rows()
    assert {name: page[name] for name in ("total", "total_page", "page_no", "page_size")} == {
        "total": 1,
        "total_page": 1,
        "page_no": 1,
        "page_size": 10,
    }
    assert page["data"] == [
        {
            "api_key_id": "100001",
            "caller_parent_id": "1000000000000001",
            "caller_uid": "1000000000000001",
            "gmt_create": 1773978530499,
            "start_time": 1773978530499,
            "end_time": 1773978530499,
            "model_name": V6,
            "region": "cn-beijing",
            "request_id": created["request_id"],
            "status": "SUCCEEDED",
            "task_id": created["output"]["task_id"],
            "user_api_unique_key": f"apikey:v1:aigc:video-generation:video-synthesis:{V6}",
        }
    ]


def test_a_running_task_has_no_end_time(call, clock):
    caller = call(clock=clock, pace=Pace(queue=0, run=(60, 60)))
    caller.accepted(duration=1)
    assert "end_time" not in caller.rows()["data"][0]
    assert caller.rows()["data"][0]["status"] == "RUNNING"


def test_both_spellings_of_the_path_work(call):
    caller = call()
    caller.accepted()
    bodies = [caller.call("GET", path).json() for path in ("/tasks", "/tasks/")]
    assert bodies[0]["data"] == bodies[1]["data"] != []


def test_pages_list_the_newest_tasks_first(call, clock):
    caller = call(clock=clock)
    made = []
    for _ in range(5):
        made.insert(0, caller.accepted(without=["duration"]))
        clock.sleep(1)
    pages = [caller.rows(page_no=number, page_size=2) for number in (1, 2, 3, 4)]
    assert [ids(page) for page in pages] == [made[:2], made[2:4], made[4:], []]
    assert {page["total_page"] for page in pages} == {3}


@pytest.fixture
def three(call, clock):
    """Two tasks of one model, two hours apart, and one failed task of another model."""
    caller = call(clock=clock)
    found = {"early": caller.accepted()}
    clock.sleep(7200)
    found |= {"late": caller.accepted(), "failed": caller.accepted(model=C1, duration=99)}
    caller.query(found["late"])
    return caller, found


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"early", "late", "failed"}),
        ({"model_name": V6}, {"early", "late"}),
        ({"model_name": "other"}, set()),
        ({"status": "FAILED"}, {"failed"}),
        ({"status": "CANCELED"}, set()),
        ({"start_time": NOW}, {"early", "late", "failed"}),
        ({"start_time": "20260320130000"}, {"late", "failed"}),
        ({"end_time": NOW}, {"early"}),
        ({"end_time": "20260320114849"}, set()),
        ({"start_time": NOW, "end_time": "20260321114850"}, {"early", "late", "failed"}),
        ({"task_id": "nobody's"}, set()),
    ],
)
def test_filters_narrow_the_list(three, query, expected):
    caller, found = three
    assert set(ids(caller.rows(**query))) == {found[name] for name in expected}


def test_the_list_can_be_filtered_by_task_id(three):
    caller, found = three
    assert ids(caller.rows(task_id=found["late"])) == [found["late"]]


@pytest.mark.parametrize(
    "query",
    [
        {"page_size": 101},
        {"page_size": 0},
        {"page_size": "ten"},
        {"page_no": 0},
        {"page_no": -1},
        {"start_time": "2026-03-20"},
        {"end_time": "20261399000000"},
        {"start_time": NOW, "end_time": "20260321114852"},
    ],
)
def test_invalid_list_parameters_are_refused(call, query):
    answer = call().call("GET", "/tasks/", params=query)
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")


def test_a_hundred_rows_fit_on_a_page(call):
    assert call().rows(page_size=100)["page_size"] == 100
