"""The service's answers as it spells them: JSON bodies, times, headers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from gzip import compress
from http import HTTPStatus

from pixverse_cli.domain.task import Status
from pixverse_cli.sandbox.account import Seen
from pixverse_cli.sandbox.exchange import Answer
from pixverse_cli.sandbox.hostility import embittered
from pixverse_cli.sandbox.refusals import Refused

SERVICE_ZONE = timezone(timedelta(hours=8))

_WORTH_PACKING = 256  # bytes
_PAGE = "<html>\r\n<head><title>{0}</title></head>\r\n<body><h1>{0}</h1></body>\r\n</html>\r\n"


def as_json(
    status: int,
    body: Mapping[str, object],
    *,
    request_id: str,
    hostile: bool = False,
    headers: Sequence[tuple[str, str]] = (),
) -> Answer:
    """Return an answer of the API; the request id stands in its body and in a header."""
    whole: dict[str, object] = {**body, "request_id": request_id}
    return Answer(
        status=status,
        headers=(("Content-Type", "application/json"), ("x-request-id", request_id), *headers),
        body=json.dumps(embittered(whole) if hostile else whole).encode(),
    )


def refusal(refused: Refused, *, request_id: str, hostile: bool = False) -> Answer:
    """Return the flat body of a refused call: code, message, request id."""
    body = {"code": refused.code, "message": refused.message}
    headers = [("Retry-After", str(refused.after))] if refused.after is not None else []
    return as_json(refused.status, body, request_id=request_id, hostile=hostile, headers=headers)


def as_sent(answer: Answer, *, arrived: datetime, answered: datetime, gzip: bool) -> Answer:
    """Add the headers of the service's gateway, and pack longer answers if the client likes it."""
    arrival, departure = milliseconds(arrived), milliseconds(answered)
    headers = [
        *answer.headers,
        ("req-cost-time", str(departure - arrival)),
        ("req-arrive-time", str(arrival)),
        ("resp-start-time", str(departure)),
        ("x-envoy-upstream-service-time", str(departure - arrival)),
    ]
    if not gzip or len(answer.body) < _WORTH_PACKING:
        return replace(answer, headers=tuple(headers))
    packed = compress(answer.body, mtime=0)
    headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
    return replace(answer, headers=tuple(headers), body=packed)


def page(status: int) -> Answer:
    """Return what a gateway says on its own: HTML, no code, no request id."""
    title = f"{status} {HTTPStatus(status).phrase}"
    html = (("Content-Type", "text/html"),)
    return Answer(status=status, headers=html, body=_PAGE.format(title).encode())


def text_time(moment: datetime) -> str:
    """Format as ``YYYY-MM-DD HH:mm:ss.SSS`` in UTC+8, as the task query has it."""
    local = moment.astimezone(SERVICE_ZONE).replace(tzinfo=None)
    return local.isoformat(sep=" ", timespec="milliseconds")


def task(seen: Seen, *, video_url: str | None, unsure: bool) -> dict[str, object]:
    """Return the body of a task query, without its request id.

    ``unsure``: what other pages than PixVerse's own show (times in failed tasks, empty
    codes in good ones, floats).
    """
    output: dict[str, object] = {"task_id": seen.job.task_id, "task_status": str(seen.status)}
    if seen.status is not Status.FAILED or unsure:
        output |= _times(seen)
    if seen.status is Status.FAILED and seen.job.failure:
        output |= {"code": seen.job.failure.code, "message": seen.job.failure.message}
    if seen.status is not Status.SUCCEEDED:
        return {"output": output}
    output |= {"orig_prompt": seen.job.prompt or "", "video_url": video_url}
    empty: dict[str, object] = {"code": None, "message": ""} if unsure else {}
    return {**empty, "output": output, "usage": _usage(seen, unsure=unsure)}


def _times(seen: Seen) -> dict[str, object]:
    job = seen.job
    times: dict[str, object] = {"submit_time": text_time(job.submitted_at)}
    if seen.status is Status.CANCELED and job.canceled_at:
        return times | {"end_time": text_time(job.canceled_at)}
    if seen.status is not Status.PENDING and job.scheduled_at:
        times["scheduled_time"] = text_time(job.scheduled_at)
    if seen.status.final and job.ends_at:
        times["end_time"] = text_time(job.ends_at)
    return times


def _usage(seen: Seen, *, unsure: bool) -> dict[str, object]:
    order = seen.job.order
    width, height = seen.film.size if seen.film else (0, 0)
    usage: dict[str, object] = {
        "duration": float(order.duration) if unsure else order.duration,
        "shot_type": str(order.shot_type),
        "size": f"{width}*{height}",
        "fps": 24,
        "video_count": 1,
        "audio": order.audio,
        "SR": order.resolution.removesuffix("P"),
    }
    return usage | ({"video_duration": 0, "video_ratio": ""} if unsure else {})


def row(seen: Seen) -> dict[str, object]:
    """Return one row of the task list: ``status``, and times in milliseconds since 1970."""
    job = seen.job
    entry: dict[str, object] = {
        "api_key_id": "100001" if job.ours else "100002",
        "caller_parent_id": "1000000000000001",
        "caller_uid": "1000000000000001" if job.ours else "2000000000000002",
        "gmt_create": milliseconds(job.submitted_at),
        "start_time": milliseconds(job.scheduled_at or job.submitted_at),
        "model_name": job.model,
        "region": "cn-beijing",
        "request_id": job.request_id,
        "status": str(seen.status),
        "task_id": job.task_id,
        "user_api_unique_key": f"apikey:v1:aigc:video-generation:video-synthesis:{job.model}",
    }
    ended = job.canceled_at or (job.ends_at if seen.status.final else None)
    return entry | ({"end_time": milliseconds(ended)} if ended else {})


def milliseconds(moment: datetime) -> int:
    """Return milliseconds since 1970."""
    return round(moment.timestamp() * 1000)
