"""What is said of a failed exchange: by its exception, and by whether anything was sent."""

import errno
import http.client
import os
import socket
import ssl

import pytest
from requests import exceptions
from requests.certs import where
from urllib3.exceptions import MaxRetryError

from pixverse_cli.domain.errors import NetworkSettingsError, NotSentError, UnreachableError
from pixverse_cli.http.failures import NoAnswerError, WrongAddressError, abandoned, translated

URL = "https://service.example/api/v1?secret=canary"


def requests_error(cause, kind=exceptions.ConnectionError):
    """Return the exception that requests raises for a failure of the connection."""
    try:
        raise MaxRetryError(None, "/api/v1", cause) from cause
    except MaxRetryError as error:
        return kind(error)


def tls_error(name):
    error = ssl.SSLError(1, "handshake failed")
    error.reason = name
    return error


def system_error(number):
    return OSError(number, os.strerror(number))


def socks_error(message):
    error = OSError()
    error.msg = message  # as PySocks has it
    return error


def raised_during(error, earlier):
    """Return an error as it is if it was raised while another one was handled."""
    error.__context__ = earlier
    return error


def not_trusted():
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


def unsent(cause, kind=exceptions.ConnectionError):
    return translated(requests_error(cause, kind), URL, written=False)


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (system_error(errno.ECONNREFUSED), "connection refused"),
        (TimeoutError("timed out"), "no answer in time"),
        (socket.gaierror(-2, "unknown"), "the name service.example does not resolve"),
        (http.client.RemoteDisconnected("closed"), "the proxy closed it without an answer"),
        (http.client.BadStatusLine("SSH-2.0"), "the answer of the proxy is not HTTP"),
        (
            OSError("Tunnel connection failed: 407 me:canary"),
            "the proxy answers HTTP 407: it asks for a user and a password",
        ),
        (OSError("Tunnel connection failed: 502 canary"), "the proxy answers HTTP 502"),
        (socks_error("SOCKS5 refused"), "the proxy reports: SOCKS5 refused"),
        (OSError("me:canary"), "it failed (OSError)"),
        (
            tls_error("UNEXPECTED_EOF_WHILE_READING"),
            "the server closed it during the TLS handshake",
        ),
        (tls_error("WRONG_VERSION_NUMBER"), "the server does not speak TLS on this port"),
        (tls_error("RECORD_LAYER_FAILURE"), "the server does not speak TLS on this port"),
        (tls_error("TLSV1_ALERT_PROTOCOL_VERSION"), "the server's TLS version is not supported"),
        (tls_error("SSLV3_ALERT_HANDSHAKE_FAILURE"), "the server refused the TLS handshake"),
        (tls_error("BAD_SIGNATURE"), "the TLS handshake failed (bad signature)"),
        (tls_error(None), "the TLS handshake failed (unknown error)"),
    ],
)
def test_nothing_was_sent_and_the_fault_is_named(cause, words):
    error = unsent(cause)
    assert type(error) is NotSentError
    assert error.message == f"no connection to service.example: {words}"
    assert error.retryable
    assert error.hint == "check the address and the network"
    assert "canary" not in error.message


def test_the_cause_is_what_the_system_reported_and_not_what_was_tried_before():
    first, second = system_error(errno.EHOSTUNREACH), system_error(errno.ECONNREFUSED)
    assert "connection refused" in unsent(raised_during(second, first)).message
    assert "no route to host" in unsent(raised_during(OSError("failed"), first)).message


def test_the_proxy_of_a_failed_connection_and_its_variable_are_named(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://me:canary@proxy.example:3128")
    error = unsent(system_error(errno.ECONNREFUSED))
    assert error.message == (
        "no connection to service.example through the proxy proxy.example: connection refused"
    )
    assert error.hint == "check HTTPS_PROXY, or add the host to NO_PROXY"
    unresolved = socket.gaierror(-2, "unknown")
    assert "the name service.example or proxy.example does not" in unsent(unresolved).message
    at_proxy = unsent(unresolved, exceptions.ProxyError)
    assert at_proxy.message.endswith("the name proxy.example does not resolve")


def test_an_untrusted_certificate_is_not_tried_again(monkeypatch):
    error = unsent(not_trusted(), exceptions.SSLError)
    assert type(error) is NotSentError
    assert (
        error.message
        == "the certificate of service.example is not trusted: self-signed certificate"
    )
    assert not error.retryable
    assert "set REQUESTS_CA_BUNDLE" in error.hint
    monkeypatch.setenv("SSL_CERT_FILE", where())
    assert unsent(not_trusted()).hint == "SSL_CERT_FILE must contain the certificate that signed it"


def test_the_certificate_of_an_https_proxy_is_named_as_the_proxys(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "https://proxy.example:3128")
    assert "certificate of service.example" in unsent(not_trusted()).message
    at_proxy = unsent(not_trusted(), exceptions.ProxyError)
    assert "certificate of proxy.example" in at_proxy.message


def test_a_file_that_cannot_be_opened_is_the_key_log():
    error = unsent(PermissionError(errno.EACCES, "denied", "/nowhere/keys"))
    assert type(error) is NetworkSettingsError
    assert error.message == "SSLKEYLOGFILE=/nowhere/keys: denied"
    assert error.hint == "correct SSLKEYLOGFILE, or unset it"


def test_an_invalid_url_is_shown_without_its_query():
    error = translated(exceptions.InvalidURL("canary"), URL, written=False)
    assert type(error) is WrongAddressError
    assert error.message == "'https://service.example/api/v1' is not a valid http(s) URL"
    assert not error.retryable


def test_of_a_long_invalid_url_200_characters_are_shown():
    error = translated(exceptions.InvalidURL(), f"https://x/{'y' * 300}", written=False)
    assert error.message == f"'https://x/{'y' * 190}' is not a valid http(s) URL"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (exceptions.ReadTimeout(TimeoutError()), "service.example takes too long to answer"),
        (requests_error(TimeoutError()), "service.example stopped reading the request"),
        (requests_error(system_error(errno.ECONNRESET)), "the connection to service.example was"),
        (exceptions.InvalidHeader("canary"), "the connection to service.example was lost"),
    ],
)
def test_after_the_first_byte_no_answer_is_never_not_sent(error, words):
    answer = translated(error, URL, written=True)
    assert type(answer) is NoAnswerError
    assert answer.message.startswith(words)
    assert "canary" not in answer.message


@pytest.mark.parametrize("written", [True, False])
def test_an_error_of_our_own_is_passed_on(written):
    own = UnreachableError("the file changed while it was sent")
    assert translated(own, URL, written=written) is own


def test_an_exchange_that_is_given_up_is_told_by_what_was_written():
    sent, unsent_call = (abandoned(URL, 40.0, written=written) for written in (True, False))
    assert type(sent) is NoAnswerError
    assert sent.message == "no complete answer from service.example within 40 s"
    assert type(unsent_call) is NotSentError
    assert unsent_call.message == "no connection to service.example: not made within 40 s"
