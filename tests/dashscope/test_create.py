"""The one call that costs money: what is sent, and what each answer to it means."""

import gzip
import json
import threading

import pytest

from pixverse_cli.dashscope import wire
from pixverse_cli.domain.catalog import Resolution, ShotType, find_model
from pixverse_cli.domain.errors import (
    AuthError,
    BillingError,
    ContentRefusedError,
    NotSentError,
    PixverseError,
    ThrottledError,
    UnclearError,
    UnknownTaskError,
    UnreachableError,
    UsageError,
)
from pixverse_cli.domain.request import VideoRequest
from tests.dashscope.conftest import KEY, client_of
from tests.dashscope.messages import ACCEPTED, cut, refused, taken_apart, told
from tests.servers import HANG, RESET, Pause, Script, ScriptedServer, answer

REQUEST = VideoRequest(
    model=find_model("v6"), prompt="龟 \U0001f422", resolution=Resolution.P720, duration=5
)
BODY = wire.encode(wire.create_body(REQUEST, "https://example.com/turtle.webp"))
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
HTML = answer(b"<!DOCTYPE html><html>log in</html>", content_type="text/html")


def create(client, body=BODY, *, give_up=lambda: False):
    return client.create(body, give_up=give_up)


def ends(of, *steps, kind, body=BODY):
    """Check which error a create call ends in, and return it."""
    script = steps[0] if isinstance(steps[0], Script) else steps
    with ScriptedServer(script) as server, pytest.raises(PixverseError) as error:
        create(of(server), body)
    assert type(error.value) is kind
    assert KEY not in str(error.value) + repr(error.value) + str(error.value.hint)
    return error.value


def test_the_request_is_the_page_s_byte_for_byte(of):
    with ScriptedServer([told(ACCEPTED)]) as server:
        create(of(server))
    line, headers, body = taken_apart(server.requests[0])
    assert line == "POST /api/v1/services/aigc/video-generation/video-synthesis HTTP/1.1"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["content-type"] == "application/json"
    assert headers["x-dashscope-async"] == "enable"
    assert headers["host"] == f"127.0.0.1:{server.port}"
    assert headers["user-agent"].startswith("pixverse-cli/")
    assert "x-dashscope-ossresourceresolve" not in headers
    assert "cookie" not in headers
    assert body == BODY


@pytest.mark.parametrize(
    ("change", "body"),
    [
        (
            {},
            {
                "model": "pixverse/pixverse-v6-it2v",
                "input": {"media": [{"type": "image_url", "url": "oss://x"}], "prompt": "龟"},
                "parameters": {
                    "resolution": "720P",
                    "duration": 5,
                    "audio": False,
                    "watermark": False,
                },
            },
        ),
        (
            {
                "prompt": None,
                "resolution": Resolution.P1080,
                "duration": 8,
                "audio": True,
                "watermark": True,
                "shot_type": ShotType.MULTI,
                "seed": 0,
            },
            {
                "model": "pixverse/pixverse-v6-it2v",
                "input": {"media": [{"type": "image_url", "url": "oss://x"}]},
                "parameters": {
                    "resolution": "1080P",
                    "duration": 8,
                    "audio": True,
                    "watermark": True,
                    "shot_type": "multi",
                    "seed": 0,
                },
            },
        ),
    ],
    ids=["what must be", "all there is"],
)
def test_the_body_holds_what_was_asked_for_and_nothing_else(change, body):
    asked = {
        "model": find_model("v6"),
        "prompt": "龟",
        "resolution": Resolution.P720,
        "duration": 5,
    }
    request = VideoRequest(**asked | change)
    assert json.loads(wire.encode(wire.create_body(request, "oss://x"))) == body


def test_a_temporary_image_is_to_be_resolved(of):
    body = wire.encode(wire.create_body(REQUEST, "oss://dashscope-instant/x.png"))
    with ScriptedServer([told(ACCEPTED)]) as server:
        create(of(server), body)
    assert taken_apart(server.requests[0])[1]["x-dashscope-ossresourceresolve"] == "enable"


def test_an_accepted_task_has_its_id_and_state(of):
    with ScriptedServer([told(ACCEPTED)]) as server:
        task = create(of(server))
    assert (task.task_id, task.status, task.request_id) == ("0385dc79-5ff8-4d82", "PENDING", "r")


@pytest.mark.parametrize("variable", ["NETRC", None])
@pytest.mark.parametrize("entry", ["default", "machine 127.0.0.1"])
def test_netrc_does_not_replace_the_key_29(of, home, monkeypatch, variable, entry):
    path = home / ("elsewhere" if variable else ".netrc")
    path.write_text(f"{entry} login somebody password hunter2\n")
    path.chmod(0o600)
    if variable:
        monkeypatch.setenv(variable, str(path))
    with ScriptedServer([told(ACCEPTED)]) as server:
        create(of(server))
    assert taken_apart(server.requests[0])[1]["authorization"] == f"Bearer {KEY}"


class TestCertainlyNotSent:
    """Trying again is free: no byte of the call has left."""

    def test_the_name_does_not_resolve_1(self):
        with pytest.raises(NotSentError, match="does not resolve") as error:
            create(client_of("http://no-such-name.invalid/api/v1"))
        assert error.value.retryable
        assert error.value.charged == "no"

    def test_the_connection_is_refused_2(self):
        with ScriptedServer() as server:
            pass
        with pytest.raises(NotSentError, match="refused") as error:
            create(client_of(server.origin))
        assert error.value.retryable

    def test_one_of_two_addresses_is_dead_4(self):
        with ScriptedServer([told(ACCEPTED)]) as server:
            assert create(client_of(f"http://localhost:{server.port}")).task_id

    def test_the_certificate_bundle_is_nowhere_6(self, monkeypatch):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/file.pem")
        with pytest.raises(UsageError, match="REQUESTS_CA_BUNDLE"):
            create(client_of("https://127.0.0.1:9"))

    def test_the_proxy_is_dead_28(self, monkeypatch):
        with ScriptedServer() as server:
            pass
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:hunter2@127.0.0.1:{server.port}")
        with pytest.raises(NotSentError, match="proxy") as error:
            create(client_of("https://service.invalid"))
        assert "HTTPS_PROXY" in error.value.hint
        assert "hunter2" not in str(error.value) + error.value.hint

    def test_the_proxy_wants_another_password_28(self, monkeypatch):
        with ScriptedServer([answer(status="407 Proxy Authentication Required")]) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://me:hunter2@127.0.0.1:{proxy.port}")
            with pytest.raises(NotSentError, match="proxy") as error:
                create(client_of("https://service.invalid"))
        assert "hunter2" not in str(error.value) + error.value.hint
        assert KEY.encode() not in proxy.requests[0]

    @pytest.mark.parametrize("address", ["http://", "http://[::1", "nonsense://127.0.0.1:1"])
    def test_the_proxy_s_address_is_malformed_28(self, monkeypatch, address):
        monkeypatch.setenv("HTTPS_PROXY", address)
        with pytest.raises(UsageError, match=r"HTTPS_PROXY: the proxy's address"):
            create(client_of("https://service.invalid"))


class TestUnclear:
    """The call was sent, and no trustworthy answer came: a task may exist."""

    @pytest.mark.parametrize(
        "steps",
        [
            [b""],
            [RESET],
            [b"HTTP/1.1 200"],
            [b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n"],
            [told(b"")],
            [told(b"not json")],
            [told(b"{}")],
            [told(b"[]")],
            [told({"output": {}})],
            [told({"output": {"task_id": ""}})],
            [told({"output": {"task_id": 7}})],
            [told({"output": "task_id"})],
            [cut(b'{"output": {"task_status": "PENDING", "task_i')],
            [cut(b'{"output": {"task_id": "0385')],
            [told(b'{"output": {"task_id": NaN}}')],
            [told(b'{"a":' * 100_000)],
            [HTML],
            [b"SSH-2.0-OpenSSH_9.2\r\n"],
            [b"\x00\xff" * 100],
            [b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 300 + b"\r\n"],
            [b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n"],
            [answer(b"upstream connect error", status="503 Service Unavailable")],
            [answer(b"<html>", status="502 Bad Gateway")],
            [answer(b"", status="500 Internal Server Error")],
            [answer(b"<html>504</html>", status="504 Gateway Time-out")],
            [told({"message": "busy"}, "500 Internal Server Error")],
            [told({"code": "", "message": "", "request_id": "r"}, "500 Internal Server Error")],
            [answer(b"", status="408 Request Timeout")],
            [told({"code": "InvalidParameter", "message": "no"})],
        ],
        ids=[
            "9 closed",
            "9 reset",
            "9 cut in the status line",
            "9 cut in the headers",
            "14 nothing",
            "14 garbage",
            "14 an empty object",
            "14 a list",
            "14 no id",
            "15 an empty id",
            "15 a number for an id",
            "15 text for an object",
            "12 cut before the id",
            "12 cut in the id",
            "15 NaN",
            "15 deep",
            "17 a captive portal",
            "16 not HTTP",
            "16 bytes",
            "16 300 headers",
            "16 a header of 70 KB",
            "19 Envoy's text",
            "19 502",
            "19 500 with nothing",
            "19 504",
            "19 500 without code",
            "19 500 with an empty code",
            "408",
            "a refusal of which only half is there",
        ],
    )
    def test_an_answer_that_cannot_be_trusted(self, of, steps):
        error = ends(of, *steps, kind=UnclearError)
        assert (error.exit_code, error.charged, error.retryable) == (9, "unknown", False)
        assert "pixverse recover" in error.hint

    def test_a_reset_while_the_body_was_still_being_sent_10(self, of):
        body = BODY + b" " * 4_000_000
        ends(of, Script([RESET], reads=100), kind=UnclearError, body=body)

    def test_patience_that_ends_before_the_answer_comes_8(self, of):
        asked = []
        with ScriptedServer([HANG]) as server, pytest.raises(UnclearError):
            create(of(server), give_up=lambda: asked.append(1) or len(asked) > 2)
        assert len(asked) == 3

    def test_it_is_not_sent_again_9(self, of):
        """The server fails the test when a second connection comes."""
        ends(of, RESET, kind=UnclearError)

    def test_what_answers_instead_is_named_17(self, of):
        assert "HTML" in ends(of, HTML, kind=UnclearError).message


class TestAcceptedAfterAll:
    """An id that can be read counts, however little else can."""

    @pytest.mark.parametrize(
        "step",
        [
            cut(b'{"output": {"task_id": "0385dc79-5ff8-4d82", "task_st'),
            cut(b'{"request_id": "r", "output": {"task_id" : "0385dc79-5ff8-4d82"'),
            CHUNKED + b'ff\r\n{"output": {"task_id": "0385dc79-5ff8-4d82", "task_st',
            told(b'{"output": {"task_id": "0385dc79-5ff8-4d82"}, "usage": NaN}'),
            told({"output": {"task_id": "0385dc79-5ff8-4d82"}}),
            told({"output": {"task_id": "0385dc79-5ff8-4d82", "task_status": None}, "usage": []}),
            told(b'{"output": {"task_id": "other", "task_id": "0385dc79-5ff8-4d82"}}'),
            told({"code": None, "message": "", "output": {"task_id": "0385dc79-5ff8-4d82"}}),
            told({"code": "Odd", "output": {"task_id": "0385dc79-5ff8-4d82"}}),
            told(gzip.compress(json.dumps(ACCEPTED).encode()), content_encoding="gzip"),
            told(ACCEPTED, content_encoding="br, nonsense"),
        ],
        ids=[
            "12 cut after the id",
            "12 cut at the end",
            "12 cut inside a chunk",
            "15 NaN beside it",
            "no state",
            "null for a state",
            "15 the key twice",
            "empty codes",
            "a code beside it",
            "gzip unasked",
            "an encoding that it has not",
        ],
    )
    def test_the_id_is_read(self, of, step):
        with ScriptedServer([step]) as server:
            assert create(of(server)).task_id == "0385dc79-5ff8-4d82"

    def test_slowly(self, of):
        data = told(ACCEPTED)
        steps = [part for i in range(0, len(data), 40) for part in (data[i : i + 40], Pause(0.005))]
        with ScriptedServer(steps) as server:
            assert create(of(server)).task_id == "0385dc79-5ff8-4d82"


class TestCertainlyRefused:
    @pytest.mark.parametrize(
        ("step", "kind", "retryable"),
        [
            (refused("InvalidParameter"), UsageError, False),
            (refused("InvalidApiKey", status="401 Unauthorized"), AuthError, False),
            (refused("AccessDenied", status="403 Forbidden"), AuthError, False),
            (refused("Arrearage"), BillingError, False),
            (refused("DataInspectionFailed"), ContentRefusedError, False),
            (refused("ModelNotFound", status="404 Not Found"), UsageError, False),
            (refused("Throttling.RateQuota", status="429 Too Many Requests"), ThrottledError, True),
            (
                refused("PostpaidBillOverdue", status="429 Too Many Requests"),
                BillingError,
                False,
            ),
            (
                refused("InternalError", status="500 Internal Server Error"),
                UnreachableError,
                True,
            ),
            (refused("ModelUnavailable", status="503 Service Unavailable"), UnreachableError, True),
            (refused("InvalidParameter", status="200 OK"), UsageError, False),
        ],
        ids=[
            "400",
            "401",
            "403",
            "billing",
            "content",
            "404",
            "22 throttled",
            "23 billing though 429",
            "20 500 with code and id",
            "20 503 with code and id",
            "200 with a code",
        ],
    )
    def test_the_service_s_own_refusal_20_25(self, of, step, kind, retryable):
        error = ends(of, step, kind=kind)
        assert (error.charged, error.retryable, error.request_id) == ("no", retryable, "r-7")

    def test_the_other_shape_of_an_error(self, of):
        body = {"error": {"code": "invalid_api_key", "message": "no"}, "request_id": "r-7"}
        error = ends(of, told(body, "401 Unauthorized"), kind=AuthError)
        assert (error.service_code, error.request_id) == ("invalid_api_key", "r-7")

    def test_the_request_id_may_stand_in_a_header(self, of):
        step = told({"code": "Arrearage", "message": "no"}, "400 Bad", x_request_id="r-8")
        assert ends(of, step, kind=BillingError).request_id == "r-8"

    @pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
    def test_a_redirect_is_not_followed_26(self, of, status):
        with ScriptedServer() as elsewhere:
            step = answer(status=status, location=elsewhere.url("/"))
            error = ends(of, step, kind=UnreachableError)
        assert "redirect" in error.message

    @pytest.mark.parametrize(
        ("status", "kind"),
        [("404 Not Found", UnknownTaskError), ("403 Forbidden", UnreachableError)],
    )
    def test_a_refusal_that_is_not_the_service_s(self, of, status, kind):
        assert ends(of, answer(b"<html>", status=status), kind=kind).charged == "no"

    def test_the_wait_that_the_service_asks_for_24(self, of):
        step = refused("Throttling", status="429 Too Many Requests", retry_after="7")
        assert ends(of, step, kind=ThrottledError).retry_after == 7


def test_a_create_call_never_goes_out_on_a_kept_connection_11(of):
    keep = told(ACCEPTED, connection="keep-alive")
    with ScriptedServer([keep], [keep], [keep]) as server:
        client = of(server)
        client.query("x")
        create(client)
        create(client)
    assert server.connections == 3


def test_of_an_answer_without_end_no_more_than_a_megabyte_is_read_18(of):
    sent = []

    def endless(_request):
        for _ in range(400):
            sent.append(1)
            yield b"x" * 100_000

    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    ends(of, head, endless, kind=UnclearError)
    assert len(sent) < 200  # what socket buffers hold, and not 40 MB


def test_a_gzip_bomb_does_not_unfold_18(of):
    bomb = gzip.compress(b" " * 300_000_000, 9)
    assert len(bomb) < 400_000
    ends(of, told(bomb, content_encoding="gzip"), kind=UnclearError)


def test_nobody_waits_for_the_helper_thread_of_a_call_that_was_given_up(of):
    with ScriptedServer([HANG]) as server, pytest.raises(UnclearError):
        create(of(server), give_up=lambda: True)
    assert all(thread.daemon for thread in threading.enumerate() if thread.name != "MainThread")
