"""The JSON of a create call for every kind, as the pages of the models have it."""

import pytest

from pixverse_cli.dashscope.wire import create_body, encode
from pixverse_cli.domain.catalog import AspectRatio, Media, Resolution, Role, ShotType, find_model
from pixverse_cli.domain.plan import Input
from pixverse_cli.domain.request import VideoRequest

P720 = Resolution.P720


def body(alias, media=(), **fields):
    values = {"prompt": None, "resolution": None, "duration": None} | fields
    request = VideoRequest(model=find_model(alias), **values)
    return create_body(request, [(each, f"https://x/{each.source}") for each in media])


def given(role, source, media=Media.IMAGE, name=None):
    return Input(role, source, source, name=name, media=media)


IMAGE = given(Role.IMAGE, "a.png")
FILM = given(Role.VIDEO, "v.mp4", Media.VIDEO)


def test_a_body_of_image_to_video_is_what_it_always_was():
    plain = encode(body("v6", [IMAGE], prompt="龟", resolution=P720, duration=5))
    assert plain.decode() == (
        '{"model": "pixverse/pixverse-v6-it2v", "input": {"media": [{"type": "image_url",'
        ' "url": "https://x/a.png"}], "prompt": "龟"}, "parameters": {"resolution": "720P",'
        ' "duration": 5, "audio": false, "watermark": false}}'
    )
    switches = {"audio": True, "watermark": True, "shot_type": ShotType.MULTI, "seed": 0}
    full = encode(body("v6", [IMAGE], resolution=P720, duration=5, **switches))
    assert full.decode() == (
        '{"model": "pixverse/pixverse-v6-it2v", "input": {"media": [{"type": "image_url",'
        ' "url": "https://x/a.png"}]}, "parameters": {"resolution": "720P",'
        ' "duration": 5, "audio": true, "watermark": true, "shot_type": "multi", "seed": 0}}'
    )


def test_text_to_video_has_a_size_and_no_media():
    ratio = AspectRatio.R9_16
    values = {"prompt": "A sea.", "resolution": P720, "duration": 8, "aspect_ratio": ratio}
    assert body("v6-t2v", shot_type=ShotType.MULTI, seed=7, **values) == {
        "model": "pixverse/pixverse-v6-t2v",
        "input": {"prompt": "A sea."},
        "parameters": {
            "size": "720*1280",
            "duration": 8,
            "audio": False,
            "watermark": False,
            "shot_type": "multi",
            "seed": 7,
        },
    }


@pytest.mark.parametrize(
    ("alias", "tier", "ratio", "size"),
    [
        ("v6-t2v", "720P", None, "1280*720"),
        ("c1-t2v", "360P", "21:9", "640*288"),
        ("v5.6-t2v", "1080P", "1:1", "1808*1808"),
        ("v5.6-r2v", "720P", "4:3", "1108*830"),
        ("v6-r2v", "720P", "4:3", "1108*832"),
    ],
)
def test_resolution_and_aspect_ratio_give_the_size_of_the_models_table(alias, tier, ratio, size):
    values = {"resolution": Resolution(tier), "aspect_ratio": ratio and AspectRatio(ratio)}
    parameters = body(alias, prompt="p", duration=5, **values)["parameters"]
    assert parameters == {"size": size, "duration": 5, "audio": False, "watermark": False}


def test_first_and_last_frame_have_their_own_words():
    frames = [given(Role.FIRST_FRAME, "a.png"), given(Role.LAST_FRAME, "b.png")]
    assert body("c1-kf2v", frames, prompt="p", resolution=P720, duration=5) == {
        "model": "pixverse/pixverse-c1-kf2v",
        "input": {
            "media": [
                {"type": "first_frame", "url": "https://x/a.png"},
                {"type": "last_frame", "url": "https://x/b.png"},
            ],
            "prompt": "p",
        },
        "parameters": {
            "resolution": "720P",
            "duration": 5,
            "audio": False,
            "watermark": False,
        },
    }


def test_references_have_their_names():
    pictures = [given(Role.REFERENCE, "a.png", name="cat"), given(Role.REFERENCE, "b.png")]
    assert body("v6-r2v", pictures, prompt="@cat ", resolution=P720, duration=5)["input"] == {
        "media": [
            {"type": "image_url", "url": "https://x/a.png", "ref_name": "cat"},
            {"type": "image_url", "url": "https://x/b.png"},
        ],
        "prompt": "@cat ",
    }


def test_mixed_references_have_resolution_and_aspect_ratio():
    pictures = [given(Role.REFERENCE, "a.png")]
    sent = body("v6-omni", pictures, prompt="p", resolution=P720, duration=5)
    assert sent["model"] == "pixverse/pixverse-v6-r2v-omni"
    assert sent["parameters"] == {
        "resolution": "720P",
        "aspect_ratio": "auto",
        "duration": 5,
        "audio": False,
        "watermark": False,
    }


def test_with_a_reference_video_the_duration_is_0():
    media = [
        given(Role.REFERENCE, "v.mp4", Media.VIDEO, name="dance"),
        given(Role.REFERENCE, "a.png"),
    ]
    ratio = AspectRatio.R9_16
    sent = body("v6-omni", media, prompt="@dance", resolution=P720, aspect_ratio=ratio, seed=1)
    assert sent["input"]["media"] == [
        {"type": "video_url", "url": "https://x/v.mp4", "ref_name": "dance"},
        {"type": "image_url", "url": "https://x/a.png"},
    ]
    assert sent["parameters"] == {
        "resolution": "720P",
        "aspect_ratio": "9:16",
        "duration": 0,
        "audio": False,
        "watermark": False,
        "seed": 1,
    }


def test_lip_sync_has_a_sound():
    sound = given(Role.AUDIO, "s.mp3", Media.AUDIO)
    assert body("lipsync", [FILM, sound]) == {
        "model": "pixverse/pixverse-lipsync",
        "input": {
            "media": [
                {"type": "video_url", "url": "https://x/v.mp4"},
                {"type": "audio_url", "url": "https://x/s.mp3"},
            ]
        },
        "parameters": {"watermark": False},
    }


@pytest.mark.parametrize(("voice", "speaker"), [(None, "auto"), ("14", "14")])
def test_lip_sync_has_a_text_and_the_id_of_its_voice(voice, speaker):
    sent = body("lipsync", [FILM], text="你好", voice=voice, watermark=True)
    assert sent["input"]["media"] == [
        {"type": "video_url", "url": "https://x/v.mp4"},
        {"type": "lip_sync_tts_speaker_id", "id": speaker},
        {"type": "lip_sync_tts_content", "content": "你好"},
    ]
    assert sent["parameters"] == {"watermark": True}


def test_motion_has_a_picture_and_a_video():
    assert body("motion", [IMAGE, FILM], resolution=Resolution.P540) == {
        "model": "pixverse/pixverse-motioncontrol",
        "input": {
            "media": [
                {"type": "image_url", "url": "https://x/a.png"},
                {"type": "video_url", "url": "https://x/v.mp4"},
            ]
        },
        "parameters": {"resolution": "540P", "watermark": False},
    }


def test_upscale_has_a_video():
    assert body("upscale", [FILM], seed=3) == {
        "model": "pixverse/pixverse-upscale",
        "input": {"media": [{"type": "video_url", "url": "https://x/v.mp4"}]},
        "parameters": {"watermark": False, "seed": 3},
    }


@pytest.mark.parametrize("alias", ["v6-kf2v", "c1-t2v", "upscale", "lipsync", "motion"])
def test_a_parameter_that_a_model_lacks_is_never_sent(alias):
    everything = {
        "resolution": P720,
        "duration": 5,
        "audio": True,
        "shot_type": ShotType.MULTI,
        "seed": 1,
        "aspect_ratio": AspectRatio.R1_1,
    }
    words = {"resolution", "duration", "audio", "watermark", "seed", "size"}
    lacking = {"v6-kf2v": {"size"}, "c1-t2v": {"resolution"}}.get(alias, words - {"watermark"})
    if alias == "motion":
        lacking -= {"resolution"}
    if alias == "upscale":
        lacking -= {"seed"}
    assert set(body(alias, prompt="p", **everything)["parameters"]) == words - lacking
