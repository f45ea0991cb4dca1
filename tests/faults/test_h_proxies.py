"""H. Network: proxies (row 104). No part of an address that may be a password is shown."""

import re
import sys

import certifi
import pytest

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.http.network import proxies_for, proxy_of
from tests.faults import certificates
from tests.faults.case import Case, Way, parameters, row
from tests.faults.service import OTHER, PROXY_PASSWORD, TASK, unused_port
from tests.faults.socks_proxy import SocksProxy
from tests.faults.world import TURTLE
from tests.servers import ScriptedServer

NOT_SENT = {"code": 6, "charged": "no", "retryable": True, "creates": 0, "store": ("NOT_SENT",)}
WRONG_SETTING = {"code": 2, "charged": "no", "retryable": False, "creates": 0}
SAVED = {"code": 0, "creates": 1, "saved": 1, "store": ("SUCCEEDED",)}
HOST = "dashscope.example"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


def past_the_proxies(origin):
    """Return a submit with upload and download on loopback, while proxies are set for all hosts."""

    def submit(world):
        service = world.serve()
        with ScriptedServer() as proxy:  # fails at its end if anyone connected
            world.pixverse.environ |= dict.fromkeys(PROXIES, proxy.origin)
            address = f"{origin.format(port=service.port)}/api/v1"
            words = ("submit", TURTLE, "-p", "A turtle", "-o", "a.mp4")
            return world.run_inside(*words, DASHSCOPE_HTTP_BASE_URL=address)

    return submit


def through(proxy):
    """Return a submit through a proxy with this address; ``{dead}`` is a port without one."""

    def submit(world):
        return world.submit(
            inside=True,
            DASHSCOPE_HTTP_BASE_URL=f"https://{HOST}/api/v1",
            ALL_PROXY=proxy.format(secret=PROXY_PASSWORD, dead=unused_port()),
        )

    return submit


def through_socks(scheme="socks5h", user="", **options):
    """Return a submit through a SOCKS proxy behind which there is the service."""

    def submit(world):
        certificate = certificates.made(world.directory.parent, host=HOST)
        service = world.serve(tls=certificate.context)
        with SocksProxy(service.port, **options) as proxy:
            ran = world.submit(
                inside=True,
                DASHSCOPE_HTTP_BASE_URL=f"https://{HOST}/api/v1",
                REQUESTS_CA_BUNDLE=certificate.file,
                ALL_PROXY=f"{scheme}://{user}{proxy.address}",
            )
        assert set(proxy.asked) <= {(HOST, 443)}
        return ran

    return submit


def trusting(**variables):
    """Return a submit to a service whose certificate only these variables lead to.

    In a value ``{file}`` is the certificate, ``{folder}`` a folder with it under its hash, and
    ``{plain}`` a folder with it under its name.
    """

    def submit(world):
        certificate = certificates.made(world.directory.parent)
        world.serve(tls=certificate.context)
        places = {
            "file": certificate.file,
            "folder": certificate.folder(),
            "plain": certificate.file.parent,
            "bundle": certifi.where(),
        }
        environ = {name: value.format(**places) for name, value in variables.items()}
        return world.submit(inside=True, **environ)

    return submit


def batch_with(**variables):
    """Return a batch of two videos in surroundings that fail every call alike."""

    def batch(world):
        item = '[[video]]\nimage = "https://example.com/a.webp"\noutput = "{}.mp4"\n'
        (world.directory / "videos.toml").write_text(item.format(1) + item.format(2))
        service = f"https://{HOST}/api/v1"
        usual = {"DASHSCOPE_HTTP_BASE_URL": service, "DASHSCOPE_API_KEY": world.key}
        return world.run_inside("batch", "videos.toml", **usual | variables)

    return batch


def asking(*words):
    """Return a command about two tasks, with a bad proxy."""

    def ask(world):
        address = f"https://{HOST}/api/v1"
        world.pixverse.environ |= {"DASHSCOPE_HTTP_BASE_URL": address}
        for task_id in (TASK, OTHER):
            world.add_task(task_id)
        key = {"DASHSCOPE_API_KEY": world.key}
        return world.run_inside(*words, **key, HTTPS_PROXY="socks://nowhere")

    return ask


def recovering(world):
    """Run ``recover`` for two lost submits, with a bad proxy."""
    world.pixverse.environ |= {"DASHSCOPE_HTTP_BASE_URL": f"https://{HOST}/api/v1"}
    for task_id in (TASK, OTHER):
        world.add_task(task_id)
    world.execute("UPDATE task SET status = 'UNCLEAR', task_id = NULL")
    key = {"DASHSCOPE_API_KEY": world.key}
    return world.run_inside("recover", **key, HTTPS_PROXY="socks://nowhere")


def told_once(_world, ran):
    assert len(re.findall(TOLD, ran.stderr)) == 1
    assert "a.webp" not in ran.stderr


def through_socks_without_the_extra(world):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "socks", None)  # as if it were not installed
        return through(f"socks5h://me:{PROXY_PASSWORD}@127.0.0.1:{{dead}}")(world)


def nothing_of_the_address_is_shown(_world, ran):
    for part in ("me:", "CANARY", "quay", "proxy.example", "3128"):
        assert part not in ran.stdout + ran.stderr


def the_host_has_no_known_price(world, _ran):
    assert world.rows()[0]["estimate"] is None


TOLD = r"which version of SOCKS|BUNDLE=/nowhere|LOGFILE=/nowhere|must be an https URL"
ODD_PASSWORDS = (
    "CANARY#quay",
    "CANARY@quay",
    "CANARY/quay",
    "CANARY?quay",
    "CANARY quay",
    "C[quay",
)
CASES = (
    *(
        Case(104, str(variables), trusting(**variables), code=0, creates=1, store=("PENDING",))
        for variables in (
            {"REQUESTS_CA_BUNDLE": "{file}"},
            {"REQUESTS_CA_BUNDLE": "{folder}"},
            {"CURL_CA_BUNDLE": "{file}"},
            {"SSL_CERT_FILE": "{file}"},
            {"SSL_CERT_FILE": "{file}", "SSL_CERT_DIR": "/nowhere"},
            {"SSL_CERT_FILE": "{bundle}", "SSL_CERT_DIR": "{folder}"},
            {"SSL_CERT_DIR": "/nowhere:{plain}:{folder}"},
        )
    ),
    Case(
        104,
        "a folder without hashes",
        trusting(SSL_CERT_DIR="{plain}"),
        **WRONG_SETTING,
        says="SSL_CERT_DIR=.*: contains no certificate under its hash: run `openssl rehash`",
    ),
    Case(
        104,
        "folders that are not there",
        trusting(SSL_CERT_DIR="/nowhere:/nor/here"),
        **WRONG_SETTING,
        says="SSL_CERT_DIR=/nowhere:/nor/here: no such file or directory",
    ),
    Case(104, "loopback", past_the_proxies("http://127.0.0.1:{port}"), **SAVED),
    Case(104, "loopback by name", past_the_proxies("http://localhost:{port}"), **SAVED),
    Case(
        104,
        "dead http proxy",
        through("http://me:{secret}@127.0.0.1:{dead}"),
        **NOT_SENT,
        says=f"{HOST} through the proxy 127.0.0.1: connection refused.*ALL_PROXY",
    ),
    Case(
        104,
        "dead SOCKS proxy",
        through("socks5h://me:{secret}@127.0.0.1:{dead}"),
        **NOT_SENT,
        says=f"{HOST} through the proxy 127.0.0.1: connection refused.*ALL_PROXY",
    ),
    Case(
        104,
        "proxy's name does not resolve",
        through("http://me:{secret}@nowhere.invalid:3128"),
        **NOT_SENT,
        says="nowhere.invalid does not resolve.*ALL_PROXY",
    ),
    *(
        Case(
            104,
            f"password {password!r}",
            through(f"http://me:{password}@proxy.example:3128"),
            **WRONG_SETTING,
            says="ALL_PROXY: the proxy's address is not valid.*%40 for @, %23 for #",
            also=nothing_of_the_address_is_shown,
        )
        for password in ODD_PASSWORDS
    ),
    Case(
        104,
        "port out of range",
        through("http://me:{secret}@proxy.example:99999"),
        **WRONG_SETTING,
        says="ALL_PROXY",
        also=nothing_of_the_address_is_shown,
    ),
    Case(
        104,
        "SOCKS without the extra",
        through_socks_without_the_extra,
        **WRONG_SETTING,
        says=r"ALL_PROXY is a SOCKS proxy.*extra.*pip install 'pixverse-cli\[socks\] @ git",
        also=nothing_of_the_address_is_shown,
    ),
    *(
        Case(
            104,
            f"batch, {variable}",
            batch_with(**{variable: value}),
            **WRONG_SETTING,
            store=(),
            says=variable,
            also=told_once,
        )
        for variable, value in (
            ("HTTPS_PROXY", "socks://nowhere"),
            ("REQUESTS_CA_BUNDLE", "/nowhere"),
            ("SSLKEYLOGFILE", "/nowhere/keys"),
            ("DASHSCOPE_HTTP_BASE_URL", "http://nowhere.example"),
        )
    ),
    Case(
        104,
        "recover of several",
        recovering,
        code=2,
        charged="unknown",
        store=("UNCLEAR", "UNCLEAR"),
        says="HTTPS_PROXY",
        also=told_once,
        ways=(Way.PIPE,),
    ),
    *(
        Case(
            104,
            f"{words[0]} of several",
            asking(*words),
            code=2,
            creates=0,
            says="HTTPS_PROXY",
            also=told_once,
            ways=(Way.PIPE,),
        )
        for words in (("status", TASK, OTHER), ("wait", "--all"), ("cancel", TASK, OTHER))
    ),
    Case(
        104,
        "SOCKS with the extra",
        through_socks(),
        code=0,
        creates=1,
        store=("PENDING",),
        also=the_host_has_no_known_price,
    ),
    Case(
        104,
        "SOCKS with a login",
        through_socks(user=f"me:{PROXY_PASSWORD}@", login=("me", PROXY_PASSWORD)),
        code=0,
        creates=1,
        store=("PENDING",),
    ),
    Case(
        104,
        "SOCKS with a wrong login",
        through_socks(user=f"me:{PROXY_PASSWORD}@", login=("me", "other")),
        **NOT_SENT,
        says="the proxy reports: SOCKS5 authentication failed.*ALL_PROXY",
    ),
    Case(
        104,
        "SOCKS refuses the host",
        through_socks(code=2),
        **NOT_SENT,
        says="the proxy reports: .*not allowed by ruleset.*ALL_PROXY",
    ),
    Case(
        104,
        "SOCKS with a name that resolves only there",
        through_socks("socks5"),
        **NOT_SENT,
        says=f"the name {HOST} or 127.0.0.1 does not resolve.*ALL_PROXY",
    ),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))


@row(104)
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.8.9.10",
        "127.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "api.localhost",
    ],
)
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "all_proxy"])
def test_no_proxy_is_used_for_this_machine_104(monkeypatch, host, variable):
    monkeypatch.setenv(variable, "http://proxy.example:3128")
    assert proxies_for(f"http://{host}:8000/api/v1") == {}


@row(104)
@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("http://proxy.example:3128", "proxy.example"),
        ("proxy.example:3128", "proxy.example"),
        ("https://me:p%40ss%23quay@proxy.example/", "proxy.example"),
        ("http://me@[::1]:3128", "[::1]"),
        ("socks5h://me:pass@10.0.0.1:1080", "10.0.0.1"),
    ],
)
def test_the_host_of_a_proxy_and_its_variable_are_known_104(monkeypatch, address, host):
    monkeypatch.setenv("https_proxy", address)
    proxy = proxy_of(f"https://{HOST}/")
    assert (proxy.address, proxy.host, proxy.variable) == (address, host, "https_proxy")


@row(104)
@pytest.mark.parametrize("password", ODD_PASSWORDS)
@pytest.mark.parametrize("scheme", ["http://", "socks5h://", ""])
def test_the_error_for_an_ambiguous_address_shows_nothing_of_it_104(monkeypatch, password, scheme):
    monkeypatch.setenv("HTTPS_PROXY", f"{scheme}me:{password}@proxy.example:3128")
    with pytest.raises(UsageError) as refused:
        proxy_of(f"https://{HOST}/")
    shown = f"{refused.value.message} {refused.value.hint}"
    assert "HTTPS_PROXY" in shown
    assert not [part for part in ("CANARY", "quay ", "quay@", "example") if part in shown]


@row(104)
@pytest.mark.parametrize(
    ("entries", "host", "direct"),
    [
        (f"other.example,{HOST}", HOST, True),
        (f"other.example,{HOST}", "media.example", False),
        ("*", HOST, True),
        ("*.EXAMPLE", HOST, True),
        ("*.example:8443", HOST, False),
        ("*.example:443", HOST, True),
        ("other.test .example", HOST, True),
        ("other.test;.example", HOST, True),
        ("[2001:db8::1]", "[2001:db8::1]", True),
        ("[2001:db8::1]:443", "[2001:db8::1]", True),
        ("2001:db8::/32", "[2001:db8::1]", True),
        ("2001:db8::/32", "[2001:db9::1]", False),
        ("10.0.0.0/8", "10.9.8.7", True),
        ("10.0.0.0/33,/8,:,[", "10.9.8.7", False),
    ],
)
def test_hosts_in_no_proxy_are_reached_directly_104(monkeypatch, entries, host, direct):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", entries)
    assert (proxies_for(f"https://{host}/") == {}) is direct


@row(104)
@pytest.mark.parametrize(
    ("address", "used"),
    [
        ("http://me@proxy.example:3128", "http://me:@proxy.example:3128"),
        ("me@proxy.example", "http://me:@proxy.example"),
        ("proxy.example:3128", "http://proxy.example:3128"),
        ("http://me:pass@proxy.example", "http://me:pass@proxy.example"),
        (" http://proxy.example:3128\r\n", "http://proxy.example:3128"),
    ],
)
def test_a_proxy_is_used_with_its_user_and_without_blanks_104(monkeypatch, address, used):
    monkeypatch.setenv("HTTPS_PROXY", address)
    assert proxies_for(f"https://{HOST}/") == {"https": used}
    assert proxy_of(f"https://{HOST}/").variable == "HTTPS_PROXY"


@row(104)
def test_a_socks_address_without_its_version_is_refused_with_the_right_one_104(monkeypatch):
    monkeypatch.setenv("all_proxy", "socks://127.0.0.1:1080/")
    with pytest.raises(UsageError, match="all_proxy: socks://") as refused:
        proxy_of(f"https://{HOST}/")
    assert "socks5h://" in refused.value.hint


@row(104)
def test_status_shows_the_known_tasks_although_no_call_can_be_made_104(world):
    ran = asking("status", TASK, OTHER)(world)
    assert (ran.code, TASK in ran.stdout, OTHER in ran.stdout) == (2, True, True), ran.stdout
