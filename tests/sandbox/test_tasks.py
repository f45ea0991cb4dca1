"""The life of a task: its states, its times, its queue, and when it becomes unknown."""

import json
import re
import socket
import time

import pytest

from pixverse_cli.sandbox import Pace
from pixverse_cli.sandbox.orders import read

from .caller import C1, PICTURE, V6, order

SLOW = Pace(queue=1.0, run=(60.0, 60.0))
UNKNOWN_ID = "0385dc79-5ff8-4d82-bcb6-000000000000"


def status(caller, task_id):
    return caller.query(task_id)["output"]["task_status"]


def test_a_task_waits_runs_and_succeeds(call, clock):
    caller = call(clock=clock, pace=SLOW)
    task_id = caller.accepted(duration=1)
    seen = [status(caller, task_id)]
    for seconds in (0.9, 0.1, 59.9, 0.1):
        clock.sleep(seconds)
        seen.append(status(caller, task_id))
    assert seen == ["PENDING", "PENDING", "RUNNING", "RUNNING", "SUCCEEDED"]


def test_a_succeeded_task_has_the_fields_of_the_page(call, clock):
    caller = call(clock=clock, pace=SLOW)
    task_id = caller.accepted(duration=1, seed=7, audio=True, prompt="A turtle.")
    clock.sleep(100)
    body = caller.query(task_id)
    url = body["output"].pop("video_url")
    assert body.pop("request_id")
    assert body == {
        "output": {
            "task_id": task_id,
            "task_status": "SUCCEEDED",
            "submit_time": "2026-03-20 11:48:50.499",
            "scheduled_time": "2026-03-20 11:48:51.499",
            "end_time": "2026-03-20 11:49:51.499",
            "orig_prompt": "A turtle.",
        },
        "usage": {
            "duration": 1,
            "shot_type": "single",
            "size": "640*368",
            "fps": 24,
            "video_count": 1,
            "audio": True,
            "SR": "360",
        },
    }
    origin = re.escape(caller.sandbox.video_host)
    name = r"[0-9a-f-]{36}_seed7\.mp4"
    assert re.fullmatch(rf"{origin}/pixverse%2Fmp4%2Fmedia%2Fweb%2Fori%2F{name}", url)


def test_times_appear_as_the_task_progresses(call, clock):
    caller = call(clock=clock, pace=SLOW)
    task_id = caller.accepted(duration=1)
    assert set(caller.query(task_id)["output"]) == {"task_id", "task_status", "submit_time"}
    clock.sleep(2)
    assert "scheduled_time" in caller.query(task_id)["output"]
    assert "end_time" not in caller.query(task_id)["output"]


def test_five_tasks_of_a_model_run_and_the_rest_wait(call, clock):
    caller = call(clock=clock, pace=SLOW)
    ids = []
    for number in range(7):
        clock.sleep(1 if number == 5 else 0)  # five creates a second
        ids.append(caller.accepted(without=["duration"]))
    other = caller.accepted(model=C1)
    clock.sleep(2)
    assert [status(caller, task_id) for task_id in ids] == ["RUNNING"] * 5 + ["PENDING"] * 2
    assert status(caller, other) == "RUNNING"
    clock.sleep(15)  # failing tasks end early
    assert [status(caller, task_id) for task_id in ids] == ["FAILED"] * 5 + ["RUNNING"] * 2


def test_a_task_is_unknown_after_24_hours_but_its_video_can_be_downloaded(call, clock, fetch):
    caller = call(clock=clock)
    task_id = caller.accepted(duration=1)
    url = caller.query(task_id)["output"]["video_url"]
    clock.sleep(24 * 3600 - 1)
    assert status(caller, task_id) == "SUCCEEDED"
    clock.sleep(1)
    body = caller.query(task_id)
    assert body["output"] == {"task_id": task_id, "task_status": "UNKNOWN"}
    assert caller.rows()["data"] == []
    assert fetch(url).status_code == 200


def test_an_unknown_task_id_gets_200_with_status_unknown(call):
    caller = call()
    answer = caller.call("GET", f"/tasks/{UNKNOWN_ID}")
    assert answer.status_code == 200
    assert answer.json()["output"] == {"task_id": UNKNOWN_ID, "task_status": "UNKNOWN"}


def test_a_waiting_task_can_be_canceled_and_frees_its_place(call, clock):
    caller = call(clock=clock, pace=SLOW)
    first, second = caller.accepted(), caller.accepted()
    answer = caller.cancel(first)
    assert (answer.status_code, set(answer.json())) == (200, {"request_id"})
    clock.sleep(2)
    assert [status(caller, first), status(caller, second)] == ["CANCELED", "RUNNING"]
    assert "end_time" in caller.query(first)["output"]


@pytest.mark.parametrize("state", ["RUNNING", "SUCCEEDED", "CANCELED", "UNKNOWN"])
def test_a_task_that_is_not_pending_cannot_be_canceled(call, clock, state):
    caller = call(clock=clock, pace=SLOW)
    task_id = caller.accepted(duration=1)
    match state:
        case "RUNNING":
            clock.sleep(2)
        case "SUCCEEDED":
            clock.sleep(100)
        case "CANCELED":
            caller.cancel(task_id)
        case "UNKNOWN":
            task_id = UNKNOWN_ID
    assert status(caller, task_id) == state
    answer = caller.cancel(task_id)
    assert answer.status_code == 400
    assert answer.json()["code"] == "UnsupportedOperation"
    assert "PENDING" in answer.json()["message"]


def test_a_queue_of_500_tasks_accepts_no_more(call, clock):
    caller = call(clock=clock, pace=Pace(queue=3600, run=(60, 60)))
    waiting = read(json.dumps(order(without=["duration"])).encode())
    for number in range(499):
        caller.sandbox.account.accept(waiting, f"request {number}")
    assert [caller.create().status_code for _ in range(2)] == [200, 429]


def test_the_account_lists_the_accepted_tasks(call):
    caller = call()
    caller.made(prompt="One.")
    caller.create(model="wrong")
    caller.accepted(prompt="Two.", resolution="9P")
    tasks = caller.sandbox.account.tasks
    assert [(task.prompt, task.model, task.status) for task in tasks] == [
        ("One.", V6, "SUCCEEDED"),
        ("Two.", V6, "FAILED"),
    ]
    assert tasks[0].order.url == PICTURE
    assert caller.sandbox.account.creates == 3


def test_tasks_take_about_two_seconds_and_minutes_if_realistic(call, clock):
    for options, longest in (({}, 3), ({"realistic": True}, 301)):
        caller = call(clock=clock, instant=False, **options)
        task_id = caller.accepted(duration=1)
        clock.sleep(longest / 10)
        assert status(caller, task_id) == "RUNNING"
        clock.sleep(longest)
        assert status(caller, task_id) == "SUCCEEDED"


def test_a_task_keeps_running_until_its_video_is_ready(call, encoded):
    caller = call()
    with socket.create_server(("127.0.0.1", 0)) as host:
        task_id = caller.accepted(url=f"http://127.0.0.1:{host.getsockname()[1]}/image.png")
        with host.accept()[0] as line:
            assert line.recv(10_000).startswith(b"GET /image.png ")
            assert caller.rows()["data"][0]["status"] == "RUNNING"
            line.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + encoded())
    assert caller.ended(task_id)["output"]["task_status"] == "SUCCEEDED"


def test_closing_stops_the_rendering(call):
    caller = call(pace=Pace(queue=0, run=(60, 60)))
    for _ in range(4):
        caller.accepted(resolution="1080P", duration=15)
    start = time.perf_counter()
    caller.sandbox.close()
    assert time.perf_counter() - start < 3
