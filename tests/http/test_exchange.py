"""One exchange: bounded in time and in size, its failures told apart by what was sent."""

import socket
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pixverse_cli.domain.errors import NotSentError
from pixverse_cli.http.exchange import MAX_BODY_BYTES, Limits, Request, Response, exchange
from pixverse_cli.http.failures import NoAnswerError
from pixverse_cli.http.session import FirstByte, Session
from tests.servers import HANG, RESET, Pause, Script, ScriptedServer, answer

DATE = "Mon, 23 Nov 2026 12:00:00 GMT"


@pytest.fixture
def session():
    with Session() as made:
        yield made


def get(session, server, **limits):
    request = Request(method="GET", url=server.url("/x"))
    return exchange(session, request, Limits(**{"total": 5.0} | limits))


@pytest.mark.parametrize(
    "steps",
    [
        [HANG],
        [b"HTTP/1.1 200 OK\r\n", HANG],
        [byte for _ in range(100) for byte in (b"X", Pause(0.05))],
        [b"HTTP/1.1 200 OK\r\n", *[part for _ in range(99) for part in (b"X: y\r\n", Pause(0.05))]],
        [
            b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n",
            *[part for _ in range(99) for part in (b"{", Pause(0.05))],
        ],
    ],
    ids=["8 silence", "8 half a head", "13 a drip", "13 a drip of headers", "13 a drip of body"],
)
def test_there_is_a_total_deadline(session, steps):
    with ScriptedServer(steps) as server, pytest.raises(NoAnswerError, match=r"within 0\.[34] s"):
        get(session, server, total=0.3)


def full_queue():
    """Return a socket that listens and takes nobody any more, with those that fill it."""
    full = socket.create_server(("127.0.0.1", 0), backlog=0)
    waiting = [socket.socket() for _ in range(4)]
    for each in waiting:
        each.settimeout(0.0)
        each.connect_ex(full.getsockname())
    return full, waiting


def test_a_connect_time_out_is_certainly_not_sent_3(session):
    full, waiting = full_queue()
    request = Request(method="GET", url=f"http://127.0.0.1:{full.getsockname()[1]}")
    with pytest.raises(NotSentError, match=r"no connection to 127\.0\.0\.1"):
        exchange(session, request, Limits(connect=0.2, total=5.0))
    for each in (full, *waiting):
        each.close()


def test_all_addresses_share_one_connect_budget_4(session):
    full, waiting = full_queue()
    request = Request(method="POST", url=f"http://127.0.0.1:{full.getsockname()[1]}", body=b"x")
    asked = []
    with pytest.raises(NotSentError):
        exchange(session, request, Limits(connect=0.3), give_up=lambda: bool(asked.append(1)))
    assert len(asked) <= 4
    for each in (full, *waiting):
        each.close()


def test_whoever_gives_up_before_the_first_byte_knows_that_nothing_was_sent(session):
    full, waiting = full_queue()
    request = Request(method="POST", url=f"http://127.0.0.1:{full.getsockname()[1]}", body=b"x")
    with pytest.raises(NotSentError):
        exchange(session, request, Limits(), give_up=lambda: True)
    for each in (full, *waiting):
        each.close()


def test_whoever_gives_up_after_it_does_not(session):
    with ScriptedServer([HANG]) as server:
        request = Request(method="POST", url=server.url("/x"), body=b"x")
        with pytest.raises(NoAnswerError):
            exchange(session, request, Limits(), give_up=lambda: any(server.requests))


def test_a_reset_after_the_request_is_no_answer(session):
    with ScriptedServer([RESET]) as server, pytest.raises(NoAnswerError):
        get(session, server)


def test_a_reset_in_the_middle_of_the_body_is_no_answer(session):
    with ScriptedServer(Script([RESET], reads=10)) as server:
        request = Request(method="POST", url=server.url("/x"), body=b"x" * 50_000_000)
        with pytest.raises(NoAnswerError):
            exchange(session, request, Limits())


def test_the_first_byte_is_not_written_once_it_is_forbidden():
    first_byte = FirstByte()
    assert first_byte.forbid()
    with pytest.raises(ConnectionAbortedError):
        first_byte.write()
    assert not first_byte.written


def test_the_first_byte_cannot_be_taken_back():
    first_byte = FirstByte()
    first_byte.write()
    assert not first_byte.forbid()


def test_a_body_up_to_a_megabyte_is_whole(session):
    with ScriptedServer([answer(b"x" * MAX_BODY_BYTES)]) as server:
        got = get(session, server)
    assert (len(got.body), got.whole) == (MAX_BODY_BYTES, True)


def test_a_longer_one_is_cut_there_18(session):
    with ScriptedServer([answer(b"x" * (MAX_BODY_BYTES + 1))]) as server:
        got = get(session, server)
    assert (len(got.body), got.whole) == (MAX_BODY_BYTES, False)


def test_of_a_cut_body_what_came_is_kept_12(session):
    with ScriptedServer([answer(b"some", content_length="10")]) as server:
        got = get(session, server)
    assert (got.body, got.whole) == (b"some", False)


def test_a_chunked_body_that_is_cut_is_kept_too(session):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with ScriptedServer([head + b"4\r\nsome\r\n4\r\nmo"]) as server:
        got = get(session, server)
    assert (got.body, got.whole) == (b"somemo", False)


def test_a_redirect_is_an_answer_26(session):
    with ScriptedServer([answer(status="302 Found", location="https://x.invalid")]) as server:
        assert get(session, server).status == 302


def waits(value, date=DATE):
    headers = {"Retry-After": value} | ({"Date": date} if date else {})
    return Response(status=429, headers=headers, body=b"", whole=True).retry_after


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2", 2),
        (" 2 ", 2),
        ("0", 0),
        ("99999", 99999),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30),
        ("Mon, 23 Nov 2026 11:59:00 GMT", 0),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("NaN", None),
        ("Mon, 99 Foo 2026", None),
    ],
)
def test_how_long_the_service_asks_to_wait_24(value, seconds):
    assert waits(value) == seconds


def test_a_date_means_nothing_without_the_server_s_own_24():
    assert waits("Mon, 23 Nov 2026 12:00:30 GMT", date=None) is None


@given(st.text(), st.text())
@example("Mon, 23 Nov 99999999999 12:00:30 GMT", DATE)
@example("Mon, 23 Nov 2026 12:00:30 +9999999", DATE)
@example("9" * 5000, DATE)
@example("\u0665", DATE)
def test_no_header_breaks_the_answer_24(value, date):
    seconds = waits(value, date)
    assert seconds is None or seconds >= 0


def test_the_server_s_own_time_is_known():
    got = Response(status=200, headers={"Date": DATE}, body=b"", whole=True)
    assert got.date == datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\n <!DOCTYPE HTML><html>", "HTML"),
        (b"<HTML>", "HTML"),
        (b"<?xml version='1.0'?><Error/>", "XML"),
        (b"upstream connect error", "not JSON"),
        (b"\xff\xfe", "not JSON"),
    ],
)
def test_a_body_is_named_for_a_sentence(body, kind):
    assert Response(status=200, headers={}, body=body, whole=True).kind == kind
