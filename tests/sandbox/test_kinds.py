"""Videos of every kind, decoded again: size, length, pictures and sound."""

import io
import json
from fractions import Fraction

import pytest
import requests
from PIL import Image

from pixverse_cli.domain.catalog import MODELS, Kind, Need, Parameter, find_model
from pixverse_cli.sandbox import Pace
from pixverse_cli.sandbox.materials import gathered
from pixverse_cli.sandbox.orders import read
from pixverse_cli.sandbox.scripts import Scene, written

from . import media
from .bodies import audio, body_of, frames, image, video, voice
from .media import decode, difference

AT_ONCE = Pace(queue=0, run=(0, 0))


@pytest.fixture
def make(call):
    """Return a function that makes a video in its real size: ``media`` maps files to elements."""

    def made(alias, files=(), elements=list, **changes):
        caller = call(pace=AT_ONCE)
        model = find_model(alias).name
        urls = [caller.upload(data, model=model) for data in files]
        body = caller.ended(caller.accepted(body=body_of(alias, media=elements(*urls), **changes)))
        assert body["output"]["task_status"] == "SUCCEEDED", body
        return body["usage"], decode(requests.get(body["output"]["video_url"], timeout=20).content)

    return made


def script_of(alias, **changes):
    """Return the script of a video, which is not rendered."""
    order = read(json.dumps(body_of(alias, **changes)).encode())
    assert order.failure is None
    return written(Scene(order, gathered(order), 0, tiny=False))


SHOTS = (Kind.IMAGE_TO_VIDEO, Kind.TEXT_TO_VIDEO)
TIERS = {Kind.UPSCALE: "4K", Kind.LIPSYNC: ""}


@pytest.mark.parametrize("model", MODELS, ids=[model.alias for model in MODELS])
def test_an_answer_has_the_fields_that_its_page_shows(call, model):
    caller = call()
    body = caller.ended(caller.accepted(body=body_of(model.alias)))
    output, usage = body["output"], body["usage"]
    assert output["task_status"] == "SUCCEEDED"
    assert ("orig_prompt" in output) == (model.prompt is not Need.NONE)
    assert ("audio" in usage) == model.takes(Parameter.AUDIO)
    assert ("shot_type" in usage) == (model.kind in SHOTS)
    assert usage["SR"] == TIERS.get(model.kind, "360")
    assert (usage["fps"], usage["video_count"], type(usage["duration"])) == (24, 1, int)


# Several models offer the same sizes: each is ordered from the last one that does.
EVERY_SIZE = {
    size: model.alias for model in MODELS for row in model.sizes.values() for size in row.values()
}


@pytest.mark.parametrize(("size", "alias"), EVERY_SIZE.items())
def test_a_video_has_exactly_the_size_that_was_ordered(size, alias):
    script = script_of(alias, size=size, duration=5)
    assert "{}*{}".format(*script.size) == size


def test_the_one_size_that_the_page_says_is_smaller_at_8_seconds():
    assert script_of("v5.6-t2v", size="1808*1808", duration=8).size == (1440, 1440)
    assert script_of("v5.6-t2v", size="1808*1808", duration=5).size == (1808, 1808)


@pytest.mark.parametrize(
    ("ratio", "resolution", "size"),
    [
        ("9:16", "1080P", (1080, 1920)),
        ("21:9", "720P", (1280, 560)),
        ("auto", "360P", (640, 368)),
    ],
)
def test_mixed_references_have_the_size_of_tier_and_ratio(ratio, resolution, size):
    assert script_of("v6-omni", aspect_ratio=ratio, resolution=resolution).size == size


def test_a_video_from_text_has_its_size_and_length(make):
    usage, made = make("v6-t2v", elements=lambda: None, duration=2, size="480*640", audio=True)
    assert (made.codec, made.size, len(made.raw)) == ("h264", (480, 640), 48)
    assert (usage["size"], usage["duration"], usage["audio"]) == ("480*640", 2, True)
    assert len(made.sound) / media.RATE == pytest.approx(2, abs=0.05)


def test_different_prompts_give_different_pictures(make):
    one, other = (
        make("v6-t2v", elements=lambda: None, prompt=prompt)[1].frames[0] for prompt in "ab"
    )
    assert difference(one, other) > 5


def test_the_first_and_the_last_frame_are_the_pictures_that_were_given(make):
    first = Image.linear_gradient("L").convert("RGB").resize((480, 320))
    last = first.rotate(180)
    files = [encode(first), encode(last.resize((240, 160)))]
    usage, made = make("v6-kf2v", files, frames, duration=1)
    assert usage["size"] == "{}*{}".format(*made.size)
    assert made.size[0] / made.size[1] == pytest.approx(1.5, abs=0.05)
    assert len(made.raw) == 24
    assert difference(made.frames[0], first.resize(made.size)) < 5
    assert difference(made.frames[-1], last.resize(made.size)) < 5
    assert made.sound == []


def encode(picture):
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


COLORS = [(220, 30, 30), (30, 200, 40), (40, 60, 220)]


def test_every_reference_is_in_the_first_frame(make):
    files = [encode(Image.new("RGB", (320, 180), color)) for color in COLORS]
    _, made = make("v6-r2v", files, lambda *urls: [image(url) for url in urls])
    assert made.size == (640, 360)
    seen = made.frames[0]
    for point, color in zip([(160, 90), (480, 90), (160, 270)], COLORS, strict=True):
        assert max(abs(a - b) for a, b in zip(seen.getpixel(point), color, strict=True)) < 20


def test_a_strip_one_pixel_high_is_a_reference(make):
    files = [encode(Image.new("RGB", (10_000, 1)))] * 2
    _, made = make("v6-r2v", files, lambda *urls: [image(url) for url in urls])
    assert made.size == (640, 360)


def test_with_reference_videos_the_result_is_as_long_as_the_longest(make):
    files = [media.film(seconds=0.5), media.film(seconds=1.5, size=(180, 320)), encode_red()]
    usage, made = make(
        "v6-omni",
        files,
        lambda one, two, red: [video(one), video(two), image(red)],
        duration=0,
        aspect_ratio="auto",
    )
    assert (len(made.raw), usage["duration"]) == (36, 2)
    assert made.size[0] / made.size[1] == pytest.approx(320 / 180, abs=0.05)


def encode_red():
    return encode(Image.new("RGB", (100, 100), (250, 0, 0)))


@pytest.mark.parametrize(
    ("size", "expected"), [((320, 180), (3840, 2160)), ((180, 320), (2160, 3840))]
)
def test_an_upscaled_video_has_the_long_side_3840_and_its_length(make, size, expected):
    usage, made = make("upscale", [media.film(size=size, seconds=0.25)], lambda url: [video(url)])
    assert made.size == expected
    assert (len(made.raw), made.rate) == (6, 24)
    assert (usage["SR"], usage["duration"]) == ("4K", 1)
    assert made.sound == []
    assert difference(made.raw[0].to_image(), Image.new("RGB", expected, (200, 40, 40))) < 8


def test_a_video_with_motion_shows_the_picture_for_the_length_of_the_video(make, encoded, picture):
    files = [encoded(), media.film(seconds=1.5, rate=30)]
    usage, made = make("motion", files, lambda one, two: [image(one), video(two)])
    assert (len(made.raw), made.rate, usage["duration"]) == (36, 24, 2)
    assert usage["SR"] == "360"
    assert difference(made.frames[0], picture.resize(made.size)) < 6


@pytest.mark.parametrize("container", media.SOUNDS)
def test_a_lip_sync_has_the_given_sound_and_the_size_and_rate_of_the_video(make, container):
    files = [media.film(seconds=0.5, rate=30), media.sound(seconds=1.25, container=container)]
    usage, made = make("lipsync", files, lambda one, two: [video(one), audio(two)])
    assert (made.size, made.rate) == ((320, 180), 30)
    assert len(made.raw) / 30 == pytest.approx(1.25, abs=0.1)
    assert made.hertz == pytest.approx(882, rel=0.05)
    assert len(made.sound) / media.RATE == pytest.approx(1.25, abs=0.1)
    assert (usage["duration"], usage["SR"]) == (2, "")


def test_a_lip_sync_of_a_text_is_as_long_as_its_bytes_say(make):
    text = "龟" * 9  # 27 bytes of UTF-8, 15 a second
    usage, made = make("lipsync", [media.film()], lambda url: [video(url), *voice(text, "14")])
    assert usage["duration"] == 2
    assert made.seconds == pytest.approx(27 / 15, abs=0.1)
    assert 0.01 < max(made.sound) < 0.1


@pytest.mark.parametrize("options", [{}, {"live": "1"}])
def test_a_webm_is_an_input_of_lip_sync_and_upscale_also_of_unknown_length(call, options):
    caller = call()
    model = find_model("upscale").name
    film = media.film(size=(64, 64), seconds=1.5, rate=8, container="webm", options=options)
    body = body_of("upscale", media=[video(caller.upload(film, model=model))])
    ended = caller.ended(caller.accepted(body=body))
    assert (ended["output"]["task_status"], ended["usage"]["duration"]) == ("SUCCEEDED", 2)


def test_a_sound_that_was_joined_from_two_is_heard_to_its_end(make):
    one, tag = media.sound(), b"ID3\x04\0\0\0\0\0\x0aten bytes."
    files = [media.film(size=(64, 64), rate=8), one + tag + one]
    _, made = make("lipsync", files, lambda film, sound: [video(film), audio(sound)])
    assert len(made.sound) / media.RATE == pytest.approx(2.0, abs=0.3)


def test_a_video_of_the_sandbox_is_an_input_by_its_url(call):
    caller = call()
    url = caller.made(duration=2)["output"]["video_url"]
    ended = caller.ended(caller.accepted(body=body_of("upscale", media=[video(url)])))
    assert ended["usage"]["duration"] == 2


def test_a_watermark_is_on_a_video_that_is_made_from_a_video(make):
    bare, marked = (
        make("lipsync", [media.film()], lambda url: [video(url), *voice("Hi.")], watermark=on)[1]
        for on in (False, True)
    )
    assert difference(bare.frames[0], marked.frames[0]) > 0.5


def test_a_video_on_the_internet_is_replaced_by_one_of_five_seconds():
    assert script_of("upscale").seconds == Fraction(5)
    assert script_of("upscale").size == (3840, 2160)
