"""What an IMAGE argument points at, and which hosts are private."""

import pytest

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.media.address import (
    is_private,
    leads_inside,
    local_path,
    private_note,
    remote,
    shown,
)


@pytest.mark.parametrize(
    "url",
    ["https://example.com/a%20b.png?x=1", "HTTP://example.com", "oss://dashscope-instant/1"],
)
def test_urls_that_the_service_fetches_itself_stay_as_they_are(url):
    assert remote(url) == url


@pytest.mark.parametrize("argument", ["cat.png", "-", "a:b.png", "C:\\cat.png", "file:///cat.png"])
def test_everything_else_without_a_scheme_is_local(argument):
    assert remote(argument) is None


@pytest.mark.parametrize(
    "argument",
    ["data:image/png;base64,AAAA", "ftp://example.com/a.png", "s3://bucket/a.png", "javascript:x"],
)
def test_76_other_urls_are_refused(argument):
    with pytest.raises(UsageError, match="the service takes no such URL"):
        remote(argument)


@pytest.mark.parametrize(
    "argument", ["http://", "https:///a.png", "http://[x", "http://a/b c.png", "http://a/\n"]
)
def test_76_what_looks_like_a_url_and_is_none_is_refused(argument):
    with pytest.raises(UsageError, match="is no URL"):
        remote(argument)


def test_76_a_file_url_is_a_path():
    assert local_path("file:///tmp/sea%20turtle.png") == "/tmp/sea turtle.png"
    assert local_path("FILE://localhost/tmp/%ff.png") == "/tmp/\udcff.png"
    assert local_path("file:turtle.png") == "turtle.png"
    assert local_path("turtle%20.png") == "turtle%20.png"
    with pytest.raises(UsageError, match="another machine"):
        local_path("file://server/share/cat.png")


def test_76_a_private_url_is_a_note():
    expected = "http://192.168.1.2/cat.png is on a private network"
    assert private_note("http://192.168.1.2/cat.png?token=1").startswith(expected)
    assert private_note("https://example.com/cat.png") is None
    assert private_note("oss://localhost/cat.png") is None


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "x.localhost",
        "printer.local",
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
    ],
)
def test_private_hosts_are_known(host):
    assert is_private(host)


@pytest.mark.parametrize("host", ["example.com", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_hosts_are_known(host):
    assert not is_private(host)


def name_server(address):
    return lambda _name, _port: [(2, 1, 6, "", (address, 0))]


def test_a_name_is_judged_by_what_it_resolves_to_unless_a_proxy_does_that():
    assert leads_inside("http://rebound.example/", name_server("10.0.0.1"))
    assert leads_inside("http://2130706433/", name_server("127.0.0.1"))
    assert not leads_inside("http://media.example/", name_server("8.8.8.8"))
    assert not leads_inside("http://rebound.example/", None)
    assert leads_inside("http://localhost/", None)


def test_a_name_that_cannot_be_one_leads_nowhere():
    assert not leads_inside(f"http://{'a' * 64}.example/")


def test_credentials_queries_and_fragments_are_not_shown():
    assert shown("https://me:canary@x/a%2Fb?Signature=canary#canary") == "https://x/a%2Fb"
    assert shown("no url") == "no url"
