"""One HTTP exchange as plain values: the request, the reply, and the log's entry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qsl


class Delivery(StrEnum):
    """How a reply is sent: whole, cut in the middle of its body, or not at all.

    CLOSED closes the connection without a byte, RESET resets it.
    """

    WHOLE = "whole"
    CUT = "cut"
    CLOSED = "closed"
    RESET = "reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request: ``target`` as on the wire, header names in lower case.

    ``body`` is None when it is larger than the host accepts; ``length`` is the length that the
    client announced, in bytes.
    """

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = b""
    length: int = 0

    @property
    def path(self) -> str:
        """The path as on the wire, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        """The decoded query; of several equal names the last one counts."""
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply; unless it is ``chunked``, its Content-Length is that of the whole ``body``.

    ``lower_case``: the names of all its headers are sent in lower case.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    delivery: Delivery = Delivery.WHOLE
    chunked: bool = False
    lower_case: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The log's entry for one exchange, for tests that check what was sent to which host.

    ``host`` is ``api``, ``upload`` or ``video``; ``status`` is 0 if no reply was sent.
    """

    host: str
    method: str
    target: str
    status: int
    headers: Mapping[str, str]
    at: datetime

    @property
    def path(self) -> str:
        """The path without the query, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def authorized(self) -> bool:
        """Whether the caller sent an Authorization header."""
        return "authorization" in self.headers
