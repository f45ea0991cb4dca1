"""One exchange: limited in time and size; failures say whether the request was sent."""

import gzip
import socket
import threading
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pixverse_cli import __version__
from pixverse_cli.domain.errors import NotSentError
from pixverse_cli.http.exchange import (
    Background,
    FirstByte,
    Limits,
    Request,
    Response,
    Session,
    exchange,
)
from pixverse_cli.http.failures import NoAnswerError
from tests.faults import certificates
from tests.servers import HANG, RESET, Pause, Script, ScriptedServer, answer

DATE = "Mon, 23 Nov 2026 12:00:00 GMT"
MEGABYTE = 1024 * 1024


@pytest.fixture
def session():
    with Session() as made:
        yield made


def get(session, server, **limits):
    return get_url(session, server.url("/x"), **limits)


def get_url(session, url, **limits):
    request = Request(method="GET", url=url)
    return exchange(session, request, Limits(**{"total": 5.0} | limits))


# What is sent


def test_a_request_has_exactly_these_bytes():
    path = "/a%2Fb/../%7Ec//d?x=a%2Bb+c/="
    with ScriptedServer([answer()]) as server, Session(key="sk-1") as session:
        headers = {"X-Own": "1"}
        request = Request(method="POST", url=server.url(path), headers=headers, body=b"{}")
        exchange(session, request, Limits(total=5.0))
    assert server.requests == [
        f"POST {path} HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{server.port}\r\n"
        f"User-Agent: pixverse-cli/{__version__}\r\n"
        "Accept: */*\r\n"
        "Accept-Encoding: identity\r\n"
        "Authorization: Bearer sk-1\r\n"
        "X-Own: 1\r\n"
        "Content-Length: 2\r\n"
        "\r\n"
        "{}".encode()
    ]


def test_no_password_of_the_url_and_no_cookie_is_sent_29_35(session):
    polite = answer(set_cookie="a=b; Path=/", connection="close")
    with ScriptedServer([polite], [polite]) as server:
        for _ in range(2):
            get_url(session, server.url().replace("//", "//me:canary@"))
    assert not any(b"uthorization" in each or b"ookie" in each for each in server.requests)


def test_characters_that_cannot_be_sent_are_percent_encoded(session):
    with ScriptedServer([answer()]) as server:
        get_url(session, server.url("/海 龟"))
    assert server.requests[0].startswith(b"GET /%E6%B5%B7%20%E9%BE%9F HTTP/1.1\r\n")


def test_the_environments_certificate_is_trusted_by_the_exchange_7(session, tmp_path, monkeypatch):
    certificate = certificates.made(tmp_path)
    monkeypatch.setenv("SSL_CERT_DIR", str(certificate.folder()))
    with ScriptedServer([answer(b"some")], tls=certificate.context) as server:
        assert get(session, server).body == b"some"


def test_without_a_setting_the_certificates_of_requests_are_trusted(session, tmp_path, monkeypatch):
    certificate = certificates.made(tmp_path)
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(certificate.file))
    with ScriptedServer([answer(b"some")], tls=certificate.context) as server:
        assert get(session, server).body == b"some"


# When it fails, and whether anything was sent


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
def test_an_exchange_has_a_total_deadline(session, steps):
    with ScriptedServer(steps) as server, pytest.raises(NoAnswerError, match=r"within 0\.[34] s"):
        get(session, server, total=0.3)


def full_listen_queue():
    """Return a listening socket with a full queue, and the sockets that fill it."""
    full = socket.create_server(("127.0.0.1", 0), backlog=0)
    waiting = [socket.socket() for _ in range(4)]
    for each in waiting:
        each.settimeout(0.0)
        each.connect_ex(full.getsockname())
    return full, waiting


def test_once_something_is_sent_the_connect_timeout_does_not_matter(session):
    with ScriptedServer([Pause(0.15), answer(b"some")]) as server:
        assert get(session, server, connect=0.05).body == b"some"


def test_a_connect_timeout_means_not_sent_3(session):
    full, waiting = full_listen_queue()
    request = Request(method="GET", url=f"http://127.0.0.1:{full.getsockname()[1]}")
    with pytest.raises(NotSentError, match=r"no connection to 127\.0\.0\.1"):
        exchange(session, request, Limits(connect=0.2, total=5.0))
    for each in (full, *waiting):
        each.close()


def test_all_addresses_share_one_connect_timeout_4(session):
    full, waiting = full_listen_queue()
    request = Request(method="POST", url=f"http://127.0.0.1:{full.getsockname()[1]}", body=b"x")
    calls = []
    with pytest.raises(NotSentError):
        exchange(
            session, request, Limits(connect=0.3, total=5.0), give_up=lambda: bool(calls.append(1))
        )
    assert len(calls) <= 4
    for each in (full, *waiting):
        each.close()


def test_giving_up_before_the_first_byte_means_not_sent(session):
    full, waiting = full_listen_queue()
    request = Request(method="POST", url=f"http://127.0.0.1:{full.getsockname()[1]}", body=b"x")
    calls = []
    with pytest.raises(NotSentError):
        exchange(
            session, request, Limits(total=5.0), give_up=lambda: calls.append(1) or len(calls) > 1
        )
    for each in (full, *waiting):
        each.close()


def test_an_exchange_that_is_given_up_before_it_starts_sends_nothing_107(session):
    with ScriptedServer() as server:
        request = Request(method="POST", url=server.url("/x"), body=b"x")
        with pytest.raises(NotSentError, match="not made within 0 s"):
            exchange(session, request, Limits(total=5.0), give_up=lambda: True)


def test_giving_up_after_the_first_byte_means_no_answer(session):
    with ScriptedServer([HANG]) as server:
        request = Request(method="POST", url=server.url("/x"), body=b"x")
        with pytest.raises(NoAnswerError):
            exchange(session, request, Limits(total=5.0), give_up=lambda: any(server.requests))


def test_silence_is_waited_for_as_long_as_a_stall(session):
    with (
        ScriptedServer([HANG]) as server,
        pytest.raises(NoAnswerError, match="takes too long to answer"),
    ):
        get(session, server, stall=0.05)


def test_a_reset_after_the_request_means_no_answer(session):
    with ScriptedServer([RESET]) as server, pytest.raises(NoAnswerError):
        get(session, server)


def test_a_reset_during_the_request_body_means_no_answer(session):
    with ScriptedServer(Script([RESET], reads=10)) as server:
        request = Request(method="POST", url=server.url("/x"), body=b"x" * 50_000_000)
        with pytest.raises(NoAnswerError):
            exchange(session, request, Limits(total=5.0))


def test_through_a_proxy_too_a_reset_after_the_request_means_no_answer(session, monkeypatch):
    with ScriptedServer([RESET]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.origin)
        with pytest.raises(NoAnswerError):
            get_url(session, "http://far.example/")


def test_one_session_reaches_several_hosts_through_a_proxy(session, monkeypatch):
    hosts = (b"far", b"near")
    with ScriptedServer(*([answer(host, connection="close")] for host in hosts)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.origin)
        for host in hosts:
            assert get_url(session, f"http://{host.decode()}.example/").body == host


def test_a_proxy_that_opens_no_tunnel_means_not_sent(session, monkeypatch):
    with ScriptedServer([]) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.origin)
        with pytest.raises(NotSentError, match="the proxy closed it without an answer"):
            get_url(session, "https://far.example/")


def test_a_host_that_stops_reading_is_waited_for_as_long_as_a_stall_105():
    with ScriptedServer(Script([HANG], reads=10)) as server, Session(stall=0.05) as session:
        request = Request(method="POST", url=server.url("/x"), body=b"x" * 20_000_000)
        with pytest.raises(NoAnswerError, match="stopped reading the request"):
            exchange(session, request, Limits(total=5.0))


def test_without_a_thread_nothing_is_sent_96(session, monkeypatch):
    def no_thread(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_thread)
    with pytest.raises(NotSentError, match=r"cannot call 127\.0\.0\.1: can't start") as caught:
        get_url(session, "http://127.0.0.1:1/")
    assert "ulimit -u" in caught.value.hint


def test_a_forbidden_first_byte_is_never_written():
    first_byte = FirstByte()
    assert first_byte.forbid()
    with pytest.raises(ConnectionAbortedError):
        first_byte.write()
    assert not first_byte.written


def test_a_written_first_byte_cannot_be_forbidden():
    first_byte = FirstByte()
    first_byte.write()
    assert not first_byte.forbid()


# What comes back


def test_a_body_of_up_to_one_megabyte_is_complete(session):
    with ScriptedServer([answer(b"x" * MEGABYTE)]) as server:
        response = get(session, server)
    assert (len(response.body), response.whole) == (MEGABYTE, True)


def test_a_longer_body_is_cut_at_one_megabyte_18(session):
    with ScriptedServer([answer(b"x" * (MEGABYTE + 1))]) as server:
        response = get(session, server)
    assert (len(response.body), response.whole) == (MEGABYTE, False)


def test_the_received_part_of_a_cut_body_is_kept_12(session):
    with ScriptedServer([answer(b"some", content_length="10")]) as server:
        response = get(session, server)
    assert (response.body, response.whole) == (b"some", False)


def test_the_received_part_of_a_cut_chunked_body_is_kept(session):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with ScriptedServer([head + b"4\r\nsome\r\n4\r\nmo"]) as server:
        response = get(session, server)
    assert (response.body, response.whole) == (b"somemo", False)


@pytest.mark.parametrize(
    ("encoding", "sent", "body"),
    [
        ("gzip", gzip.compress(b"some"), b"some"),
        (" GZIP ", gzip.compress(b"some"), b"some"),
        ("deflate", zlib.compress(b"some"), b"some"),
        ("gzip", gzip.compress(b"some", compresslevel=0)[:-8], b"some"),
        ("gzip", gzip.compress(bytes(MEGABYTE + 1)), bytes(MEGABYTE)),
        ("gzip", gzip.compress(b"some")[:10] + b"\xff" * 9, b""),
        ("gzip", b'{"some": 1}', b'{"some": 1}'),
        ("br", b"some", b"some"),
        (None, b"some", b"some"),
    ],
    ids=["gzip", "upper case", "deflate", "cut", "large", "damaged", "plain", "unknown", "none"],
)
def test_a_body_is_decoded_although_nobody_asked_for_a_coding(session, encoding, sent, body):
    with ScriptedServer([answer(sent, content_encoding=encoding)]) as server:
        assert get(session, server).body == body


def test_headers_that_repeat_the_key_or_hold_controls_are_harmless_102():
    polluted = answer(x_request_id="sk-canary", x_note="a\x1b[31mb")
    with ScriptedServer([polluted]) as server, Session(key="sk-canary") as session:
        headers = get(session, server).headers
    assert "sk-canary" not in headers["X-REQUEST-ID"]
    assert headers["x-note"].isprintable()


def test_an_exchange_is_logged_with_its_response_and_decoded_body(session, exchanges):
    sent = answer(gzip.compress(b"some"), status="404 No", content_encoding="gzip")
    with ScriptedServer([sent]) as server:
        get(session, server)
    (record,) = exchanges
    assert (record.getMessage(), record.body) == ("exchange", b"some")
    assert (record.response.status_code, record.response.raw.closed) == (404, True)
    assert 0 < record.response.elapsed.total_seconds() < 60


def test_an_exchange_in_the_background_does_not_keep_the_process_alive():
    call = Background(lambda: threading.current_thread().daemon)
    assert call.wait(10)
    assert call.result()


def test_a_redirect_is_returned_and_not_followed_26(session):
    with ScriptedServer([answer(status="302 Found", location="https://x.invalid")]) as server:
        assert get(session, server).status == 302


def retry_after(value, date=DATE):
    headers = {"Retry-After": value} | ({"Date": date} if date else {})
    return Response(status=429, headers=headers, body=b"", whole=True).retry_after


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2", 2),
        (" 2 ", 2),
        ("0", 0),
        ("99999", 99999),
        ("9" * 20, 999_999_999),
        ("Mon, 23 Nov 2026 12:00:30 -0000", 30),
        ("Mon, 23 Nov 2026 13:00:30 +0100", 30),
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
def test_retry_after_is_seconds_or_a_date_24(value, seconds):
    assert retry_after(value) == seconds


def test_a_retry_after_date_needs_the_date_header_24():
    assert retry_after("Mon, 23 Nov 2026 12:00:30 GMT", date=None) is None


@given(st.text(), st.text())
@example("Mon, 23 Nov 99999999999 12:00:30 GMT", DATE)
@example("Mon, 23 Nov 2026 12:00:30 +9999999", DATE)
@example("9" * 5000, DATE)
@example("\u0665", DATE)
def test_no_value_of_the_headers_is_an_error_24(value, date):
    seconds = retry_after(value, date)
    assert seconds is None or seconds >= 0


def test_the_date_header_is_parsed():
    response = Response(status=200, headers={"Date": DATE}, body=b"", whole=True)
    assert response.date == datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\n <!DOCTYPE HTML><html>", "HTML"),
        (b"<HTML>", "HTML"),
        (b"<?xml version='1.0'?><Error/>", "XML"),
        (b"upstream connect error", "not the expected JSON"),
        (b'{"output": {}}', "not the expected JSON"),
    ],
)
def test_the_kind_of_a_body_is_named(body, kind):
    assert Response(status=200, headers={}, body=body, whole=True).kind == kind
