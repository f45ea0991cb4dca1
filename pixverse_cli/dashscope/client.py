"""The calls to the service, one method each.

Endpoints, headers and limits: PixVerse image-to-video API reference, steps 1 and 2;
Model Studio's pages on asynchronous tasks and on temporary files.
"""

from collections.abc import Callable
from urllib.parse import quote, urlencode

from pixverse_cli.dashscope import wire
from pixverse_cli.domain.errors import (
    AuthError,
    PixverseError,
    ThrottledError,
    UnclearError,
    UnknownTaskError,
    UnreachableError,
    UsageError,
)
from pixverse_cli.domain.hosts import service_host
from pixverse_cli.domain.refusals import refused_call
from pixverse_cli.domain.task import Task
from pixverse_cli.http.exchange import Limits, Request, Response, Session, exchange
from pixverse_cli.http.failures import NoAnswerError

_CREATE = Limits(total=60.0)
_CALL = Limits(total=40.0)


class Client:
    """One account on one service. The key is sent to ``base_url`` and nowhere else.

    Once ``time_is_up`` returns true, a running call ends and no further one is made; the
    create call has its own ``give_up``.
    """

    def __init__(
        self, base_url: str, key: str, *, time_is_up: Callable[[], bool] = lambda: False
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._key = key
        self._time_is_up = time_is_up
        self._session: Session | None = None

    @property
    def on_loopback(self) -> bool:
        """Whether the service runs on this machine; only then is plain http allowed."""
        return self._base_url.startswith("http://")

    def create(self, body: bytes, *, give_up: Callable[[], bool]) -> Task:
        """Create one task, which costs money: the call is sent once, on a fresh connection.

        :raises UnclearError: it was sent, but no reliable response came.
        :raises NotSentError: it certainly did not reach the service.
        :raises PixverseError: it was certainly refused; the class says why.
        """
        call = Request(
            method="POST",
            url=self._base_url + wire.CREATE_PATH,
            headers=wire.create_headers(body),
            body=body,
        )
        try:
            with self._new_session() as session:
                response = exchange(session, call, _CREATE, give_up=give_up)
        except NoAnswerError as error:
            raise _unclear(error.message) from error
        try:
            return _accepted(response, self._read(response))
        except AuthError as error:
            raise self._with_key_hint(error) from error

    def query(self, task_id: str) -> Task:
        """Return a task with its current status.

        :raises UnreachableError: no usable response; one about another task is none, since a
            wrong FAILED would let the user pay again. :raises ThrottledError: rate limit.
        """
        response = self._get(_task_path(task_id), {})
        body = self._usable(response)
        task = wire.read_task(body)
        if task is None:
            raise _unusable(response)
        if task.task_id.strip().lower() != task_id.strip().lower():
            raise _unusable(response, "about another task")
        return task

    def listed(self, *, page: int, page_size: int, model: str | None = None) -> wire.Page:
        """Return one page of the account's tasks of the last 24 hours.

        The query sets no time: the zone of ``start_time`` is not documented, and a wrong guess
        would hide tasks. The order of the rows is not documented either.
        """
        query = {"page_no": str(page), "page_size": str(page_size)}
        if model is not None:
            query["model_name"] = model
        response = self._get("/tasks/", query)
        listing = wire.read_list(self._usable(response), response.date)
        if listing is None:
            raise _unusable(response)
        return listing

    def cancel(self, task_id: str) -> None:
        """Cancel a task that is still PENDING.

        :raises PixverseError: refused; ``service_code`` is ``UnsupportedOperation`` when the
            task is no longer queued.
        """
        url = f"{self._base_url}{_task_path(task_id)}/cancel"
        with self._new_session() as session:
            request = Request(method="POST", url=url)
            response = exchange(session, request, _CALL, give_up=self._time_is_up)
        self._usable(response)

    def policy(self, model: str) -> wire.Policy:
        """Return the permission to upload one image for this model."""
        response = self._get("/uploads", {"action": "getPolicy", "model": model})
        policy = wire.read_policy(self._usable(response))
        if policy is None:
            raise _unusable(response)
        return policy

    def _get(self, path: str, query: dict[str, str]) -> Response:
        url = f"{self._base_url}{path}" + (f"?{urlencode(query)}" if query else "")
        request = Request(method="GET", url=url)
        kept, self._session = self._session, None
        if kept is not None:
            try:
                return self._exchange(kept, request)
            except NoAnswerError:
                # the server may have closed the kept connection since the last call
                kept.close()
                if self._time_is_up():
                    raise
        return self._exchange(self._new_session(), request)

    def _exchange(self, session: Session, request: Request) -> Response:
        """Return the response, and keep the session: a failed call may still be using it."""
        response = exchange(session, request, _CALL, give_up=self._time_is_up)
        self._session = session
        return response

    def _read(self, response: Response) -> wire.Json | None:
        """Return the JSON object of a response, with its texts harmless and without the key."""
        return wire.decode(response.body, secrets=(self._key,)) if response.body else None

    def _usable(self, response: Response) -> wire.Json:
        try:
            return _usable(response, self._read(response))
        except AuthError as error:
            raise self._with_key_hint(error) from error

    def _with_key_hint(self, error: AuthError) -> AuthError:
        """Return the error with the hint of a host that does not take every key."""
        hint = service_host(self._base_url).key_hint
        return error.but(hint=hint) if hint and error.http_status == 401 else error

    def _new_session(self) -> Session:
        return Session(key=self._key)


def _task_path(task_id: str) -> str:
    """Return the path of a task.

    :raises UsageError: the id is none: as a part of a path it would name another address.
    """
    if task_id in ("", ".", ".."):
        raise UsageError(f"{task_id!r} is not a task id")
    return f"/tasks/{quote(task_id, safe='')}"


def _accepted(response: Response, body: wire.Json | None) -> Task:
    """Return the accepted task of a create call, or raise: certainly refused, or unclear.

    A task id is believed whatever status it comes with: a task that is none is soon UNKNOWN, but
    a call that is repeated beside one is paid twice. A 5xx without an id is unclear even with the
    service's JSON: a gateway that has given up answers like this as well, and the service behind
    it may have accepted the call. Unclear is an answer with two ids, too: one of them is paid.
    """
    task = wire.read_task(body) if body else wire.read_task_in_fragment(response.body)
    ids = wire.task_ids_in(response.body)
    if len(ids) > 1 or (ids and task is None):
        raise _unclear("the response to the create call contradicts itself about its task")
    if task is not None:
        return task
    refusal = wire.read_refusal(body or {}, response.status, response.headers)
    if 400 <= response.status < 500 and response.status != 408:
        raise _with_delay(refused_call(refusal) if refusal else _not_json(response), response)
    if 300 <= response.status < 400:
        raise _not_json(response)
    if response.status == 200 and refusal and refusal.known and refusal.request_id:
        raise refused_call(refusal)
    detail = f"{refusal.code}: {refusal.message}" if refusal else response.kind
    raise _unclear(f"the response to the create call was HTTP {response.status}, {detail}")


def _usable(response: Response, body: wire.Json | None) -> wire.Json:
    """Return the JSON of a successful response, or raise the error that the response reports."""
    body = body if response.whole else None
    refusal = wire.read_refusal(body or {}, response.status, response.headers)
    if response.status == 200 and body is not None and ("output" in body or refusal is None):
        return body
    if refusal is not None:
        raise _with_delay(refused_call(refusal), response)
    raise _with_delay(_not_json(response), response)


def _not_json(response: Response) -> PixverseError:
    """Return the error for a response without the service's JSON, by its status alone."""
    if response.status == 429:
        return ThrottledError(
            "the service refused the call: too many requests (HTTP 429)", http_status=429
        )
    if response.status in (401, 403):
        return AuthError(
            f"the key was refused (HTTP {response.status}), without the service's reason",
            hint="`pixverse auth status` shows which key is in use; a proxy or a gateway may"
            " have answered instead of the service",
            http_status=response.status,
        )
    if response.status == 404:
        return UnknownTaskError(
            "the service has no such address (HTTP 404)",
            hint="check DASHSCOPE_HTTP_BASE_URL",
            http_status=404,
        )
    if 300 <= response.status < 400:
        return UnreachableError(
            f"the service redirects (HTTP {response.status}); redirects are not followed",
            hint="check DASHSCOPE_HTTP_BASE_URL and the proxy settings",
            http_status=response.status,
        )
    return _unusable(response)


def _unusable(response: Response, what: str | None = None) -> UnreachableError:
    what = what or (response.kind if response.whole else "cut off")
    return UnreachableError(
        f"the response is not the service's: HTTP {response.status}, {what}",
        hint="a proxy or a login page may have answered instead;"
        " `pixverse doctor` checks the connection",
        http_status=response.status,
    )


def _unclear(what: str) -> UnclearError:
    return UnclearError(
        what, hint="run `pixverse recover`: it checks for a task without paying again"
    )


def _with_delay(error: PixverseError, response: Response) -> PixverseError:
    return error.but(retry_after=response.retry_after)
