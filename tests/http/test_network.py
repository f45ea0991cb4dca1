"""Which requests read the certificates that the environment names."""

from pixverse_cli.http.exchange import Limits, Request, Session, exchange
from tests.servers import ScriptedServer, answer


def test_plain_http_reads_no_certificates(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/bundle.pem")
    with ScriptedServer([answer(b"{}")]) as server, Session() as session:
        assert exchange(session, Request(method="GET", url=server.url()), Limits()).status == 200
