"""A response whose body is read in pieces; redirects are checked before they are followed."""

import re
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from pixverse_cli.domain.clock import TimeLimit
from pixverse_cli.domain.hosts import host_of, is_private, without_secrets
from pixverse_cli.http.exchange import (
    Limits,
    Request,
    Response,
    Session,
    exchange_steps,
    in_background,
    log,
    result_of,
)
from pixverse_cli.http.failures import WrongAddressError, abandoned
from pixverse_cli.http.network import proxies_for

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

Resolve = Callable[[str, None], Sequence[tuple[Any, ...]]]

_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_REDIRECTS = 5


class Body:
    """The body after the headers, not decoded."""

    def __init__(self, raw: "BaseHTTPResponse", session: Session, time_limit: TimeLimit) -> None:
        self._raw = raw
        self._session = session
        self._time_limit = time_limit

    def read(self, count: int) -> bytes:
        """Return the bytes received so far, at most ``count``; b"" at the end.

        :raises OSError: the connection was lost, no byte came within the stall limit, or the
            time is up.
        """
        seconds = min(self._session.stall, self._time_limit.left())
        if seconds <= 0:
            raise TimeoutError("no time is left")
        if self._session.sock.fileno() != -1:  # closed once the whole body is received
            self._session.sock.settimeout(seconds)
        try:
            # `read` would wait until all `count` bytes are there, however slowly they come
            chunk: bytes = self._raw.read1(count)
        except ReadTimeoutError as error:
            raise TimeoutError("no byte came for too long") from error
        except HTTPError as error:  # reset, or closed in the middle of a chunk
            raise ConnectionError("the connection was cut") from error
        return chunk


@contextmanager
def stream(
    url: str, headers: Mapping[str, str], limits: Limits, time_limit: TimeLimit
) -> Iterator[tuple[Response, Body]]:
    """Send a GET request, and give the response's status and headers, and its unread body.

    At most five redirects are followed, to http(s) only, and never from the internet to a
    private network: a foreign server must not send requests to hosts that only this machine
    can reach. ``limits.total`` limits the time until the headers, ``time_limit`` the time of all.

    :raises WrongAddressError: the URL or a redirect is invalid or not allowed.
    :raises UnreachableError: no answer. :raises UsageError: as :func:`exchange`.
    """
    with (
        Session(stall=limits.stall) as session,
        closing(_follow(session, url, headers, limits, time_limit)) as response,
    ):
        head = Response(status=response.status_code, headers=response.headers, whole=False)
        yield head, Body(response.raw, session, time_limit)


def _follow(
    session: Session,
    url: str,
    headers: Mapping[str, str],
    limits: Limits,
    time_limit: TimeLimit,
) -> requests.Response:
    start = url
    for _ in range(_MOST_REDIRECTS + 1):
        response = _get(session, url, headers, limits, time_limit)
        log.info("exchange", extra={"response": response, "body": b""})
        location = response.headers.get("Location")
        if response.status_code not in _REDIRECTS or location is None:
            return response
        response.close()
        url = _redirect_target(url, location)
        if _leads_inside(start, url, time_limit.within(limits.connect)):
            raise WrongAddressError(
                f"{without_secrets(start)} redirects to a private network: refused"
            )
    raise WrongAddressError(f"{without_secrets(start)} redirects more than {_MOST_REDIRECTS} times")


def _redirect_target(url: str, location: str) -> str:
    if re.match(r"[a-z]+:", location, re.IGNORECASE):
        return location
    try:
        return urljoin(url, location)
    except ValueError as error:  # unbalanced brackets
        raise WrongAddressError(f"{without_secrets(url)} redirects to an invalid URL") from error


def _get(
    session: Session,
    url: str,
    headers: Mapping[str, str],
    limits: Limits,
    time_limit: TimeLimit,
) -> requests.Response:
    request = Request(method="GET", url=url, headers=headers)
    return result_of(
        exchange_steps(
            session,
            request,
            limits,
            receive=lambda response: response,
            give_up=time_limit.is_reached,
        )
    )


def _leads_inside(start: str, url: str, time_limit: TimeLimit) -> bool:
    """Return whether a redirect leads from the internet to a private network."""
    return in_time(lambda: _is_private(url) and not _is_private(start), url, time_limit)


def in_time(look_up: Callable[[], bool], url: str, time_limit: TimeLimit) -> bool:
    """Return what a look-up of the URL's host finds; the system's resolver has no time limit.

    :raises NotSentError: it takes longer than ``time_limit``, or there is no thread for it.
    """
    running, seconds = in_background(look_up, url), time_limit.left()
    if not running.wait(seconds):
        raise abandoned(url, seconds, written=False)
    return running.result()


def _is_private(url: str) -> bool:
    return is_private_url(url, resolve=None) if proxies_for(url) else is_private_url(url)


def is_private_url(url: str, resolve: Resolve | None = socket.getaddrinfo) -> bool:
    """Return whether a URL's host is private by its text, or by the addresses it resolves to.

    ``resolve`` is None behind a proxy, which resolves names itself.
    """
    host = host_of(url)
    if is_private(host) or resolve is None:
        return is_private(host)
    try:
        addresses = resolve(host, None)
    except (OSError, UnicodeError):  # the name does not resolve: connecting will report it
        return False
    return any(is_private(str(entry[4][0])) for entry in addresses)
