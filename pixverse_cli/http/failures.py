"""Errors of failed exchanges, by whether the first byte of the request was written.

Whether a call may have cost money depends on this: after :class:`NotSentError` the service
certainly received nothing, after :class:`NoAnswerError` it may have acted. No message contains
a URL's query: it may be signed.
"""

import http.client
import re
import socket
import ssl

import urllib3
from requests import exceptions

from pixverse_cli.disk.files import reason
from pixverse_cli.domain.errors import (
    NetworkSettingsError,
    NotSentError,
    PixverseError,
    UnreachableError,
)
from pixverse_cli.domain.hosts import host_of, without_secrets
from pixverse_cli.http.network import Proxy, certificates, proxy_of

# Parts of OpenSSL's names for errors; versions differ in the rest of the name.
_TLS_FAULTS = {
    "EOF": "the server closed it during the TLS handshake",
    "VERSION_NUMBER": "the server does not speak TLS on this port",
    "RECORD_LAYER": "the server does not speak TLS on this port",
    "PROTOCOL": "the server's TLS version is not supported",
    "ALERT": "the server refused the TLS handshake",
}


class WrongAddressError(UnreachableError):
    """The URL, or one that it redirects to, is invalid or not allowed."""

    retryable = False


class NoAnswerError(UnreachableError):
    """The call may have been sent, but no complete answer came."""


def abandoned(url: str, seconds: float, *, written: bool) -> PixverseError:
    """Return the error for an exchange that took too long or was given up."""
    if written:
        return NoAnswerError(f"no complete answer from {host_of(url)} within {seconds:.3g} s")
    return _no_connection(url, proxy_of(url), f"not made within {seconds:.3g} s")


def translated(error: Exception, url: str, *, written: bool) -> PixverseError:
    """Return this package's error for an exception of requests, urllib3, ssl or the system.

    :param written: whether the first byte of the request was written.
    """
    if isinstance(error, PixverseError):  # of the proxy settings, or of the body that is sent
        return error
    if not written:
        return _not_connected(error, url)
    if isinstance(_root(error), TimeoutError | urllib3.exceptions.TimeoutError):
        # requests has a kind of its own only for a timeout of the answer
        answering = isinstance(error, exceptions.ReadTimeout)
        fault = "takes too long to answer" if answering else "stopped reading the request"
        return NoAnswerError(f"{host_of(url)} {fault}")
    return NoAnswerError(
        f"the connection to {host_of(url)} was lost before the answer was complete"
    )


def _not_connected(error: Exception, url: str) -> PixverseError:
    if isinstance(error, ValueError):  # requests raises its kinds for invalid URLs
        return WrongAddressError(f"{without_secrets(url)[:200]!r} is not a valid http(s) URL")
    cause, proxy = _root(error), proxy_of(url)
    # an error of the proxy itself, not of the host behind it
    at_proxy = proxy is not None and isinstance(error, exceptions.ProxyError)
    host = proxy.host if proxy and at_proxy else host_of(url)
    match cause:
        case ssl.SSLCertVerificationError():
            return _not_trusted(host, cause.verify_message)
        case OSError(filename=str(path)):  # the only file that is opened for a connection
            return NetworkSettingsError(
                f"SSLKEYLOGFILE={path}: {reason(cause)}", hint="correct SSLKEYLOGFILE, or unset it"
            )
        case socket.gaierror():
            # a SOCKS proxy's own name and the host's are resolved in one step
            either = f"{host} or {proxy.host}" if proxy and not at_proxy else host
            fault = f"the name {either} does not resolve"
        case _:
            fault = _fault(cause)
    return _no_connection(url, proxy, fault)


def _no_connection(url: str, proxy: Proxy | None, fault: str) -> NotSentError:
    host = host_of(url)
    if proxy is None:
        return NotSentError(
            f"no connection to {host}: {fault}", hint="check the address and the network"
        )
    return NotSentError(
        f"no connection to {host} through the proxy {proxy.host}: {fault}",
        hint=f"check {proxy.variable}, or add the host to NO_PROXY",
    )


def _not_trusted(host: str, problem: str) -> NotSentError:
    trusted = certificates()
    if trusted is None:
        hint = "behind a company's proxy, set REQUESTS_CA_BUNDLE to its certificate file"
    else:
        hint = f"{trusted.variable} must contain the certificate that signed it"
    if re.search("expired|not yet valid", problem):
        hint = f"check this machine's clock; {hint}"
    message = f"the certificate of {host} is not trusted: {problem}"
    return NotSentError(message, hint=hint, retryable=False)


def _fault(cause: BaseException) -> str:
    """Return what happened to a connection, in words of ours or of the system.

    The text of a proxy or a server is never shown: it may hold a password.
    """
    refusal = re.match(r"Tunnel connection failed: (\d{3})\b", str(cause))
    match cause:
        case _ if refusal:
            login = ": it asks for a user and a password" if refusal[1] == "407" else ""
            return f"the proxy answers HTTP {refusal[1]}{login}"
        case TimeoutError() | urllib3.exceptions.TimeoutError():
            return "no answer in time"
        case ssl.SSLError():
            return _tls_fault(cause.reason or "")
        case http.client.RemoteDisconnected():
            return "the proxy closed it without an answer"
        case http.client.HTTPException():
            return "the answer of the proxy is not HTTP"
        case OSError() if hasattr(cause, "msg"):  # PySocks, in words of its own
            return f"the proxy reports: {cause.msg}"
        case OSError(errno=int()):
            return reason(cause)
    return f"it failed ({type(cause).__name__})"


def _tls_fault(name: str) -> str:
    """Return the words for OpenSSL's name of an error of the TLS handshake."""
    words = next((words for part, words in _TLS_FAULTS.items() if part in name), "")
    shown = name.replace("_", " ").lower() or "unknown error"
    return words or f"the TLS handshake failed ({shown})"


def _root(error: BaseException) -> BaseException:
    """Return the innermost exception: of ``ConnectionError(MaxRetryError() from SSLError())``."""
    while True:
        held = (*error.args, _cause(error))
        inner = next((each for each in held if isinstance(each, BaseException)), None)
        if inner is None:
            return error
        error = inner


def _cause(error: BaseException) -> BaseException | None:
    """Return the exception during which this one was raised, unless this is the system's own."""
    own = getattr(error, "errno", None) is not None
    return error.__cause__ or (None if own else error.__context__)
