"""One HTTP exchange: bounded in time and size, its failures told apart by what was sent.

A body is read to at most 1 MB, decoded; one that was cut is returned as far as it came.
Redirects are answers like others.
"""

import logging
import re
import threading
import zlib
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import requests
import urllib3

from pixverse_cli.domain.clock import SystemClock
from pixverse_cli.domain.errors import NotSentError
from pixverse_cli.http.addresses import host_of
from pixverse_cli.http.failures import given_up, translated
from pixverse_cli.http.network import certificates, proxies_for
from pixverse_cli.http.session import FirstByte, Session

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

MAX_BODY_BYTES = 1024 * 1024
_CHUNK = 64 * 1024
_SENDABLE = re.compile(r"[\x21-\x7e]+")
_CLOCK = SystemClock()  # only tells how long an exchange took
_SLICE = 0.1  # seconds; platforms whose waits no signal interrupts still hear it this soon

T = TypeVar("T")
GiveUp = Callable[[], bool]

log = logging.getLogger("pixverse.http")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds: until a connection stands, between two bytes, and for the whole exchange."""

    connect: float = 10.0
    stall: float = 30.0
    total: float = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request to send: ``body`` is bytes, or something with ``read`` and a length."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What came back. ``body`` is decoded and at most 1 MB; ``whole`` is false if it was cut."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    whole: bool = True

    @property
    def date(self) -> datetime | None:
        """The server's own time, by its Date header."""
        return _http_date(self.headers.get("Date"))

    @property
    def retry_after(self) -> float | None:
        """How many seconds the server asks to wait; None if it does not, or says nonsense."""
        told = (self.headers.get("Retry-After") or "").strip()
        if told.isascii() and told.isdecimal():
            return float(told[:9])
        until = _http_date(told)
        return max(0.0, (until - self.date).total_seconds()) if until and self.date else None

    @property
    def kind(self) -> str:
        """What the body is, for a sentence: ``HTML``, ``XML``, ``empty``, ``not JSON``."""
        start = self.body.lstrip()[:15].lower()
        if not start:
            return "empty"
        if start.startswith((b"<!doctype html", b"<html")):
            return "HTML"
        return "XML" if start.startswith(b"<?xml") else "not JSON"


def _http_date(value: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value or "")
    except (ValueError, OverflowError):  # no date, or one of the year 99999
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Background(Generic[T]):
    """A call under way on a daemon thread, which never keeps the process alive.

    Name resolution, connects and reads block in C, some of them without any limit of their
    own; so whoever waits for one must be able to stop waiting.

    :raises RuntimeError: the system starts no more threads.
    """

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._done = threading.Event()
        self._result: T
        self._error: BaseException | None = None
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self._result = self._call()
        except BaseException as error:  # noqa: BLE001  handed over whole to whoever waits
            self._error = error
        finally:
            self._done.set()

    def wait(self, seconds: float) -> bool:
        """Return whether the call has ended, waiting for that at most so long."""
        return self._done.wait(seconds)

    def result(self) -> T:
        """Return what the ended call returned, or raise what it raised."""
        if self._error is not None:
            raise self._error
        return self._result


def exchange(
    session: Session, request: Request, limits: Limits, *, give_up: GiveUp = lambda: False
) -> Response:
    """Send one request and return its answer.

    ``give_up`` is asked ten times a second whether to wait no longer.

    :raises NotSentError: certainly nothing of it was sent.
    :raises NoAnswerError: it may have arrived, and no whole answer came.
    :raises UsageError: the environment's proxy or certificate settings are wrong.
    """
    steps = under_way(session, request, limits, receive=whole, give_up=give_up)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            answer: Response = done.value
            return answer


def under_way(
    session: Session,
    request: Request,
    limits: Limits,
    *,
    receive: Callable[[requests.Response], T],
    give_up: GiveUp = lambda: False,
) -> Generator[None, None, T]:
    """Do the same, yield ten times a second meanwhile, and return what ``receive`` makes of it."""
    first_byte = session.first_byte = FirstByte()
    call = _started(lambda: receive(_send(session, request, limits)), request.url)
    waited = 0.0
    while not call.wait(_SLICE):
        waited += _SLICE
        unconnected = waited >= limits.connect and not first_byte.written
        if waited >= limits.total or unconnected or give_up():
            raise given_up(request.url, waited, written=not first_byte.forbid())
        yield
    try:
        return call.result()
    except Exception as error:
        raise translated(error, request.url, written=first_byte.written) from error


def _started(call: Callable[[], T], url: str) -> Background[T]:
    try:
        return Background(call)
    except RuntimeError as error:  # the system starts no more threads
        raise NotSentError(f"cannot call {host_of(url)}: {error}") from error


def _send(session: Session, request: Request, limits: Limits) -> requests.Response:
    """Send, and return the response with its body unread.

    The adapter is called itself: a session's own ``send`` reads a redirect's body whole.
    """
    prepared = session.prepare_request(
        requests.Request(
            request.method, request.url, headers=dict(request.headers), data=request.body
        )
    )
    if _SENDABLE.fullmatch(request.url):
        prepared.url = request.url  # requests would spell it in its own way
    started = _CLOCK.monotonic()
    response = session.get_adapter(request.url).send(
        prepared,
        proxies=proxies_for(request.url),
        verify=certificates(),
        timeout=(limits.connect, limits.stall),
        stream=True,
    )
    response.elapsed = timedelta(seconds=_CLOCK.monotonic() - started)
    return response


def whole(response: requests.Response) -> Response:
    """Read a response's body, and return it decoded."""
    with response:
        raw, complete = _read(response.raw)
    body = _decoded(raw, response.headers.get("Content-Encoding", ""))
    log.info("exchange", extra={"response": response, "body": body})
    return Response(
        status=response.status_code, headers=response.headers, body=body, whole=complete
    )


def _read(raw: "BaseHTTPResponse") -> tuple[bytes, bool]:
    """Return what arrived of a body, and whether that is all of it."""
    received = bytearray()
    try:
        # `read` would lose what came of a chunk that is cut, which may hold a task id
        while chunk := raw.read1(_CHUNK, decode_content=False):
            received += chunk
            if len(received) > MAX_BODY_BYTES:
                return bytes(received[:MAX_BODY_BYTES]), False
    except (urllib3.exceptions.HTTPError, OSError):
        # the connection was cut or stalled inside the body; what came may hold a task id
        return bytes(received), False
    return bytes(received), True


def _decoded(raw: bytes, encoding: str) -> bytes:
    """Undo gzip or deflate, which some gateways use unasked, never to more than 1 MB."""
    if encoding.strip().lower() not in ("gzip", "deflate"):
        return raw
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(raw, MAX_BODY_BYTES)
    except zlib.error:
        return b""
