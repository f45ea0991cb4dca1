"""Failed exchanges, told apart by whether the first byte of the request was written.

Money hangs on the difference: after :class:`NotSentError` the service certainly saw nothing,
after :class:`NoAnswerError` it may have acted. No sentence holds a URL: it may be signed.
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
    """The URL, or one that it redirects to, is none that may be asked."""

    retryable = False


class NoAnswerError(UnreachableError):
    """The call may have been sent, and no whole answer came."""


def given_up(url: str, seconds: float, *, written: bool) -> PixverseError:
    """Return the error for an exchange that nobody waits for any longer."""
    host = host_of(url)
    if written:
        return NoAnswerError(f"no whole answer from {host} within {seconds:.3g} s")
    return NotSentError(f"no connection to {host} within {seconds:.3g} s")


def translated(error: Exception, url: str, *, written: bool) -> PixverseError:
    """Return our error for what requests, urllib3, ssl or the system raised.

    :param written: whether the first byte of the request was.
    """
    host = host_of(url)
    if isinstance(error, PixverseError):  # the surroundings are wrong, or the file that is sent
        return error
    if not written:
        return _not_connected(error, url, host)
    if isinstance(
        _root(error), (exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
    ):
        return NoAnswerError(f"{host} takes too long to answer")
    return NoAnswerError(f"the connection to {host} broke off before the answer came")


def _not_connected(error: Exception, url: str, host: str) -> PixverseError:
    if isinstance(error, ValueError):  # requests' family of faulty URLs
        return WrongAddressError(f"{without_secrets(url)[:200]!r} is no URL that can be asked for")
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
        case urllib3.exceptions.NewConnectionError():  # before the next, of which it is a kind
            return NotSentError(f"no connection to {host}: refused or unreachable")
        case urllib3.exceptions.ConnectTimeoutError():
            return NotSentError(f"no connection to {host} in time")
        case ssl.SSLError() as cause:
            said = cause.reason or "the handshake failed"
            return NotSentError(f"no TLS connection to {host}: {said}", hint=_PROXIES)
        case OSError() as cause if not isinstance(cause, exceptions.RequestException):
            return NotSentError(f"no connection to {host}: {reason(cause)}")
        case _:
            return NotSentError(f"no connection to {host}")


def _proxy_fault(error: BaseException) -> str:
    """Return what is wrong with the proxy, in words of ours: its address may hold a password."""
    fault = getattr(_root(error), "original_error", error)
    match fault:
        case urllib3.exceptions.NameResolutionError():
            return "its name does not resolve"
        case urllib3.exceptions.NewConnectionError():
            return "connection refused or unreachable"
        case urllib3.exceptions.ConnectTimeoutError() | TimeoutError():
            return "no connection in time"
    status = re.search(r"\b[1-5]\d\d\b", str(fault))  # Tunnel connection failed: 407 …
    return f"it answers {status[0]}" if status else "it does not answer as a proxy does"


def _root(error: BaseException) -> BaseException:
    """Unwrap ``ConnectionError(MaxRetryError(reason=SSLError(…)))`` to its innermost part."""
    while True:
        inner = getattr(error, "reason", None) or next(iter(error.args), None)
        if not isinstance(inner, BaseException):
            return error
        error = inner
