"""Uploading a file to the service's temporary store: a streamed form post.

Source: Model Studio's page on temporary files, and OSS's rules for form posts: ``file`` is
the last field, field names are case-sensitive, errors are XML.
"""

import re
import secrets
from collections.abc import Callable, Generator, Iterator

from pixverse_cli.dashscope.wire import Policy
from pixverse_cli.domain.errors import UnreachableError
from pixverse_cli.domain.hosts import host_of, is_loopback
from pixverse_cli.http.body import Readable
from pixverse_cli.http.exchange import (
    Form,
    Limits,
    Request,
    Response,
    Session,
    exchange_steps,
    read_whole,
)

# Slow links and busy stores stop for half a minute and go on.
LIMITS = Limits(stall=60.0, total=1800.0)
_ERROR_CODE = re.compile(rb"<Code>([A-Za-z0-9.]{1,64})</Code>")


def object_key(policy: Policy, suffix: str) -> str:
    """Return a new name in the policy's directory: plain ASCII, never the user's file name."""
    return f"{policy.directory}/{secrets.token_hex(16)}{suffix}"


def send(
    policy: Policy,
    key: str,
    source: Readable,
    size: int,
    *,
    loopback: bool,
    limits: Limits = LIMITS,
    give_up: Callable[[], bool] = lambda: False,
) -> Iterator[int]:
    """Post ``size`` bytes of ``source`` under ``key``; yield how many were sent so far.

    ``loopback`` permits plain http to this machine. Only the form is sent: no API key, no
    cookie. If ``give_up`` returns true, the upload ends.

    :raises UnreachableError: not stored; ``service_code`` is OSS's own code.
    """
    _check_host(policy.host, loopback=loopback)
    form = Form({**policy.form, "key": key}, key.rpartition("/")[2], source, size)
    request = Request(method="POST", url=policy.host, headers=form.headers, body=form)
    with Session(stall=limits.stall) as session:
        steps = exchange_steps(session, request, limits, receive=read_whole, give_up=give_up)
        response = yield from _counted(steps, form)
    _check_stored(response)


def _counted(steps: Generator[None, None, Response], form: Form) -> Generator[int, None, Response]:
    while True:
        try:
            next(steps)
        except StopIteration as done:
            response: Response = done.value
            return response
        yield form.sent


def _check_host(url: str, *, loopback: bool) -> None:
    local = loopback and url.startswith("http://") and is_loopback(host_of(url))
    if not (url.startswith("https://") or local):
        raise UnreachableError(
            "the service gave an upload address without TLS; the file was not sent",
            retryable=False,
        )


def _check_stored(response: Response) -> None:
    """Check that the store has the file: it answers so without a page.

    A login page with status 200 would otherwise be remembered as an upload for 47 hours.
    """
    match = _ERROR_CODE.search(response.body)
    if response.status in (200, 201, 204) and match is None and response.kind != "HTML":
        return
    code = match[1].decode() if match else None
    raise UnreachableError(
        f"the temporary store refused the file: {code or response.kind} (HTTP {response.status})",
        hint="try again, or give a public https URL or an --upload-command",
        service_code=code,
        request_id=response.headers.get("x-oss-request-id"),
        http_status=response.status,
    )
