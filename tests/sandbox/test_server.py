"""The sockets: keep-alive, reading of bodies, closing; and the sandbox as an object."""

import http.client
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.sandbox import Sandbox

from .caller import CREATE


@pytest.fixture
def connection(call):
    caller = call()
    url = urlsplit(caller.sandbox.base_url)
    with closing(http.client.HTTPConnection(url.hostname, url.port, timeout=5)) as opened:
        yield caller, opened


def test_a_connection_serves_many_calls(connection):
    caller, opened = connection
    sockets = set()
    for path in ("/api/v1/tasks/x", "/nothing", "/api/v1/tasks"):
        opened.request("GET", path, headers=caller.headers)
        opened.getresponse().read()
        sockets.add(opened.sock.fileno())
    assert len(sockets) == 1
    assert [call.status for call in caller.sandbox.calls] == [200, 404, 200]


@pytest.mark.parametrize("size", [10, 3_000_000])
def test_the_body_of_a_refused_request_is_read_to_its_end(connection, size):
    caller, opened = connection
    for _ in range(2):
        opened.request("POST", "/nowhere", body=b"x" * size, headers=caller.headers)
        assert opened.getresponse().read()
    assert opened.sock is not None


def test_chunked_bodies_work(connection):
    caller, opened = connection
    headers = caller.headers | {"X-DashScope-Async": "enable", "Content-Type": "application/json"}
    body = iter([b'{"model":"pixverse', b'/pixverse-v6-it2v"}'])
    for _ in range(2):
        opened.request("POST", "/api/v1" + CREATE, body=body, headers=headers, encode_chunked=True)
        assert opened.getresponse().read()
    assert len(caller.sandbox.account.tasks) == 1


def test_a_client_that_expects_100_continue_gets_it(call):
    caller = call()
    url = urlsplit(caller.sandbox.base_url)
    with socket.create_connection((url.hostname, url.port), timeout=5) as raw:
        raw.sendall(
            b"POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        )
        assert raw.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        raw.sendall(b"{}")
        assert raw.recv(100).startswith(b"HTTP/1.1 401 ")


def test_bytes_that_are_not_http_get_400_and_do_no_harm(call):
    caller = call()
    url = urlsplit(caller.sandbox.base_url)
    with socket.create_connection((url.hostname, url.port), timeout=5) as raw:
        raw.sendall(b"\x16\x03\x01\x02\x00\r\n\r\n")
        assert b"400" in raw.recv(1000)
    assert caller.query("x")


def test_never_arrived_resets_and_lost_reply_closes(call):
    for name, error in (("never-arrived", ConnectionResetError), ("lost-reply", None)):
        caller = call(name)
        url = urlsplit(caller.sandbox.base_url)
        head = f"Authorization: {caller.headers['Authorization']}\r\nX-DashScope-Async: enable\r\n"
        body = '{"model":"pixverse/pixverse-v6-it2v"}'
        kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        with socket.create_connection((url.hostname, url.port), timeout=5) as raw:
            raw.sendall(f"POST /api/v1{CREATE} HTTP/1.1\r\nHost: x\r\n{head}{kind}{body}".encode())
            if error:
                with pytest.raises(error):
                    raw.recv(100)
            else:
                assert raw.recv(100) == b""


def test_a_sandbox_starts_and_stops_within_100_ms():
    Sandbox().close()  # the imports shall not be measured
    start = time.perf_counter()
    for _ in range(10):
        with Sandbox():
            pass
    assert (time.perf_counter() - start) / 10 < 0.1


def test_nothing_listens_after_close(call):
    sandbox = call().sandbox
    url = urlsplit(sandbox.base_url)
    with socket.create_connection((url.hostname, url.port), timeout=5) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while not answer.endswith(b"}"):
            answer += raw.recv(10_000)
        sandbox.close()
        assert raw.recv(10_000) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((url.hostname, url.port), timeout=5)


def test_the_port_can_be_chosen_and_a_port_in_use_is_a_usage_error():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port}"):
            Sandbox(port=port)
    with Sandbox(port=port) as sandbox:
        assert sandbox.base_url == f"http://127.0.0.1:{port}/api/v1"
    with pytest.raises(UsageError, match="99999"):
        Sandbox(port=99_999)


def test_the_environment_points_a_client_to_the_sandbox(call):
    sandbox = call().sandbox
    assert sandbox.environment == {
        "DASHSCOPE_API_KEY": sandbox.api_key,
        "DASHSCOPE_HTTP_BASE_URL": sandbox.base_url,
    }


def test_concurrent_creates_get_one_task_for_each_accepted_call(call, clock):
    caller = call(clock=clock)
    statuses = []
    threads = [
        threading.Thread(target=lambda: statuses.append(caller.create().status_code))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 5 + [429] * 15
    assert len(caller.sandbox.account.tasks) == 5


def test_importing_the_sandbox_does_not_import_its_extra():
    script = (
        "import sys, pixverse_cli.sandbox;"
        "print({'av', 'PIL', 'werkzeug', 'requests', 'rich', 'typer'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


def test_the_error_for_a_missing_extra_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(UsageError, match="needs av") as raised:
        Sandbox()
    assert "pip install 'pixverse-cli[sandbox] @ git+https://" in raised.value.hint
