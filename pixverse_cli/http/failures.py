"""Errors of failed exchanges, by whether the first byte of the request was written.

Whether a call may have cost money depends on this: after :class:`NotSentError` the service
certainly received nothing, after :class:`NoAnswerError` it may have acted. No message contains
a URL's query: it may be signed.
"""

import re
import ssl

import urllib3
from requests import exceptions

from pixverse_cli.disk.files import reason
from pixverse_cli.domain.errors import NotSentError, PixverseError, UnreachableError
from pixverse_cli.http.addresses import host_of, without_secrets
from pixverse_cli.http.network import PROXY_VARIABLES, proxy_host

_PROXIES = f"check {', '.join(PROXY_VARIABLES[:-1])} and {PROXY_VARIABLES[-1]}"


class WrongAddressError(UnreachableError):
    """The URL, or one that it redirects to, is invalid or not allowed."""

    retryable = False


class NoAnswerError(UnreachableError):
    """The call may have been sent, but no complete answer came."""


def abandoned(url: str, seconds: float, *, written: bool) -> PixverseError:
    """Return the error for an exchange that took too long or was given up."""
    host = host_of(url)
    if written:
        return NoAnswerError(f"no complete answer from {host} within {seconds:.3g} s")
    return NotSentError(f"no connection to {host} within {seconds:.3g} s")


def translated(error: Exception, url: str, *, written: bool) -> PixverseError:
    """Return this package's error for an exception of requests, urllib3, ssl or the system.

    :param written: whether the first byte of the request was written.
    """
    host = host_of(url)
    if isinstance(
        error, PixverseError
    ):  # from the proxy settings, or from reading the body that is sent
        return error
    if not written:
        return _not_connected(error, url, host)
    if isinstance(
        _root(error), (exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
    ):
        return NoAnswerError(f"{host} takes too long to answer")
    return NoAnswerError(f"the connection to {host} was lost before the answer was complete")


def _not_connected(error: Exception, url: str, host: str) -> PixverseError:
    if isinstance(error, ValueError):  # requests raises its kinds for invalid URLs
        return WrongAddressError(f"{without_secrets(url)[:200]!r} is not a valid URL")
    if isinstance(error, exceptions.ProxyError):
        fault = _proxy_fault(error)
        return NotSentError(f"the proxy {proxy_host(url)} cannot be used: {fault}", hint=_PROXIES)
    match _root(error):
        case ssl.SSLCertVerificationError() as cause:
            return NotSentError(
                f"the certificate of {host} is not trusted: {cause.verify_message}",
                hint="behind a company's proxy, set REQUESTS_CA_BUNDLE to its certificate file",
                retryable=False,
            )
        case urllib3.exceptions.NameResolutionError():
            return NotSentError(f"the name {host} does not resolve", hint="check the network")
        case urllib3.exceptions.NewConnectionError():  # a subclass of the next, so it comes first
            return NotSentError(f"no connection to {host}: refused or unreachable")
        case urllib3.exceptions.ConnectTimeoutError():
            return NotSentError(f"no connection to {host} in time")
        case ssl.SSLError() as cause:
            detail = cause.reason or "the handshake failed"
            return NotSentError(f"no TLS connection to {host}: {detail}", hint=_PROXIES)
        case OSError() as cause if not isinstance(cause, exceptions.RequestException):
            return NotSentError(f"no connection to {host}: {reason(cause)}")
        case _:
            return NotSentError(f"no connection to {host}")


def _proxy_fault(error: BaseException) -> str:
    """Return what is wrong with the proxy, without the original text: it may hold a password."""
    fault = getattr(_root(error), "original_error", error)
    match fault:
        case urllib3.exceptions.NameResolutionError():
            return "its name does not resolve"
        case urllib3.exceptions.NewConnectionError():
            return "connection refused or unreachable"
        case urllib3.exceptions.ConnectTimeoutError() | TimeoutError():
            return "no connection in time"
    status = re.search(r"\b[1-5]\d\d\b", str(fault))  # Tunnel connection failed: 407 …
    return f"it answers {status[0]}" if status else "its answer is not that of a proxy"


def _root(error: BaseException) -> BaseException:
    """Return the innermost exception of ``ConnectionError(MaxRetryError(reason=SSLError(…)))``."""
    while True:
        inner = getattr(error, "reason", None) or next(iter(error.args), None)
        if not isinstance(inner, BaseException):
            return error
        error = inner
