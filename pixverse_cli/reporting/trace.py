"""``-v`` and ``-vv``: HTTP exchanges on stderr, with secrets masked."""

import logging
import re
from typing import Any
from urllib.parse import urlsplit

from pixverse_cli.domain.text import harmless, masked
from pixverse_cli.reporting.streams import say

_MASK = "***"
_SECRET_HEADERS = ("authorization", "proxy-authorization", "cookie", "set-cookie")
# In JSON, in the XML of the object store's errors, in the page of a proxy that repeats a request,
# and in a signed URL that is itself a value of a query.
_SECRET_VALUES = re.compile(
    r"""(?ix)
    ("(?:policy|signature|oss_?access_?key_?id|api_?key|authorization)"\s*:\s*")[^"]*
    | (<(?:policy|signature\w*|ossaccesskeyid|stringtosign\w*)>)[^<]*
    | (authorization\W{1,8}(?:basic|bearer)(?:\s|%20|\+)+)[^\s"'<,;]+
    | ((?:signature|accesskeyid|security-?token)(?:=|%3d|%253d))[^\s"'<&]+
    """
)
_QUERIES = re.compile(r"(https?:(?:\\?/){2}[^\s\"'?]+)\?[^\s\"']*")
_REQUEST_ID = re.compile(rb'"request_id"\s*:\s*"([\w-]{1,64})"', re.ASCII)
_MAX_BODY = 4000


def show_exchanges(verbosity: int) -> None:
    """Show HTTP exchanges from now on: one line each; at 2 and above, headers and bodies too."""
    logger = logging.getLogger("pixverse.http")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers = [_Tracer(verbosity)]


class _Tracer(logging.Handler):
    def __init__(self, verbosity: int) -> None:
        super().__init__()
        self._verbosity = verbosity

    def emit(self, record: logging.LogRecord) -> None:
        """Write one exchange."""
        exchange: Any = record
        secrets = _keys(exchange.response)
        for line in _lines(exchange.response, exchange.body, self._verbosity, secrets):
            plain = harmless(line, secrets=secrets)
            say(_QUERIES.sub(rf"\1?{_MASK}", _SECRET_VALUES.sub(_without_value, plain)))


def _without_value(found: re.Match[str]) -> str:
    return f"{found[found.lastindex or 0]}{_MASK}"


def _keys(response: Any) -> list[str]:  # noqa: ANN401  a requests.Response
    """Return the key that the request carried, which the answer may repeat."""
    return [str(response.request.headers.get("Authorization", "")).removeprefix("Bearer ")]


def _lines(response: Any, body: bytes, verbosity: int, secrets: list[str]) -> list[str]:  # noqa: ANN401  a requests.Response
    request = response.request
    address = urlsplit(request.url)
    request_id = _request_id(response, body)
    seconds = response.elapsed.total_seconds()
    taken = f"{seconds:.2f} s" if seconds else ""  # 0 while a download is still running
    host = address.netloc.rpartition("@")[2]  # with the port
    head = (request.method, f"{host}{address.path}", response.status_code)
    lines = [" ".join(str(part) for part in (*head, taken, request_id) if part)]
    if verbosity > 1:
        lines += [
            f"> {name}: {_header_value(name, value)}" for name, value in request.headers.items()
        ]
        if isinstance(request.body, bytes):
            lines.append("> " + _shown_body(request.body, secrets))
        lines += [
            f"< {name}: {_header_value(name, value)}" for name, value in response.headers.items()
        ]
        lines.append("< " + _shown_body(body, secrets))
    return lines


def _shown_body(body: bytes, secrets: list[str]) -> str:
    # mask before the cut, which would leave the first half of a key
    return masked(body.decode("utf-8", "replace"), secrets)[:_MAX_BODY]


def _request_id(response: Any, body: bytes) -> str:  # noqa: ANN401  a requests.Response
    """Return the service's request id: a header has it only where the key was refused."""
    match = _REQUEST_ID.search(body)
    return response.headers.get("x-request-id") or (match[1].decode() if match else "")


def _header_value(name: str, value: object) -> str:
    if name.lower() in _SECRET_HEADERS:
        return _MASK
    return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
