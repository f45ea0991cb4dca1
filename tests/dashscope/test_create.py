"""The create call, which costs money: the request, and the meaning of each answer."""

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
from tests.dashscope.messages import ACCEPTED, body_of, cut, json_answer, parse_request, refused
from tests.servers import HANG, RESET, Pause, Script, ScriptedServer, answer

REQUEST = VideoRequest(
    model=find_model("v6"), prompt="龟 \U0001f422", resolution=Resolution.P720, duration=5
)
BODY = wire.encode(body_of(REQUEST, "https://example.com/turtle.webp"))
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
HTML = answer(b"<!DOCTYPE html><html>log in</html>", content_type="text/html")


def create(client, body=BODY, *, give_up=lambda: False):
    return client.create(body, give_up=give_up)


def error_of_create(client_for, *steps, kind, body=BODY):
    """Run a create call, check the type of its error, and return the error."""
    script = steps[0] if isinstance(steps[0], Script) else steps
    with ScriptedServer(script) as server, pytest.raises(PixverseError) as error:
        create(client_for(server), body)
    assert type(error.value) is kind
    assert KEY not in str(error.value) + repr(error.value) + str(error.value.hint)
    return error.value


def test_the_request_is_the_documented_one(client_for):
    with ScriptedServer([json_answer(ACCEPTED)]) as server:
        create(client_for(server))
    line, headers, body = parse_request(server.requests[0])
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
    ids=["required fields", "all fields"],
)
def test_the_body_has_exactly_the_requested_parameters(change, body):
    attempts = {
        "model": find_model("v6"),
        "prompt": "龟",
        "resolution": Resolution.P720,
        "duration": 5,
    }
    request = VideoRequest(**attempts | change)
    assert json.loads(wire.encode(body_of(request, "oss://x"))) == body


def test_an_oss_url_adds_the_resolve_header(client_for):
    body = wire.encode(body_of(REQUEST, "oss://dashscope-instant/x.png"))
    with ScriptedServer([json_answer(ACCEPTED)]) as server:
        create(client_for(server), body)
    assert parse_request(server.requests[0])[1]["x-dashscope-ossresourceresolve"] == "enable"


def test_an_accepted_task_has_its_id_and_status(client_for):
    with ScriptedServer([json_answer(ACCEPTED)]) as server:
        task = create(client_for(server))
    assert (task.task_id, task.status, task.request_id) == ("0385dc79-5ff8-4d82", "PENDING", "r")


@pytest.mark.parametrize("variable", ["NETRC", None])
@pytest.mark.parametrize("entry", ["default", "machine 127.0.0.1"])
def test_netrc_does_not_replace_the_key_29(client_for, home, monkeypatch, variable, entry):
    path = home / ("elsewhere" if variable else ".netrc")
    path.write_text(f"{entry} login somebody password hunter2\n")
    path.chmod(0o600)
    if variable:
        monkeypatch.setenv(variable, str(path))
    with ScriptedServer([json_answer(ACCEPTED)]) as server:
        create(client_for(server))
    assert parse_request(server.requests[0])[1]["authorization"] == f"Bearer {KEY}"


class TestNotSent:
    """No byte of the call was sent, so that it may be tried again."""

    def test_a_name_that_does_not_resolve_1(self):
        with pytest.raises(NotSentError, match="does not resolve") as error:
            create(client_of("http://no-such-name.invalid/api/v1"))
        assert error.value.retryable
        assert error.value.charged == "no"

    def test_a_refused_connection_2(self):
        with ScriptedServer() as server:
            pass
        with pytest.raises(NotSentError, match="refused") as error:
            create(client_of(server.origin))
        assert error.value.retryable

    def test_the_second_address_is_used_when_the_first_is_dead_4(self):
        with ScriptedServer([json_answer(ACCEPTED)]) as server:
            assert create(client_of(f"http://localhost:{server.port}")).task_id

    def test_a_missing_ca_bundle_6(self, monkeypatch):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/file.pem")
        with pytest.raises(UsageError, match="REQUESTS_CA_BUNDLE"):
            create(client_of("https://127.0.0.1:9"))

    def test_a_dead_proxy_28(self, monkeypatch):
        with ScriptedServer() as server:
            pass
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:hunter2@127.0.0.1:{server.port}")
        with pytest.raises(NotSentError, match="proxy") as error:
            create(client_of("https://service.invalid"))
        assert "HTTPS_PROXY" in error.value.hint
        assert "hunter2" not in str(error.value) + error.value.hint

    def test_a_proxy_that_refuses_the_password_28(self, monkeypatch):
        with ScriptedServer([answer(status="407 Proxy Authentication Required")]) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://me:hunter2@127.0.0.1:{proxy.port}")
            with pytest.raises(NotSentError, match="proxy") as error:
                create(client_of("https://service.invalid"))
        assert "hunter2" not in str(error.value) + error.value.hint
        assert KEY.encode() not in proxy.requests[0]

    @pytest.mark.parametrize("address", ["http://", "http://[::1", "nonsense://127.0.0.1:1"])
    def test_a_malformed_proxy_address_28(self, monkeypatch, address):
        monkeypatch.setenv("HTTPS_PROXY", address)
        with pytest.raises(UsageError, match=r"HTTPS_PROXY: the proxy's address"):
            create(client_of("https://service.invalid"))


class TestUnclear:
    """The call was sent, and its answer is missing or unreadable: a task may exist."""

    @pytest.mark.parametrize(
        "steps",
        [
            [b""],
            [RESET],
            [b"HTTP/1.1 200"],
            [b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n"],
            [json_answer(b"")],
            [json_answer(b"not json")],
            [json_answer(b"{}")],
            [json_answer(b"[]")],
            [json_answer({"output": {}})],
            [json_answer({"output": {"task_id": ""}})],
            [json_answer({"output": {"task_id": 7}})],
            [json_answer({"output": "task_id"})],
            [cut(b'{"output": {"task_status": "PENDING", "task_i')],
            [cut(b'{"output": {"task_id": "0385')],
            [json_answer(b'{"output": {"task_id": NaN}}')],
            [json_answer(b'{"a":' * 100_000)],
            [HTML],
            [b"SSH-2.0-OpenSSH_9.2\r\n"],
            [b"\x00\xff" * 100],
            [b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 300 + b"\r\n"],
            [b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n"],
            [answer(b"upstream connect error", status="503 Service Unavailable")],
            [answer(b"<html>", status="502 Bad Gateway")],
            [answer(b"", status="500 Internal Server Error")],
            [answer(b"<html>504</html>", status="504 Gateway Time-out")],
            [json_answer({"message": "busy"}, "500 Internal Server Error")],
            [
                json_answer(
                    {"code": "", "message": "", "request_id": "r"}, "500 Internal Server Error"
                )
            ],
            [refused("InternalError", status="500 Internal Server Error")],
            [refused("ModelUnavailable", status="503 Service Unavailable")],
            [refused("Throttling.RateQuota", status="503 Service Unavailable")],
            [refused("Arrearage", status="502 Bad Gateway")],
            [refused("RequestTimeOut", status="408 Request Timeout")],
            [answer(b"", status="408 Request Timeout")],
            [json_answer({"code": "InvalidParameter", "message": "no"})],
            [refused("InternalError.Timeout", status="200 OK")],
        ],
        ids=[
            "9 closed",
            "9 reset",
            "9 cut in the status line",
            "9 cut in the headers",
            "14 empty",
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
            "19 500 with an empty body",
            "19 504",
            "19 500 without code",
            "19 500 with an empty code",
            "20 500 with code and id",
            "20 503 with code and id",
            "20 503 with a rate limit's code",
            "20 502 with a billing code",
            "408 with code and id",
            "408",
            "a refusal without a request id",
            "200 with a code that is no refusal",
        ],
    )
    def test_an_unreadable_answer_is_unclear(self, client_for, steps):
        error = error_of_create(client_for, *steps, kind=UnclearError)
        assert (error.exit_code, error.charged, error.retryable) == (9, "unknown", False)
        assert "pixverse recover" in error.hint

    def test_a_reset_during_the_request_body_is_unclear_10(self, client_for):
        body = BODY + b" " * 4_000_000
        error_of_create(client_for, Script([RESET], reads=100), kind=UnclearError, body=body)

    def test_giving_up_before_the_answer_is_unclear_8(self, client_for):
        attempts = []
        with ScriptedServer([HANG]) as server, pytest.raises(UnclearError):
            create(client_for(server), give_up=lambda: attempts.append(1) or len(attempts) > 2)
        assert len(attempts) == 3

    def test_an_unclear_call_is_not_sent_again_9(self, client_for):
        """The server fails the test if there is a second connection."""
        error_of_create(client_for, RESET, kind=UnclearError)

    def test_the_message_names_the_kind_of_the_answer_17(self, client_for):
        assert "HTML" in error_of_create(client_for, HTML, kind=UnclearError).message


class TestAccepted:
    """A readable task id means accepted, even if nothing else can be read."""

    @pytest.mark.parametrize(
        "step",
        [
            cut(b'{"output": {"task_id": "0385dc79-5ff8-4d82", "task_st'),
            cut(b'{"request_id": "r", "output": {"task_id" : "0385dc79-5ff8-4d82"'),
            CHUNKED + b'ff\r\n{"output": {"task_id": "0385dc79-5ff8-4d82", "task_st',
            json_answer(b'{"output": {"task_id": "0385dc79-5ff8-4d82"}, "usage": NaN}'),
            json_answer({"output": {"task_id": "0385dc79-5ff8-4d82"}}),
            json_answer(
                {"output": {"task_id": "0385dc79-5ff8-4d82", "task_status": None}, "usage": []}
            ),
            json_answer(b'{"output": {"task_id": "other", "task_id": "0385dc79-5ff8-4d82"}}'),
            json_answer({"code": None, "message": "", "output": {"task_id": "0385dc79-5ff8-4d82"}}),
            json_answer({"code": "Odd", "output": {"task_id": "0385dc79-5ff8-4d82"}}),
            json_answer(gzip.compress(json.dumps(ACCEPTED).encode()), content_encoding="gzip"),
            json_answer(ACCEPTED, content_encoding="br, nonsense"),
            json_answer(ACCEPTED, content_encoding="gzip"),
            json_answer(gzip.compress(json.dumps(ACCEPTED).encode())[:-6], content_encoding="gzip"),
            json_answer(ACCEPTED, "202 Accepted"),
            json_answer(ACCEPTED, "502 Bad Gateway"),
            json_answer(ACCEPTED | {"code": "Throttling"}, "429 Too Many Requests"),
            json_answer(ACCEPTED | {"code": "InvalidParameter"}, "400 Bad Request"),
            json_answer(ACCEPTED, "307 Temporary Redirect"),
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
            "a wrong Content-Encoding",
            "plain beside Content-Encoding: gzip",
            "gzip cut in its checksum",
            "202",
            "502 with the service's answer",
            "429 beside it",
            "400 beside it",
            "307 beside it",
        ],
    )
    def test_an_id_in_a_damaged_answer_is_read(self, client_for, step):
        with ScriptedServer([step]) as server:
            assert create(client_for(server)).task_id == "0385dc79-5ff8-4d82"

    def test_a_slow_answer_is_read(self, client_for):
        data = json_answer(ACCEPTED)
        steps = [part for i in range(0, len(data), 40) for part in (data[i : i + 40], Pause(0.005))]
        with ScriptedServer(steps) as server:
            assert create(client_for(server)).task_id == "0385dc79-5ff8-4d82"


class TestRefused:
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
            "200 with a code",
        ],
    )
    def test_a_refusal_of_the_service_has_its_error_25(self, client_for, step, kind, retryable):
        error = error_of_create(client_for, step, kind=kind)
        assert (error.charged, error.retryable, error.request_id) == ("no", retryable, "r-7")

    def test_the_other_format_of_an_error_is_read(self, client_for):
        body = {"error": {"code": "invalid_api_key", "message": "no"}, "request_id": "r-7"}
        error = error_of_create(client_for, json_answer(body, "401 Unauthorized"), kind=AuthError)
        assert (error.service_code, error.request_id) == ("invalid_api_key", "r-7")

    def test_the_request_id_is_read_from_a_header(self, client_for):
        step = json_answer({"code": "Arrearage", "message": "no"}, "400 Bad", x_request_id="r-8")
        assert error_of_create(client_for, step, kind=BillingError).request_id == "r-8"

    @pytest.mark.parametrize(
        "status", ["300 M", "301 M", "302 F", "303 S", "307 T", "308 P", "399 X"]
    )
    def test_a_redirect_is_not_followed_26(self, client_for, status):
        with ScriptedServer() as elsewhere:
            step = answer(status=status, location=elsewhere.url("/"))
            error = error_of_create(client_for, step, kind=UnreachableError)
        assert "redirect" in error.message

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            ("400 Bad Request", UnreachableError),
            ("401 Unauthorized", AuthError),
            ("403 Forbidden", AuthError),
            ("404 Not Found", UnknownTaskError),
            ("405 Method Not Allowed", UnreachableError),
            ("413 Content Too Large", UnreachableError),
            ("429 Too Many Requests", ThrottledError),
            ("499 Client Closed", UnreachableError),
        ],
    )
    def test_a_refusal_without_the_services_json_is_an_error(self, client_for, status, kind):
        assert (
            error_of_create(client_for, answer(b"<html>", status=status), kind=kind).charged == "no"
        )

    def test_retry_after_is_read_24(self, client_for):
        step = refused("Throttling", status="429 Too Many Requests", retry_after="7")
        assert error_of_create(client_for, step, kind=ThrottledError).retry_after == 7


def test_every_create_call_opens_a_new_connection_11(client_for):
    keep = json_answer(ACCEPTED, connection="keep-alive")
    with ScriptedServer([keep], [keep], [keep]) as server:
        client = client_for(server)
        client.query(ACCEPTED["output"]["task_id"])
        create(client)
        create(client)
    assert server.connections == 3


def test_at_most_one_megabyte_of_an_endless_answer_is_read_18(client_for):
    chunks = []

    def endless(_request):
        for _ in range(400):
            chunks.append(1)
            yield b"x" * 100_000

    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    error_of_create(client_for, head, endless, kind=UnclearError)
    assert len(chunks) < 200  # the size of socket buffers, and not 40 MB


def test_a_gzip_bomb_is_not_decompressed_18(client_for):
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 100_000
    error_of_create(client_for, json_answer(bomb, content_encoding="gzip"), kind=UnclearError)


def test_the_helper_thread_of_an_abandoned_call_is_a_daemon(client_for):
    with ScriptedServer([HANG]) as server, pytest.raises(UnclearError):
        create(client_for(server), give_up=lambda: any(server.requests))
    assert all(thread.daemon for thread in threading.enumerate() if thread.name != "MainThread")
