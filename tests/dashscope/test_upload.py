"""The upload of an image to the temporary store: the form, no API key, OSS's errors."""

import io
import re

import pytest

from pixverse_cli.dashscope import upload
from pixverse_cli.dashscope.client import Client
from pixverse_cli.dashscope.wire import Policy
from pixverse_cli.domain.errors import UnreachableError
from pixverse_cli.domain.frozen import replace
from tests.dashscope.conftest import KEY
from tests.dashscope.messages import parse_request
from tests.servers import RESET, Script, ScriptedServer, answer

FORM = {
    "OSSAccessKeyId": "LTAI",
    "Signature": "c2lnbmF0dXJl",
    "policy": "cG9saWN5",
    "x-oss-object-acl": "private",
    "x-oss-forbid-overwrite": "true",
    "success_action_status": "200",
}
POLICY = Policy(host="", directory="dashscope-instant/x/y", form=FORM, max_bytes=None)
IMAGE = b"\x89PNG\r\n--\r\n" + bytes(range(256)) * 100
MODEL = "pixverse/pixverse-v6-it2v"


def send(server, data=IMAGE, key="dashscope-instant/x/y/0a.png", *, host=None, loopback=True):
    policy = replace(POLICY, host=host or server.origin)
    return list(upload.send(policy, key, io.BytesIO(data), len(data), loopback=loopback))


def parts(request):
    """Return the form's fields in their order, each with its header lines and bytes."""
    _, headers, body = parse_request(request)
    boundary = headers["content-type"].partition("boundary=")[2].encode()
    items = body.split(b"--" + boundary)
    assert (items[0], items[-1]) == (b"", b"--\r\n")
    split = [item.removeprefix(b"\r\n").partition(b"\r\n\r\n") for item in items[1:-1]]
    return [
        (re.search(rb' name="([^"]*)"', head)[1].decode(), head, data.removesuffix(b"\r\n"))
        for head, _, data in split
    ]


@pytest.fixture
def posted():
    with ScriptedServer([answer()]) as server:
        send(server)
    return server.requests[0]


def test_the_form_is_posted_to_the_root_of_the_host(posted):
    line, headers, body = parse_request(posted)
    assert line == "POST / HTTP/1.1"
    assert headers["content-type"].startswith("multipart/form-data; boundary=")
    assert int(headers["content-length"]) == len(body)
    assert "transfer-encoding" not in headers


def test_the_fields_are_the_policys_and_the_file_is_the_last(posted):
    fields = [(name, data.decode()) for name, _, data in parts(posted)[:-1]]
    assert dict(fields) == FORM | {"key": "dashscope-instant/x/y/0a.png"}
    name, head, data = parts(posted)[-1]
    assert (name, data) == ("file", IMAGE)
    assert b'filename="0a.png"' in head


def test_an_upload_sends_no_key_and_no_password_29_35(home):
    (home / ".netrc").write_text("default login somebody password hunter2\n")
    with ScriptedServer([answer()]) as server:
        send(server)
    _, headers, _ = parse_request(server.requests[0])
    assert headers.keys() <= {
        "host",
        "user-agent",
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
    }


def test_object_keys_are_unique_ascii_names_in_the_policys_directory():
    names = {upload.object_key(POLICY, ".png") for _ in range(50)}
    assert len(names) == 50
    assert all(re.fullmatch(r"dashscope-instant/x/y/[0-9a-f]{32}\.png", name) for name in names)


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "204 No Content"])
def test_200_201_and_204_are_success(status):
    with ScriptedServer([answer(status=status)]) as server:
        send(server)


XML = b"<?xml version='1.0'?><Error><Code>%s</Code><Message>no</Message></Error>"


@pytest.mark.parametrize(
    ("step", "code", "says"),
    [
        (answer(XML % b"AccessDenied", status="403 Forbidden"), "AccessDenied", "AccessDenied"),
        (answer(XML % b"FileAlreadyExists", status="409 C"), "FileAlreadyExists", "HTTP 409"),
        (answer(XML % b"EntityTooLarge", status="400 Bad"), "EntityTooLarge", "EntityTooLarge"),
        (answer(XML % b"<b>", status="400 Bad"), None, "XML"),
        (answer(b"", status="500 Internal Server Error"), None, "empty"),
        (answer(b"<html>", status="502 Bad Gateway"), None, "HTML"),
        (answer(b"<!DOCTYPE html><p>Log in"), None, "HTML"),
        (answer(XML % b"InternalError"), "InternalError", "HTTP 200"),
        (answer(status="302 Found", location="https://elsewhere.invalid/"), None, "HTTP 302"),
        (RESET, None, "was lost"),
        (b"", None, "was lost"),
    ],
)
def test_the_error_of_a_refused_upload_has_the_stores_code_79(step, code, says):
    with ScriptedServer([step]) as server, pytest.raises(UnreachableError) as error:
        send(server)
    assert (error.value.exit_code, error.value.charged) == (6, "no")
    assert error.value.service_code == code
    assert says in error.value.message
    assert error.value.retryable


def test_the_error_of_a_refused_upload_has_the_request_id_79():
    step = answer(XML % b"AccessDenied", status="403 Forbidden", x_oss_request_id="oss-7")
    with ScriptedServer([step]) as server, pytest.raises(UnreachableError) as error:
        send(server)
    assert error.value.request_id == "oss-7"


def test_a_reset_during_the_upload_is_an_error_79():
    script = Script([RESET], reads=1000)
    with ScriptedServer(script) as server, pytest.raises(UnreachableError):
        send(server, b"x" * 8_000_000)


def test_no_image_is_sent_to_a_host_without_tls():
    with ScriptedServer() as server, pytest.raises(UnreachableError, match="TLS") as error:
        send(server, loopback=False)
    assert not error.value.retryable


@pytest.mark.parametrize(
    "host",
    [
        "http://192.0.2.1",
        "http://127.0.0.1.evil.com",
        "http://",
        "file:///etc/passwd",
        "ftp://x",
        "x",
    ],
)
@pytest.mark.parametrize("loopback", [True, False])
def test_only_loopback_hosts_may_lack_tls(host, loopback):
    """A service on loopback may name a plain host on loopback, and no other."""
    with pytest.raises(UnreachableError, match="not sent"):
        send(None, host=host, loopback=loopback)


def test_the_progress_of_an_upload_grows_up_to_its_size():
    size = 3_000_000
    with ScriptedServer([answer()]) as server:
        progress = send(server, b"x" * size)
    assert progress == sorted(progress)
    assert all(0 <= count <= size for count in progress)


def test_the_sandbox_accepts_the_form(sandbox):
    client = Client(sandbox.base_url, sandbox.api_key)
    policy = client.policy(MODEL)
    key = upload.object_key(policy, ".png")
    list(upload.send(policy, key, io.BytesIO(IMAGE), len(IMAGE), loopback=client.on_loopback))
    last = sandbox.calls[-1]
    assert (last.host, last.status, last.authorized) == ("upload", 200, False)
    assert not any(KEY in value for value in last.headers.values())


def test_the_sandbox_refuses_the_same_key_twice(sandbox):
    client = Client(sandbox.base_url, sandbox.api_key)
    policy = client.policy(MODEL)
    key = upload.object_key(policy, ".png")
    list(upload.send(policy, key, io.BytesIO(IMAGE), len(IMAGE), loopback=True))
    with pytest.raises(UnreachableError, match="FileAlreadyExists"):
        list(upload.send(policy, key, io.BytesIO(IMAGE), len(IMAGE), loopback=True))
