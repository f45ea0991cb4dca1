"""``-v`` and ``-vv``: every exchange is printed on stderr, without secrets."""

import logging
from base64 import b64encode

import pytest

from pixverse_cli.dashscope.client import Client
from pixverse_cli.domain.errors import PixverseError
from pixverse_cli.reporting.trace import show_exchanges
from tests.servers import ScriptedServer, answer

KEY = "sk-canary-5e1b7a90"
POLICY = (
    b'{"request_id": "r-7", "data": {"policy": "canary-policy", "signature": "canary-sig",'
    b' "upload_dir": "d", "upload_host": "https://oss.example.com",'
    b' "oss_access_key_id": "canary-id", "x_oss_object_acl": "private",'
    b' "x_oss_forbid_overwrite": "true", "extra": "https://v/x.mp4?Signature=canary-url",'
    b' "echo": "sk-canary-5e1b7a90"}}'
)


@pytest.fixture(autouse=True)
def _remove_handlers():
    yield
    logging.getLogger("pixverse.http").handlers = []


@pytest.fixture
def trace_of(capsys):
    """Return a function that requests a policy with this verbosity and returns the output."""

    def request(verbosity):
        show_exchanges(verbosity)
        headers = {"x_request_id": "r-7", "set_cookie": "acw_tc=canary-cookie"}
        with ScriptedServer([answer(POLICY, **headers)]) as server:
            Client(server.origin + "/api/v1", KEY).policy("pixverse/pixverse-v6-it2v")
        out, err = capsys.readouterr()
        return out, err, server.origin.removeprefix("http://")

    return request


def test_v_is_one_line_per_exchange(trace_of):
    out, err, host_and_port = trace_of(1)
    (line,) = err.splitlines()
    assert out == ""
    assert line.startswith(f"GET {host_and_port}/api/v1/uploads 200 ")
    assert line.endswith(" s r-7")


def test_the_request_id_of_an_answer_without_the_header_is_in_its_body(capsys):
    show_exchanges(1)
    with ScriptedServer([answer(POLICY.replace(b"r-7", b"r-8"))]) as server:
        Client(server.origin + "/api/v1", KEY).policy("pixverse/pixverse-v6-it2v")
    assert capsys.readouterr().err.endswith(" s r-8\n")


def test_vv_adds_headers_and_bodies(trace_of):
    _, err, _ = trace_of(2)
    assert "> User-Agent: pixverse-cli/" in err
    assert "< x-request-id: r-7" in err
    assert '"upload_dir": "d"' in err


@pytest.mark.parametrize("verbosity", [1, 2])
def test_no_secret_is_printed_31(trace_of, verbosity):
    assert "canary" not in trace_of(verbosity)[1]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<Code>SignatureDoesNotMatch</Code><OSSAccessKeyId>canary</OSSAccessKeyId>"
                     b"<SignatureProvided>canary</SignatureProvided><StringToSign>canary"
                     b"</StringToSign>", id="the object store's XML"),
        pytest.param(b"<pre>Proxy-Authorization: Basic Y2FuYXJ5OmNhbmFyeQ==canary</pre>",
                     id="a proxy's page that repeats the request"),
        pytest.param(b'{"url": "https:\\/\\/v\\/x.mp4?Expires=1&Signature=canary"}',
                     id="slashes escaped"),
        pytest.param(b"see https%3A%2F%2Fv%2Fx.mp4%3FSignature%3Dcanary",
                     id="a URL in a URL"),
        pytest.param(b64encode(b"me:" + KEY.encode()), id="the key in base64"),
        pytest.param(b"sk-canary-\n5e1b7a90", id="the key wrapped"),
        pytest.param(b"x" * 3990 + KEY.encode(), id="the key where the body is cut"),
    ],
)  # fmt: skip
def test_no_secret_of_an_answer_is_printed_in_another_spelling_31(capsys, body):
    show_exchanges(2)
    script = [answer(body, status="403 Forbidden")]
    with ScriptedServer(script) as server, pytest.raises(PixverseError):
        Client(server.origin + "/api/v1", KEY).policy("pixverse/pixverse-v6-it2v")
    err = capsys.readouterr().err
    assert "***" in err
    for part in ("canary", "5e1b7a90", "Y2FuYXJ5", "stY2FuYXJ5"):
        assert part not in err


def test_without_v_nothing_is_printed(capsys):
    with ScriptedServer([answer(POLICY)]) as server:
        Client(server.origin, KEY).policy("x")
    assert capsys.readouterr().err == ""
