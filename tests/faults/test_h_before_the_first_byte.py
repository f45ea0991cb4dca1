"""H. Network: the connection failed before the first byte of the request (row 96).

Certainly nothing was sent: exit 6 (2 for a wrong setting), charged no, the record NOT_SENT.
"""

import contextlib
import errno
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from pixverse_cli.domain.errors import NotSentError
from pixverse_cli.http.exchange import Limits, Request, Session, exchange
from tests.faults import certificates
from tests.faults.case import Case, parameters, row
from tests.faults.service import PROXY_PASSWORD
from tests.faults.world import IMAGE_URL
from tests.processes import Ran
from tests.servers import HANG, READ, RESET, ScriptedServer, answer

NOT_SENT = {"code": 6, "charged": "no", "retryable": True, "creates": 0, "store": ("NOT_SENT",)}
WRONG_SETTING = {"code": 2, "charged": "no", "retryable": False, "creates": 0}
TUNNEL = answer(status="200 Connection established", content_length=None)
BY_NAME = "https://dashscope.example/api/v1"
TRIES = 4
# One certificate, which trusts nobody here: to load the usual 130 takes 20 ms for each try.
FEW = {"SSL_CERT_FILE": Path(__file__).parents[1] / "data" / "authority.pem"}


class Door(ScriptedServer):
    """Plays the same steps to every connection, after the first bytes that come, whatever they are.

    ``READ`` reads what comes next: in a proxy's steps the client's TLS hello.
    """

    def __init__(self, *steps):
        super().__init__()
        self._steps = steps

    def __exit__(self, *_):
        super().__exit__(Door, *_)

    def _serve(self, connection, number):
        connection.settimeout(10)
        with contextlib.suppress(OSError):
            self._read(connection, number, None)
            self._play(connection, self._steps, number)
        connection.close()

    def _read(self, connection, number, _count):
        self.requests[number] += connection.recv(65536)


def alert(number):
    """Return a fatal TLS alert."""
    return bytes([21, 3, 3, 0, 2, 2, number])


def tls_server(*steps):
    """Return a submit to a server that answers the TLS handshake with these steps."""

    def submit(world):
        with Door(*steps) as door:
            address = door.url("/api/v1").replace("http:", "https:")
            ran = world.submit(inside=True, DASHSCOPE_HTTP_BASE_URL=address, **FEW)
        assert door.connections == TRIES
        return ran

    return submit


def proxy(*steps):
    """Return a submit through a proxy that answers CONNECT with these steps."""

    def submit(world):
        with Door(*steps) as door:
            address = f"http://me:{PROXY_PASSWORD}@127.0.0.1:{door.port}"
            ran = world.submit(
                inside=True, DASHSCOPE_HTTP_BASE_URL=BY_NAME, HTTPS_PROXY=address, **FEW
            )
        assert door.connections == TRIES
        assert all(sent.startswith(b"CONNECT dashscope.example:443") for sent in door.requests)
        return ran

    return submit


def trusting(variable, content):
    """Return a submit with a variable that names a file with this content."""

    def submit(world):
        certificate = certificates.made(world.directory.parent)
        world.serve(tls=certificate.context)
        file = world.directory.parent / "trusted.pem"
        file.write_text(content or _private_key(certificate.file))
        return world.submit(inside=True, **{variable: file})

    return submit


def _private_key(file):
    return file.read_text().partition("-----END CERTIFICATE-----\n")[2]


def unknown_ca(world):
    world.serve(tls=certificates.made(world.directory.parent).context)
    other = certificates.made(world.directory, host="127.0.0.2")
    return world.submit(inside=True, SSL_CERT_FILE=other.file)


def key_log(path):
    """Return a submit whose log of TLS keys cannot be written."""

    def submit(world):
        certificate = certificates.made(world.directory.parent)
        world.serve(tls=certificate.context)
        return world.submit(inside=True, REQUESTS_CA_BUNDLE=certificate.file, SSLKEYLOGFILE=path)

    return submit


INSIDE = """
import json, os, sys
from tests.clocks import FakeClock
from tests.inside import run_inside
from pathlib import Path
ran = run_inside(sys.argv[1:], dict(os.environ), Path.cwd(), clock=FakeClock())
json.dump([ran.code, ran.stdout, ran.stderr], sys.stdout)
"""


def no_room_for_a_thread():
    """Give threads stacks that do not fit into the memory that the process may use."""
    resource.setrlimit(resource.RLIMIT_STACK, (1 << 36, 1 << 36))
    resource.setrlimit(resource.RLIMIT_AS, (1 << 33, 1 << 33))


def no_more_threads(world):
    world.serve()
    words = ("submit", IMAGE_URL, "-p", "A turtle", *world.flags)
    done = subprocess.run(
        [sys.executable, "-c", INSIDE, *words],
        capture_output=True,
        check=True,
        text=True,
        cwd=world.directory,
        env=world.environment({"PYTHONPATH": Path(__file__).parents[2]}),
        preexec_fn=no_room_for_a_thread,
    )
    code, stdout, stderr = json.loads(done.stdout)
    return world.hear(Ran(code=code, stdout=stdout, stderr=stderr))


def no_proxy_is_named(_world, ran):
    assert "PROXY" not in ran.stderr


def through_the_proxy(fault):
    return f"dashscope.example through the proxy 127.0.0.1: .*{fault}.*HTTPS_PROXY"


CASES = (
    Case(96, "TLS closed", tls_server(), **NOT_SENT, says="closed it during the TLS handshake"),
    Case(
        96, "TLS reset", tls_server(RESET), **NOT_SENT, says="reset by peer", also=no_proxy_is_named
    ),
    *(
        Case(96, f"TLS alert {what}", tls_server(alert(number)), **NOT_SENT, says=says)
        for what, number, says in (
            ("handshake failure", 40, "the server refused the TLS handshake"),
            ("unknown CA", 48, "the server refused the TLS handshake"),
            ("protocol version", 70, "TLS version is not supported"),
            ("internal error", 80, "the server refused the TLS handshake"),
            ("unrecognized name", 112, "the TLS handshake failed"),
        )
    ),
    Case(
        96,
        "plain HTTP",
        tls_server(answer(status="400 Bad Request")),
        **NOT_SENT,
        says="does not speak TLS",
    ),
    Case(96, "not TLS at all", tls_server(b"SSH-2.0-x\r\n"), **NOT_SENT, says="not speak TLS"),
    Case(
        96,
        "unknown CA",
        unknown_ca,
        **NOT_SENT | {"retryable": False},
        says="not trusted.*SSL_CERT_FILE must contain",
    ),
    *(
        Case(96, f"CONNECT {what}", proxy(*steps), **NOT_SENT, says=through_the_proxy(says))
        for what, steps, says in (
            ("then close", [], "the proxy closed it"),
            ("then reset", [RESET], "reset by peer"),
            ("answered with garbage", [b"nonsense\r\n\r\n"], "not HTTP"),
            ("answered 502", [answer(b"<html>", status="502 Bad Gateway")], "HTTP 502"),
            ("answered 302", [answer(status="302 Found", location="http://portal/")], "HTTP 302"),
            ("answered 200, then close", [TUNNEL, READ], "closed it during the TLS"),
            ("answered 200, then alert", [TUNNEL, READ, alert(40)], "refused the TLS"),
            ("answered 200, then HTML", [TUNNEL, READ, b"<html>"], "not speak TLS"),
        )
    ),
    *(
        Case(
            96,
            f"{variable} without certificates",
            trusting(variable, content),
            **WRONG_SETTING,
            says=f"{variable}=.*trusted.pem: contains no certificates",
        )
        for variable, content in (
            ("REQUESTS_CA_BUNDLE", "not a certificate"),
            ("CURL_CA_BUNDLE", "\n"),
            ("SSL_CERT_FILE", ""),
        )
    ),
    *(
        Case(
            96,
            f"SSLKEYLOGFILE {what}",
            key_log(path),
            **WRONG_SETTING,
            says=f"SSLKEYLOGFILE={path}",
        )
        for what, path in (("in no folder", "/nowhere/keys"), ("is a folder", "/"))
    ),
    *(
        [Case(96, "no more threads", no_more_threads, **NOT_SENT, says="can't start new thread")]
        if sys.platform == "linux"  # elsewhere the limits do not stop a thread
        else []
    ),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))


def call(url):
    limits = Limits(connect=0.2, stall=0.05, total=5.0)
    with Session() as session:
        exchange(session, Request(method="POST", url=url, body=b"x"), limits)


@row(96)
def test_a_tls_handshake_that_is_never_answered_means_not_sent_96():
    with Door(HANG) as door, pytest.raises(NotSentError, match=r"0\.2 s|no answer in time"):
        call(door.url().replace("http:", "https:"))


@row(96)
def test_a_proxy_that_never_answers_means_not_sent_96(monkeypatch):
    with Door(HANG) as door:
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{door.port}")
        with pytest.raises(NotSentError, match=r"through the proxy 127\.0\.0\.1"):
            call(BY_NAME)


@row(96)
def test_no_more_open_files_means_not_sent_and_is_said_96():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Door() as door:
        first_free = os.dup(0)
        os.close(first_free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (first_free, hard))
        try:
            with pytest.raises(NotSentError, match=os.strerror(errno.EMFILE).lower()):
                call(door.url())
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
