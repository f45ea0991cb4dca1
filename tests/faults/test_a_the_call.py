"""A. Network: the create call went out, and its answer is odd or never comes (rows 8 to 23)."""

import gzip
import tracemalloc
from dataclasses import replace

import pytest

from pixverse_cli.http.exchange import Limits, Request, exchange
from pixverse_cli.http.failures import NoAnswerError
from pixverse_cli.http.session import Session
from tests.faults.case import Case, Way, parameters, row
from tests.faults.service import TASK, accepted, told
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
TAKEN = {"code": 0, "creates": 1, "store": ("PENDING",)}
HTML = b"<!DOCTYPE html><html><body>Log in to the Wi-Fi</body></html>"
BOMB = gzip.compress(bytes(16 * 1024 * 1024))


def answered(*steps, **script):
    """Return a submit whose create call is answered so, with nothing in the task list."""

    def submit(world):
        world.serve(create=[Script(steps, **script)])
        return world.submit(inside=True)

    return submit


def played(*scenarios):
    """Return a submit to a sandbox with that trouble."""

    def submit(world):
        world.sandbox(*scenarios)
        return world.submit()

    return submit


def never(*steps):
    """Return a submit whose answer does not end before the time that the call has."""

    def submit(world):
        def a_minute_passes(_request):
            world.clock.advance(61)
            return steps

        world.serve(create=[[a_minute_passes, HANG]])
        return world.submit(inside=True)

    return submit


def bombed(world):
    """The answer is 16 MB in 16 KB; nobody may take the room to unfold it."""
    world.serve(create=[answer(BOMB, content_encoding="gzip", connection="close")])
    tracemalloc.start()
    try:
        ran = world.submit(inside=True)
        assert tracemalloc.get_traced_memory()[1] < 10 * 1024 * 1024
    finally:
        tracemalloc.stop()
    return ran


def still_known_by_its_id(_world, ran):
    assert TASK in ran.stdout


def nested(depth):
    return '{"output": ' + "[" * depth + "]" * depth + "}"


def status(words, body=HTML, **headers):
    return answer(body, status=words, content_type="text/html", connection="close", **headers)


def chunked(body):
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    return head + b"%x\r\n%s" % (len(body) + 50, body)


def drip(text):
    return [part for byte in text for part in (bytes([byte]), Pause(0.1))]


WHOLE = accepted()
HEAD, BODY = WHOLE.split(b"\r\n\r\n")
ID_KEPT = TAKEN | {"also": still_known_by_its_id}

CASES = (
    Case(8, "no answer in time", never(), **UNCLEAR),
    Case(9, "closed after it", played("lost-reply"), **FOUND),
    Case(9, "closed after it, and not found", answered(b""), **UNCLEAR),
    Case(9, "reset after it", answered(RESET), **UNCLEAR),
    Case(10, "reset while it was sent", answered(RESET, reads=0), **UNCLEAR),
    Case(12, "cut behind the id", answered(WHOLE[:-30]), **ID_KEPT),
    Case(12, "cut behind the id, in chunks", answered(chunked(BODY[:-30])), **ID_KEPT),
    Case(12, "cut before the id", played("cut-reply"), **FOUND),
    Case(12, "cut in its first word", answered(HEAD + b"\r\n\r\n" + BODY[:9]), **UNCLEAR),
    Case(13, "body drips for ever", never(HEAD + b"\r\n\r\n", *drip(BODY[:9])), **UNCLEAR),
    Case(13, "headers drip for ever", never(*drip(HEAD[:20])), **UNCLEAR),
    Case(14, "200 with garbage", answered(told("\0\xff{not json")), **UNCLEAR),
    Case(14, "200 with nothing", answered(told("")), **UNCLEAR),
    Case(14, "200 with another object", answered(told({"output": {}})), **UNCLEAR),
    Case(15, "nested 100 000 deep", answered(told(nested(100_000))), **UNCLEAR),
    Case(15, "NaN", answered(told('{"output": {"task_id": NaN}}')), **UNCLEAR),
    Case(15, "wrong types", answered(told({"output": {"task_id": 7}})), **UNCLEAR),
    Case(15, "half a character", answered(accepted(submit_time="\ud83d", x="\ud800")), **ID_KEPT),
    Case(
        15,
        "half a character in the request id",
        answered(told({"output": {"task_id": TASK, "task_status": 1}, "request_id": "\ud800"})),
        **ID_KEPT | {"store": ("RUNNING",)},
    ),
    Case(
        15, "a time before all time", answered(accepted(submit_time="0001-01-01 00:00:00")), **TAKEN
    ),
    Case(
        15, "a time after all time", answered(accepted(submit_time="9999-12-31 23:59:59")), **TAKEN
    ),
    Case(15, "a number of 9 999 digits", answered(told(f'{{"output": {"9" * 9999}}}')), **UNCLEAR),
    Case(16, "not HTTP", answered(b"SSH-2.0-OpenSSH_9.2\r\n"), **UNCLEAR),
    Case(16, "300 headers", answered(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 300), **UNCLEAR),
    Case(16, "64 KB line", answered(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 70_000), **UNCLEAR),
    Case(17, "captive portal", answered(status("200 OK")), **UNCLEAR | {"says": "HTML.*recover"}),
    Case(18, "gzip bomb", bombed, **UNCLEAR),
    Case(
        18, "endless JSON", answered(b"HTTP/1.1 200 OK\r\n\r\n{", *[b" " * 65536] * 40), **UNCLEAR
    ),
    Case(19, "504 of a gateway, accepted", played("gateway-504"), **FOUND),
    *(
        Case(19, words, answered(status(words)), **UNCLEAR, ways=(Way.JSON,))
        for words in ("500 Error", "502 Bad Gateway", "503 Unavailable", "504 Time-out")
    ),
    Case(
        20,
        "5xx of the service",
        played("overloaded"),
        code=6,
        charged="no",
        retryable=True,
        creates=1,
        exists=0,
        store=("NOT_SENT",),
    ),
    Case(22, "throttled twice", played("throttled"), code=0, creates=3, exists=1),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))


@row(8)
def test_a_read_time_out_counts_as_perhaps_sent():
    request = Request(method="POST", url="", body=b"x")
    with ScriptedServer([HANG]) as server, Session() as session, pytest.raises(NoAnswerError):
        exchange(session, replace(request, url=server.url()), Limits(stall=0.05))
