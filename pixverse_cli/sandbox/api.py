"""The API's host: uploads, create, query, list and cancel, with the trouble asked for."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.task import Status
from pixverse_cli.sandbox import answers, listing, orders
from pixverse_cli.sandbox import refusals as words
from pixverse_cli.sandbox.account import Account
from pixverse_cli.sandbox.exchange import Answer, Ending, Request
from pixverse_cli.sandbox.gate import Gate
from pixverse_cli.sandbox.orders import Order
from pixverse_cli.sandbox.refusals import Refused
from pixverse_cli.sandbox.scenarios import Troubles
from pixverse_cli.sandbox.uploads import Uploads

BASE: Final = "/api/v1"
CREATE: Final = f"{BASE}/services/aigc/video-generation/video-synthesis"
UPLOADS: Final = f"{BASE}/uploads"
TASKS: Final = f"{BASE}/tasks"

_ONE_TASK = re.compile(rf"{TASKS}/([^/]+)(/cancel)?")
_SLOWNESS = 2.0  # seconds
_SMALL_PAGE = 10

Body = dict[str, object]


class Api:
    """Answers requests; ``upload_host`` is a URL, ``video_url`` makes one of a link's name."""

    def __init__(
        self,
        *,
        clock: Clock,
        account: Account,
        uploads: Uploads,
        troubles: Troubles,
        upload_host: str,
        video_url: Callable[[str], str],
    ) -> None:
        self._clock = clock
        self._account = account
        self._uploads = uploads
        self._troubles = troubles
        self._gate = Gate(clock=clock, key=account.key, troubles=troubles)
        self._upload_host = upload_host
        self._video_url = video_url

    def __call__(self, request: Request) -> Answer:
        """Answer one request."""
        arrived = self._clock.now()
        if self._troubles.on("slow"):
            self._clock.sleep(_SLOWNESS)
        request_id = self._account.new_id()
        try:
            answer = self._befallen(request) or self._answered(request, request_id)
        except Refused as refused:
            hostile = self._troubles.on("hostile-text")
            answer = answers.refusal(refused, request_id=request_id, hostile=hostile)
        gzip = "gzip" in request.headers.get("accept-encoding", "")
        return answers.as_sent(answer, arrived=arrived, answered=self._clock.now(), gzip=gzip)

    def _befallen(self, request: Request) -> Answer | None:
        """Return what happens before the service reads the request at all."""
        nothing = Answer(status=0, ending=Ending.RESET)
        if _is_create(request):
            self._account.count_create()
            return nothing if self._troubles.strikes("never-arrived") else None
        mishap = self._troubles.mishap(request.path) if request.method == "GET" else None
        if mishap == 429:
            raise words.throttled()
        if mishap is None:
            return None
        return answers.page(mishap) if mishap else nothing

    def _answered(self, request: Request, request_id: str) -> Answer:
        self._gate.check_key(request)
        body = self._body(request, request_id)
        hostile = self._troubles.on("hostile-text")
        answer = answers.as_json(200, body, request_id=request_id, hostile=hostile)
        return self._lost(answer) if _is_create(request) else answer

    def _lost(self, answer: Answer) -> Answer:
        """Return what is left of the answer to an accepted create call."""
        if self._troubles.strikes("lost-reply"):
            return replace(answer, ending=Ending.CLOSED)
        if self._troubles.strikes("cut-reply"):
            return replace(answer, ending=Ending.CUT)
        return answers.page(504) if self._troubles.strikes("gateway-504") else answer

    def _body(self, request: Request, request_id: str) -> Body:
        one = _ONE_TASK.fullmatch(request.path)
        match request.method, request.path:
            case "POST", path if path == CREATE:
                return self._create(request, request_id)
            case "GET", path if path == UPLOADS:
                return self._grant(request, request_id)
            case "GET", path if path in (TASKS, f"{TASKS}/"):
                return self._list(request)
            case "GET", _ if one and not one[2]:
                return self._query(one[1])
            case "POST", _ if one and one[2]:
                return self._cancel(one[1])
            case _:
                raise Refused(404, "NotFound", "Not found!")

    def _grant(self, request: Request, request_id: str) -> Body:
        self._gate.check_rate("policy")
        query = request.query
        if query.get("action") != "getPolicy":
            raise Refused(400, "InvalidParameter", "Required parameter(s) invalid: action")
        # The page wants the slash of the name percent-encoded.
        if not query.get("model") or "/" in request.target.partition("?")[2]:
            raise Refused(400, "InvalidParameter", "Required parameter(s) missing: model")
        if not orders.is_sold(query["model"]):
            raise Refused(400, "InvalidParameter", words.NO_MODEL)
        data = self._uploads.grant(query["model"], request_id=request_id, host=self._upload_host)
        return {"data": data}

    def _create(self, request: Request, request_id: str) -> Body:
        self._check_create_headers(request)
        order = orders.read(request.body)
        self._gate.check_rate("create", order.model.name)
        self._refuse_by_scenario(order)
        if order.url.startswith("oss://"):
            order = self._resolved(order, request)
        job = self._account.accept(order, request_id)
        return {"output": {"task_status": str(Status.PENDING), "task_id": job.task_id}}

    def _check_create_headers(self, request: Request) -> None:
        if request.headers.get("x-dashscope-async", "").lower() != "enable":
            raise Refused(403, "AccessDenied", words.NOT_ASYNC)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Refused(400, "InvalidParameter", words.BAD_BODY)
        if request.body is None:
            raise Refused(400, "BadRequest.TooLarge", "Payload Too Large")

    def _refuse_by_scenario(self, order: Order) -> None:
        if self._troubles.strikes("overloaded"):
            raise Refused(503, "ModelUnavailable", words.UNAVAILABLE)
        if self._troubles.strikes("arrearage"):
            raise Refused(400, "Arrearage", words.OVERDUE)
        if self._troubles.strikes("content-refused"):
            raise Refused(400, "DataInspectionFailed", words.UNSAFE_INPUT)
        if order.url.startswith("oss://") and self._troubles.strikes("oss-refused"):
            raise words.unresolved_image()

    def _resolved(self, order: Order, request: Request) -> Order:
        """The gateway turns an oss:// URL into its object, bound to model and 48 hours."""
        if request.headers.get("x-dashscope-ossresourceresolve", "").lower() != "enable":
            raise words.unresolved_image()
        found = self._uploads.find(order.url)
        if found is None:
            raise Refused(400, "InvalidParameter", words.NO_OBJECT)
        if found.model != order.model.name:
            raise Refused(400, "InvalidParameter", words.NOT_YOUR_OBJECT)
        return replace(order, picture=found.data)

    def _query(self, task_id: str) -> Body:
        self._gate.check_rate("query")
        seen = self._account.look(task_id)
        if seen is None:
            return {"output": {"task_id": task_id, "task_status": str(Status.UNKNOWN)}}
        url = None
        if seen.status is Status.SUCCEEDED:
            url = self._video_url(self._account.links.name(task_id, seen.job.seed))
        return answers.task(seen, video_url=url, unsure=self._troubles.on("unsure"))

    def _list(self, request: Request) -> Body:
        self._gate.check_rate("list")
        asked = listing.read(request.query, self._clock.now())
        known = self._account.known(asked.first, asked.last)
        unsure = self._troubles.on("unsure")
        return asked.body(known, largest=_SMALL_PAGE if unsure else listing.MAX_PAGE_SIZE)

    def _cancel(self, task_id: str) -> Body:
        self._gate.check_rate("cancel")
        if not self._account.cancel(task_id):
            raise Refused(400, "UnsupportedOperation", words.NOT_CANCELABLE)
        return {}


def _is_create(request: Request) -> bool:
    return request.method == "POST" and request.path == CREATE
