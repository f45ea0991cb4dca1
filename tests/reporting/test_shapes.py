"""The JSON on which scripts rely, key by key."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.domain.endings import combine
from pixverse_cli.domain.errors import BillingError, TaskFailedError
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.reporting.shapes import error_json, number, one_line, record_json, request_json

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_record_has_the_documented_keys(record):
    whole = record(
        "SUCCEEDED",
        request_id="r",
        scheduled_at=NOON,
        ended_at=NOON,
        video_url="https://v",
        file="/abs/path.mp4",
        sha256="ab",
        usage={"duration": 5, "SR": "720", "audio": False},
        shot_type="multi",
        seed=7,
    )
    assert json.loads(one_line(record_json(whole))) == {
        "schema": "pixverse/1",
        "task_id": "0385dc79-5ff8-4d82",
        "number": 1,
        "status": "SUCCEEDED",
        "model": "pixverse/pixverse-v6-it2v",
        "kind": None,
        "image": "turtle.webp",
        "inputs": [],
        "prompt": "A turtle.",
        "parameters": {
            "resolution": "720P",
            "duration": 5,
            "audio": False,
            "watermark": False,
            "shot_type": "multi",
            "seed": 7,
            "aspect_ratio": None,
            "size": None,
            "text": None,
            "voice": None,
        },
        "request_id": "r",
        "submitted_at": "2026-11-23T12:00:00.000Z",
        "scheduled_at": "2026-11-23T12:00:00.000Z",
        "ended_at": "2026-11-23T12:00:00.000Z",
        "expires_at": "2026-11-24T12:00:00.000Z",
        "video_url": "https://v",
        "file": "/abs/path.mp4",
        "sha256": "ab",
        "usage": {"duration": 5, "SR": "720", "audio": False},
        "take": 1,
        "provisional": False,
        "charged": "yes",
        "cost": {"estimate": 1.35, "actual": 1.35, "currency": "CNY", "prices_as_of": "2026-08"},
        "error": None,
    }


def test_unknown_values_are_null():
    shape = record_json(Record(number=1, status=Status.UNCLEAR, service="s"))
    absent = {name for name, value in shape.items() if value is None}
    assert absent == {
        "task_id",
        "model",
        "kind",
        "image",
        "prompt",
        "request_id",
        "submitted_at",
        "scheduled_at",
        "ended_at",
        "expires_at",
        "video_url",
        "file",
        "sha256",
        "error",
    }
    assert (shape["charged"], shape["usage"]) == ("unknown", {})


def test_an_error_has_the_documented_keys():
    error = BillingError(
        "pay", hint="settle", service_code="Arrearage", request_id="r", http_status=400, task_id="t"
    )
    assert error_json(error) == {
        "schema": "pixverse/1",
        "error": {
            "code": "billing",
            "message": "pay",
            "hint": "settle",
            "service_code": "Arrearage",
            "request_id": "r",
            "http_status": 400,
            "retryable": False,
            "charged": "no",
            "task_id": "t",
            "image": None,
            "next": None,
        },
    }


def test_the_error_of_several_tasks_contains_all_errors():
    parts = [TaskFailedError("a", task_id="t-1"), TaskFailedError("b", task_id="t-2")]
    shape = error_json(combine(parts, succeeded=1))["error"]
    assert (shape["code"], shape["charged"]) == ("partial", "mixed")
    assert [part["task_id"] for part in shape["errors"]] == ["t-1", "t-2"]


def test_a_request_is_printed_as_it_would_be_sent():
    shape = request_json({"model": "m", "input": {}, "parameters": {}}, Decimal("2.70"))
    assert one_line(shape) == (
        '{"schema": "pixverse/1", "request": {"model": "m", "input": {}, "parameters": {}}, "cost":'
        ' {"estimate": 2.7, "currency": "CNY", "prices_as_of": "2026-08"}}'
    )


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("1.35", "1.35"), ("0.15", "0.15"), ("10.20", "10.2"), ("0.30", "0.3"), ("1.350", "1.35")],
)
def test_amounts_have_no_trailing_zeros(amount, shown):
    assert json.dumps(number(Decimal(amount))) == shown


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters() | st.just("\ud800")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.text(st.characters() | st.sampled_from("\x1b\x7f\n\u202e")), values))
def test_any_value_is_one_printable_line_that_can_be_parsed_again_80(value):
    line = one_line(value)
    assert line.isprintable()
    assert json.loads(line) == value


def test_chinese_is_readable_in_json():
    assert one_line({"prompt": "海龟"}) == '{"prompt": "海龟"}'
