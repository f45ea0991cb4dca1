"""The proxies and certificate files that the environment sets."""

import pytest
from requests.certs import where

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.http.exchange import Limits, Request, Session, exchange
from pixverse_cli.http.network import Proxy, certificates, proxies_for, proxy_of
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


@pytest.mark.parametrize(
    "address", ["http", "https", "socks4", "socks4a", "socks5", "socks5h", "HTTP", None]
)
def test_these_schemes_of_proxies_are_taken(monkeypatch, address):
    monkeypatch.setenv("HTTPS_PROXY", f"{address}://proxy.example" if address else "proxy.example")
    assert proxy_of(URL).host == "proxy.example"


@pytest.mark.parametrize(
    "address", ["ftp://proxy.example", "http://proxy.example:65536", "http://proxy.example/path"]
)
def test_an_invalid_proxy_is_refused_with_the_valid_forms(monkeypatch, address):
    monkeypatch.setenv("HTTPS_PROXY", address)
    with pytest.raises(UsageError, match="HTTPS_PROXY: the proxy's address is not valid") as error:
        proxy_of(URL)
    assert "http://host:port" in error.value.hint


def test_without_a_variable_the_bundle_of_requests_is_used():
    assert certificates() is None


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_file_of_certificates_is_taken_with_its_variable(monkeypatch, variable):
    monkeypatch.setenv(variable, where())
    trusted = certificates()
    assert (trusted.variable, trusted.file, trusted.folders) == (variable, where(), None)


@pytest.mark.parametrize(
    ("variable", "name", "problem"),
    [
        ("REQUESTS_CA_BUNDLE", "missing.pem", "no such file"),
        ("REQUESTS_CA_BUNDLE", "text.pem", "contains no certificates"),
        ("SSL_CERT_DIR", "missing", "no such file"),
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
