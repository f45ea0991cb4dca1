"""Requests of every kind: what the service would refuse, cut or ignore, with the way out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.domain.catalog import (
    MODELS,
    AspectRatio,
    Kind,
    Media,
    Need,
    Parameter,
    Resolution,
    Role,
    ShotType,
    find_model,
    models_of,
)
from pixverse_cli.domain.request import InputFacts, VideoRequest, input_problems, request_problems


def facts(role, name=None, media=Media.IMAGE, seconds=None):
    return InputFacts(role, name, "x", media, seconds)


IMAGE = facts(Role.IMAGE)
FIRST, LAST = facts(Role.FIRST_FRAME), facts(Role.LAST_FRAME)
PICTURE = facts(Role.REFERENCE)
CLIP = facts(Role.REFERENCE, media=Media.VIDEO, seconds=5.0)
VIDEO = facts(Role.VIDEO, media=Media.VIDEO)
SOUND = facts(Role.AUDIO, media=Media.AUDIO)


def request_of(alias, **changes):
    """Return a valid request for a model, with changes."""
    model = find_model(alias)
    values = {
        "prompt": None if model.prompt is Need.NONE else "A turtle.",
        "resolution": Resolution.P720 if model.takes(Parameter.RESOLUTION) else None,
        "duration": 5 if model.takes(Parameter.DURATION) else None,
    }
    return VideoRequest(model=model, **(values | changes))


def inputs_of(model):
    """Return the least inputs that a model takes."""
    inputs = [
        facts(rule.role, media=rule.media, seconds=1.0)
        for rule in model.inputs
        for _ in range(rule.least)
    ]
    if model.speech:
        inputs.append(SOUND)
    return inputs or [PICTURE] * bool(model.inputs)


def found(request, inputs=None):
    inputs = inputs_of(request.model) if inputs is None else inputs
    return [
        (p.option, p.text) for p in (*request_problems(request), *input_problems(request, inputs))
    ]


V6 = request_of("v6")
C1 = request_of("c1")
V56 = request_of("v5.6")


def options_with_problems(request):
    return [problem.option for problem in request_problems(request)]


@pytest.mark.parametrize("alias", [model.alias for model in MODELS])
def test_a_plain_request_for_any_model_is_valid(alias):
    assert found(request_of(alias)) == []


PROBLEMS = [
    # alias, changes, option, what the text must say
    ("v6-t2v", {"prompt": None}, "prompt", "v6-t2v needs a prompt"),
    ("v6-kf2v", {"prompt": "\n"}, "prompt", "needs a prompt"),
    ("c1-r2v", {"prompt": ""}, "prompt", "needs a prompt"),
    ("upscale", {"prompt": "x"}, "prompt", "takes no prompt: leave it out"),
    ("v6-r2v", {"prompt": "龟" * 2049}, "prompt", "v6-r2v reads 2048"),
    ("c1-r2v", {"prompt": "龟" * 5001}, "prompt", "c1-r2v reads 5000"),
    ("v6-omni", {"prompt": "龟" * 5001}, "prompt", "v6-omni reads 5000"),
    ("v5.6-kf2v", {"prompt": "a" * 2049}, "prompt", "v5.6-kf2v reads 2048"),
    ("v6-kf2v", {"aspect_ratio": AspectRatio.R1_1}, "aspect-ratio", "the picture decides"),
    ("v6", {"aspect_ratio": AspectRatio.R16_9}, "aspect-ratio", "the picture decides"),
    ("upscale", {"aspect_ratio": AspectRatio.R16_9}, "aspect-ratio", "leave it out"),
    (
        "v5.6-t2v",
        {"aspect_ratio": AspectRatio.R21_9},
        "aspect-ratio",
        "v5.6-t2v has no 21:9: choose 16:9, 4:3, 1:1, 3:4 or 9:16",
    ),
    ("v5.6-r2v", {"aspect_ratio": AspectRatio.R3_2}, "aspect-ratio", "has no 3:2"),
    ("v6-t2v", {"aspect_ratio": AspectRatio.AUTO}, "aspect-ratio", "has no auto"),
    ("motion", {"resolution": Resolution.P1080}, "resolution", "choose 360P, 540P or 720P"),
    ("motion", {"resolution": None}, "resolution", "motion needs it: choose 360P, 540P or 720P"),
    ("upscale", {"resolution": Resolution.P720}, "resolution", "does not support it"),
    ("lipsync", {"resolution": Resolution.P720}, "resolution", "does not support it"),
    ("v6-t2v", {"duration": 16}, "duration", "v6-t2v at 720P makes videos of 1 to 15 seconds"),
    ("v5.6-kf2v", {"duration": 6}, "duration", "5, 8 or 10 seconds"),
    ("v5.6-r2v", {"duration": 10, "resolution": Resolution.P1080}, "duration", "5 or 8 seconds"),
    ("c1-t2v", {"duration": None}, "duration", "c1-t2v needs it: choose 1 to 15"),
    ("v6-omni", {"duration": 0}, "duration", "1 to 15 seconds"),
    ("upscale", {"duration": 5}, "duration", "as long as the video: leave it out"),
    ("lipsync", {"duration": 5}, "duration", "as long as the audio: leave it out"),
    ("v6-kf2v", {"shot_type": ShotType.MULTI}, "shot-type", "describe the shots in the prompt"),
    ("c1-t2v", {"shot_type": ShotType.MULTI}, "shot-type", "(supported by: v6-t2v)"),
    ("upscale", {"shot_type": ShotType.MULTI}, "shot-type", "leave it out"),
    ("motion", {"audio": True}, "audio", "does not support it; leave it out"),
    ("lipsync", {"seed": 1}, "seed", "does not support it; leave it out"),
    ("upscale", {"seed": -1}, "seed", "from 0 to 2147483647"),
    ("v6-t2v", {"text": "Hello."}, "text", "does not support it"),
    ("v6-t2v", {"voice": "2"}, "voice", "does not support it"),
]


@pytest.mark.parametrize(("alias", "changes", "option", "text"), PROBLEMS)
def test_a_wrong_parameter_is_named_with_the_rule_and_the_way_out(alias, changes, option, text):
    [(named, told)] = found(request_of(alias, **changes))
    assert named == option
    assert text in told


@pytest.mark.parametrize(
    ("request_", "options"),
    [
        (V6, []),
        (V6._replace(prompt=None), []),
        (V6._replace(prompt=""), ["prompt"]),
        (V6._replace(prompt=" \n\u3000"), ["prompt"]),
        (V6._replace(prompt="龟" * 5000), []),
        (V6._replace(prompt="龟" * 5001), ["prompt"]),
        (C1._replace(prompt="\U0001f422" * 5000), []),
        (C1._replace(prompt="a" * 5001), ["prompt"]),
        (V56._replace(prompt="a" * 2048), []),
        (V56._replace(prompt="a" * 2049), ["prompt"]),
        (V6._replace(prompt="a\0b"), ["prompt"]),
        (V6._replace(prompt="a\udcffb"), ["prompt"]),
        (V6._replace(prompt="a\r\n\ufeffb"), []),
        (V6._replace(duration=1), []),
        (V6._replace(duration=15, resolution=Resolution.P1080), []),
        (V6._replace(duration=0), ["duration"]),
        (V6._replace(duration=16), ["duration"]),
        (C1._replace(duration=-5), ["duration"]),
        (V56._replace(duration=10), []),
        (V56._replace(duration=6), ["duration"]),
        (V56._replace(duration=8, resolution=Resolution.P1080), []),
        (V56._replace(duration=10, resolution=Resolution.P1080), ["duration"]),
        (V6._replace(shot_type=ShotType.MULTI), []),
        (V6._replace(shot_type=ShotType.SINGLE), []),
        (C1._replace(shot_type=ShotType.MULTI), ["shot-type"]),
        (V56._replace(shot_type=ShotType.SINGLE), ["shot-type"]),
        (V6._replace(seed=0), []),
        (V6._replace(seed=2147483647), []),
        (V6._replace(seed=2147483648), ["seed"]),
        (V6._replace(seed=-1), ["seed"]),
        (V6._replace(audio=True, watermark=True), []),
    ],
)
def test_a_problem_names_its_option(request_, options):
    assert options_with_problems(request_) == options


def test_all_problems_are_reported_together():
    request = V56._replace(prompt="a\0" * 1025, duration=7, shot_type=ShotType.MULTI, seed=-1)
    assert options_with_problems(request) == ["prompt", "prompt", "duration", "shot-type", "seed"]


def test_a_problem_contains_the_value_and_the_rule():
    request = V56._replace(prompt="a" * 2049, duration=10, resolution=Resolution.P1080)
    long, duration = [problem.text for problem in request_problems(request)]
    assert "2049" in long
    assert "2048" in long
    assert "v5.6 at 1080P" in duration
    assert "5 or 8" in duration


@given(
    st.sampled_from(models_of(Kind.IMAGE_TO_VIDEO)),
    st.sampled_from(Resolution),
    st.integers(-(2**40), 2**40),
    st.text(max_size=100),
)
def test_every_duration_is_allowed_or_a_problem(model, tier, seconds, prompt):
    request = VideoRequest(model=model, prompt=prompt, resolution=tier, duration=seconds)
    assert ("duration" in options_with_problems(request)) == (seconds not in model.durations[tier])


TEXT = "Hello."


@pytest.mark.parametrize(
    ("changes", "inputs", "expected"),
    [
        ({"text": TEXT}, [VIDEO], []),
        ({"text": TEXT, "voice": "21"}, [VIDEO], []),
        ({"text": "龟" * 200}, [VIDEO], []),
        (
            {"text": "龟" * 201},
            [VIDEO],
            [("text", "has 201 characters; lipsync takes at most 200")],
        ),
        ({"text": " "}, [VIDEO], [("text", "is empty")]),
        ({"text": "a\0"}, [VIDEO], [("text", "NUL")]),
        ({"text": TEXT, "voice": "3"}, [VIDEO], [("voice", "choose auto, 2, 4, 6, 10")]),
        ({"text": TEXT, "voice": "Auto"}, [VIDEO], [("voice", "no such voice")]),
        ({"text": TEXT}, [VIDEO, SOUND], [("audio", "not both")]),
        ({}, [VIDEO], [("audio", "neither a sound nor a text")]),
        ({"voice": "2"}, [VIDEO, SOUND], [("voice", "give --text, or leave the voice out")]),
        ({"text": TEXT}, [], [("video", "lipsync takes 1 video and at most 1 audio: give one")]),
        ({}, [VIDEO, SOUND, SOUND], [("audio", "2 given; lipsync takes at most 1 audio")]),
    ],
)
def test_lip_sync_has_a_sound_or_a_text_with_a_voice(changes, inputs, expected):
    told = found(request_of("lipsync", **changes), inputs)
    assert [option for option, _ in told] == [option for option, _ in expected]
    assert all(part in text for (_, text), (_, part) in zip(told, expected, strict=True))


@pytest.mark.parametrize(
    ("alias", "inputs", "expected"),
    [
        ("v6", [], [("image", "v6 takes 1 image: give one")]),
        ("v6", [IMAGE, IMAGE], [("image", "2 given; v6 takes 1 image: leave out 1")]),
        ("v6-kf2v", [FIRST], [("last-frame", "needs 1 image as last-frame: give it")]),
        ("v6-kf2v", [LAST], [("first-frame", "needs 1 image as first-frame: give it")]),
        ("v6-kf2v", [FIRST, FIRST, LAST], [("first-frame", "leave out 1")]),
        ("v6-t2v", [IMAGE], [("image", "v6-t2v takes no image: leave it out")]),
        ("v6-r2v", [], [("reference", "takes 1 to 7 images as reference: give one")]),
        ("v6-r2v", [PICTURE] * 7, []),
        ("v6-r2v", [PICTURE] * 8, [("reference", "takes 1 to 7 images as reference: leave out 1")]),
        ("v6-r2v", [PICTURE, CLIP], [("reference", "takes no video as reference")]),
        ("v6-omni", [], [("reference", "at most 10 images")]),
        ("v6-omni", [PICTURE] * 10, []),
        ("v6-omni", [PICTURE] * 12, [("reference", "leave out 2")]),
        ("motion", [IMAGE], [("video", "motion needs 1 video: give it")]),
        ("motion", [VIDEO], [("image", "motion needs 1 image: give it")]),
        ("upscale", [VIDEO, VIDEO], [("video", "2 given; upscale takes 1 video")]),
        ("upscale", [IMAGE, VIDEO], [("image", "takes no image; it takes 1 video")]),
        ("v6", [facts(Role.IMAGE, "cat")], [("image", "takes no names: leave 'cat' out")]),
    ],
)
def test_the_number_and_role_of_inputs_is_checked(alias, inputs, expected):
    told = found(request_of(alias), inputs)
    assert [option for option, _ in told] == [option for option, _ in expected]
    assert all(part in text for (_, text), (_, part) in zip(told, expected, strict=True))


def omni(inputs, **changes):
    return found(request_of("v6-omni", **changes), inputs)


def test_a_reference_video_decides_the_length():
    assert omni([CLIP, PICTURE], duration=None) == []
    [(option, text)] = omni([CLIP, PICTURE], duration=5)
    assert option == "duration"
    assert text.endswith("as long as that video: leave it out")


def test_without_a_reference_video_a_duration_is_needed():
    assert omni([PICTURE], duration=None) == [("duration", "v6-omni needs it: choose 1 to 15")]


def test_reference_videos_are_limited_in_number_and_together_in_length():
    long = CLIP._replace(seconds=8.0)
    assert omni([long, long._replace(seconds=7.0)], duration=None) == []
    [(_, text)] = omni([long, long], duration=None)
    assert "16 seconds long together; v6-omni takes at most 15 seconds" in text
    [(_, text)] = omni([CLIP._replace(seconds=None)] * 3, duration=None)
    assert text == "3 given; v6-omni takes at most 2 videos as reference: leave out 1"


def test_everything_that_is_wrong_is_told_at_once():
    wrong = request_of(
        "lipsync",
        prompt="x",
        resolution=Resolution.P720,
        duration=5,
        audio=True,
        seed=-1,
        text="x" * 201,
        voice="3",
    )
    options = [option for option, _ in found(wrong, [SOUND])]
    assert options == [
        "prompt",
        "resolution",
        "duration",
        "audio",
        "seed",
        "seed",
        "text",
        "voice",
        "video",
        "audio",
    ]


@given(
    st.sampled_from(MODELS),
    st.text(max_size=20),
    st.none() | st.sampled_from(Resolution),
    st.none() | st.integers(-1, 20),
    st.lists(st.sampled_from([IMAGE, FIRST, LAST, PICTURE, CLIP, VIDEO, SOUND]), max_size=4),
)
def test_any_request_is_judged_without_an_error(model, prompt, tier, duration, inputs):
    for option, text in found(VideoRequest(model, prompt, tier, duration), inputs):
        assert option
        assert text
