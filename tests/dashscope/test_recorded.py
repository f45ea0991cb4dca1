"""Answers that the real service gave: played at a socket, and compared with the sandbox's."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pixverse_cli.domain.errors import AuthError, UsageError
from pixverse_cli.sandbox import Pace
from tests.sandbox.caller import Caller, HandClock
from tests.servers import ScriptedServer

RECORDED = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))["response"]
    for path in sorted(Path(__file__).with_name("recorded").glob("*.json"))
}
TASK = "9e2b6ef6-285d-4efa-8651-4dbda7d571fa"
SUBMITTED = datetime(2024, 3, 1, 9, 38, 24, 817_000, tzinfo=UTC)
CHUNKS = (1, 7, 100_000)


def played(name, chunk):
    """Return a recorded answer as bytes, encoded as it travelled, in chunks of this size."""
    recorded = RECORDED[name]
    headers, body = recorded["headers"], recorded["body"].encode()
    if headers.get("content-encoding") == "gzip":
        body = gzip.compress(body, mtime=0)
    lines = [recorded["line"], *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    if headers.get("transfer-encoding") == "chunked":
        parts = [body[at : at + chunk] for at in range(0, len(body), chunk)] + [b""]
        body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return "\r\n".join(lines).encode() + body


@pytest.fixture(params=CHUNKS)
def play(client_for, request):
    """Return a function that gives a recorded answer to one call of a client."""

    def call(name, method, *arguments, **options):
        with ScriptedServer([played(name, request.param)]) as server:
            return getattr(client_for(server), method)(*arguments, **options)

    return call


def test_an_accepted_create_call(play):
    task = play("create-accepted-image-model", "create", b"{}", give_up=lambda: False)
    assert (task.task_id, task.status) == (TASK, "PENDING")
    assert task.request_id == "33da8e6b-1309-9a44-be83-352165959608"


def test_a_refused_parameter(play):
    with pytest.raises(UsageError, match="Role must be user or assistant") as refused:
        play("refused-parameter", "create", b"{}", give_up=lambda: False)
    assert (refused.value.service_code, refused.value.http_status) == ("InvalidParameter", 400)
    assert refused.value.request_id == "a5898c04-d210-901b-965f-e4bd90478805"


@pytest.mark.parametrize(
    ("method", "arguments"),
    [("create", [b"{}"]), ("query", [TASK]), ("cancel", [TASK]), ("policy", ["m"])],
)
def test_a_refused_key(play, method, arguments):
    options = {"give_up": lambda: False} if method == "create" else {}
    with pytest.raises(AuthError, match="Invalid API-key provided") as refused:
        play("refused-key", method, *arguments, **options)
    assert (refused.value.service_code, refused.value.charged) == ("InvalidApiKey", "no")
    assert refused.value.request_id == "a1c0561c-1dfe-98a6-a62f-983577b8bc5e"


def test_a_running_task(play):
    task = play("query-running", "query", TASK)
    assert (task.task_id, task.status, task.raw_status) == (TASK, "RUNNING", "RUNNING")
    assert task.submitted_at == SUBMITTED
    assert task.scheduled_at == SUBMITTED.replace(microsecond=831_000)
    assert (task.ended_at, task.video_url, task.usage) == (None, None, {})


def test_a_succeeded_task_of_another_kind_of_model(play):
    task = play("query-succeeded-image-model", "query", TASK)
    assert (task.task_id, task.status) == (TASK, "SUCCEEDED")
    assert task.ended_at == SUBMITTED.replace(second=55, microsecond=565_000)
    assert (task.video_url, task.usage) == (None, {"image_count": 4})


def test_an_unknown_task(play):
    task = play("query-unknown", "query", "1111")
    assert (task.task_id, task.status, task.error_code) == ("1111", "UNKNOWN", None)


def test_a_list(play):
    page = play("list", "listed", page=1, page_size=10)
    assert page.date == datetime(2024, 3, 1, 5, 0, 18, tzinfo=UTC)
    (row,) = page.tasks
    assert (row.task_id, row.status) == ("6075262c-b56d-4968-9abf-2a9784a90f3e", "SUCCEEDED")
    assert row.model == "text-embedding-async-v2"
    assert row.submitted_at == datetime(2024, 3, 1, 2, 38, 4, 485_000, tzinfo=UTC)
    assert row.ended_at == datetime(2024, 3, 1, 2, 38, 5, 184_000, tzinfo=UTC)


def test_a_refused_cancellation(play):
    with pytest.raises(UsageError, match="please confirm if the task is in PENDING") as refused:
        play("cancel-refused", "cancel", TASK)
    assert refused.value.service_code == "UnsupportedOperation"


def test_an_upload_policy(play):
    policy = play("upload-policy", "policy", "qwen-vl-plus")
    assert policy.host == "https://dashscope-file-mgr.oss-cn-beijing.aliyuncs.com"
    assert policy.directory.startswith("dashscope-instant/0123456789abcdef")
    assert policy.max_bytes == 1024 * 1024 * 1024
    assert policy.form["OSSAccessKeyId"] == "accessKeyId"
    assert policy.form["x-oss-object-acl"] == "private"


# How the sandbox differs, each with its reason.
OF_IMAGE_MODELS = {".output.task_metrics", ".output.results", ".usage"}
OF_VIDEO_MODELS = {".output.orig_prompt", ".output.video_url", ".usage"}
NOT_SENT = {
    "eagleeye-traceid",  # the gateway's own tracing
    "x-dashscope-call-gateway",  # as above
}


def fields(value, path=""):
    """Yield the path and the type of every field of a JSON value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from fields(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner, f"{path}[]")
    else:
        yield path, type(value).__name__


def without(found, prefixes):
    return {each for each in found if not each[0].startswith(tuple(prefixes))}


@pytest.fixture
def answers(open_sandbox):
    """Return the sandbox's answers to the recorded calls, by the name of the recording."""
    clock = HandClock()
    slow = Caller(open_sandbox(clock=clock, pace=Pace(queue=1.0, run=(60.0, 60.0))))
    instant = Caller(open_sandbox())
    running, ended = slow.accepted(), instant.accepted()
    clock.sleep(2)
    instant.ended(ended)
    return {
        "create-accepted-image-model": instant.create(),
        "refused-parameter": instant.create(model="pixverse/no-such-model"),
        "refused-key": instant.call("GET", "/tasks", headers={"Authorization": "Bearer sk-x"}),
        "query-running": slow.call("GET", f"/tasks/{running}"),
        "query-succeeded-image-model": instant.call("GET", f"/tasks/{ended}"),
        "query-unknown": instant.call("GET", "/tasks/1111"),
        "list": instant.call("GET", "/tasks"),
        "cancel-refused": instant.cancel(ended),
        "upload-policy": instant.policy(),
    }


def test_the_sandbox_answers_with_the_recorded_fields(answers):
    assert answers.keys() == RECORDED.keys()
    for name, recorded in RECORDED.items():
        others = OF_IMAGE_MODELS | OF_VIDEO_MODELS if name.startswith("query") else set()
        real = without(fields(json.loads(recorded["body"])), others or {"-"})
        ours = without(fields(answers[name].json()), others or {"-"})
        assert ours == real, name


def test_the_sandbox_answers_with_the_recorded_status_and_headers(answers):
    for name, recorded in RECORDED.items():
        answer, real = answers[name], recorded["headers"]
        # what ends a body that is not in chunks was not recorded
        ours = answer.headers.keys() - {"Content-Length"}
        assert recorded["line"].startswith(f"HTTP/1.1 {answer.status_code} "), name
        assert ours == real.keys() - NOT_SENT, name
        for fixed in real.keys() & {"server", "content-type", "content-encoding", "Server", "Vary"}:
            assert answer.headers[fixed] == real[fixed], (name, fixed)


def test_the_sandbox_writes_json_as_the_service_does(answers):
    for name, recorded in RECORDED.items():
        for text in (answers[name].text, recorded["body"]):
            body = json.loads(text)
            assert text == json.dumps(body, ensure_ascii=False, separators=(",", ":")), name
