"""The API's replies in the service's own format: JSON bodies, times, headers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from gzip import compress
from http import HTTPStatus

from pixverse_cli.domain.catalog import Kind, Need, Parameter
from pixverse_cli.domain.task import Status
from pixverse_cli.sandbox.account import JobView
from pixverse_cli.sandbox.exchange import Delivery, Reply
from pixverse_cli.sandbox.hostility import with_hostile_text
from pixverse_cli.sandbox.refusals import Refused

_TYPE, _JSON = "Content-Type", "application/json"
_NO_ENTRY = 401  # the status of a refused key
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SERVICE_ZONE = timezone(timedelta(hours=8))

_KINDS_WITH_SHOTS = (Kind.IMAGE_TO_VIDEO, Kind.TEXT_TO_VIDEO)  # whose usage has a shot_type
_PAGE = "<html>\r\n<head><title>{0}</title></head>\r\n<body><h1>{0}</h1></body>\r\n</html>\r\n"


def as_json(
    status: int,
    body: Mapping[str, object],
    *,
    request_id: str,
    hostile: bool = False,
    headers: Sequence[tuple[str, str]] = (),
) -> Reply:
    """Return a reply of the API, with the request id in its body."""
    whole: dict[str, object] = {**body, "request_id": request_id}
    return Reply(
        status=status,
        headers=((_TYPE, _JSON), *headers),
        body=_encoded(with_hostile_text(whole) if hostile else whole),
    )


def _encoded(body: object) -> bytes:
    """Write JSON as the service does: no blanks, and text that is not ASCII as UTF-8."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")  # half of a surrogate pair becomes "?"


def refusal(refused: Refused, *, request_id: str, hostile: bool = False) -> Reply:
    """Return the reply to a refused call; its flat body has code, message and request id."""
    body = {"code": refused.code, "message": refused.message}
    headers = [("Retry-After", str(refused.after))] if refused.after is not None else []
    if refused.status == _NO_ENTRY:
        headers.append(("X-Request-ID", request_id))
    return as_json(refused.status, body, request_id=request_id, hostile=hostile, headers=headers)


def as_sent(
    reply: Reply, *, arrived: datetime, answered: datetime, gzip: bool, about_tasks: bool
) -> Reply:
    """Add the headers of the service's gateway; with ``gzip`` compress the body.

    As recorded: header names in lower case, a compressed body in chunks, a charset where the
    call is about tasks. A refused key is answered by an outer gateway, which does not compress,
    writes its names in another case, and does not say that the body is JSON.
    """
    arrival, departure = _milliseconds(arrived), _milliseconds(answered)
    headers = [
        *reply.headers,
        ("req-cost-time", str(departure - arrival)),
        ("req-arrive-time", str(arrival)),
        ("resp-start-time", str(departure)),
        ("x-envoy-upstream-service-time", str(departure - arrival)),
        ("Vary", "Accept-Encoding"),
    ]
    if reply.status == _NO_ENTRY:
        return replace(reply, headers=tuple(each for each in headers if each[0] != _TYPE))
    if about_tasks and (_TYPE, _JSON) in headers:
        headers[headers.index((_TYPE, _JSON))] = (_TYPE, f"{_JSON};charset=UTF-8")
    reply = replace(reply, headers=tuple(headers), lower_case=True)
    if not gzip or reply.delivery is not Delivery.WHOLE:
        return reply
    headers.append(("Content-Encoding", "gzip"))
    packed = compress(reply.body, mtime=0)
    return replace(reply, headers=tuple(headers), body=packed, chunked=True)


def page(status: int) -> Reply:
    """Return a gateway's own error page: HTML, without code and request id."""
    title = f"{status} {HTTPStatus(status).phrase}"
    html = ((_TYPE, "text/html"),)
    return Reply(status=status, headers=html, body=_PAGE.format(title).encode())


def _text_time(moment: datetime) -> str:
    """Format as ``YYYY-MM-DD HH:mm:ss.SSS`` in UTC+8, as the task query has it."""
    local = moment.astimezone(SERVICE_ZONE).replace(tzinfo=None)
    return local.isoformat(sep=" ", timespec="milliseconds")


def task(view: JobView, *, video_url: str | None, unsure: bool) -> dict[str, object]:
    """Return the body of a task query, without its request id.

    ``unsure``: what other pages than PixVerse's own show (times in failed tasks, empty
    codes in good ones, floats).
    """
    output: dict[str, object] = {"task_id": view.job.task_id, "task_status": str(view.status)}
    if view.status is not Status.FAILED or unsure:
        output |= _times(view)
    if view.status is Status.FAILED and view.job.failure:
        output |= {"code": view.job.failure.code, "message": view.job.failure.message}
    if view.status is not Status.SUCCEEDED:
        return {"output": output}
    if view.job.order.model.prompt is not Need.NONE:
        output["orig_prompt"] = view.job.prompt or ""
    output["video_url"] = video_url
    empty: dict[str, object] = {"code": None, "message": ""} if unsure else {}
    return {**empty, "output": output, "usage": _usage(view, unsure=unsure)}


def _times(view: JobView) -> dict[str, object]:
    job = view.job
    times: dict[str, object] = {"submit_time": _text_time(job.submitted_at)}
    if view.status is Status.CANCELED and job.canceled_at:
        return times | {"end_time": _text_time(job.canceled_at)}
    if view.status is not Status.PENDING and job.scheduled_at:
        times["scheduled_time"] = _text_time(job.scheduled_at)
    if view.status.final and job.ends_at:
        times["end_time"] = _text_time(job.ends_at)
    return times


def _usage(view: JobView, *, unsure: bool) -> dict[str, object]:
    """Return ``usage``; which fields it has depends on the model ("Response parameters")."""
    order, film = view.job.order, view.film
    width, height = film.size if film else (0, 0)
    seconds = film.seconds if film else order.duration
    usage: dict[str, object] = {"duration": float(seconds) if unsure else seconds}
    if order.model.kind in _KINDS_WITH_SHOTS:
        usage["shot_type"] = str(order.shot_type)
    usage |= {"size": f"{width}*{height}", "fps": 24, "video_count": 1}
    if order.model.takes(Parameter.AUDIO):
        usage["audio"] = order.audio
    tier = order.resolution.removesuffix("P") if order.resolution else ""
    usage["SR"] = "4K" if order.model.kind is Kind.UPSCALE else tier
    return usage | ({"video_duration": 0, "video_ratio": ""} if unsure else {})


def row(view: JobView) -> dict[str, object]:
    """Return one row of the task list: ``status``, and times in milliseconds since 1970."""
    job = view.job
    entry: dict[str, object] = {
        "api_key_id": "100001" if job.ours else "100002",
        "caller_parent_id": "1000000000000001",
        "caller_uid": "1000000000000001" if job.ours else "2000000000000002",
        "gmt_create": _milliseconds(job.submitted_at),
        "start_time": _milliseconds(job.scheduled_at or job.submitted_at),
        "model_name": job.model,
        "region": "cn-beijing",
        "request_id": job.request_id,
        "status": str(view.status),
        "task_id": job.task_id,
        "user_api_unique_key": f"apikey:v1:aigc:video-generation:video-synthesis:{job.model}",
    }
    ended = job.canceled_at or (job.ends_at if view.status.final else None)
    return entry | ({"end_time": _milliseconds(ended)} if ended else {})


def _milliseconds(moment: datetime) -> int:
    """Return milliseconds since 1970, cut off as in the times of a task query."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)
