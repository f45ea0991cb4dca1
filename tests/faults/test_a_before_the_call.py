"""A. Network: the request did not reach the service (rows 1 to 7, 26 to 28)."""

import socket

import pytest

from pixverse_cli.domain.errors import NotSentError
from pixverse_cli.http.exchange import Limits, Request, Session, exchange
from tests.faults import certificates
from tests.faults.case import Case, Way, parameters, row
from tests.faults.service import PROXY_PASSWORD, as_json, unused_port
from tests.servers import ScriptedServer, answer

NOT_SENT = {"code": 6, "charged": "no", "store": ("NOT_SENT",)}
WRONG_SETTING = {"code": 2, "charged": "no", "retryable": False, "creates": 0}


def submit_to(address):
    return lambda world: world.submit(inside=True, DASHSCOPE_HTTP_BASE_URL=address)


def connection_refused(world):
    return submit_to(f"http://127.0.0.1:{unused_port()}/api/v1")(world)


def first_address_dead(world):
    port = world.serve().port
    return world.submit(DASHSCOPE_HTTP_BASE_URL=f"http://localhost:{port}/api/v1")


def over_tls(*, days=1, host="127.0.0.1", trusted=False):
    """Return a submit to a service with a certificate for this host and number of days."""

    def submit(world):
        certificate = certificates.made(world.directory.parent, days=days, host=host)
        world.serve(tls=certificate.context)
        return world.submit(REQUESTS_CA_BUNDLE=certificate.file if trusted else None)

    return submit


def no_bundle(world):
    world.serve(tls=certificates.made(world.directory.parent).context)
    return world.submit(REQUESTS_CA_BUNDLE="/nowhere/bundle.pem")


def create_redirected(status):
    def submit(world):
        elsewhere = world.serve(create=as_json({}, status=status, location="/api/v1/elsewhere"))
        ran = world.submit()
        assert elsewhere.counts["video"] == 0, "the redirect was followed"
        return ran

    return submit


def poll_redirected(world):
    world.serve(query=as_json({}, status="302 Found", location="/elsewhere"))
    world.add_task()
    ran = world.run_inside("status", "0385dc79")
    assert world.service.counts["video"] == 0
    return ran


def through_proxy(proxy):
    def submit(world):
        return world.submit(
            inside=True,
            DASHSCOPE_HTTP_BASE_URL="https://dashscope.example/api/v1",
            HTTPS_PROXY=proxy.format(secret=f"me:{PROXY_PASSWORD}", port=unused_port()),
        )

    return submit


def proxy_that_wants_a_password(world):
    refusal = [answer(status="407 Proxy Authentication Required")]
    with ScriptedServer(*[refusal] * 4) as proxy:
        address = f"http://me:{PROXY_PASSWORD}@127.0.0.1:{proxy.port}"
        return world.submit(
            inside=True,
            DASHSCOPE_HTTP_BASE_URL="https://dashscope.example/api/v1",
            HTTPS_PROXY=address,
        )


def no_long_line(_world, ran):
    assert len(max(ran.stderr.splitlines(), key=len)) < 440


UNTRUSTED = NOT_SENT | {"retryable": False, "creates": 0, "also": no_long_line}
CASES = (
    Case(
        1,
        "name does not resolve",
        submit_to("https://nowhere.invalid/api/v1"),
        **NOT_SENT,
        retryable=True,
        says="nowhere.invalid does not resolve",
    ),
    Case(2, "connection refused", connection_refused, **NOT_SENT, retryable=True, says="refused"),
    Case(4, "first address dead", first_address_dead, code=0, creates=1, store=("PENDING",)),
    Case(5, "self-signed", over_tls(), **UNTRUSTED, says="REQUESTS_CA_BUNDLE"),
    Case(5, "expired", over_tls(days=-1, trusted=True), **UNTRUSTED, says="expired.*clock"),
    Case(5, "wrong host", over_tls(host="127.0.0.2", trusted=True), **UNTRUSTED, says="trusted"),
    Case(6, "CA bundle does not exist", no_bundle, **WRONG_SETTING, says="REQUESTS_CA_BUNDLE"),
    Case(7, "the environment's CA", over_tls(trusted=True), code=0, creates=1),
    *(
        Case(
            26,
            f"create answered {status}",
            create_redirected(status),
            **NOT_SENT,
            retryable=True,
            creates=1,
            says="redirects",
            ways=(Way.JSON,),
        )
        for status in ("301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent")
    ),
    Case(26, "poll answered 302", poll_redirected, code=6, charged="yes", retryable=True),
    Case(
        27,
        "plain http",
        submit_to("http://192.0.2.1/api/v1"),
        **WRONG_SETTING,
        says="https",
        store=(),
    ),
    Case(
        28,
        "proxy dead",
        through_proxy("http://{secret}@127.0.0.1:{port}"),
        **NOT_SENT,
        retryable=True,
        says="127.0.0.1.*HTTPS_PROXY",
    ),
    Case(
        28,
        "proxy malformed",
        through_proxy("http://{secret}@[::1"),
        **WRONG_SETTING,
        says="HTTPS_PROXY",
    ),
    Case(
        28,
        "unknown kind of proxy",
        through_proxy("ftp://{secret}@h:1"),
        **WRONG_SETTING,
        says="PROXY",
    ),
    Case(
        28,
        "proxy wants a password",
        proxy_that_wants_a_password,
        **NOT_SENT,
        retryable=True,
        says="127.0.0.1.*407.*HTTPS_PROXY",
    ),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))


@row(3)
def test_a_connect_timeout_counts_as_not_sent_after_ten_seconds_3():
    assert Limits(total=40.0).connect == 10
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, socket.socket() as first:
        first.connect(server.getsockname())  # fills the queue: later ones get no answer
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(NotSentError, match="no connection"):
            _post_until_refused(url)


def _post_until_refused(url):
    request = Request(method="POST", url=url, body=b"x")
    limits = Limits(connect=0.2, stall=0.01, total=40.0)
    for _ in range(5):
        with Session() as session:
            exchange(session, request, limits)
