"""URLs without their secrets, when a link expires, and which hosts are loopback or private."""

from datetime import UTC, datetime

import pytest

from pixverse_cli.domain.hosts import is_loopback, is_private, link_expires_at, without_secrets


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_loopback_hosts_are_recognised(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "example.com", "10.0.0.1", "localhost.example", "0.0.0.0"])
def test_other_hosts_are_not_loopback(host):
    assert not is_loopback(host)


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
def test_private_hosts_are_recognised(host):
    assert is_private(host)


@pytest.mark.parametrize("host", ["example.com", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_hosts_are_not_private(host):
    assert not is_private(host)


def test_credentials_queries_and_fragments_are_removed():
    assert without_secrets("https://me:canary@x/a%2Fb?Signature=canary#canary") == "https://x/a%2Fb"
    assert without_secrets("no url") == "no url"


def test_a_signed_link_tells_when_it_expires():
    link = "https://x/v.mp4?Expires=1767225600&Signature=s"
    assert link_expires_at(link) == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("query", ["", "?Expires=", "?Expires=soon", f"?Expires={10**18}"])
def test_other_links_do_not_tell_when_they_expire(query):
    assert link_expires_at(f"https://x/v.mp4{query}") is None
    assert link_expires_at(f"https://[x/v.mp4{query}") is None
