"""The JSON that scripts read. Keys are only ever added; times are RFC 3339 in UTC."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pixverse_cli.domain.catalog import CURRENCY, PRICES_AS_OF
from pixverse_cli.domain.clock import rfc3339
from pixverse_cli.domain.errors import Ending, UnclearError
from pixverse_cli.domain.task import Record, RemoteTask
from pixverse_cli.reporting.streams import can_show
from pixverse_cli.reporting.types import (
    EndingJson,
    ErrorJson,
    EstimateJson,
    FailureJson,
    ParametersJson,
    PreviewJson,
    RecordJson,
    RemoteJson,
    SentJson,
)

if TYPE_CHECKING:
    from decimal import Decimal

SCHEMA = "pixverse/1"

Json = Mapping[str, object]

_DELETE = "\x7f"
_encode = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps makes one for each value


def one_line(value: Json) -> str:
    """Return one line of JSON; it is escaped where a terminal or code page could not show it."""
    line = _encode(value)
    if line.isascii() and _DELETE not in line:  # JSON escapes the others that do not print
        return line
    return line if line.isprintable() and can_show(line) else json.dumps(value)


def number(amount: "Decimal | None") -> float | None:
    """Return an amount of money as a JSON number, without added digits."""
    return None if amount is None else float(amount)


def record_json(record: Record) -> RecordJson:
    """Return one task's record."""
    return {
        "schema": SCHEMA,
        "task_id": record.task_id,
        "number": record.number or None,
        "status": record.status,
        "model": record.model,
        "kind": record.kind,
        "image": record.image,
        "inputs": [
            {"role": each.role, "name": each.name, "source": each.source} for each in record.inputs
        ],
        "prompt": record.prompt,
        "parameters": _parameters(record),
        "request_id": record.request_id,
        "submitted_at": rfc3339(record.submitted_at),
        "scheduled_at": rfc3339(record.scheduled_at),
        "ended_at": rfc3339(record.ended_at),
        "expires_at": rfc3339(record.expires_at),
        "video_url": record.video_url,
        "file": record.file,
        "sha256": record.sha256,
        "usage": dict(record.usage),
        "take": record.take,
        "provisional": bool(record.provisional),
        "charged": record.charged,
        "cost": {
            "estimate": number(record.estimate),
            "actual": number(record.actual_cost),
            "currency": CURRENCY,
            "prices_as_of": PRICES_AS_OF,
        },
        "error": _record_error(record),
    }


def _parameters(record: Record) -> ParametersJson:
    return {
        "resolution": record.resolution,
        "duration": record.duration,
        "audio": record.audio,
        "watermark": record.watermark,
        "shot_type": record.shot_type,
        "seed": record.seed,
        "aspect_ratio": _text(record, "aspect_ratio"),
        "size": _text(record, "size"),
        "text": _text(record, "text"),
        "voice": _text(record, "voice"),
    }


def _text(record: Record, name: str) -> str | None:
    value = record.parameters.get(name)
    return value if isinstance(value, str) else None


def _record_error(record: Record) -> FailureJson | None:
    if record.error_code is None and record.error_message is None:
        return None
    return {"code": record.error_code, "message": record.error_message}


def error_json(ending: Ending) -> ErrorJson:
    """Return how a command ended; ``errors`` holds the endings of the single tasks, if several."""
    return {"schema": SCHEMA, "error": _ending_json(ending)}


def _ending_json(ending: Ending) -> EndingJson:
    shape: EndingJson = {
        "code": ending.code,
        "message": ending.message,
        "hint": ending.hint,
        "service_code": ending.service_code,
        "request_id": ending.request_id,
        "http_status": ending.http_status,
        "retryable": ending.retryable,
        "charged": ending.charged,
        "task_id": ending.task_id,
        "image": ending.image,
        "next": ending.next,
    }
    if isinstance(ending, UnclearError):
        shape["candidates"] = list(ending.candidates)
    if ending.causes:
        shape["errors"] = [_ending_json(cause) for cause in ending.causes]
    return shape


def request_json(body: Json, estimate: "Decimal | None") -> PreviewJson:
    """Return what ``--dry-run`` prints for one video: the body as it would be sent."""
    return {"schema": SCHEMA, "request": sent_json(body), "cost": estimate_json(number(estimate))}


def sent_json(body: Json) -> SentJson:
    """Return the body of a create call."""
    return {
        "model": str(body["model"]),
        "input": body["input"],
        "parameters": body["parameters"],
    }


def estimate_json(amount: float | None) -> EstimateJson:
    """Return an estimate with its currency and the date of its prices."""
    return {"estimate": amount, "currency": CURRENCY, "prices_as_of": PRICES_AS_OF}


def remote_json(row: RemoteTask) -> RemoteJson:
    """Return one of the account's tasks on the service; ``known`` if the store holds it."""
    return {**record_json(row.record), "known": row.known}
