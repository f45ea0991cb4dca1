"""The calls of the service, one method each.

Endpoints, headers and limits: PixVerse image-to-video API reference, steps 1 and 2;
Model Studio's pages on asynchronous tasks and on temporary files.
"""

from collections.abc import Callable
from urllib.parse import quote

import requests

from pixverse_cli import __version__
from pixverse_cli.dashscope import wire
from pixverse_cli.domain.errors import (
    PixverseError,
    ThrottledError,
    UnclearError,
    UnknownTaskError,
    UnreachableError,
)
from pixverse_cli.domain.refusals import refused_call
from pixverse_cli.domain.task import Task
from pixverse_cli.http.exchange import Answer, Bearer, Call, exchange
from pixverse_cli.http.failures import NoAnswerError

CREATE_SECONDS = 60.0
CALL_SECONDS = 40.0
USER_AGENT = f"pixverse-cli/{__version__}"


class Client:
    """One account on one service. The key goes to ``base_url`` and nowhere else."""

    def __init__(self, base_url: str, key: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._key = key
        self._session: requests.Session | None = None

    @property
    def on_loopback(self) -> bool:
        """Whether the service runs on this machine; only then may anything be plain http."""
        return self._base_url.startswith("http://")

    def create(self, body: bytes, *, give_up: Callable[[], bool]) -> Task:
        """Create one task, which costs money: the call is sent once, on a fresh connection.

        :raises UnclearError: it was sent, and no trustworthy answer came.
        :raises NotSentError: it certainly did not reach the service.
        :raises PixverseError: it was certainly refused; the class tells why.
        """
        call = Call(
            method="POST",
            url=self._base_url + wire.CREATE_PATH,
            headers=wire.create_headers(body),
            body=body,
        )
        try:
            with self._new_session() as session:
                answer = exchange(session, call, seconds=CREATE_SECONDS, give_up=give_up)
        except NoAnswerError as error:
            raise _unclear(error.message) from error
        return _accepted(answer)

    def query(self, task_id: str) -> Task:
        """Return how a task stands.

        :raises UnreachableError: no usable answer. :raises ThrottledError: rate limit.
        """
        answer = self._get(f"/tasks/{quote(task_id, safe='')}", {})
        body = _usable(answer)
        task = wire.read_task(body)
        if task is None:
            raise _useless(answer)
        return task

    def listed(self, *, page: int, page_size: int, model: str | None = None) -> wire.Page:
        """Return one page of the account's tasks of the last 24 hours.

        No time is asked for: the zone of ``start_time`` is not documented, and a wrong guess
        would hide tasks. Neither is the order of the rows.
        """
        asked = {"page_no": str(page), "page_size": str(page_size)}
        if model is not None:
            asked["model_name"] = model
        answer = self._get("/tasks/", asked)
        found = wire.read_list(_usable(answer), answer.date)
        if found is None:
            raise _useless(answer)
        return found

    def cancel(self, task_id: str) -> None:
        """Cancel a task that is still PENDING.

        :raises PixverseError: refused; ``service_code`` is ``UnsupportedOperation`` when the
            task is no longer queued.
        """
        url = f"{self._base_url}/tasks/{quote(task_id, safe='')}/cancel"
        with self._new_session() as session:
            answer = exchange(session, Call(method="POST", url=url), seconds=CALL_SECONDS)
        _usable(answer)

    def policy(self, model: str) -> wire.Policy:
        """Return leave to upload one image for this model."""
        answer = self._get("/uploads", {"action": "getPolicy", "model": model})
        policy = wire.read_policy(_usable(answer))
        if policy is None:
            raise _useless(answer)
        return policy

    def _get(self, path: str, params: dict[str, str]) -> Answer:
        call = Call(method="GET", url=self._base_url + path, params=params)
        kept = self._session
        if kept is not None:
            try:
                return exchange(kept, call, seconds=CALL_SECONDS)
            except NoAnswerError:
                # the server may have closed the kept connection since the last call
                kept.close()
        self._session = self._new_session()
        return exchange(self._session, call, seconds=CALL_SECONDS)

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        session.auth = Bearer(self._key)
        session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "identity"})
        return session


def _accepted(answer: Answer) -> Task:
    """Read the answer to a create call: accepted, certainly refused, or unclear."""
    body = wire.decode(answer.body)
    if answer.status == 200:
        task = wire.read_task(body) if body else wire.read_task_in_fragment(answer.body)
        if task is not None:
            return task
    refusal = wire.read_refusal(body or {}, answer.status, answer.headers)
    certain = 300 <= answer.status < 500 and answer.status != 408
    if refusal and (certain or (refusal.code and refusal.request_id)):
        raise _with_delay(refused_call(refusal), answer)
    if certain:
        raise _with_delay(_not_json(answer), answer)
    raise _unclear(f"the answer to the create call was HTTP {answer.status}, {answer.kind}")


def _usable(answer: Answer) -> wire.Json:
    """Return the JSON of a good answer, or raise what the answer says instead."""
    body = wire.decode(answer.body) if answer.whole else None
    refusal = wire.read_refusal(body or {}, answer.status, answer.headers)
    if answer.status == 200 and body is not None and ("output" in body or refusal is None):
        return body
    if refusal is not None:
        raise _with_delay(refused_call(refusal), answer)
    raise _with_delay(_not_json(answer), answer)


def _not_json(answer: Answer) -> PixverseError:
    """Tell an answer without the service's JSON by its status alone."""
    if answer.status == 429:
        return ThrottledError("the service asks to slow down (HTTP 429)", http_status=429)
    if answer.status == 404:
        return UnknownTaskError(
            "the service knows no such address (HTTP 404)",
            hint="check DASHSCOPE_HTTP_BASE_URL",
            http_status=404,
        )
    if 300 <= answer.status < 400:
        return UnreachableError(
            f"the service redirects (HTTP {answer.status}); redirects are not followed",
            hint="check DASHSCOPE_HTTP_BASE_URL and the proxy settings",
            http_status=answer.status,
        )
    return _useless(answer)


def _useless(answer: Answer) -> UnreachableError:
    what = answer.kind if answer.whole else "cut off"
    return UnreachableError(
        f"not the service's answer: HTTP {answer.status}, {what}",
        hint="a proxy or a login page may stand between; `pixverse doctor` checks the way",
        http_status=answer.status,
    )


def _unclear(what: str) -> UnclearError:
    return UnclearError(what, hint="run `pixverse recover`: it finds out without paying again")


def _with_delay(error: PixverseError, answer: Answer) -> PixverseError:
    error.retry_after = answer.retry_after
    return error
