"""The service's JSON is read field by field; invalid values are ignored, never an error."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.dashscope import wire
from pixverse_cli.domain.task import Status
from tests.dashscope.messages import body_of

SUCCEEDED = {
    "request_id": "7df19cf7",
    "output": {
        "task_id": "5abf2c85",
        "task_status": "SUCCEEDED",
        "submit_time": "2026-03-20 11:48:50.499",
        "scheduled_time": "2026-03-20 11:48:50.551",
        "end_time": "2026-03-20 11:49:46.462",
        "orig_prompt": "The camera slowly moves up.",
        "video_url": "https://media.pixverseai.cn/a%2Fb.mp4",
    },
    "usage": {"duration": 5, "shot_type": "single", "size": "992*944", "fps": 24, "SR": "720"},
}
UTC_SUBMITTED = datetime(2026, 3, 20, 3, 48, 50, 499_000, tzinfo=UTC)


def task(**output):
    return wire.read_task({"output": {"task_id": "t-1", "task_status": "RUNNING"} | output})


def test_the_documented_example_is_read():
    read = wire.read_task(SUCCEEDED)
    assert (read.task_id, read.status, read.raw_status) == ("5abf2c85", "SUCCEEDED", "SUCCEEDED")
    assert read.request_id == "7df19cf7"
    assert read.submitted_at == UTC_SUBMITTED
    assert read.scheduled_at == UTC_SUBMITTED.replace(microsecond=551_000)
    assert read.ended_at == datetime(2026, 3, 20, 3, 49, 46, 462_000, tzinfo=UTC)
    assert read.orig_prompt == "The camera slowly moves up."
    assert read.video_url == "https://media.pixverseai.cn/a%2Fb.mp4"
    assert read.usage == SUCCEEDED["usage"]
    assert (read.error_code, read.error_message) == (None, None)


@pytest.mark.parametrize(
    ("raw_status", "status"),
    [
        ("PENDING", "PENDING"),
        ("RUNNING", "RUNNING"),
        ("SUCCEEDED", "SUCCEEDED"),
        ("FAILED", "FAILED"),
        ("CANCELED", "CANCELED"),
        ("UNKNOWN", "UNKNOWN"),
        ("succeeded", "SUCCEEDED"),
        ("SUSPENDED", "RUNNING"),
        ("UNCLEAR", "RUNNING"),
        ("NOT_SENT", "RUNNING"),
        ("", "RUNNING"),
        (None, "RUNNING"),
        (7, "RUNNING"),
        ([], "RUNNING"),
    ],
)
def test_an_unknown_status_counts_as_running_41(raw_status, status):
    assert task(task_status=raw_status).status == status


def test_the_raw_status_is_kept_41():
    assert task(task_status="Suspended").raw_status == "Suspended"


@pytest.mark.parametrize(
    "body",
    [
        {"output": {"code": "C", "message": "M"}},
        {"code": "C", "message": "M", "output": {}},
        {"code": "C", "message": "M", "output": {"code": "", "message": None}},
    ],
    ids=["in the output", "at the top", "empty in the output"],
)
def test_the_code_of_a_failed_task_is_read_from_two_places_38(body):
    body["output"] |= {"task_id": "t-1", "task_status": "FAILED"}
    read = wire.read_task(body)
    assert (read.error_code, read.error_message) == ("C", "M")


@pytest.mark.parametrize("empty", ["", " ", None, 0, False, [], {}])
def test_values_that_are_empty_or_of_another_type_are_absent(empty):
    read = task(video_url=empty, orig_prompt=empty, submit_time=empty, code=empty, message=empty)
    assert (read.video_url, read.orig_prompt, read.submitted_at) == (None, None, None)
    assert (read.error_code, read.error_message) == (None, None)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-03-20 11:48:50.499", UTC_SUBMITTED),
        ("2026-03-20T11:48:50.499+08:00", UTC_SUBMITTED),
        ("2026-03-20T03:48:50.499Z", UTC_SUBMITTED),
        ("2026-03-20 11:48:50", UTC_SUBMITTED.replace(microsecond=0)),
        ("20.03.2026", None),
        ("0001-01-01 00:00:00", None),
        ("9999-12-31 23:59:59-08:00", None),
    ],
)
def test_a_time_without_a_zone_is_utc_plus_8(text, time):
    assert task(submit_time=text).submitted_at == time


@pytest.mark.parametrize("usage", [None, [], "x", 7])
def test_a_usage_that_is_not_an_object_is_empty(usage):
    assert wire.read_task(SUCCEEDED | {"usage": usage}).usage == {}


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters() | st.sampled_from("\ud800\0")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
names = st.sampled_from(
    [
        "output",
        "task_id",
        "task_status",
        "submit_time",
        "usage",
        "code",
        "message",
        "error",
        "data",
        "total",
        "total_page",
        "caller_parent_id",
        "gmt_create",
        "status",
        "model_name",
        "upload_host",
    ]
)
bodies = st.recursive(
    st.dictionaries(names, json_values, max_size=4),
    lambda inner: st.dictionaries(names, inner | st.lists(inner, max_size=3), max_size=4),
    max_leaves=8,
)


@given(bodies)
def test_any_object_can_be_read_15(body):
    wire.read_task(body)
    wire.read_list(body, None)
    wire.read_policy(body)
    wire.read_refusal(body, 500, {})


@given(st.binary() | json_values.map(json.dumps).map(str.encode))
def test_any_bytes_can_be_decoded_15(data):
    assert wire.decode(data) is None or isinstance(wire.decode(data), dict)
    wire.read_task_in_fragment(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'"x"',
        b"NaN",
        b'{"a":' * 100_000,
        b"[" * 100_000,
        b"\xff{}",
        b"{'a': 1}",
    ],
)
def test_bytes_that_are_not_a_json_object_decode_to_none_15(data):
    assert wire.decode(data) is None


@pytest.mark.parametrize(
    "value", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"9" * 301, b"9" * 5000]
)
def test_a_value_that_is_no_number_becomes_null_15(value):
    assert wire.decode(b'{"a": ' + value + b', "b": 1.5}') == {"a": None, "b": 1.5}


def test_a_number_of_300_digits_is_read_15():
    assert wire.decode(b'{"a": ' + b"9" * 300 + b"}") == {"a": int("9" * 300)}


def test_bytes_that_are_no_text_do_not_hide_the_rest_15():
    assert wire.decode(b'{"a": "caf\xe9", "b": 1}') == {"a": "caf\ufffd", "b": 1}


@pytest.mark.parametrize(
    ("written", "link"),
    [
        (" https://v/a.mp4?X=Y\t", "https://v/a.mp4?X=Y"),
        ("HTTPS://v/a.mp4", "https://v/a.mp4"),
        ("ftp://v/a.mp4", None),
        ("javascript:alert(1)", None),
        ("https:/v", None),
        (["https://v/a.mp4"], None),
    ],
)
def test_the_link_of_a_video_is_an_http_url_however_it_is_written_39(written, link):
    body = {"output": {"task_id": "t-1", "video_url": written}}
    assert wire.read_task(body).video_url == link


@pytest.mark.parametrize("code", ["200", "Success"])
def test_a_code_that_means_success_is_no_refusal(code):
    assert wire.read_refusal({"code": code, "message": "ok", "data": []}, 200, {}) is None
    assert wire.read_refusal({"code": code, "message": "ok"}, 400, {}) is not None


@given(st.text(alphabet="0123456789abcdef-", min_size=8, max_size=64), st.integers(0, 40))
def test_a_complete_id_in_a_fragment_is_read_12(task_id, rest):
    whole = json.dumps(
        {"output": {"task_status": "PENDING", "task_id": task_id}, "request_id": "x"}
    )
    end = whole.index(task_id) + len(task_id) + 1 + rest
    assert wire.read_task_in_fragment(whole[:end].encode()).task_id == task_id


@given(st.text(alphabet="0123456789abcdef-", min_size=8, max_size=64), st.data())
def test_an_incomplete_id_in_a_fragment_is_not_read_12(task_id, data):
    start = '{"output": {"task_id": "'
    kept = data.draw(st.integers(0, len(task_id)))
    assert wire.read_task_in_fragment((start + task_id[:kept]).encode()) is None


LIST = {
    "request_id": "r",
    "total": 2,
    "total_page": 3,
    "page_no": 2,
    "page_size": 10,
    "data": [
        {
            "task_id": "t-1",
            "status": "RUNNING",
            "model_name": "pixverse/pixverse-v6-it2v",
            "request_id": "r-1",
            "gmt_create": 1774007330499,
            "start_time": 1774007330551,
        },
        {
            "task_id": "t-2",
            "status": "SUCCEEDED",
            "start_time": 1774007330551,
            "end_time": 1774007386462,
        },
    ],
}


def test_a_page_of_the_list_is_read():
    page = wire.read_list(LIST, UTC_SUBMITTED)
    assert (page.total, page.total_pages, page.date) == (2, 3, UTC_SUBMITTED)
    first, second = page.tasks
    assert (first.task_id, first.status, first.request_id) == ("t-1", "RUNNING", "r-1")
    assert first.model == "pixverse/pixverse-v6-it2v"
    assert first.submitted_at == datetime(2026, 3, 20, 11, 48, 50, 499_000, tzinfo=UTC)
    assert first.ended_at is None
    assert second.submitted_at == datetime(2026, 3, 20, 11, 48, 50, 551_000, tzinfo=UTC)
    assert second.ended_at == datetime(2026, 3, 20, 11, 49, 46, 462_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "row", [None, 7, "x", [], {}, {"task_id": ""}, {"task_id": 7}, {"status": "RUNNING"}]
)
def test_a_row_that_is_not_a_task_is_skipped_46(row):
    page = wire.read_list(LIST | {"data": [row, *LIST["data"]]}, None)
    assert [each.task_id for each in page.tasks] == ["t-1", "t-2"]


@pytest.mark.parametrize("time", [10**30, -(10**30), "1774007330499", True, None, float("inf")])
def test_an_invalid_time_is_absent(time):
    row = {"task_id": "t-1", "gmt_create": time}
    assert wire.read_list({"data": [row]}, None).tasks[0].submitted_at is None


@pytest.mark.parametrize("count", [None, "3", 2.5, 2.0, True, []])
def test_a_count_that_is_not_a_whole_number_is_absent_89(count):
    page = wire.read_list(LIST | {"total": count, "total_page": count}, None)
    assert (page.total, page.total_pages) == (None, None)


def test_null_for_the_rows_is_an_empty_page_89():
    page = wire.read_list({"data": None, "total": 0, "total_page": 0}, None)
    assert (page.tasks, page.total, page.total_pages) == ((), 0, 0)


@pytest.mark.parametrize("body", [{}, {"total": 0}, {"data": {}}, {"data": "x"}, {"data": 0}])
def test_an_answer_without_rows_is_no_list_89(body):
    assert wire.read_list(body, None) is None


@pytest.mark.parametrize(
    ("uids", "uid"),
    [(["1", "1"], "1"), (["1", "2"], None), (["1", None], None), ([7, 7], None), (["", ""], None)],
)
def test_the_main_account_is_read_if_all_rows_name_the_same_88(uids, uid):
    rows = [{"task_id": f"t-{n}", "caller_parent_id": each} for n, each in enumerate(uids)]
    assert wire.read_list({"data": rows}, None).uid == uid


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"code": "C", "message": "M"}, 400, "C"),
        ({"error": {"code": "C", "message": "M"}}, 400, "C"),
        ({"code": "C"}, 200, "C"),
        ({"message": "M"}, 400, ""),
        ({"message": "M"}, 200, None),
        ({"code": "", "message": ""}, 400, None),
        ({"code": None}, 400, None),
        ({"code": 7}, 400, None),
        ({}, 500, None),
    ],
)
def test_a_refusal_is_read_in_both_formats(body, status, code):
    refusal = wire.read_refusal(body, status, {})
    assert (refusal.code if refusal else None) == code


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(alphabet="a/:?&=%é龟"))
def test_the_body_is_json_that_can_be_parsed_again(prompt, url):
    from pixverse_cli.domain.catalog import MODELS, Resolution  # noqa: PLC0415
    from pixverse_cli.domain.request import VideoRequest  # noqa: PLC0415

    request = VideoRequest(
        model=MODELS[0], prompt=prompt, resolution=Resolution.P720, duration=5, seed=1
    )
    body = json.loads(wire.encode(body_of(request, url)).decode())
    assert body["input"].get("prompt", "") == prompt
    assert body["input"]["media"] == [{"type": "image_url", "url": url}]
    assert Status.PENDING.value == "PENDING"
