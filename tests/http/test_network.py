"""The proxies and certificate files that the environment sets."""

import sys
from base64 import b64encode
from urllib.parse import unquote_to_bytes

import pytest
from requests.certs import where

from pixverse_cli.domain.errors import NotSentError, UsageError
from pixverse_cli.http.exchange import Limits, Request, Session, exchange
from pixverse_cli.http.network import Proxy, Trusted, certificates, proxies_for, proxy_of
from tests.servers import ScriptedServer, answer

URL = "https://service.example/api/v1"


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_is_used_and_its_variable_is_known(monkeypatch, variable):
    address = "http://me:canary@proxy.example:65535"
    monkeypatch.setenv(variable, address)
    assert proxy_of(URL) == Proxy(address, "proxy.example", variable)
    assert proxies_for(URL) == {"https": address}


def test_without_a_proxy_for_its_scheme_a_url_is_reached_directly(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    assert proxy_of(URL) is None
    assert proxies_for(URL) == {}
    assert proxies_for("http://service.example/") == {"http": "http://proxy.example:3128"}
    assert proxy_of("http://service.example/").variable == "HTTP_PROXY"


@pytest.mark.parametrize(
    "address", ["http", "https", "socks4", "socks4a", "socks5", "socks5h", "HTTP", None]
)
def test_these_schemes_of_proxies_are_taken(monkeypatch, address):
    monkeypatch.setenv("HTTPS_PROXY", f"{address}://proxy.example" if address else "proxy.example")
    assert proxy_of(URL).host == "proxy.example"


@pytest.mark.parametrize(
    "address",
    [
        "ftp://proxy.example",
        "http://proxy.example:65536",
        "http://proxy.example/path",
        "http://proxy..example",
        f"http://{'a' * 64}.example",
        "http://\u0661.example",  # a digit of another script
        "http://[:::]",
    ],
)
def test_an_invalid_proxy_is_refused_with_the_valid_forms(monkeypatch, address):
    monkeypatch.setenv("HTTPS_PROXY", address)
    with pytest.raises(UsageError, match="HTTPS_PROXY: the proxy's address is not valid") as error:
        proxy_of(URL)
    assert "http://host:port" in error.value.hint


@pytest.mark.parametrize(
    ("entries", "host", "direct"),
    [
        ("far.example", "far.example", True),
        ("FAR.example", "far.example", True),
        (".example", "far.example", True),
        ("ar.example", "far.example", False),
        ("*.example", "far.example", True),
        ("other.test;far.example", "far.example", True),
        ("other.test *", "far.example", True),
        ("other.test", "far.example", False),
        ("other.test:443", "far.example", False),
        ("far.example:443", "far.example", True),
        ("far.example:80", "far.example", False),
        ("far.example:8443", "far.example:8443", True),
        (":", "far.example", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("2001:db8::9/32", "[2001:db8::1]", True),
        ("[2001:db8::1]:443", "[2001:db8::1]", True),
        ("2001:db8::/32", "[2001:db8::1]", True),
    ],
)
@pytest.mark.parametrize("variable", ["no_proxy", "NO_PROXY"])
def test_hosts_that_no_proxy_lists_are_reached_directly(
    monkeypatch, variable, entries, host, direct
):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv(variable, entries)
    assert (proxy_of(f"https://{host}/") is None) is direct


@pytest.mark.parametrize("port", [80, 443])
def test_a_url_without_a_port_has_that_of_its_scheme(monkeypatch, port):
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", f"*.example:{port}")
    assert (proxy_of("http://far.example/") is None) is (port == 80)
    assert (proxy_of(URL) is None) is (port == 443)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost.",
        "api.localhost",
        "127.0.0.1",
        "127.1",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "0",
    ],
)
def test_no_proxy_is_used_for_this_machine(monkeypatch, host):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert proxy_of(f"https://{host}/") is None


@pytest.mark.parametrize("host", ["128.0.0.1", "0.0.0.1", "localhost.example", "localhosts"])
def test_a_proxy_is_used_for_other_machines(monkeypatch, host):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert proxy_of(f"https://{host}/") is not None


def test_a_user_without_a_password_is_sent_with_an_empty_one(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://me@proxy.example")
    assert proxies_for(URL) == {"https": "http://me:@proxy.example"}


@pytest.mark.parametrize(
    "user", ["me:\u5bc6\u7801", "me:%E5%AF%86%E7%A0%81", "me%3Aand%40you:%F0%28", "\u00e9:p\u00e9"]
)
@pytest.mark.parametrize("scheme", ["http://", ""])
def test_the_login_at_an_http_proxy_is_the_bytes_of_its_address(monkeypatch, scheme, user):
    with ScriptedServer([answer(status="403 Forbidden")]) as proxy, Session() as session:
        monkeypatch.setenv("HTTPS_PROXY", f"{scheme}{user}@127.0.0.1:{proxy.port}")
        with pytest.raises(NotSentError, match="the proxy answers HTTP 403"):
            exchange(session, Request(method="GET", url=URL), Limits(total=5))
    name, _, password = user.partition(":")
    login = b64encode(unquote_to_bytes(name) + b":" + unquote_to_bytes(password))
    assert b"\r\nProxy-Authorization: Basic " + login + b"\r\n" in proxy.requests[0]


def test_a_socks_proxy_needs_its_version_and_the_extra(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks://proxy.example")
    with pytest.raises(UsageError, match="ALL_PROXY: socks:// does not say") as unclear:
        proxy_of(URL)
    assert unclear.value.hint == "write socks5h:// instead"
    monkeypatch.setenv("ALL_PROXY", "socks5h://proxy.example")
    monkeypatch.setitem(sys.modules, "socks", None)  # as if it were not installed
    with pytest.raises(UsageError, match="ALL_PROXY is a SOCKS proxy, which needs") as missing:
        proxy_of(URL)
    assert "or use an http proxy" in missing.value.hint


def test_without_a_variable_the_bundle_of_requests_is_used():
    assert certificates() is None


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_file_of_certificates_is_taken_with_its_variable(monkeypatch, variable):
    monkeypatch.setenv(variable, where())
    trusted = certificates()
    assert (trusted.variable, trusted.file, trusted.folders) == (variable, where(), None)


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a certificate under its hash, as far as its name tells."""
    made = tmp_path / "trusted"
    made.mkdir()
    (made / "0a1b2c3d.0").touch()
    return str(made)


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_folder_of_certificates_is_taken_with_its_variable(monkeypatch, folder, variable):
    monkeypatch.setenv(variable, folder)
    assert certificates() == Trusted(variable, folders=folder)
    assert str(certificates()) == folder


def test_one_usable_folder_of_several_is_enough(monkeypatch, folder, tmp_path):
    several = f"{tmp_path / 'missing'}::{tmp_path}:{folder}"
    monkeypatch.setenv("SSL_CERT_DIR", several)
    assert certificates() == Trusted("SSL_CERT_DIR", folders=several)


def test_openssls_two_variables_are_used_together(monkeypatch, folder):
    monkeypatch.setenv("SSL_CERT_DIR", folder)
    monkeypatch.setenv("SSL_CERT_FILE", where())
    both = "SSL_CERT_FILE and SSL_CERT_DIR"
    assert certificates() == Trusted(both, file=where(), folders=folder)
    assert str(certificates()) == f"{where()}, {folder}"
    monkeypatch.setenv("CURL_CA_BUNDLE", where())
    assert certificates() == Trusted("CURL_CA_BUNDLE", file=where())


@pytest.mark.parametrize(
    ("variable", "name", "problem"),
    [
        ("REQUESTS_CA_BUNDLE", "missing.pem", "no such file"),
        ("REQUESTS_CA_BUNDLE", "text.pem", "contains no certificates"),
        ("SSL_CERT_DIR", "missing", "no such file"),
        ("SSL_CERT_DIR", "", "contains no certificate under its hash: run `openssl rehash`"),
        ("SSL_CERT_DIR", "missing:", "no such file"),
        ("SSL_CERT_FILE", "n" * 300, "file name too long"),
    ],
)
def test_unusable_certificates_are_an_error_with_the_variable_6(
    monkeypatch, tmp_path, variable, name, problem
):
    (tmp_path / "text.pem").write_text("no certificate")
    monkeypatch.setenv(variable, str(tmp_path / name))
    with pytest.raises(UsageError) as error:
        certificates()
    assert error.value.message.startswith(f"{variable}={tmp_path / name}: {problem}")
    assert error.value.hint == f"correct {variable}, or unset it"


def test_plain_http_reads_no_certificates(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/bundle.pem")
    with ScriptedServer([answer(b"{}")]) as server, Session() as session:
        assert (
            exchange(session, Request(method="GET", url=server.url()), Limits(total=10.0)).status
            == 200
        )
