"""Which requests read the certificates that the environment names."""

import pytest

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.http.network import certificates_for

PROXY = {"http": "https://proxy.example"}


def test_plain_http_reads_no_certificates(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/bundle.pem")
    assert certificates_for("http://127.0.0.1/", {}) is True


@pytest.mark.parametrize(("url", "proxies"), [("HTTPS://a.example/", {}), ("http://a/", PROXY)])
def test_whatever_may_be_encrypted_does(monkeypatch, url, proxies):
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/bundle.pem")
    with pytest.raises(UsageError, match="SSL_CERT_FILE=/nowhere"):
        certificates_for(url, proxies)
