"""Putting an image into the service's temporary store: a form post that streams.

Source: Model Studio's page on temporary files, and OSS's rules for form posts: ``file`` is
the last field, field names are case-sensitive, errors are XML.
"""

import re
import secrets
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

import requests

from pixverse_cli.dashscope.client import USER_AGENT
from pixverse_cli.dashscope.wire import Policy
from pixverse_cli.domain.background import Background
from pixverse_cli.domain.errors import UnreachableError
from pixverse_cli.http.exchange import Answer, Call, NoAuth, exchange

UPLOAD_SECONDS = 1800.0
_REPORT_SECONDS = 0.1
_ERROR_CODE = re.compile(rb"<Code>([A-Za-z0-9.]{1,64})</Code>")


class Readable(Protocol):
    """Something that gives its bytes item by item."""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes, none at the end."""


def object_key(policy: Policy, suffix: str) -> str:
    """Return a new name in the policy's directory: plain ASCII, never the user's file name."""
    return f"{policy.directory}/{secrets.token_hex(16)}{suffix}"


def send(policy: Policy, key: str, source: Readable, size: int, *, loopback: bool) -> Iterator[int]:
    """Post ``size`` bytes of ``source`` under ``key``; yield how many are on their way.

    ``loopback`` permits plain http to this machine. Nothing of ours travels along but the
    form: no key, no cookie.

    :raises UnreachableError: not stored; ``service_code`` is OSS's own code.
    """
    _check_host(policy.host, loopback=loopback)
    form = _Form({**policy.form, "key": key}, source, size)
    call = Call(method="POST", url=policy.host, headers=form.headers, body=form)
    post = Background(lambda: _post(call))
    while not post.wait(_REPORT_SECONDS):
        yield form.sent
    _check_stored(post.result())


def _post(call: Call) -> Answer:
    with requests.Session() as session:
        session.auth = NoAuth()
        session.headers["User-Agent"] = USER_AGENT
        return exchange(session, call, seconds=UPLOAD_SECONDS)


def _check_host(host: str, *, loopback: bool) -> None:
    parts = urlsplit(host)
    if parts.scheme == "https" or (loopback and parts.scheme == "http" and _is_here(parts)):
        return
    raise UnreachableError(
        "the service names an upload host without TLS; the image was not sent",
        retryable=False,
    )


def _is_here(parts: SplitResult) -> bool:
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname == "localhost"


def _check_stored(answer: Answer) -> None:
    if answer.status in (200, 201, 204):
        return
    found = _ERROR_CODE.search(answer.body)
    code = found[1].decode() if found else None
    raise UnreachableError(
        f"the temporary store refused the image: {code or answer.kind} (HTTP {answer.status})",
        hint="try again, or give a public https URL or an --upload-command",
        service_code=code,
        request_id=answer.headers.get("x-oss-request-id"),
        http_status=answer.status,
    )


class _Form:
    """A multipart body that is read item by item: fields first, the file last."""

    def __init__(self, fields: dict[str, str], source: Readable, size: int) -> None:
        boundary = secrets.token_hex(16)
        self.headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        file_name = fields["key"].rpartition("/")[2]
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

    def read(self, amount: int = 64 * 1024) -> bytes:
        """Return the next item; an empty one at the end."""
        if self._before:
            item, self._before = self._before, b""
            return item
        if item := self._source.read(amount):
            self.sent += len(item)
            return item
        item, self._after = self._after, b""
        return item
