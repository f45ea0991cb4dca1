"""The JSON of the service, read field by field: no answer is trusted as a whole.

Sources: the PixVerse API references (create, query); Model Studio's pages on
asynchronous tasks (list, cancel) and temporary files (upload policy). Field notes: codes
may be at the top or inside ``output``, empty strings mean absent, times have no zone and
are UTC+8 in text but epoch milliseconds in lists.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from pixverse_cli.domain.catalog import Model, Parameter
from pixverse_cli.domain.frozen import Frozen
from pixverse_cli.domain.refusals import Refusal
from pixverse_cli.domain.task import ListedTask, Status, Task
from pixverse_cli.domain.text import harmless_value

if TYPE_CHECKING:
    from pixverse_cli.domain.plan import Input
    from pixverse_cli.domain.request import VideoRequest

_BEIJING = timezone(timedelta(hours=8))
_LOCAL_STATUSES = (Status.UNCLEAR, Status.NOT_SENT)
_LONGEST_NUMBER = 300  # digits; a longer number has no float
_DONE_CODES = ("200", "success")  # of some gateways, beside the data
_TASK_ID_IN_FRAGMENT = re.compile(rb'"task_id"\s*:\s*"([0-9A-Za-z._-]{8,128})"')

CREATE_PATH = "/services/aigc/video-generation/video-synthesis"

Json = dict[str, object]


class Policy(Frozen):
    """The permission to upload one file to the temporary store, for about five minutes.

    ``form`` holds the fields of the form, except ``key`` and ``file``; ``directory`` is the
    required prefix of the key; ``max_bytes`` the store's limit, if it is known.
    """

    host: str
    directory: str
    form: dict[str, str]
    max_bytes: int | None


class Page(Frozen):
    """One page of the service's task list; ``date`` is the service's time of the answer.

    ``total`` counts the tasks of all pages, ``total_pages`` the pages; None if the service
    sent no whole number. ``uid`` is the main account that the rows name, if they all name one.
    """

    tasks: tuple[ListedTask, ...]
    total: int | None
    total_pages: int | None
    uid: str | None
    date: datetime | None


def create_body(request: "VideoRequest", media: Sequence[tuple["Input", str]]) -> Json:
    """Return the JSON of a create call; unset options, and those of other models, are left out.

    ``media`` holds each input with the URL from which the service fetches it.
    """
    elements = [_medium(request.model, each, url) for each, url in media] + _speech(request)
    inputs: Json = {"media": elements} if request.model.inputs else {}
    if request.prompt:
        inputs["prompt"] = request.prompt
    parameters: Json = {
        word: value
        for parameter, word, value in _parameters(request)
        if value is not None and request.model.takes(parameter)
    }
    return {"model": request.model.name, "input": inputs, "parameters": parameters}


def _parameters(request: "VideoRequest") -> Iterator[tuple[Parameter, str, object]]:
    """Yield each parameter with its name on the wire and its value: "parameters" of the pages."""
    model = request.model
    if model.sizes:
        yield Parameter.RESOLUTION, "size", request.size
    else:
        yield Parameter.RESOLUTION, "resolution", request.resolution
        yield Parameter.ASPECT_RATIO, "aspect_ratio", request.ratio
    follows = model.length_from and request.duration is None  # the length of a reference video
    yield Parameter.DURATION, "duration", 0 if follows else request.duration
    yield Parameter.AUDIO, "audio", request.audio
    yield Parameter.WATERMARK, "watermark", request.watermark
    yield Parameter.SHOT_TYPE, "shot_type", request.shot_type
    yield Parameter.SEED, "seed", request.seed


def _medium(model: Model, each: "Input", url: str) -> Json:
    """Return an element of ``media``: the pages of the models, "input.media"."""
    rule = model.rule(each.role, each.media)
    if rule is None:
        raise ValueError(f"{model.name} takes no {each.media} as {each.role}")
    name = {"ref_name": each.name} if rule.named and each.name else {}
    return {"type": rule.word, "url": url, **name}


def _speech(request: "VideoRequest") -> list[Json]:
    """Return the elements for a voice that says a text: lip sync page, "input.media"."""
    speech = request.model.speech
    if speech is None or not request.text:
        return []
    return [
        {"type": speech.voice_word, "id": request.speaker},
        {"type": speech.text_word, "content": request.text},
    ]


def create_headers(body: bytes) -> dict[str, str]:
    """Return the headers of a create call, except the key's.

    Source: the same page; for the header of ``oss://`` images, the temporary store's page.
    """
    headers = {"Content-Type": "application/json", "X-DashScope-Async": "enable"}
    if b'"oss://' in body:
        headers["X-DashScope-OssResourceResolve"] = "enable"
    return headers


def encode(body: Json) -> bytes:
    """Return the bytes of the body, exactly as they are sent."""
    return json.dumps(body, ensure_ascii=False).encode()


def decode(body: bytes, *, secrets: Sequence[str] = ()) -> Json | None:
    """Return the JSON object in a body; None if the body is not one.

    Every text in it is made harmless, and the secrets are masked. What is no JSON number, or is
    out of a float's range, becomes null, and bytes that are no text U+FFFD: an odd value in one
    field must not hide the task id or the video's URL in another.
    """
    try:
        content = body.decode(json.detect_encoding(body), "replace")
        value = json.loads(
            content, parse_constant=_no_number, parse_float=_fraction, parse_int=_whole_number
        )
        value = harmless_value(value, secrets)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _no_number(_: str) -> None:
    """Return null for ``NaN`` and ``Infinity``, which are not JSON."""


def _fraction(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _whole_number(digits: str) -> int | None:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else None


def _text(value: object) -> str | None:
    """Return a string that is not blank; None for any other value."""
    return value if isinstance(value, str) and value.strip() else None


def _link(value: object) -> str | None:
    """Return an http(s) URL, its scheme in small letters; None for any other value."""
    scheme, separator, rest = (_text(value) or "").strip().partition("://")
    known = scheme.lower() in ("http", "https")
    return f"{scheme.lower()}{separator}{rest}" if known else None


def _part(body: Json, name: str) -> Json:
    """Return the object in this field, or an empty one."""
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _moment(value: object) -> datetime | None:
    """Read ``2026-03-20 11:48:50.499``, which is UTC+8."""
    try:
        moment = datetime.fromisoformat(_text(value) or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=_BEIJING)).astimezone(UTC)
    except (ValueError, OverflowError):  # out of datetime's range, also by the conversion to UTC
        return None


def _epoch_moment(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _status(raw_status: str | None) -> Status:
    """Return the status; an unknown one counts as still running."""
    name = (raw_status or "").upper()
    if name in Status.__members__ and name not in _LOCAL_STATUSES:
        return Status(name)
    return Status.RUNNING


def read_task(body: Json) -> Task | None:
    """Return the task in an answer; None if there is none."""
    output = _part(body, "output")
    task_id, raw_status = _text(output.get("task_id")), _text(output.get("task_status"))
    if task_id is None:
        return None
    return Task(
        task_id=task_id,
        status=_status(raw_status),
        raw_status=raw_status or "",
        request_id=_text(body.get("request_id")),
        submitted_at=_moment(output.get("submit_time")),
        scheduled_at=_moment(output.get("scheduled_time")),
        ended_at=_moment(output.get("end_time")),
        orig_prompt=_text(output.get("orig_prompt")),
        video_url=_link(output.get("video_url")),
        usage=_part(body, "usage"),
        error_code=_text(output.get("code")) or _text(body.get("code")),
        error_message=_text(output.get("message")) or _text(body.get("message")),
    )


def read_task_in_fragment(body: bytes) -> Task | None:
    """Return the accepted task whose id is complete in a cut answer; None if there is none."""
    match = _TASK_ID_IN_FRAGMENT.search(body)
    if match is None:
        return None
    return Task(task_id=match[1].decode(), status=Status.PENDING, raw_status="PENDING")


def task_ids_in(body: bytes) -> set[str]:
    """Return every task id in an answer as it was sent, also of fields that are sent twice.

    Of two fields with one name a JSON parser takes the last, without a word.
    """
    return {each.decode() for each in _TASK_ID_IN_FRAGMENT.findall(body)}


def read_refusal(body: Json, http_status: int, headers: Mapping[str, str]) -> Refusal | None:
    """Return the code and message of an error body, in either of its two shapes, or None."""
    error = _part(body, "error") or body
    code, message = _text(error.get("code")), _text(error.get("message"))
    if http_status < 400 and (code is None or code.lower() in _DONE_CODES):
        return None
    if code is None and message is None:
        return None
    return Refusal(
        code=code or "",
        message=message or "",
        request_id=_text(body.get("request_id")) or headers.get("x-request-id"),
        http_status=http_status,
    )


def read_list(body: Json, date: datetime | None) -> Page | None:
    """Return a page of the task list; rows without a task id are left out.

    ``"data": null`` is an empty page; a body without ``data`` is not a list. Counts are
    taken as they are or not at all: a wrong guess would make a part of the list look whole.
    So would any count beside a row that cannot be read.
    """
    rows = body.get("data", "missing")
    if rows is None:
        rows = []
    if not isinstance(rows, list):
        return None
    tasks = tuple(task for task in map(_listed, rows) if task)
    uids = {_text(row.get("caller_parent_id")) for row in rows if isinstance(row, dict)}
    return Page(
        tasks=tasks,
        total=_count(body.get("total")) if len(tasks) == len(rows) else None,
        total_pages=_count(body.get("total_page")),
        uid=uids.pop() if len(uids) == 1 else None,
        date=date,
    )


def _count(value: object) -> int | None:
    """Return a whole number; None for any other value, such as ``true``, ``"7"`` or ``7.0``."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _listed(row: object) -> ListedTask | None:
    if not isinstance(row, dict) or not _text(row.get("task_id")):
        return None
    return ListedTask(
        task_id=row["task_id"],
        status=_status(_text(row.get("status"))),
        model=_text(row.get("model_name")) or "",
        request_id=_text(row.get("request_id")),
        submitted_at=_epoch_moment(row.get("gmt_create")) or _epoch_moment(row.get("start_time")),
        ended_at=_epoch_moment(row.get("end_time")),
    )


def read_policy(body: Json) -> Policy | None:
    """Return the upload policy, or None if a field is missing."""
    data = _part(body, "data")
    host, directory = _text(data.get("upload_host")), _text(data.get("upload_dir"))
    form = {
        "OSSAccessKeyId": _text(data.get("oss_access_key_id")),
        "Signature": _text(data.get("signature")),
        "policy": _text(data.get("policy")),
        "x-oss-object-acl": _text(data.get("x_oss_object_acl")),
        "x-oss-forbid-overwrite": _text(data.get("x_oss_forbid_overwrite")),
        "success_action_status": "200",
    }
    fields = {name: value for name, value in form.items() if value is not None}
    if host is None or directory is None or len(fields) < len(form):
        return None
    megabytes = max(0, _count(data.get("max_file_size_mb")) or 0)
    return Policy(
        host=host, directory=directory, form=fields, max_bytes=megabytes * 1024 * 1024 or None
    )
