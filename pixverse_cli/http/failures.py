"""Failed exchanges, told apart by what the server may have seen.

Money hangs on the difference: after ``NotSentError`` it certainly saw nothing, after
:class:`NoAnswerError` it may have acted. No sentence holds a URL: that may be signed.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from urllib.request import getproxies

import requests
import urllib3

from pixverse_cli.domain.errors import NotSentError, PixverseError, UnreachableError, UsageError

CONNECT_SECONDS = 10.0

_PROXIES = "check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY"


class NoAnswerError(UnreachableError):
    """The call may have been sent, and no whole answer came."""


@contextmanager
def translated(host: str) -> Iterator[None]:
    """Turn what requests and urllib3 raise into errors of ours."""
    try:
        yield
    except requests.RequestException as error:
        raise (_environment_fault(error) or _not_sent(host, error) or _no_answer(host)) from error
    except urllib3.exceptions.HTTPError as error:
        # header lines without end, and other answers that are no HTTP
        raise _no_answer(host) from error
    except OSError as error:
        # requests looks for the certificate bundle itself, before it connects
        raise UsageError(
            f"REQUESTS_CA_BUNDLE (or CURL_CA_BUNDLE) names no certificate bundle: {error}",
            hint="correct or unset the variable",
        ) from error


def _no_answer(host: str) -> PixverseError:
    return NoAnswerError(f"the connection to {host} broke off before the answer came")


def _environment_fault(error: requests.RequestException) -> PixverseError | None:
    if isinstance(error, requests.exceptions.InvalidProxyURL):
        return UsageError("the address of the proxy cannot be understood", hint=_PROXIES)
    if isinstance(error, requests.exceptions.ProxyError):
        # only raised before a tunnel stands: dead, refusing, or wanting a password
        return NotSentError(
            f"the proxy {_proxy_host()} cannot be used: {_proxy_fault(error)}", hint=_PROXIES
        )
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
        return UsageError("the address is not one that can be called", hint=_PROXIES)
    return None


def _proxy_host() -> str:
    """Return the proxy's host alone: its address may hold a password."""
    proxies = getproxies()
    address = proxies.get("https") or proxies.get("http") or proxies.get("all") or ""
    return urlsplit(address if "//" in address else f"//{address}").hostname or ""


def _proxy_fault(error: BaseException) -> str:
    """Return what the system or the proxy itself said, such as "refused" or "407"."""
    fault = getattr(_root(error), "original_error", error)
    system = fault if isinstance(fault, OSError) else fault.__cause__
    return str(system or type(fault).__name__)


def _not_sent(host: str, error: requests.RequestException) -> PixverseError | None:
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
            return NotSentError(f"no connection to {host} within {CONNECT_SECONDS:g} s")
        case _:
            return None


def _root(error: BaseException) -> BaseException:
    """Unwrap ``ConnectionError(MaxRetryError(reason=SSLError(…)))`` to its innermost part."""
    while True:
        inner = getattr(error, "reason", None) or next(iter(error.args), None)
        if not isinstance(inner, BaseException):
            return error
        error = inner
