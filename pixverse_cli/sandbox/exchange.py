"""One HTTP exchange as plain values: what came in, what goes out, and what the log keeps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qsl


class Ending(StrEnum):
    """How an answer leaves: whole, cut half-way through its body, or not at all."""

    WHOLE = "whole"
    CUT = "cut"
    CLOSED = "closed"
    RESET = "reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request: ``target`` as on the wire, header names in lower case.

    ``body`` is None when it is larger than the host takes; ``length`` is what the client
    announced, in bytes.
    """

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = b""
    length: int = 0

    @property
    def path(self) -> str:
        """The path as on the wire, percent signs and all."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        """The decoded query; the last of equal names counts."""
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer; Content-Length is always that of the whole ``body``."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    ending: Ending = Ending.WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the log keeps of one exchange, for tests that ask who was told what.

    ``host`` is ``api``, ``upload`` or ``video``; ``status`` is 0 where no byte was answered.
    """

    host: str
    method: str
    target: str
    status: int
    headers: Mapping[str, str]
    at: datetime

    @property
    def path(self) -> str:
        """The path without the query, as on the wire."""
        return self.target.partition("?")[0]

    @property
    def authorized(self) -> bool:
        """Whether the caller sent an Authorization header."""
        return "authorization" in self.headers
