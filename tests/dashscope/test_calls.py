"""Query, list, policy and cancel: the requests, and the meaning of each answer."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pixverse_cli.domain.errors import (
    AuthError,
    BillingError,
    PixverseError,
    ThrottledError,
    UnknownTaskError,
    UnreachableError,
    UsageError,
)
from tests.dashscope.conftest import KEY, client_of
from tests.dashscope.messages import cut, json_answer, parse_request, refused
from tests.servers import RESET, ScriptedServer, answer

RUNNING = {"request_id": "r", "output": {"task_id": "t-1", "task_status": "RUNNING"}}
POLICY = {
    "policy": "cG9saWN5",
    "signature": "c2lnbmF0dXJl",
    "upload_dir": "dashscope-instant/x/2026-11-23/y",
    "upload_host": "https://oss.example.com",
    "expire_in_seconds": 300,
    "max_file_size_mb": 100,
    "capacity_limit_mb": 999999999,
    "oss_access_key_id": "LTAI",
    "x_oss_object_acl": "private",
    "x_oss_forbid_overwrite": "true",
}


CALLS = {
    "query": (lambda client: client.query("t-1"), "GET /api/v1/tasks/t-1 HTTP/1.1"),
    "list": (
        lambda client: client.listed(page=2, page_size=100, model="pixverse/v6"),
        "GET /api/v1/tasks/?page_no=2&page_size=100&model_name=pixverse%2Fv6 HTTP/1.1",
    ),
    "cancel": (lambda client: client.cancel("t-1"), "POST /api/v1/tasks/t-1/cancel HTTP/1.1"),
    "policy": (
        lambda client: client.policy("pixverse/pixverse-v6-it2v"),
        "GET /api/v1/uploads?action=getPolicy&model=pixverse%2Fpixverse-v6-it2v HTTP/1.1",
    ),
}
GOOD = {
    "query": RUNNING,
    "list": {"data": [], "page_no": 2, "total_page": 2},
    "cancel": {"request_id": "r"},
    "policy": {"request_id": "r", "data": POLICY},
}
every_call = pytest.mark.parametrize("name", CALLS)


def error_of(client_for, name, *scripts):
    with ScriptedServer(*scripts) as server, pytest.raises(PixverseError) as error:
        CALLS[name][0](client_for(server))
    assert KEY not in str(error.value) + repr(error.value) + str(error.value.hint)
    return error.value


@every_call
def test_the_request_is_the_documented_one_and_has_the_key(client_for, name):
    with ScriptedServer([json_answer(GOOD[name])]) as server:
        CALLS[name][0](client_for(server))
    line, headers, body = parse_request(server.requests[0])
    assert line == CALLS[name][1]
    assert headers["authorization"] == f"Bearer {KEY}"
    assert body == b""


@every_call
def test_netrc_does_not_replace_the_key_29(client_for, home, name):
    (home / ".netrc").write_text("default login somebody password hunter2\n")
    with ScriptedServer([json_answer(GOOD[name])]) as server:
        CALLS[name][0](client_for(server))
    assert parse_request(server.requests[0])[1]["authorization"] == f"Bearer {KEY}"


@every_call
@pytest.mark.parametrize(
    ("step", "kind", "retryable"),
    [
        (refused("InvalidApiKey", status="401 Unauthorized"), AuthError, False),
        (refused("Arrearage"), BillingError, False),
        (refused("InvalidParameter"), UsageError, False),
        (refused("Throttling.RateQuota", status="429 Too Many Requests"), ThrottledError, True),
        (answer(b"slow down", status="429 Too Many Requests"), ThrottledError, True),
        (answer(b"<html>", status="404 Not Found"), UnknownTaskError, False),
        (refused("InternalError", status="500 Internal Server Error"), UnreachableError, True),
        (answer(b"upstream connect error", status="503 Unavailable"), UnreachableError, True),
        (answer(b"", status="504 Gateway Time-out"), UnreachableError, True),
        (answer(b"<html>portal</html>", content_type="text/html"), UnreachableError, True),
        (answer(status="302 Found", location="https://elsewhere.invalid/"), UnreachableError, True),
        (json_answer(b""), UnreachableError, True),
        (json_answer(b"nonsense"), UnreachableError, True),
        (json_answer(b'{"a":' * 100_000), UnreachableError, True),
        (cut(b'{"output": {"task_id": "t-1", "task_status": "RUNNING"'), UnreachableError, True),
        (RESET, UnreachableError, True),
        (b"", UnreachableError, True),
        (b"220 smtp ready\r\n", UnreachableError, True),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 300 + b"\r\n", UnreachableError, True),
    ],
    ids=[
        "401",
        "billing",
        "400",
        "24 throttled",
        "24 throttled by a gateway",
        "404",
        "21 500",
        "21 503",
        "21 504",
        "17 portal",
        "26 redirect",
        "14 empty",
        "14 garbage",
        "15 deep",
        "12 cut",
        "9 reset",
        "9 closed",
        "16 not HTTP",
        "16 300 headers",
    ],
)
def test_each_failure_has_its_error(client_for, name, step, kind, retryable):
    error = error_of(client_for, name, [step])
    assert isinstance(error, kind)
    assert (error.charged, error.retryable) == ("no", retryable)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("299 Odd", "not the service's"),
        ("300 Choices", "the service redirects"),
        ("399 Odd", "the service redirects"),
        ("400 Bad Request", "not the service's"),
    ],
)
def test_a_redirect_without_json_is_called_one(client_for, status, words):
    assert words in error_of(client_for, "query", [answer(b"x", status=status)]).message


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
def test_a_refusal_of_the_key_without_json_names_who_may_have_answered(client_for, status):
    error = error_of(client_for, "query", [answer(b"x", status=status)])
    assert "`pixverse auth status`" in error.hint


@pytest.mark.parametrize("task_id", ["", ".", ".."])
def test_what_would_name_another_address_is_no_task_id(task_id):
    with pytest.raises(UsageError, match="is not a task id"):
        client_of("http://127.0.0.1:9").query(task_id)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("query", {}),
        ("query", {"output": {}}),
        ("query", {"output": {"task_status": "RUNNING"}}),
        ("query", {"output": {"task_id": 7, "task_status": "RUNNING"}}),
        ("query", []),
        ("list", {}),
        ("list", {"data": {}}),
        ("policy", {}),
        ("policy", {"data": {**POLICY, "signature": ""}}),
        ("policy", {"data": {**POLICY, "upload_host": None}}),
        ("policy", {"data": {key: POLICY[key] for key in list(POLICY)[1:]}}),
    ],
)
def test_an_answer_without_the_needed_fields_is_an_error_14(client_for, name, body):
    error = error_of(client_for, name, [json_answer(body)])
    assert isinstance(error, UnreachableError)
    assert error.retryable


@pytest.mark.parametrize("closing", [b"", RESET], ids=["closed", "reset"])
def test_a_closed_kept_alive_connection_is_opened_again_silently_11(client_for, closing):
    keep = json_answer(RUNNING, connection="keep-alive")
    with ScriptedServer([keep, closing], [keep]) as server:
        client = client_for(server)
        assert [client.query("t-1").status for _ in range(2)] == ["RUNNING", "RUNNING"]


class KeepAliveHandler(BaseHTTPRequestHandler):
    """Answers every query and keeps the connection open."""

    protocol_version = "HTTP/1.1"

    def setup(self):
        self.server.connections += 1
        super().setup()

    def do_GET(self):  # the name that http.server requires
        body = json.dumps(RUNNING).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_polls_share_one_connection():
    with ThreadingHTTPServer(("127.0.0.1", 0), KeepAliveHandler) as server:
        server.daemon_threads = True
        server.connections = 0
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        client = client_of(f"http://127.0.0.1:{server.server_port}")
        assert [client.query("t-1").status for _ in range(3)] == ["RUNNING"] * 3
        server.shutdown()
        assert server.connections == 1


@pytest.mark.parametrize(
    ("task_id", "path"),
    [
        ("../../x", "/tasks/..%2F..%2Fx "),
        ("a b?c#d", "/tasks/a%20b%3Fc%23d "),
        ("龟", "/tasks/%E9%BE%9F "),
        ("a\u00a0X: y", "/tasks/a%C2%A0X%3A%20y "),
    ],
)
def test_a_task_id_is_quoted_in_the_path(client_for, task_id, path):
    running = {"output": {"task_id": task_id, "task_status": "RUNNING"}}
    with ScriptedServer([json_answer(running)], [json_answer({})]) as server:
        client = client_for(server)
        client.query(task_id)
        client.cancel(task_id)
    assert path in server.requests[0].decode()
    assert path.strip() + "/cancel " in server.requests[1].decode()


@pytest.mark.parametrize("megabytes", [-1, 0, None, "100", True, 1.5])
def test_a_limit_of_uploads_that_is_none_does_not_refuse_a_file(client_for, megabytes):
    policy = POLICY | {"max_file_size_mb": megabytes}
    with ScriptedServer([json_answer({"data": policy})]) as server:
        assert client_for(server).policy("m").max_bytes is None


@pytest.mark.parametrize("other", ["0385dc79-5ff8-4d82-bcb6-000000000002", "t-1x", " "])
def test_an_answer_about_another_task_is_none(client_for, other):
    step = json_answer({"output": {"task_id": other, "task_status": "FAILED", "code": "X"}})
    error = error_of(client_for, "query", [step])
    assert isinstance(error, UnreachableError)
    assert error.retryable


@pytest.mark.parametrize("spelling", ["T-1", " t-1 "])
def test_a_task_id_in_other_letters_is_the_same(client_for, spelling):
    step = json_answer({"output": {"task_id": spelling, "task_status": "RUNNING"}})
    with ScriptedServer([step]) as server:
        assert client_for(server).query("t-1").status == "RUNNING"


def test_the_error_of_a_refused_cancel_has_its_reason(client_for):
    step = refused("UnsupportedOperation", "please confirm if the task is in PENDING status.")
    error = error_of(client_for, "cancel", [step])
    assert error.service_code == "UnsupportedOperation"
    assert "PENDING" in error.message


def test_a_cancel_is_not_sent_twice(client_for):
    assert isinstance(error_of(client_for, "cancel", [RESET]), UnreachableError)


def test_a_policy_has_host_directory_form_and_size(client_for):
    with ScriptedServer([json_answer(GOOD["policy"])]) as server:
        policy = client_for(server).policy("pixverse/pixverse-v6-it2v")
    assert (policy.host, policy.directory) == (POLICY["upload_host"], POLICY["upload_dir"])
    assert policy.max_bytes == 100 * 1024 * 1024
    assert policy.form == {
        "OSSAccessKeyId": "LTAI",
        "Signature": "c2lnbmF0dXJl",
        "policy": "cG9saWN5",
        "x-oss-object-acl": "private",
        "x-oss-forbid-overwrite": "true",
        "success_action_status": "200",
    }


def test_no_error_shows_the_query_of_a_url(client_for):
    error = error_of(client_for, "policy", [RESET])
    assert "getPolicy" not in json.dumps([error.message, error.hint])
