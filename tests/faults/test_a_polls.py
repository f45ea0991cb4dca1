"""A. Network: a task was accepted, and queries of its status fail (rows 11 to 24)."""

import json
import sqlite3
from contextlib import closing

from pixverse_cli.domain.task import Status
from tests.faults.case import Case, Way, parameters
from tests.faults.service import OTHER, TASK, as_json, refusal, succeeded, task_is
from tests.servers import RESET, Pause, answer

HTML = answer(b"<html>Log in</html>", content_type="text/html", connection="close")
BUSY = "429 Too Many Requests"
DONE = {"code": 0, "creates": 0, "store": ("SUCCEEDED",)}
TIMED_OUT = {
    "code": 8,
    "charged": "yes",
    "retryable": False,
    "creates": 0,
    "store": ("RUNNING",),
    "says": f"pixverse wait {TASK}",
}
NO_ANSWER = {"code": 6, "charged": "yes", "retryable": True, "store": ("RUNNING",)}
DONE_TASK = OTHER[:-1] + "0"
ALIVE = as_json({"output": {"task_id": TASK, "task_status": "RUNNING"}}, connection="keep-alive")


def waiting(*queries, inside=True, timeout=2, **routes):
    """Return a ``wait`` for a submitted task; its queries get these answers in turn."""

    def wait(world):
        world.serve(query=list(queries), **routes)
        world.add_task()
        run = world.run_inside if inside else world.run
        return run("wait", "--timeout", str(timeout), "--interval", "0.2")

    return wait


def status_of(query):
    """Return a ``status`` of a submitted task; every query gets this answer."""

    def run_status(world):
        world.serve(query=[query])
        world.add_task()
        return world.run_inside("status", TASK)

    return run_status


def retry_is_not_shown(_world, ran):
    assert "again" not in ran.stderr


def retry_is_shown(world, ran):
    assert ("again in" in ran.stderr) == (world.way is Way.PIPE)


def slept_at_most(seconds):
    def judge(world, _ran):
        assert max(world.clock.slept) <= seconds
        assert world.service.counts["query"] == 2

    return judge


def all_processes_wait(world, _ran):
    assert max(world.clock.slept) >= 2
    with closing(sqlite3.connect(world.database)) as connection:
        (until,) = connection.execute("SELECT next_at FROM slot WHERE name = 'query'").fetchone()
    assert until >= world.clock.wall.timestamp() - 2.2


def succeeded_with(usage):
    """Return a script that answers SUCCEEDED with this text as its usage."""
    (steps,) = succeeded()

    def odd_steps(request):
        (whole,) = steps(request)
        body = whole.split(b"\r\n\r\n", 1)[1][:-1] + b', "usage": ' + usage + b"}"
        return [answer(body, content_type="application/json", connection="close")]

    return [odd_steps]


def is_strict_json(world, ran):
    def refuse(name):
        raise AssertionError(f"{name} is not JSON")

    if world.way is Way.JSON:
        assert [json.loads(line, parse_constant=refuse) for line in ran.lines]


def throttled_once(retry_after):
    return waiting(
        refusal(BUSY, "Throttling.RateQuota", retry_after=retry_after), succeeded(), timeout=90
    )


GARBAGE = as_json("{" * 100_000)
WRONG_TYPES = as_json({"output": {"task_id": TASK, "task_status": ["x"], "video_url": 7, "x": {}}})
UNREADABLE = [
    task_is("RUNNING")[:-30],
    as_json('{"output": NaN}'),
    WRONG_TYPES,
    GARBAGE,
    answer(b"\x1f\x8b", content_encoding="gzip", connection="close"),
    b"SSH-2.0-OpenSSH_9.2\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 300,
]
ODD_USAGE = [
    b'{"duration": NaN, "SR": 720}',
    b'{"duration": 1e999, "SR": "720", "fps": -Infinity}',
    b'{"duration": "1e999999", "SR": "720"}',
    b'{"duration": ' + b"9" * 4000 + b', "SR": "720"}',
    b'{"size": ' + b"9" * 5000 + b"}",
    b'{"text": "cut in a letter \xe4\xb9"}',
]
FAILING = [
    HTML,
    answer(b"<html>", status="500 Error", connection="close"),
    answer(b"", status="502 Bad Gateway", connection="close"),
    refusal("503 Unavailable", "ModelUnavailable"),
    refusal("500 Error", "InternalError"),
    [RESET],
    b"",
]

CASES = (
    Case(
        11,
        "kept-alive connection closed",
        waiting([ALIVE, Pause(0.3)], [ALIVE], succeeded(), inside=False),
        **DONE,
        also=retry_is_not_shown,
    ),
    Case(12, "cut on a poll", waiting(UNREADABLE[0], succeeded()), **DONE, also=retry_is_shown),
    Case(14, "poll with nothing", waiting(as_json("")), **TIMED_OUT),
    Case(14, "poll with garbage, then not", waiting(as_json("]"), succeeded()), **DONE),
    *(
        Case(15, f"odd answer {n}", waiting(body, succeeded()), **DONE)
        for n, body in enumerate(UNREADABLE)
    ),
    *(
        Case(
            15,
            f"odd value {n} beside the video",
            waiting(succeeded_with(usage)),
            **DONE,
            also=is_strict_json,
            ways=(Way.JSON,),
        )
        for n, usage in enumerate(ODD_USAGE)
    ),
    *(
        Case(16, "poll is not HTTP", status_of(body), **NO_ANSWER, ways=(Way.JSON,))
        for body in UNREADABLE[-2:]
    ),
    Case(17, "poll of a captive portal", status_of(HTML), **NO_ANSWER, says=r"\(HTML\)|, HTML"),
    Case(17, "portal while waiting", waiting(HTML), **TIMED_OUT | {"says": "HTML.*pixverse wait"}),
    Case(18, "poll bomb", status_of(as_json("[" + " " * 5_000_000)), **NO_ANSWER, ways=(Way.JSON,)),
    Case(21, "every 5xx on polls", waiting(*FAILING, succeeded(), timeout=90), **DONE),
    Case(21, "5xx to the end", waiting(FAILING[1]), **TIMED_OUT),
    Case(24, "429 on a poll", throttled_once("2"), **DONE, also=all_processes_wait),
    *(
        Case(24, f"Retry-After: {value}", throttled_once(value), **DONE, also=slept_at_most(most))
        for value, most in (
            ("99999", 60),
            ("-1", 1),
            ("soon", 1),
            ("Mon, 23 Nov 99999 12:00:00 GMT", 1),
            ("9" * 400, 60),
        )
    ),
    Case(
        24,
        "Retry-After longer than the time left",
        waiting(refusal(BUSY, "Throttling", retry_after="50"), timeout=5),
        **TIMED_OUT,
    ),
    Case(
        25,
        "poll with a key that is refused",
        waiting(refusal("401 Unauthorized", "InvalidApiKey")),
        code=3,
        charged="yes",
        retryable=False,
        store=("RUNNING",),
    ),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))


def test_a_service_that_cannot_be_reached_is_not_tried_again_for_each_task_1(world):
    world.add_task(OTHER)
    world.add_task(TASK)
    world.add_task(DONE_TASK, status=Status.SUCCEEDED, video_url="https://example.com/v.mp4")
    world.serve()
    world.execute("UPDATE task SET service = 'http://127.0.0.1:9/api/v1'")
    address = {"DASHSCOPE_HTTP_BASE_URL": "http://127.0.0.1:9/api/v1"}
    for words, code in (
        (("status", OTHER, TASK, DONE_TASK), 14),
        (("download", OTHER, TASK, "-o", "{index}.mp4"), 6),
    ):
        world.clock.slept = []
        ran = world.run_inside(*words, **address)
        retries = sum(seconds >= 0.5 for seconds in world.clock.slept)  # others wait for a slot
        assert (ran.code, retries) == (code, 3), ran.stderr
