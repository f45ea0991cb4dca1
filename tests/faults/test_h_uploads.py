"""H. Network: an upload host that stops reading and goes on, or does not (row 105)."""

import io

import pytest

from pixverse_cli.dashscope import upload
from pixverse_cli.dashscope.wire import Policy
from pixverse_cli.domain.errors import UnreachableError
from pixverse_cli.http.exchange import Limits
from tests.faults import certificates
from tests.faults.case import row
from tests.servers import HANG, READ, Pause, Script, ScriptedServer, answer

LARGE = bytes(8_000_000)  # does not fit into the buffers of a connection
STALLS = 0.4


def send(server, limits, data=LARGE):
    policy = Policy(host=server.origin, directory="x", form={}, max_bytes=None)
    return list(
        upload.send(policy, "x/y", io.BytesIO(data), len(data), loopback=True, limits=limits)
    )


@row(105)
def test_a_host_that_stops_reading_for_half_a_minute_is_waited_for_105():
    assert upload.LIMITS.stall > 2 * upload.LIMITS.connect
    assert upload.LIMITS.stall > 30


@row(105)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_host_that_stops_reading_for_longer_than_a_connect_may_take_gets_all_105(
    scheme, tmp_path, monkeypatch
):
    certificate = certificates.made(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.file))
    tls = certificate.context if scheme == "https" else None
    script = Script([Pause(STALLS), READ, answer()], reads=1000)
    with ScriptedServer(script, tls=tls) as server:
        sent = send(server, Limits(connect=STALLS / 4, stall=10.0, total=20.0))
    assert len(server.requests[0]) > len(LARGE)
    assert sent == sorted(sent)


@row(105)
def test_a_host_that_does_not_go_on_reading_is_told_as_a_stall_105():
    script = Script([HANG], reads=1000)
    with (
        ScriptedServer(script) as server,
        pytest.raises(UnreachableError, match=r"127\.0\.0\.1 stopped reading") as error,
    ):
        send(server, Limits(stall=STALLS, total=20.0))
    assert (error.value.exit_code, error.value.charged, error.value.retryable) == (6, "no", True)


@row(105)
def test_a_host_that_reads_all_and_does_not_answer_is_told_as_silent_105():
    with (
        ScriptedServer([HANG]) as server,
        pytest.raises(UnreachableError, match="takes too long to answer") as error,
    ):
        send(server, Limits(stall=STALLS, total=20.0), b"small")
    assert error.value.exit_code == 6
