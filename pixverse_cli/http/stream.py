"""A response whose body is read piece by piece, over redirects that are looked at first."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from pixverse_cli.http.addresses import leads_inside, without_secrets
from pixverse_cli.http.exchange import Limits, Request, Response, log, under_way
from pixverse_cli.http.failures import WrongAddressError
from pixverse_cli.http.network import proxies_for
from pixverse_cli.http.session import Session

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_REDIRECTS = 5


class Body:
    """The bytes that follow the headers, as they travelled."""

    def __init__(self, raw: "BaseHTTPResponse") -> None:
        self._raw = raw

    def read(self, count: int) -> bytes:
        """Return what has come so far, at most ``count`` bytes; b"" at the end.

        :raises OSError: the connection broke, or nothing came for too long.
        """
        try:
            # `read` would wait until so many bytes are there, however slowly they drip
            chunk: bytes = self._raw.read1(count, decode_content=False)
        except ReadTimeoutError as error:
            raise TimeoutError("nothing came for too long") from error
        except HTTPError as error:  # reset, or closed in the middle of a chunk
            raise ConnectionError("the connection was cut") from error
        return chunk


@contextmanager
def stream(url: str, headers: Mapping[str, str], limits: Limits) -> Iterator[tuple[Response, Body]]:
    """Ask for a URL and give its status and headers, and its body unread.

    At most five redirects are followed, to http(s) only, and never from the internet into a
    private network: someone else's server must not make us knock at doors that only we reach.
    ``limits.total`` bounds the time until the headers are there, not the body's.

    :raises WrongAddressError: it leads nowhere, or nowhere that may be asked.
    :raises UnreachableError: no answer. :raises UsageError: as :func:`exchange`.
    """
    with (
        Session(stall=limits.stall) as session,
        closing(_follow(session, url, headers, limits)) as response,
    ):
        head = Response(status=response.status_code, headers=response.headers)
        yield head, Body(response.raw)


def _follow(
    session: Session, url: str, headers: Mapping[str, str], limits: Limits
) -> requests.Response:
    start = url
    for _ in range(_MOST_REDIRECTS + 1):
        response = _ask(session, url, headers, limits)
        log.info("exchange", extra={"response": response, "body": b""})
        location = response.headers.get("Location")
        if response.status_code not in _REDIRECTS or location is None:
            return response
        response.close()
        url = _target(url, location)
        if _is_inside(url) and not _is_inside(start):
            raise WrongAddressError(
                f"{without_secrets(start)} redirects into the private network: refused"
            )
    raise WrongAddressError(f"{without_secrets(start)} redirects more than {_MOST_REDIRECTS} times")


def _target(url: str, location: str) -> str:
    if re.match(r"[a-z]+:", location, re.IGNORECASE):
        return location
    try:
        return urljoin(url, location)
    except ValueError as error:  # brackets without a partner
        raise WrongAddressError(f"{without_secrets(url)} redirects to no URL") from error


def _ask(
    session: Session, url: str, headers: Mapping[str, str], limits: Limits
) -> requests.Response:
    if not re.match(r"https?://[^/?#\s]", url, re.IGNORECASE):
        raise WrongAddressError(f"{without_secrets(url)[:200]!r} is no http(s) URL")
    request = Request(method="GET", url=url, headers=headers)
    steps = under_way(session, request, limits, receive=lambda response: response)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            answer: requests.Response = done.value
            return answer


def _is_inside(url: str) -> bool:
    return leads_inside(url, resolve=None) if proxies_for(url) else leads_inside(url)
