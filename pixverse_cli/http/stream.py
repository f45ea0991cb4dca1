"""A response whose body is read in pieces; redirects are checked before they are followed."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from pixverse_cli.http.addresses import is_private_url, without_secrets
from pixverse_cli.http.exchange import Limits, Request, Response, exchange_steps, log
from pixverse_cli.http.failures import WrongAddressError
from pixverse_cli.http.network import proxies_for
from pixverse_cli.http.session import Session

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_REDIRECTS = 5


class Body:
    """The body after the headers, not decoded."""

    def __init__(
        self, raw: "BaseHTTPResponse", session: Session, time_left: Callable[[], float]
    ) -> None:
        self._raw = raw
        self._session = session
        self._time_left = time_left

    def read(self, count: int) -> bytes:
        """Return the bytes received so far, at most ``count``; b"" at the end.

        :raises OSError: the connection was lost, no byte came within the stall limit, or the
            time is up.
        """
        seconds = min(self._session.stall, self._time_left())
        if seconds <= 0:
            raise TimeoutError("no time is left")
        if self._session.sock.fileno() >= 0:  # closed once the whole body is received
            self._session.sock.settimeout(seconds)
        try:
            # `read` would wait until all `count` bytes are there, however slowly they come
            chunk: bytes = self._raw.read1(count, decode_content=False)
        except ReadTimeoutError as error:
            raise TimeoutError("no byte came for too long") from error
        except HTTPError as error:  # reset, or closed in the middle of a chunk
            raise ConnectionError("the connection was cut") from error
        return chunk


@contextmanager
def stream(
    url: str, headers: Mapping[str, str], limits: Limits, time_left: Callable[[], float]
) -> Iterator[tuple[Response, Body]]:
    """Send a GET request, and give the response's status and headers, and its unread body.

    At most five redirects are followed, to http(s) only, and never from the internet to a
    private network: a foreign server must not send requests to hosts that only this machine
    can reach. ``limits.total`` limits the time until the headers, ``time_left`` the time of
    all, in seconds.

    :raises WrongAddressError: the URL or a redirect is invalid or not allowed.
    :raises UnreachableError: no answer. :raises UsageError: as :func:`exchange`.
    """
    with (
        Session(stall=limits.stall) as session,
        closing(_follow(session, url, headers, limits, time_left)) as response,
    ):
        head = Response(status=response.status_code, headers=response.headers)
        yield head, Body(response.raw, session, time_left)


def _follow(
    session: Session,
    url: str,
    headers: Mapping[str, str],
    limits: Limits,
    time_left: Callable[[], float],
) -> requests.Response:
    start = url
    for _ in range(_MOST_REDIRECTS + 1):
        response = _get(session, url, headers, limits, time_left)
        log.info("exchange", extra={"response": response, "body": b""})
        location = response.headers.get("Location")
        if response.status_code not in _REDIRECTS or location is None:
            return response
        response.close()
        url = _redirect_target(url, location)
        if _is_private(url) and not _is_private(start):
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
    time_left: Callable[[], float],
) -> requests.Response:
    if not re.match(r"https?://[^/?#\s]", url, re.IGNORECASE):
        raise WrongAddressError(f"{without_secrets(url)[:200]!r} is not an http(s) URL")
    request = Request(method="GET", url=url, headers=headers)
    steps = exchange_steps(
        session,
        request,
        limits,
        receive=lambda response: response,
        give_up=lambda: time_left() <= 0,
    )
    while True:
        try:
            next(steps)
        except StopIteration as done:
            response: requests.Response = done.value
            return response


def _is_private(url: str) -> bool:
    return is_private_url(url, resolve=None) if proxies_for(url) else is_private_url(url)
