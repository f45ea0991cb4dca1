"""One HTTP exchange, limited in time and size; its errors say whether anything was sent.

Only proxies and certificates come from the environment: no ``~/.netrc`` (it would replace the
API key), no cookies, no automatic redirects. At most 1 MB of a decoded body is read; of a body
that was cut off, the received part is returned. A redirect is returned like any other response.
"""

import io
import logging
import re
import secrets
import threading
from base64 import b64encode
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import unquote_to_bytes, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from pixverse_cli import __version__
from pixverse_cli.domain.clock import SystemClock
from pixverse_cli.domain.errors import NotSentError
from pixverse_cli.domain.frozen import Frozen
from pixverse_cli.domain.hosts import host_of
from pixverse_cli.domain.text import harmless
from pixverse_cli.http.body import DecodedBody, Readable, is_compressed
from pixverse_cli.http.failures import abandoned, translated
from pixverse_cli.http.network import certificates, proxies_for

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

_USER_AGENT = f"pixverse-cli/{__version__}"
_MAX_BODY_BYTES = 1024 * 1024
_CHUNK = 64 * 1024
_SENDABLE = re.compile(r"[\x21-\x7e]+")
_CLOCK = SystemClock()  # only measures how long an exchange took
_POLL_SECONDS = 0.1  # where a signal does not interrupt a wait, it is noticed this soon

T = TypeVar("T")

log = logging.getLogger("pixverse.http")


class Limits(Frozen):
    """Seconds: for the connect, between two bytes, and for the whole exchange."""

    connect: float = 10.0
    stall: float = 30.0
    total: float


class Request(Frozen):
    """One request to send; ``body`` is bytes, or an object with ``read`` and a length."""

    method: str
    url: str
    headers: Mapping[str, str] = MappingProxyType({})
    body: Any = None


class Form:
    """A multipart form that is read in parts: fields first, then a file of ``size`` bytes.

    ``sent`` is how many bytes of the file were read so far.
    """

    def __init__(
        self, fields: Mapping[str, str], file_name: str, source: Readable, size: int
    ) -> None:
        boundary = secrets.token_hex(16)
        self.headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file_name}"'
            "\r\nContent-Type: application/octet-stream\r\n\r\n"
        )
        self._before = "".join(parts).encode()
        self._after = f"\r\n--{boundary}--\r\n".encode()
        self._source = source
        self._size = size
        self.sent = 0

    def __len__(self) -> int:
        return len(self._before) + self._size + len(self._after)

    def read(self, amount: int) -> bytes:
        """Return the next bytes of the body; b"" at the end."""
        if self._before:
            data, self._before = self._before, b""
            return data
        if data := self._source.read(amount):
            self.sent += len(data)
            return data
        data, self._after = self._after, b""
        return data


class Response(Frozen):
    """A response. ``body`` is decoded and at most 1 MB; ``whole`` is false if it was cut off."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    whole: bool

    @property
    def date(self) -> datetime | None:
        """The server's time, from its Date header."""
        return _http_date(self.headers.get("Date"))

    @property
    def retry_after(self) -> float | None:
        """How many seconds the server asks to wait; None if it does not, or not validly."""
        value = (self.headers.get("Retry-After") or "").strip()
        if value.isascii() and value.isdecimal():
            return float(value[:9])
        until = _http_date(value)
        return max(0.0, (until - self.date).total_seconds()) if until and self.date else None

    @property
    def kind(self) -> str:
        """What a body that is not JSON is: ``HTML``, ``XML``, ``empty``, or another thing."""
        start = self.body.lstrip().lower()
        if not start:
            return "empty"
        if start.startswith((b"<!doctype html", b"<html")):
            return "HTML"
        return "XML" if start.startswith(b"<?xml") else "not the expected JSON"


def _http_date(value: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value or "")
    except (ValueError, OverflowError):  # not a date, or one of the year 99999
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class FirstByte:
    """Whether the first byte of a request was written, and a way to forbid writing it.

    Before that byte the service certainly received nothing, so nothing can cost money. A
    caller that stops waiting for a call on another thread forbids the byte first: then the
    answer is final.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forbidden = False
        self.written = False

    def write(self) -> None:
        """Note that the first byte is about to be written.

        :raises ConnectionAbortedError: writing is forbidden.
        """
        with self._lock:
            if self._forbidden:
                raise ConnectionAbortedError("given up before anything was sent")
            self.written = True

    def forbid(self) -> bool:
        """Forbid writing from now on, and return whether nothing was written."""
        with self._lock:
            self._forbidden = True
            return not self.written


class Session(requests.Session):
    """A session for one exchange at a time; ``first_byte`` belongs to the current one.

    ``stall`` is the timeout in seconds for sending further bytes of a body; ``key`` is sent
    with every request.
    """

    first_byte: FirstByte

    def __init__(self, *, stall: float = 30.0, key: str = "") -> None:
        super().__init__()
        self.stall = stall
        self.sock: Any = None  # of the newest connection
        self.auth = _no_credentials
        self.headers.clear()
        self.headers.update(
            {"User-Agent": _USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
        )
        if key:
            self.headers["Authorization"] = f"Bearer {key}"
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(self))


def _no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Add no credentials: without an auth object requests takes them from the URL."""
    return request


class _Adapter(HTTPAdapter):
    """Makes every connection, direct or through a proxy, report its first byte to the session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  as in requests
        super().init_poolmanager(*arguments, **options)
        _watch(self.poolmanager, self._session)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ANN401  as above
        """Trust what the environment sets: requests takes a file or a folder, never several."""
        super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]
        # the pool is also one of https if only the proxy is; reading a usual file takes 30 ms
        if conn.scheme == "https" and (trusted := certificates()):
            conn.ca_certs, conn.ca_cert_dir = trusted.file, trusted.folders

    def proxy_headers(self, proxy: str) -> dict[str, str]:
        """Log in to an http proxy with the bytes of the address, as curl does.

        requests takes Latin-1, which fails for a password of other letters.
        """
        parts = urlsplit(proxy)
        user, password = (unquote_to_bytes(each or "") for each in (parts.username, parts.password))
        login = b64encode(user + b":" + password).decode()
        return {"Proxy-Authorization": f"Basic {login}"} if user else {}

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401  as above
        manager = super().proxy_manager_for(*arguments, **options)
        _watch(manager, self._session)
        return manager


def _watch(manager: Any, session: Session) -> None:  # noqa: ANN401  urllib3 has several types
    manager.pool_classes_by_scheme = {
        scheme: pool if isinstance(pool, partial) else partial(_watched_pool, pool, session)
        for scheme, pool in manager.pool_classes_by_scheme.items()
    }


def _watched_pool(pool_class: Any, session: Session, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401  as above
    pool = pool_class(*arguments, **options)
    pool.ConnectionCls = partial(_watched(pool.ConnectionCls), session)
    return pool


@cache
def _watched(connection: Any) -> Any:  # noqa: ANN401  returns a class
    return type("Watched", (_WatchedConnection, connection), {})


class _WatchedConnection:
    """A mixin for urllib3's connections that reports the first byte of the request.

    Bytes that are sent during the connect (``CONNECT`` to a proxy, a TLS handshake) are not
    part of the request.
    """

    sock: Any
    _connecting: bool

    def __init__(self, session: Session, **options: Any) -> None:  # noqa: ANN401  as in urllib3
        super().__init__(**options)
        self.session = session

    def connect(self) -> None:
        self._connecting = True
        try:
            super().connect()  # type: ignore[misc]
        finally:
            self._connecting = False
        self.session.sock = self.sock

    def send(self, data: Any) -> None:  # noqa: ANN401  bytes, or an object to read from
        if self.sock is None:
            self.connect()
        if not self._connecting:
            self.session.first_byte.write()
            # urllib3 keeps the connect timeout while it sends; it sets the read timeout later
            self.sock.settimeout(self.session.stall)
        super().send(data)  # type: ignore[misc]


class Background(Generic[T]):
    """A call that runs on a daemon thread, which never keeps the process alive.

    Name resolution, connects and reads block in C, some of them without a timeout, so the
    caller must be able to stop waiting.

    :raises RuntimeError: the system cannot start another thread.
    """

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._done = threading.Event()
        self._result: T
        self._error: BaseException | None = None
        self._left = False
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self._result = self._call()
        except BaseException as error:  # noqa: BLE001  raised again in the waiting thread
            self._error = error
        finally:
            self._done.set()
            if self._left:
                self._discard()

    def leave(self) -> None:
        """Do not wait any longer: a response that still comes is closed."""
        self._left = True
        if self._done.is_set():
            self._discard()

    def _discard(self) -> None:
        if self._error is None and isinstance(self._result, requests.Response):
            self._result.close()

    def wait(self, seconds: float) -> bool:
        """Wait at most this long for the call to end, and return whether it has."""
        return self._done.wait(seconds)

    def result(self) -> T:
        """Return the result of the ended call, or raise its exception."""
        if self._error is not None:
            raise self._error
        return self._result


def exchange(
    session: Session,
    request: Request,
    limits: Limits,
    *,
    give_up: Callable[[], bool] = lambda: False,
) -> Response:
    """Send one request and return its response.

    ``give_up`` is called before the exchange and ten times a second; if it returns true, the
    exchange ends.

    :raises NotSentError: certainly nothing of the request was sent.
    :raises NoAnswerError: it may have arrived, but no complete response came.
    :raises UsageError: the environment's proxy or certificate settings are wrong.
    """
    return result_of(exchange_steps(session, request, limits, receive=read_whole, give_up=give_up))


def result_of(steps: Generator[None, None, T]) -> T:
    """Wait for the steps of an exchange to end, and return its result."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            result: T = done.value
            return result


def exchange_steps(
    session: Session,
    request: Request,
    limits: Limits,
    *,
    receive: Callable[[requests.Response], T],
    give_up: Callable[[], bool],
) -> Generator[None, None, T]:
    """Do an exchange, yield ten times a second during it, and return the result of ``receive``."""
    if give_up():
        raise abandoned(request.url, 0.0, written=False)
    first_byte = session.first_byte = FirstByte()
    started = _CLOCK.monotonic()
    call = in_background(lambda: receive(_send(session, request, limits)), request.url)
    while not call.wait(_POLL_SECONDS):
        waited = _CLOCK.monotonic() - started
        unconnected = waited >= limits.connect and not first_byte.written
        if waited >= limits.total or unconnected or give_up():
            call.leave()
            raise abandoned(request.url, round(waited, 1), written=not first_byte.forbid())
        yield
    try:
        return call.result()
    except Exception as error:
        raise translated(error, request.url, written=first_byte.written) from error


def in_background(call: Callable[[], T], url: str) -> Background[T]:
    """Start a call about a URL on a helper thread.

    :raises NotSentError: the system cannot start another thread.
    """
    try:
        return Background(call)
    except RuntimeError as error:
        raise NotSentError(
            f"cannot call {host_of(url)}: {error}", hint="close other programs; see `ulimit -u`"
        ) from error


def _send(session: Session, request: Request, limits: Limits) -> requests.Response:
    """Send the request, and return the response with its body unread.

    The adapter is called directly: a session's ``send`` reads the whole body of a redirect.
    """
    prepared = session.prepare_request(
        requests.Request(
            request.method, request.url, headers=dict(request.headers), data=request.body
        )
    )
    if _SENDABLE.fullmatch(request.url):
        prepared.url = request.url  # undo the changes that requests makes to its spelling
    started = _CLOCK.monotonic()
    response = session.get_adapter(request.url).send(
        prepared,
        proxies=proxies_for(request.url),
        timeout=(limits.connect, limits.stall),
    )
    response.elapsed = timedelta(seconds=_CLOCK.monotonic() - started)
    return response


def read_whole(response: requests.Response) -> Response:
    """Read the body of a response, and return the response with it decoded."""
    with response:
        raw, complete = _read(response.raw)
    body = _decoded(raw, response.headers.get("Content-Encoding", ""))
    log.info("exchange", extra={"response": response, "body": body})
    return Response(
        status=response.status_code, headers=_harmless_headers(response), body=body, whole=complete
    )


def _harmless_headers(response: requests.Response) -> Mapping[str, str]:
    """Return the headers without control characters and without the key of the request."""
    key = str(response.request.headers.get("Authorization", "")).removeprefix("Bearer ")
    return CaseInsensitiveDict(
        {name: harmless(value, secrets=(key,)) for name, value in response.headers.items()}
    )


def _read(raw: "BaseHTTPResponse") -> tuple[bytes, bool]:
    """Return the received part of a body, and whether it is complete."""
    received = bytearray()
    try:
        # `read` would lose the received part of a cut chunk, which may contain a task id
        while chunk := raw.read1(_CHUNK):
            received += chunk
            if len(received) > _MAX_BODY_BYTES:
                return bytes(received[:_MAX_BODY_BYTES]), False
    except (urllib3.exceptions.HTTPError, OSError):
        # the connection was cut or stalled in the body; the received part may contain a task id
        return bytes(received), False
    return bytes(received), True


def _decoded(raw: bytes, encoding: str) -> bytes:
    """Return at most 1 MB of a body, decoded; some gateways compress without being asked."""
    if not is_compressed(encoding):
        return raw
    body, data = DecodedBody(io.BytesIO(raw), None), bytearray()
    # what was received before a cut or damage may contain a task id
    with suppress(OSError):
        while len(data) < _MAX_BODY_BYTES and (piece := body.read(_CHUNK)):
            data += piece
    return bytes(data[:_MAX_BODY_BYTES])
