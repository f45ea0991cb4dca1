"""A response whose body is read in pieces: the wait for it, and where its URL may lead."""

import pytest

from pixverse_cli.domain.clock import TimeLimit
from pixverse_cli.domain.errors import NotSentError
from pixverse_cli.http.exchange import Limits
from pixverse_cli.http.failures import NoAnswerError, WrongAddressError
from pixverse_cli.http.stream import is_private_url, stream
from tests.servers import HANG, RESET, Pause, ScriptedServer, answer


def opened(server, clock, seconds=5.0, **limits):
    """Return the response to a GET, whose time ends in ``seconds``."""
    limit = TimeLimit(clock).within(seconds)
    return stream(server.url(), {"X-Own": "1"}, Limits(**{"total": 5.0} | limits), limit)


@pytest.mark.parametrize("headers", [{}, {"connection": "close"}, {"content_length": None}])
def test_the_body_is_read_to_its_end_and_not_decoded(clock, headers):
    with (
        ScriptedServer([answer(b"\x1f\x8b raw", content_encoding="gzip", **headers)]) as server,
        opened(server, clock) as (head, body),
    ):
        assert (head.status, head.headers["content-encoding"]) == (200, "gzip")
        assert list(iter(lambda: body.read(4), b"")) == [b"\x1f\x8b r", b"aw"]
        assert body.read(4) == b""
    assert b"\r\nX-Own: 1\r\n" in server.requests[0]


def test_what_has_come_is_returned_without_waiting_for_more(clock):
    steps = [answer(b"", content_length="10"), b"some", HANG]
    with ScriptedServer(steps) as server, opened(server, clock) as (_, body):
        assert body.read(10) in (b"s", b"so", b"som", b"some")


@pytest.mark.parametrize("end", [(), (Pause(0.05), RESET)], ids=["closed", "reset"])
def test_a_cut_connection_is_an_error_of_the_connection(clock, end):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with ScriptedServer([head + b"9\r\nsome", *end]) as server, opened(server, clock) as (_, body):
        assert body.read(4) == b"some"
        with pytest.raises(ConnectionError, match="the connection was cut"):
            body.read(4)


@pytest.mark.parametrize(
    ("stall", "passed"), [(0.05, 0.0), (60.0, 59.95)], ids=["stall", "time limit"]
)
def test_a_byte_is_waited_for_up_to_the_stall_limit_and_the_time_limit(clock, stall, passed):
    silent = [answer(b"", content_length="10"), HANG]
    with (
        ScriptedServer(silent) as server,
        opened(server, clock, seconds=60.0, stall=stall) as (_, body),
    ):
        clock.advance(passed)
        with pytest.raises(TimeoutError, match="no byte came for too long"):
            body.read(10)


def test_when_the_time_is_up_nothing_more_is_read(clock):
    with ScriptedServer([answer(b"some")]) as server, opened(server, clock) as (_, body):
        assert body.read(2) == b"so"
        clock.advance(5.0)
        with pytest.raises(TimeoutError, match="no time is left"):
            body.read(2)


def test_when_the_time_is_up_nothing_is_requested(clock):
    with (
        ScriptedServer() as server,
        pytest.raises(NotSentError),
        opened(server, clock, seconds=0.0),
    ):
        pass


def test_the_time_limit_ends_the_wait_for_the_headers(clock):
    def the_time_is_up(_request):
        clock.advance(60.0)
        return [HANG]

    with (
        ScriptedServer([the_time_is_up]) as server,
        pytest.raises(NoAnswerError),
        opened(server, clock, total=60.0),
    ):
        pass


def test_every_response_on_the_way_is_logged_and_closed(clock, exchanges):
    redirect = [answer(status="302 Found", location="/next", content_length="10"), HANG]
    with (
        ScriptedServer(redirect, [answer(content_length="10"), HANG]) as server,
        opened(server, clock),
    ):
        responses = [record.response for record in exchanges]
        assert [response.status_code for response in responses] == [302, 200]
        assert [response.raw.closed for response in responses] == [True, False]
    assert [(record.msg, record.body) for record in exchanges] == [("exchange", b"")] * 2
    assert responses[1].raw.closed


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_with_a_get(clock, status):
    redirect = answer(status=f"{status} Elsewhere", location="/next?a=%2F")
    with (
        ScriptedServer([redirect], [answer(b"some")]) as server,
        opened(server, clock) as (head, body),
    ):
        assert (head.status, body.read(9)) == (200, b"some")
    assert server.requests[1].startswith(b"GET /next?a=%2F HTTP/1.1\r\n")


def test_five_redirects_are_followed_and_no_sixth(clock):
    redirect = [answer(status="302 Found", location="/next")]
    with ScriptedServer(*[redirect] * 5, [answer()]) as server, opened(server, clock) as (head, _):
        assert head.status == 200
    with (
        ScriptedServer(*[redirect] * 6) as server,
        pytest.raises(WrongAddressError, match="redirects more than 5 times"),
        opened(server, clock),
    ):
        pass


def test_a_redirect_from_the_internet_to_a_private_address_is_refused_35(clock, monkeypatch):
    redirect = answer(status="302 Found", location="http://10.0.0.1/")
    with ScriptedServer([redirect]) as proxy:  # replaces the internet
        monkeypatch.setenv("HTTP_PROXY", proxy.origin)
        with (
            pytest.raises(WrongAddressError, match=r"far\.example/ redirects to a private network"),
            stream("http://far.example/", {}, Limits(total=5.0), TimeLimit(clock)),
        ):
            pass


def test_behind_a_proxy_names_are_resolved_by_the_proxy(clock, monkeypatch):
    redirect = answer(status="302 Found", location="http://10.1/")  # here it is 10.0.0.1
    with ScriptedServer([redirect], [answer(b"some")]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.origin)
        with stream("http://far.example/", {}, Limits(total=5.0), TimeLimit(clock)) as (_, body):
            assert body.read(9) == b"some"


def test_a_3xx_without_a_location_or_of_another_number_is_not_followed(clock):
    others = ([answer(status="302 Found")], [answer(status="304 Not Modified", location="/x")])
    for script in others:
        with ScriptedServer(script) as server, opened(server, clock) as (head, _):
            assert head.status in (302, 304)


def test_an_error_of_a_redirect_shows_where_it_started_without_its_query(clock):
    redirect = answer(status="302 Found", location="//[")
    with (
        ScriptedServer([redirect]) as server,
        pytest.raises(WrongAddressError) as caught,
        opened(server, clock),
    ):
        pass
    assert caught.value.message == f"{server.url()} redirects to an invalid URL"


def name_server(address):
    return lambda _name, _port: [(2, 1, 6, "", (address, 0))]


def test_a_name_is_resolved_to_find_private_addresses_except_behind_a_proxy():
    assert is_private_url("http://rebound.example/", name_server("10.0.0.1"))
    assert is_private_url("http://2130706433/", name_server("127.0.0.1"))
    assert not is_private_url("http://media.example/", name_server("8.8.8.8"))
    assert not is_private_url("http://rebound.example/", None)
    assert is_private_url("http://localhost/", None)


def test_an_invalid_name_does_not_lead_to_a_private_address():
    assert not is_private_url(f"http://{'a' * 64}.example/")
