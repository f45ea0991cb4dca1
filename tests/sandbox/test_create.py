"""The create call: what is refused at once, what is accepted and fails, what succeeds."""

import json

import pytest
import requests

from pixverse_cli.domain.catalog import Kind, models_of

from .caller import C1, CREATE, PICTURE, V6, V56, order

INVALID = "InvalidParameter"
BAD_FIELD = "Invalid field type or value. Please verify your input data."
BAD_BODY = "Required body invalid, please check the request body format."


def refusal(answer):
    body = answer.json()
    return answer.status_code, body["code"], body["message"]


@pytest.mark.parametrize("model", [model.name for model in models_of(Kind.IMAGE_TO_VIDEO)])
def test_a_valid_create_call_returns_pending_with_a_task_id_and_a_request_id(call, model):
    answer = call().create(model=model)
    body = answer.json()
    assert answer.status_code == 200
    assert {"output", "request_id"} == set(body)
    assert body["output"]["task_status"] == "PENDING"
    assert len(body["output"]["task_id"]) == 36
    assert body["request_id"]


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        (None, "No API-key provided."),
        ("Bearer ", "No API-key provided."),
        ("Basic abc", "No API-key provided."),
        ("Bearer sk-wrong", "Invalid API-key provided."),
        ("Bearer sk-sandbox-é", "Invalid API-key provided."),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", CREATE),
        ("GET", "/tasks/x"),
        ("GET", "/tasks"),
        ("POST", "/tasks/x/cancel"),
        ("GET", "/uploads"),
    ],
)
def test_no_call_works_without_the_key(call, authorization, message, method, path):
    headers = {"Authorization": authorization.encode()} if authorization else {}
    answer = call().call(method, path, headers=headers)
    assert refusal(answer) == (401, "InvalidApiKey", message)


def test_a_call_without_the_async_header_is_refused(call):
    answer = call().create(headers={"X-DashScope-Async": None})
    message = "current user api does not support synchronous calls."
    assert refusal(answer) == (403, "AccessDenied", message)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'"text"', "application/json"),
        (b"\xff{}", "application/json"),
        (b"[" * 100_000, "application/json"),
        (json.dumps(order()).encode(), "text/plain"),
    ],
)
def test_a_body_that_is_not_a_json_object_is_refused(call, body, kind):
    caller = call()
    headers = caller.headers | {"X-DashScope-Async": "enable", "Content-Type": kind}
    answer = caller.call("POST", CREATE, data=body, headers=headers)
    assert refusal(answer) == (400, INVALID, BAD_BODY)
    assert caller.sandbox.account.tasks == ()


def test_a_body_over_a_megabyte_is_refused(call):
    answer = call().create(prompt="x" * 2_000_000)
    assert refusal(answer) == (400, "BadRequest.TooLarge", "Payload Too Large")


@pytest.mark.parametrize("model", ["pixverse-v6-it2v", "v6", V6.upper(), None, 6, [V6]])
def test_a_model_name_that_is_not_exact_is_refused_at_once(call, model):
    assert refusal(call().create(model=model)) == (400, INVALID, "Model not exist.")


def medium(**fields):
    return [{"type": "image_url", "url": PICTURE} | fields]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"media": []}, "input.media is an empty array. It must contain at least one item."),
        ({"media": "x"}, "input.media is an empty array. It must contain at least one item."),
        ({"media": medium(type="first_frame")}, "input.media.type must be image_url"),
        ({"media": ["x"]}, "input.media.type must be image_url"),
        ({"media": medium(url="")}, "Required field input.media[0].url are missing or empty."),
        ({"media": medium(url=7)}, "Required field input.media[0].url are missing or empty."),
        ({"url": "data:image/png;base64,AAAA"}, "url error, please check url!"),
        ({"url": "file:///etc/passwd"}, "url error, please check url!"),
        ({"without": ["resolution"]}, "Required field resolution are missing or empty."),
        ({"without": ["duration"]}, "Required field duration are missing or empty."),
        ({"resolution": "480P"}, "The size is not match 480P"),
        ({"resolution": "720p"}, "The size is not match 720p"),
        ({"duration": 0}, BAD_FIELD),
        ({"duration": 16}, BAD_FIELD),
        ({"duration": "5"}, BAD_FIELD),
        ({"duration": 5.0}, BAD_FIELD),
        ({"duration": True}, BAD_FIELD),
        ({"model": V56, "duration": 6}, BAD_FIELD),
        ({"model": V56, "duration": 10, "resolution": "1080P"}, BAD_FIELD),
        ({"audio": "true"}, BAD_FIELD),
        ({"watermark": 1}, BAD_FIELD),
        ({"seed": -1}, BAD_FIELD),
        ({"seed": 2_147_483_648}, BAD_FIELD),
        ({"seed": "7"}, BAD_FIELD),
        ({"seed": True}, BAD_FIELD),
        ({"shot_type": "double"}, BAD_FIELD),
        ({"prompt": 7}, BAD_FIELD),
    ],
)
def test_a_wrong_parameter_is_accepted_and_fails_later(call, changes, message):
    caller = call()
    body = caller.ended(caller.accepted(**changes))
    assert body["output"]["task_status"] == "FAILED"
    assert (body["output"]["code"], body["output"]["message"]) == (INVALID, message)
    assert set(body) == {"output", "request_id"}
    assert set(body["output"]) == {"task_id", "task_status", "code", "message"}


@pytest.mark.parametrize(
    "changes",
    [
        {"model": V56, "duration": 10},
        {"model": V56, "duration": 8, "resolution": "1080P"},
        {"seed": 0},
        {"seed": 2_147_483_647},
        {"prompt": None},
        {"model": C1, "shot_type": "anything"},
        {"negative_prompt": "unknown parameters are ignored", "size": "1*1"},
        {"audio": None, "watermark": None, "seed": None},
    ],
)
def test_values_that_the_page_allows_or_ignores_succeed(call, changes):
    caller = call()
    assert caller.made(**changes)["output"]["video_url"]


def test_of_several_images_the_last_one_is_used(call, encoded):
    caller = call()
    wide = caller.upload(encoded(size=(640, 160)))
    media = [{"type": "image_url", "url": PICTURE}, {"type": "image_url", "url": wide}]
    assert caller.made(media=media)["usage"]["size"] == "128*32"


@pytest.mark.parametrize(("model", "limit"), [(V6, 5000), (C1, 5000), (V56, 2048)])
def test_a_prompt_over_the_limit_is_cut_without_an_error(call, model, limit):
    caller = call()
    prompt = "龟" * limit
    body = caller.made(model=model, prompt=prompt + "!")
    assert body["output"]["orig_prompt"] == prompt


def test_creates_are_limited_to_five_a_second_for_each_model(call, clock):
    caller = call(clock=clock)
    assert [caller.create().status_code for _ in range(6)] == [200] * 5 + [429]
    assert caller.create(model=C1).status_code == 200
    clock.sleep(1)
    answer = caller.create()
    assert answer.status_code == 200
    assert caller.sandbox.account.creates == 8
    assert len(caller.sandbox.account.tasks) == 7


def test_a_throttled_call_gets_429_without_retry_after(call, clock):
    caller = call(clock=clock)
    answer = [caller.create() for _ in range(6)][-1]
    message = "Requests rate limit exceeded, please try again later."
    assert refusal(answer) == (429, "Throttling.RateQuota", message)
    assert "Retry-After" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/tasks/x"), ("GET", "/tasks"), ("POST", "/tasks/x/cancel")]
)
def test_other_calls_are_limited_to_twenty_a_second_each(call, clock, method, path):
    caller = call(clock=clock)
    answers = [caller.call(method, path) for _ in range(21)]
    assert [answer.status_code == 429 for answer in answers] == [False] * 20 + [True]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", CREATE), ("DELETE", "/tasks/x"), ("GET", "/nothing"), ("POST", "/tasks/x/y")],
)
def test_an_unknown_path_gets_404_with_the_services_error_body(call, method, path):
    assert refusal(call().call(method, path))[:2] == (404, "NotFound")


def test_answers_have_the_headers_of_the_gateway(call):
    answer = call().create()
    names = {"date", "req-cost-time", "req-arrive-time", "resp-start-time", "server"}
    assert names <= {name.lower() for name in answer.headers}
    assert answer.headers["Server"] == "istio-envoy"


def test_an_answer_is_compressed_for_clients_that_accept_gzip(call):
    caller = call()
    assert caller.create().headers["Content-Encoding"] == "gzip"
    listed = caller.call("GET", "/tasks")
    assert listed.headers["Content-Encoding"] == "gzip"
    plain = caller.call("GET", "/tasks", headers=caller.headers | {"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.json()["data"] == listed.json()["data"]


def test_the_key_has_a_fixed_format_and_depends_on_the_seed(call):
    keys = [call(seed=seed).sandbox.api_key for seed in (1, 1, 2)]
    assert keys[0] == keys[1] != keys[2]
    assert all(key.startswith("sk-sandbox-") and len(key) == 43 for key in keys)


def test_the_log_records_which_calls_sent_the_key(call):
    caller = call()
    requests.get(caller.made()["output"]["video_url"], timeout=5)
    log = [(call.host, call.method, call.status, call.authorized) for call in caller.sandbox.calls]
    assert log == [
        ("api", "POST", 200, True),
        ("api", "GET", 200, True),
        ("video", "GET", 200, False),
    ]
