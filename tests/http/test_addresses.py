"""URLs without their secrets, and which hosts are loopback or private."""

import pytest

from pixverse_cli.domain.hosts import is_loopback, is_private, without_secrets
from pixverse_cli.http.stream import is_private_url


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


def name_server(address):
    return lambda _name, _port: [(2, 1, 6, "", (address, 0))]


def test_a_name_is_resolved_to_find_private_addresses_except_behind_a_proxy():
    assert is_private_url("http://rebound.example/", name_server("10.0.0.1"))
    assert is_private_url("http://2130706433/", name_server("127.0.0.1"))
    assert not is_private_url("http://media.example/", name_server("8.8.8.8"))
    assert not is_private_url("http://rebound.example/", None)
    assert is_private_url("http://localhost/", None)


def test_an_invalid_name_does_not_lead_to_a_private_address():
    assert not is_private_url(f"http://{'a' * 64}.example/")


def test_credentials_queries_and_fragments_are_removed():
    assert without_secrets("https://me:canary@x/a%2Fb?Signature=canary#canary") == "https://x/a%2Fb"
    assert without_secrets("no url") == "no url"
