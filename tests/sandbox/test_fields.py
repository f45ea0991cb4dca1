"""Create calls of every kind with wrong fields or inputs: accepted, then FAILED."""

import json

import pytest

from pixverse_cli.domain.catalog import MODELS, find_model
from pixverse_cli.sandbox.gate import Gate
from pixverse_cli.sandbox.orders import read
from pixverse_cli.sandbox.refusals import Refused
from pixverse_cli.sandbox.scenarios import ActiveScenarios

from . import media
from .bodies import audio, body_of, element, frames, image, video, voice

BAD_FIELD = "Invalid field type or value. Please verify your input data."
A, B = "https://example.com/a.png", "https://example.com/b.png"


def missing(name):
    return f"Required field {name} are missing or empty."


def failed(caller, body):
    output = caller.ended(caller.accepted(body=body))["output"]
    assert output["task_status"] == "FAILED"
    return output["code"], output["message"]


FAILURES = [
    ("v6-t2v", {"prompt": None}, missing("prompt")),
    ("v6-t2v", {"without": ["size"]}, missing("size")),
    ("v6-t2v", {"without": ["size"], "resolution": "720P"}, missing("size")),
    ("v6-t2v", {"size": "1920*1081"}, "The size is not match 1920*1081"),
    ("v6-t2v", {"size": 720}, "The size is not match 720"),
    ("v6-t2v", {"size": "1280*960"}, "The size is not match 1280*960"),  # of v5.6 only
    ("v5.6-t2v", {"size": "1920*832"}, "The size is not match 1920*832"),  # of v6 only
    ("v5.6-r2v", {"size": "1108*832"}, "The size is not match 1108*832"),
    ("v5.6-t2v", {"size": "1920*1080", "duration": 10}, BAD_FIELD),
    ("v6-t2v", {"duration": 16}, BAD_FIELD),
    ("v6-t2v", {"shot_type": "double"}, BAD_FIELD),
    ("v6-kf2v", {"prompt": None}, missing("prompt")),
    ("v6-kf2v", {"media": frames(A, B)[:1]}, BAD_FIELD),
    ("v6-kf2v", {"media": [*frames(A, B), frames(A, B)[0]]}, BAD_FIELD),
    ("v6-kf2v", {"media": [image()]}, "input.media.type must be first_frame or last_frame"),
    ("v6-kf2v", {"resolution": "480P"}, "The size is not match 480P"),
    ("v6-r2v", {"media": []}, "input.media is an empty array. It must contain at least one item."),
    ("v6-r2v", {"media": [image()] * 8}, BAD_FIELD),
    ("v6-r2v", {"media": [image(), video()]}, "input.media.type must be image_url"),
    ("v6-r2v", {"media": [image(A), image("")]}, missing("input.media[1].url")),
    ("v6-r2v", {"media": [image(name="cat"), image(name="cat")], "prompt": "@cat "}, BAD_FIELD),
    ("v6-r2v", {"media": [image(name="c" * 31)], "prompt": "@" + "c" * 31}, BAD_FIELD),
    ("v6-r2v", {"media": [image(name="cat")], "prompt": "A cat."}, BAD_FIELD),
    ("v6-r2v", {"media": [image(name="cat")], "prompt": "@cat, run"}, BAD_FIELD),
    ("v6-omni", {"without": ["aspect_ratio"]}, missing("aspect_ratio")),
    ("v6-omni", {"aspect_ratio": "5:4"}, BAD_FIELD),
    ("v6-omni", {"media": [image()] * 11}, BAD_FIELD),
    ("v6-omni", {"media": [video()] * 3, "duration": 0}, BAD_FIELD),
    ("v6-omni", {"media": [audio()]}, "input.media.type must be image_url or video_url"),
    ("v6-omni", {"media": [video()], "duration": 5}, BAD_FIELD),
    ("v6-omni", {"media": [image()], "duration": 0}, BAD_FIELD),
    ("v6-omni", {"without": ["duration"]}, missing("duration")),
    ("lipsync", {"media": [video()]}, BAD_FIELD),
    ("lipsync", {"media": [audio()]}, BAD_FIELD),
    ("lipsync", {"media": [video(), audio(), *voice("Hi.")]}, BAD_FIELD),
    ("lipsync", {"media": [video(), *voice("Hi.")[:1]]}, BAD_FIELD),
    ("lipsync", {"media": [video(), *voice("Hi.", "3")]}, BAD_FIELD),
    ("lipsync", {"media": [video(), *voice("Hi.", 2)]}, BAD_FIELD),
    ("lipsync", {"media": [video(), *voice("龟" * 201)]}, BAD_FIELD),
    ("lipsync", {"media": [video(), *voice("")]}, BAD_FIELD),
    ("motion", {"media": [image()]}, BAD_FIELD),
    ("motion", {"media": [image(), image(), video()]}, BAD_FIELD),
    ("motion", {"resolution": "1080P"}, "The size is not match 1080P"),
    ("motion", {"without": ["resolution"]}, missing("resolution")),
    ("upscale", {"media": [video(), video()]}, BAD_FIELD),
    ("upscale", {"media": [element("video_url", "x")]}, "url error, please check url!"),
    ("upscale", {"seed": -1}, BAD_FIELD),
    ("upscale", {"watermark": "yes"}, BAD_FIELD),
]


@pytest.mark.parametrize(("alias", "changes", "message"), FAILURES)
def test_a_wrong_field_is_accepted_and_fails_later(call, alias, changes, message):
    assert failed(call(), body_of(alias, **changes)) == ("InvalidParameter", message)


@pytest.mark.parametrize(
    ("alias", "changes"),
    [
        ("v6-kf2v", {"media": frames(A, B)[::-1]}),
        ("v6-kf2v", {"size": "1*1", "aspect_ratio": "1:1", "shot_type": "double"}),
        ("v6-t2v", {"resolution": "8K", "aspect_ratio": "?", "media": [image()]}),
        ("v6-r2v", {"media": [image(name="cat"), image()], "prompt": "让@cat 跑"}),
        ("v6-r2v", {"prompt": "Without a name, @cat is only text."}),
        ("lipsync", {"duration": 5, "seed": "x", "audio": "x"}),
        ("lipsync", {"media": [*voice("Hi.", "21")[::-1], video()]}),
        ("upscale", {"resolution": "360P", "prompt": "ignored"}),
    ],
)
def test_fields_that_a_page_does_not_name_are_ignored(call, alias, changes):
    caller = call()
    ended = caller.ended(caller.accepted(body=body_of(alias, **changes)))
    assert ended["output"]["task_status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("alias", "files", "elements", "code", "part"),
    [
        ("upscale", [b"no video"], [video], "InvalidVideoFormat", "video format is illegal"),
        ("upscale", [media.film()[:900]], [video], "InvalidVideoFormat", "illegal"),
        ("upscale", [media.sound(container="wav")], [video], "InvalidVideoFormat", "illegal"),
        ("upscale", [media.sound(container="mp4")], [video], "InvalidVideoFormat", "illegal"),
        ("upscale", [b"#EXTM3U\n/etc/passwd\n"], [video], "InvalidVideoFormat", "illegal"),
        ("upscale", [media.film(size=(3840, 64), rate=1)], [video], "InvalidParameter", "3839"),
        ("upscale", [media.film(seconds=31, rate=1)], [video], "InvalidParameter", "30 seconds"),
        ("v6-omni", [media.film(size=(1922, 64), rate=1)], [video], "InvalidParameter", "1920"),
        ("v6-omni", [media.film(seconds=8, rate=1)] * 2, [video] * 2, "InvalidParameter", "15"),
        (
            "v6-omni",
            [media.film(size=(64, 64), rate=1, container="webm")],
            [video],
            "InvalidVideoFormat",
            "illegal",
        ),
        ("motion", [b"x", media.film()], [image, video], "InvalidImageFormat", "image format"),
        ("lipsync", [media.film(), b"x"], [video, audio], "InvalidAudioFormat", "audio format"),
        ("lipsync", [media.film()] * 2, [video, audio], "InvalidAudioFormat", "audio format"),
    ],
)
def test_an_input_that_breaks_a_limit_fails_later(call, alias, files, elements, code, part):
    caller = call()
    urls = [caller.upload(data, model=find_model(alias).name) for data in files]
    given = [make(url) for make, url in zip(elements, urls, strict=True)]
    changes = {"duration": 0} if alias == "v6-omni" else {}
    told = failed(caller, body_of(alias, media=given, **changes))
    assert told[0] == code
    assert part in told[1]


@pytest.mark.parametrize("alias", ["v6-t2v", "upscale", "v6-kf2v"])
def test_the_scenario_fail_has_the_sample_of_the_page(call, alias):
    model = find_model(alias)
    code, message = failed(call("fail"), body_of(alias))
    assert code == "InvalidParameter"
    assert message == BAD_FIELD if not model.durations else message.startswith("The size is not")


@pytest.mark.parametrize("model", MODELS, ids=[model.alias for model in MODELS])
def test_the_largest_upload_of_a_model_holds_its_largest_input(call, model):
    data = call().policy(model=model.name).json()["data"]
    largest = max((rule.limits.max_bytes for rule in model.inputs), default=0)
    assert data["max_file_size_mb"] == max(100, largest // 1024 // 1024)


def test_an_input_uploaded_for_another_model_is_refused(call):
    caller = call()
    url = caller.upload(media.film(), model=find_model("upscale").name)
    answer = caller.create(body=body_of("lipsync", media=[video(url), audio()]))
    assert answer.status_code == 400
    assert "authorization" in answer.json()["message"]


def test_every_uploaded_input_needs_the_resolve_header(call):
    caller = call()
    url = caller.upload(media.sound(), model=find_model("lipsync").name)
    body = body_of("lipsync", media=[video(), audio(url)])
    answer = caller.create(body=body, headers={"X-DashScope-OssResourceResolve": None})
    assert answer.status_code == 400
    assert caller.create(body=body).status_code == 200


def test_models_of_one_generation_share_their_rate_of_creates(call, clock):
    caller = call(clock=clock)
    codes = [
        caller.create(body=body_of(alias)).status_code
        for alias in ("v6", "v6-kf2v", "v6-r2v", "v6-omni", "v6-t2v", "v6", "v6-t2v", "c1-t2v")
    ]
    assert codes == [200] * 5 + [429, 429, 200]


def test_lip_sync_motion_and_upscale_share_300_creates_a_minute(clock):
    gate = Gate(clock=clock, key="", scenarios=ActiveScenarios())
    upscale, lipsync, motion = (find_model(a).lane for a in ("upscale", "lipsync", "motion"))
    for _ in range(150):
        gate.check_rate("create", upscale)
        gate.check_rate("create", lipsync)
    clock.sleep(59)
    with pytest.raises(Refused):
        gate.check_rate("create", motion)
    clock.sleep(1)
    gate.check_rate("create", motion)


def test_five_tasks_of_a_generation_run_at_once(call, clock):
    caller = call(clock=clock, realistic=True)
    aliases = ["v6", "v6-kf2v", "v6-r2v", "v6-omni", "v6-t2v", "v6-kf2v", "c1-kf2v"]
    ids = []
    for alias in aliases:
        ids.append(caller.accepted(body=body_of(alias)))
        clock.sleep(0.5)
    states = [caller.query(task_id)["output"]["task_status"] for task_id in ids]
    assert states == ["RUNNING"] * 5 + ["PENDING", "RUNNING"]


def test_a_voice_says_up_to_200_characters():
    order = read(json.dumps(body_of("lipsync", media=[video(), *voice("龟" * 200)])).encode())
    assert (order.failure, len(order.text)) == (None, 200)


@pytest.mark.parametrize("alias", ["v6-kf2v", "v6-t2v", "upscale", "lipsync"])
def test_tasks_of_others_have_the_same_model_and_other_results(call, clock, alias):
    caller = call("foreign-tasks", clock=clock)
    caller.accepted(body=body_of(alias))
    rows = caller.rows()["data"]
    assert len(rows) == 3
    assert {row["model_name"] for row in rows} == {find_model(alias).name}
    clock.sleep(60)
    bodies = [caller.ended(row["task_id"]) for row in rows]
    assert [body["output"]["task_status"] for body in bodies] == ["SUCCEEDED"] * 3
    prompts = [body["output"].get("orig_prompt") for body in bodies]
    assert prompts.count("A turtle.") == (1 if prompts[0] is not None else 0)
