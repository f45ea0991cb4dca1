"""One HTTP exchange: bounded in time and size, its failures told apart by what was sent.

Answers are read to at most 1 MB, decoded; a body that was cut is returned as far as it came.
"""

import logging
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3

from pixverse_cli.domain.background import within
from pixverse_cli.http.failures import CONNECT_SECONDS, NoAnswerError, translated

READ_SECONDS = 30.0
MAX_ANSWER_BYTES = 1024 * 1024
_CHUNK = 64 * 1024

log = logging.getLogger("pixverse.http")


class NoAuth(requests.auth.AuthBase):
    """Adds nothing; being there keeps ``~/.netrc`` from adding something."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Return the request as it is."""
        return request


class Bearer(requests.auth.AuthBase):
    """Adds the API key, and keeps ``~/.netrc`` from replacing it."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Return the request with its Authorization header."""
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to send: ``body`` is bytes, or something with ``read`` and a length."""

    method: str
    url: str
    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. ``body`` is decoded and at most 1 MB; ``whole`` is false if it was cut."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool

    @property
    def date(self) -> datetime | None:
        """The server's own time, by its Date header."""
        return _http_date(self.headers.get("Date"))

    @property
    def retry_after(self) -> float | None:
        """How many seconds the server asks to wait; None if it does not, or says nonsense."""
        told = (self.headers.get("Retry-After") or "").strip()
        if told.isdecimal():
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


def exchange(
    session: requests.Session,
    call: Call,
    *,
    seconds: float,
    give_up: Callable[[], bool] | None = None,
) -> Answer:
    """Send one request and return its answer; redirects are not followed.

    :raises NotSentError: certainly not sent. :raises NoAnswerError: perhaps sent.
    :raises UsageError: the environment's proxy or certificate settings are wrong.
    """
    host = urlsplit(call.url).hostname or ""

    def send() -> Answer:
        with translated(host):
            return _send(session, call)

    try:
        return within(seconds, send, give_up=give_up)
    except TimeoutError as error:
        raise NoAnswerError(f"no whole answer from {host} within {seconds:g} s") from error


def _send(session: requests.Session, call: Call) -> Answer:
    with session.request(
        call.method,
        call.url,
        params=call.params,
        headers=call.headers,
        data=call.body,
        timeout=(CONNECT_SECONDS, READ_SECONDS),
        allow_redirects=False,
        stream=True,
    ) as response:
        raw, whole = _read(response.raw)
    body = _decoded(raw, response.headers.get("Content-Encoding", ""))
    log.info("exchange", extra={"response": response, "body": body})
    return Answer(status=response.status_code, headers=response.headers, body=body, whole=whole)


def _read(raw: urllib3.response.BaseHTTPResponse) -> tuple[bytes, bool]:
    """Return what arrived of a body, and whether that is all of it."""
    received = bytearray()
    try:
        # `read` would lose what came of a chunk that is cut, which may hold a task id
        while chunk := raw.read1(_CHUNK, decode_content=False):
            received += chunk
            if len(received) > MAX_ANSWER_BYTES:
                return bytes(received[:MAX_ANSWER_BYTES]), False
    except (urllib3.exceptions.HTTPError, OSError):
        # the connection was cut or stalled inside the body; what came may hold a task id
        return bytes(received), False
    return bytes(received), True


def _decoded(raw: bytes, encoding: str) -> bytes:
    """Undo gzip or deflate, which some gateways use unasked, never to more than 1 MB."""
    if encoding.strip().lower() not in ("gzip", "deflate"):
        return raw
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(raw, MAX_ANSWER_BYTES)
    except zlib.error:
        return b""
