"""``-v`` and ``-vv``: every exchange on stderr, nothing secret in it."""

import logging

import pytest

from pixverse_cli.dashscope.client import Client
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
def _silent_again():
    yield
    logging.getLogger("pixverse.http").handlers = []


@pytest.fixture
def traced(capsys):
    """Return a function that asks for a policy so verbosely and returns what stderr got."""

    def ask(verbosity):
        show_exchanges(verbosity)
        headers = {"x_request_id": "r-7", "set_cookie": "acw_tc=canary-cookie"}
        with ScriptedServer([answer(POLICY, **headers)]) as server:
            Client(server.origin + "/api/v1", KEY).policy("pixverse/pixverse-v6-it2v")
        return capsys.readouterr()

    return ask


def test_v_is_one_line_per_exchange(traced):
    out, err = traced(1)
    (line,) = err.splitlines()
    assert out == ""
    assert line.startswith("GET 127.0.0.1/api/v1/uploads 200 ")
    assert line.endswith(" s r-7")


def test_vv_adds_headers_and_bodies(traced):
    err = traced(2).err
    assert "> User-Agent: pixverse-cli/" in err
    assert "< x-request-id: r-7" in err
    assert '"upload_dir": "d"' in err


@pytest.mark.parametrize("verbosity", [1, 2])
def test_nothing_secret_is_shown_31(traced, verbosity):
    assert "canary" not in traced(verbosity).err


def test_nothing_is_shown_unless_asked_for(capsys):
    with ScriptedServer([answer(POLICY)]) as server:
        Client(server.origin, KEY).policy("x")
    assert capsys.readouterr().err == ""
