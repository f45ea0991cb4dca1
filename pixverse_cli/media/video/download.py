"""Fetching a video: whole, checked, on the disk, and only then under its name.

The bytes go to a ``.part`` beside the target, which a later call, or another process,
takes up where it ends. One call makes one attempt; how it failed says what would help
(:mod:`pixverse_cli.media.video.failures`). Nothing of ours travels: no key, no cookies, no
password from ``~/.netrc``.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from pixverse_cli import __version__
from pixverse_cli.disk.atomic_write import refuse_taken
from pixverse_cli.disk.files import reason, sha256_of
from pixverse_cli.domain.background import within
from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.errors import NotSavedError
from pixverse_cli.media.address import leads_inside, shown
from pixverse_cli.media.video import mp4
from pixverse_cli.media.video.failures import (
    BrokenOffError,
    LinkDeadError,
    WrongContentError,
)
from pixverse_cli.media.video.http_response import Answer
from pixverse_cli.media.video.part_file import Part, acquire, part_path
from pixverse_cli.media.video.progress import Checked, Fetched, Progress, TransferLimits
from pixverse_cli.media.video.transfer import Body, Transfer

if TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session

TRANSFER_LIMITS = TransferLimits()

_log = logging.getLogger("pixverse.http")

_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_REDIRECTS = 5
_PROXIES = "if a proxy is set, look at HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY"
_HEADERS = {
    "User-Agent": f"pixverse-cli/{__version__}",
    "Accept": "*/*",
    "Accept-Encoding": "identity",  # a byte range of a compressed body is not one of the video
}


def fetch(
    url: str,
    target: Path,
    *,
    clock: Clock,
    force: bool = False,
    limits: TransferLimits = TRANSFER_LIMITS,
) -> Iterator[Progress | Checked | Fetched]:
    """Save the video at ``url`` as ``target``, in one attempt; the last value is a Fetched.

    Progress comes at most ten times a second. If another process is fetching the same
    target, wait for it.

    :raises NotSavedError: as :mod:`pixverse_cli.media.video.failures` draws them.
    """
    if not part_path(target).exists():
        refuse_taken(target, force=force)
    part = acquire(target, clock)
    if not isinstance(part, Part):
        with part as file:
            sha256 = sha256_of(file)
            yield Fetched(path=target, size=file.tell(), sha256=sha256, already=True)
        return
    with part:
        refuse_taken(target, force=force)
        transfer = Transfer(
            part=part,
            url=url,
            ask=lambda headers: _answered(url, headers, limits),
            clock=clock,
            limits=limits,
        )
        with _discarding_rubbish(part):
            yield from transfer.fill()
            mp4.check_file(part.file)
        yield Checked(sha256=part.sha256)
        part.place(force=force)
    yield Fetched(path=target, size=part.size, sha256=part.sha256)


@contextmanager
def _discarding_rubbish(part: Part) -> Iterator[None]:
    try:
        yield
    except WrongContentError:
        part.discard()
        raise


@contextmanager
def _answered(
    url: str, headers: Mapping[str, str], limits: TransferLimits
) -> Iterator[tuple[Answer, Body]]:
    """Ask for the URL, over redirects, and give the answer and its unread body."""
    from requests import Session  # noqa: PLC0415  costs 160 ms

    with Session() as session:
        session.trust_env = True  # proxies and CA bundles; see _no_credentials for ~/.netrc
        session.auth = _no_credentials
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.headers.clear()
        session.headers.update({**_HEADERS, **headers})
        try:
            response = within(limits.connect + limits.stall, lambda: _follow(session, url, limits))
        except TimeoutError as error:  # headers that drip for ever outlive every socket time-out
            raise BrokenOffError(f"{shown(url)}: {error}") from error
        with closing(response):
            yield (
                Answer(url=url, status=response.status_code, headers=response.headers),
                _Body(response),
            )


class _Body:
    def __init__(self, response: "Response") -> None:
        self._raw = response.raw

    def read(self, count: int) -> bytes:
        """Return what has come so far, at most ``count`` bytes; b"" at the end."""
        from urllib3.exceptions import HTTPError, ReadTimeoutError  # noqa: PLC0415  as requests

        try:
            # `read` would wait until so many bytes are there, however slowly they drip
            chunk: bytes = self._raw.read1(count, decode_content=False)
        except ReadTimeoutError as error:
            raise TimeoutError("nothing came for too long") from error
        except HTTPError as error:  # reset, or closed in the middle of a chunk
            raise ConnectionError("the connection was cut") from error
        return chunk


def _no_credentials(request: "PreparedRequest") -> "PreparedRequest":
    """Stand where credentials would: without this requests takes some from ~/.netrc."""
    return request


def _follow(session: "Session", url: str, limits: TransferLimits) -> "Response":
    """Ask, and go where the answer points: at most five times, and never into our own network.

    Someone else's server must not make us knock at doors that only we can reach.
    """
    start = url
    for _ in range(_MOST_REDIRECTS + 1):
        with _translated(url):
            response = _send(session, url, limits)
            _log.info("exchange", extra={"response": response, "body": b""})
            location = response.headers.get("Location")
            if response.status_code not in _REDIRECTS or location is None:
                return response
            response.close()
            url = (
                location
                if re.match(r"[a-z]+:", location, re.IGNORECASE)
                else urljoin(url, location)
            )
            if _is_inside(session, url) and not _is_inside(session, start):
                raise LinkDeadError(f"{shown(start)} redirects into the private network: refused")
    raise LinkDeadError(f"{shown(start)} redirects more than {_MOST_REDIRECTS} times")


def _is_inside(session: "Session", url: str) -> bool:
    from requests.utils import select_proxy  # noqa: PLC0415  as requests

    if select_proxy(url, _surroundings(session, url)["proxies"]):
        return leads_inside(url, resolve=None)
    return leads_inside(url)


def _surroundings(session: "Session", url: str) -> dict[str, Any]:
    """Return what the environment says about proxies and certificates for the URL."""
    return dict(session.merge_environment_settings(url, {}, stream=True, verify=None, cert=None))


def _send(session: "Session", url: str, limits: TransferLimits) -> "Response":
    """Make one request; where requests would spell the URL in its own way, ours stays."""
    from requests import Request  # noqa: PLC0415  as requests

    if not re.match(r"https?://[^/?#\s]", url, re.IGNORECASE):
        raise LinkDeadError(f"{shown(url)[:200]!r} is no http(s) URL")
    prepared = session.prepare_request(Request("GET", url))
    if re.fullmatch(r"[\x21-\x7e]+", url):
        prepared.url = url
    surroundings = _surroundings(session, url)
    # not session.send: it reads a redirect's body, of any length, into memory
    return session.get_adapter(url).send(
        prepared, timeout=(limits.connect, limits.stall), **surroundings
    )


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """Tell requests' exceptions as ours; their own text may hold signatures and passwords."""
    from requests import exceptions  # noqa: PLC0415  as requests
    from urllib3.exceptions import HTTPError  # noqa: PLC0415

    host = shown(url).split("/")[2] if "//" in url else url
    try:
        yield
    except exceptions.SSLError as error:
        raise NotSavedError(
            f"the certificate of {host} is not trusted",
            hint="behind a company's proxy, set REQUESTS_CA_BUNDLE to its certificate",
        ) from error
    except (exceptions.ProxyError, exceptions.InvalidProxyURL) as error:
        raise BrokenOffError(
            f"the proxy on the way to {host} does not work",
            hint=_PROXIES,
        ) from error
    except (exceptions.RequestException, HTTPError) as error:
        if isinstance(error, ValueError):  # requests' family of faulty URLs, a proxy's included
            raise _no_url(url) from error
        raise BrokenOffError(f"{host} {_symptom(error)}") from error
    except OSError as error:  # requests says so when a CA bundle is missing
        raise NotSavedError(
            f"cannot ask {host}: {reason(error)}",
            hint="look at REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE",
        ) from error
    except ValueError as error:  # a host or port that is none
        raise _no_url(url) from error


def _no_url(url: str) -> LinkDeadError:
    return LinkDeadError(f"{shown(url)} is no URL that can be asked for", hint=_PROXIES)


def _symptom(error: Exception) -> str:
    from requests import exceptions  # noqa: PLC0415  as requests

    if isinstance(error, exceptions.ConnectTimeout):
        return "takes too long to connect to"
    if isinstance(error, exceptions.Timeout):
        return "takes too long to answer"
    return "cannot be reached, or hangs up without an answer"
