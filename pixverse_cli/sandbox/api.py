"""The API's host: uploads, create, query, list and cancel, with the chosen failures."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.task import Status
from pixverse_cli.sandbox import listing, orders, refusals, replies
from pixverse_cli.sandbox.account import Account
from pixverse_cli.sandbox.exchange import Delivery, Reply, Request
from pixverse_cli.sandbox.gate import Gate
from pixverse_cli.sandbox.orders import Medium, VideoOrder
from pixverse_cli.sandbox.refusals import Refused
from pixverse_cli.sandbox.scenarios import ActiveScenarios
from pixverse_cli.sandbox.uploads import UploadStore

BASE: Final = "/api/v1"
CREATE: Final = f"{BASE}/services/aigc/video-generation/video-synthesis"
UPLOADS: Final = f"{BASE}/uploads"
TASKS: Final = f"{BASE}/tasks"

_ONE_TASK = re.compile(rf"{TASKS}/([^/]+)(/cancel)?")
_SLOW_SECONDS = 2.0
_SMALL_PAGE = 10

Body = dict[str, object]


class Api:
    """Answers requests; ``upload_host`` is a URL, ``video_url`` turns a link's name into one."""

    def __init__(
        self,
        *,
        clock: Clock,
        account: Account,
        uploads: UploadStore,
        scenarios: ActiveScenarios,
        upload_host: str,
        video_url: Callable[[str], str],
    ) -> None:
        self._clock = clock
        self._account = account
        self._uploads = uploads
        self._scenarios = scenarios
        self._gate = Gate(clock=clock, key=account.key, scenarios=scenarios)
        self._upload_host = upload_host
        self._video_url = video_url

    def __call__(self, request: Request) -> Reply:
        """Answer one request."""
        arrived = self._clock.now()
        if self._scenarios.active("slow"):
            self._clock.sleep(_SLOW_SECONDS)
        request_id = self._account.new_id()
        try:
            reply = self._early_failure(request) or self._handled(request, request_id)
        except Refused as refused:
            hostile = self._scenarios.active("hostile-text")
            reply = replies.refusal(refused, request_id=request_id, hostile=hostile)
        gzip = "gzip" in request.headers.get("accept-encoding", "")
        return replies.as_sent(
            reply,
            arrived=arrived,
            answered=self._clock.now(),
            gzip=gzip,
            about_tasks=request.path.startswith(TASKS),
        )

    def _early_failure(self, request: Request) -> Reply | None:
        """Return the failure that happens before the service reads the request, if any."""
        reset = Reply(status=0, delivery=Delivery.RESET)
        if _is_create(request):
            self._account.count_create()
            return reset if self._scenarios.applies("never-arrived") else None
        status = self._scenarios.flaky_status(request.path) if request.method == "GET" else None
        if status == 429:
            raise refusals.throttled()
        if status is None:
            return None
        return replies.page(status) if status else reset

    def _handled(self, request: Request, request_id: str) -> Reply:
        self._gate.check_key(request)
        body = self._body(request, request_id)
        hostile = self._scenarios.active("hostile-text")
        reply = replies.as_json(200, body, request_id=request_id, hostile=hostile)
        return self._damaged(reply) if _is_create(request) else reply

    def _damaged(self, reply: Reply) -> Reply:
        """Return the reply to an accepted create call, lost or cut if a scenario says so."""
        if self._scenarios.applies("lost-reply"):
            return replace(reply, delivery=Delivery.CLOSED)
        if self._scenarios.applies("cut-reply"):
            return replace(reply, delivery=Delivery.CUT)
        return replies.page(504) if self._scenarios.applies("gateway-504") else reply

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
        # the model's slash may be raw or percent-encoded (RFC 3986, section 3.4)
        if not query.get("model"):
            raise Refused(400, "InvalidParameter", "Required parameter(s) missing: model")
        model = orders.known_model(query["model"])
        if model is None:
            raise Refused(400, "InvalidParameter", refusals.NO_MODEL)
        data = self._uploads.grant(model, request_id=request_id, host=self._upload_host)
        return {"data": data}

    def _create(self, request: Request, request_id: str) -> Body:
        self._check_create_headers(request)
        order = orders.read(request.body)
        self._gate.check_rate("create", order.model.lane)
        self._refuse_by_scenario(order)
        media = tuple(self._resolved(each, order, request) for each in order.media)
        order = replace(order, media=media)
        job = self._account.accept(order, request_id)
        return {"output": {"task_status": str(Status.PENDING), "task_id": job.task_id}}

    def _check_create_headers(self, request: Request) -> None:
        if request.headers.get("x-dashscope-async", "").lower() != "enable":
            raise Refused(403, "AccessDenied", refusals.NOT_ASYNC)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Refused(400, "InvalidParameter", refusals.BAD_BODY)
        if request.body is None:
            raise Refused(400, "BadRequest.TooLarge", "Payload Too Large")

    def _refuse_by_scenario(self, order: VideoOrder) -> None:
        if self._scenarios.applies("overloaded"):
            raise Refused(503, "ModelUnavailable", refusals.UNAVAILABLE)
        if self._scenarios.applies("arrearage"):
            raise Refused(400, "Arrearage", refusals.OVERDUE)
        if self._scenarios.applies("content-refused"):
            raise Refused(400, "DataInspectionFailed", refusals.UNSAFE_INPUT)
        if order.uploaded and self._scenarios.applies("oss-refused"):
            raise refusals.unresolved_image()

    def _resolved(self, medium: Medium, order: VideoOrder, request: Request) -> Medium:
        """Return an input with the uploaded object that its oss:// URL names, if it is one.

        :raises Refused: no resolve header, the object is unknown or older than 48 hours, or it
            was uploaded for another model.
        """
        if not medium.uploaded:
            return medium
        if request.headers.get("x-dashscope-ossresourceresolve", "").lower() != "enable":
            raise refusals.unresolved_image()
        found = self._uploads.find(medium.url)
        if found is None:
            raise Refused(400, "InvalidParameter", refusals.NO_OBJECT)
        if found.model != order.model.name:
            raise Refused(400, "InvalidParameter", refusals.NOT_YOUR_OBJECT)
        return replace(medium, data=found.data)

    def _query(self, task_id: str) -> Body:
        self._gate.check_rate("query")
        view = self._account.query(task_id)
        if view is None:
            return {"output": {"task_id": task_id, "task_status": str(Status.UNKNOWN)}}
        url = None
        if view.status is Status.SUCCEEDED:
            url = self._video_url(self._account.links.name(task_id, view.job.seed))
        return replies.task(view, video_url=url, unsure=self._scenarios.active("unsure"))

    def _list(self, request: Request) -> Body:
        self._gate.check_rate("list")
        query = listing.read(request.query, self._clock.now())
        known = self._account.known(query.first, query.last)
        unsure = self._scenarios.active("unsure")
        return query.body(known, largest=_SMALL_PAGE if unsure else listing.MAX_PAGE_SIZE)

    def _cancel(self, task_id: str) -> Body:
        self._gate.check_rate("cancel")
        if not self._account.cancel(task_id):
            raise Refused(400, "UnsupportedOperation", refusals.NOT_CANCELABLE)
        return {}


def _is_create(request: Request) -> bool:
    return request.method == "POST" and request.path == CREATE
