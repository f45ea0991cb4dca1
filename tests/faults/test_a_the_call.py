"""A. Network: the create call was sent; its answer is unusable or missing (rows 8 to 23)."""

import gzip
import tracemalloc
from datetime import timedelta

import pytest

from pixverse_cli.domain.frozen import replace
from pixverse_cli.http.exchange import Limits, Request, Session, exchange
from pixverse_cli.http.failures import NoAnswerError
from tests.clocks import START, CoarseClock
from tests.faults.case import Case, Way, parameters, row
from tests.faults.service import (
    OTHER,
    TASK,
    accepted,
    as_json,
    list_row,
    refusal,
    succeeded,
    task_list,
)
from tests.servers import HANG, RESET, Pause, Script, ScriptedServer, answer

UNCLEAR = {
    "code": 9,
    "charged": "unknown",
    "retryable": False,
    "creates": 1,
    "store": ("UNCLEAR",),
    "says": "pixverse recover",
}
FOUND = {"code": 0, "creates": 1, "exists": 1, "store": ("SUCCEEDED",)}
FOUND_LISTED = {"code": 0, "creates": 1, "store": ("SUCCEEDED",)}
GATEWAY_ANSWERS = (
    ("500 Error", "InternalError"),
    ("503 Unavailable", "ModelUnavailable"),
    ("504 Time-out", "RequestTimeOut"),
    ("503 Unavailable", "Throttling.RateQuota"),  # not repeated, as a 429 with this code is
    ("502 Bad Gateway", "Arrearage"),
    ("500 Error", "InvalidParameter"),
)
ACCEPTED = {"code": 0, "creates": 1, "store": ("PENDING",)}
HTML = b"<!DOCTYPE html><html><body>Log in to the Wi-Fi</body></html>"
BOMB = gzip.compress(bytes(16 * 1024 * 1024))


def answered(*steps, **script):
    """Return a submit whose create call gets these steps; the task list is empty."""

    def submit(world):
        world.serve(create=[Script(steps, **script)])
        return world.submit(inside=True)

    return submit


def accepted_all_the_same(*steps):
    """Return a submit whose create call gets these steps, although its task exists."""

    def submit(world):
        row = list_row(TASK, START + timedelta(seconds=1))
        world.serve(create=[steps], listing=task_list(row), query=[succeeded()])
        return world.submit(inside=True)

    return submit


def scenario(*scenarios):
    """Return a submit to a sandbox with these scenarios."""

    def submit(world):
        world.sandbox(*scenarios)
        return world.submit()

    return submit


def throttled(world):
    world.sandbox("throttled", clock=world.clock)
    return world.submit(inside=True)


def too_slow(*steps):
    """Return a submit whose answer does not end before the call's deadline."""

    def submit(world):
        def a_minute_passes(_request):
            world.clock.advance(61)
            return steps

        world.serve(create=[[a_minute_passes, HANG]])
        return world.submit(inside=True)

    return submit


def gzip_bomb(world):
    """Answer with 16 MB in 16 KB of gzip, which must not be decompressed as a whole."""
    world.serve(create=[answer(BOMB, content_encoding="gzip", connection="close")])
    tracemalloc.start()
    try:
        ran = world.submit(inside=True)
        assert tracemalloc.get_traced_memory()[1] < 10 * 1024 * 1024
    finally:
        tracemalloc.stop()
    return ran


def id_is_printed(_world, ran):
    assert TASK in ran.stdout


def nested(depth):
    return '{"output": ' + "[" * depth + "]" * depth + "}"


def html_answer(status, body=HTML, **headers):
    return answer(body, html_answer=status, content_type="text/html", connection="close", **headers)


def chunked(body):
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    return head + b"%x\r\n%s" % (len(body) + 50, body)


def bytewise(text):
    return [part for byte in text for part in (bytes([byte]), Pause(0.1))]


ANSWER = accepted()
HEAD, BODY = ANSWER.split(b"\r\n\r\n")
ID_KEPT = ACCEPTED | {"also": id_is_printed}

OUTPUT = f'"output": {{"task_id": "{TASK}"}}, "request_id": "r-1"'
CONTRADICTIONS = (
    ("two ids", f'{{"output": {{"task_id": "{TASK}", "task_id": "{OTHER}"}}}}'),
    ("an id and an empty output", f'{{{OUTPUT}, "output": {{}}}}'),
    ("an id and a refusal", f'{{{OUTPUT}, "output": null, "code": "Arrearage", "message": "No"}}'),
)

CASES = (
    Case(8, "no answer in time", too_slow(), **UNCLEAR),
    Case(9, "closed after the call", scenario("lost-reply"), **FOUND),
    Case(9, "closed after the call, and not found", answered(b""), **UNCLEAR),
    Case(9, "reset after the call", answered(RESET), **UNCLEAR),
    Case(10, "reset while it was sent", answered(RESET, reads=0), **UNCLEAR),
    Case(12, "cut after the id", answered(ANSWER[:-30]), **ID_KEPT),
    Case(12, "cut after the id, in chunks", answered(chunked(BODY[:-30])), **ID_KEPT),
    *(
        Case(12, what, accepted_all_the_same(as_json(text)), **FOUND_LISTED)
        for what, text in CONTRADICTIONS
    ),
    Case(12, "cut before the id", scenario("cut-reply"), **FOUND),
    Case(12, "cut in its first characters", answered(HEAD + b"\r\n\r\n" + BODY[:9]), **UNCLEAR),
    Case(
        13, "body drips without end", too_slow(HEAD + b"\r\n\r\n", *bytewise(BODY[:9])), **UNCLEAR
    ),
    Case(13, "headers drip without end", too_slow(*bytewise(HEAD[:20])), **UNCLEAR),
    Case(14, "200 with garbage", answered(as_json("\0\xff{not json")), **UNCLEAR),
    Case(14, "200 with nothing", answered(as_json("")), **UNCLEAR),
    Case(14, "200 with another object", answered(as_json({"output": {}})), **UNCLEAR),
    Case(15, "nested 100 000 deep", answered(as_json(nested(100_000))), **UNCLEAR),
    Case(15, "NaN", answered(as_json('{"output": {"task_id": NaN}}')), **UNCLEAR),
    Case(15, "wrong types", answered(as_json({"output": {"task_id": 7}})), **UNCLEAR),
    Case(15, "a lone surrogate", answered(accepted(submit_time="\ud83d", x="\ud800")), **ID_KEPT),
    Case(
        15,
        "a lone surrogate in the request id",
        answered(as_json({"output": {"task_id": TASK, "task_status": 1}, "request_id": "\ud800"})),
        **ID_KEPT | {"store": ("RUNNING",)},
    ),
    Case(
        15,
        "the first possible time",
        answered(accepted(submit_time="0001-01-01 00:00:00")),
        **ACCEPTED,
    ),
    Case(
        15,
        "the last possible time",
        answered(accepted(submit_time="9999-12-31 23:59:59")),
        **ACCEPTED,
    ),
    Case(
        15, "a number of 9 999 digits", answered(as_json(f'{{"output": {"9" * 9999}}}')), **UNCLEAR
    ),
    Case(16, "not HTTP", answered(b"SSH-2.0-OpenSSH_9.2\r\n"), **UNCLEAR),
    Case(16, "300 headers", answered(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 300), **UNCLEAR),
    Case(16, "64 KB line", answered(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 70_000), **UNCLEAR),
    Case(
        17, "captive portal", answered(html_answer("200 OK")), **UNCLEAR | {"says": "HTML.*recover"}
    ),
    Case(18, "gzip bomb", gzip_bomb, **UNCLEAR),
    Case(
        18, "endless JSON", answered(b"HTTP/1.1 200 OK\r\n\r\n{", *[b" " * 65536] * 40), **UNCLEAR
    ),
    Case(19, "504 of a gateway, accepted", scenario("gateway-504"), **FOUND),
    *(
        Case(19, status, answered(html_answer(status)), **UNCLEAR, ways=(Way.JSON,))
        for status in ("500 Error", "502 Bad Gateway", "503 Unavailable", "504 Time-out")
    ),
    *(
        Case(19, f"{status}, accepted", accepted_all_the_same(html_answer(status)), **FOUND_LISTED)
        for status in ("500 Error", "502 Bad Gateway", "503 Unavailable")
    ),
    *(
        Case(20, f"{status} {code}", answered(refusal(status, code)), **UNCLEAR)
        for status, code in GATEWAY_ANSWERS
    ),
    *(
        Case(
            20,
            f"{status} {code}, accepted",
            accepted_all_the_same(refusal(status, code)),
            **FOUND_LISTED,
            ways=(Way.JSON,),
        )
        for status, code in GATEWAY_ANSWERS
    ),
    Case(22, "throttled twice", throttled, code=0, creates=3, exists=1),
)


@pytest.fixture
def clock():
    """Return the clock of the searches, which need fewer calls with it."""
    return CoarseClock()


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))


@row(8)
def test_a_read_timeout_counts_as_perhaps_sent_8():
    request = Request(method="POST", url="", body=b"x")
    with ScriptedServer([HANG]) as server, Session() as session, pytest.raises(NoAnswerError):
        exchange(session, replace(request, url=server.url()), Limits(stall=0.05, total=40.0))
