"""The video, decoded again: length, size, first frame, motion, cuts, watermark, sound."""

from itertools import pairwise
from pathlib import Path

import pytest
import requests
from PIL import ImageChops

from pixverse_cli.domain.catalog import Resolution
from pixverse_cli.sandbox import Pace
from pixverse_cli.sandbox.camera import area, frame_size, shots

from .caller import C1
from .media import decode, difference

AT_ONCE = Pace(queue=0, run=(0, 0))


@pytest.fixture
def make(call, encoded):
    """Return a function that makes a video of the picture and returns it decoded."""

    def made(**changes):
        caller = call(pace=AT_ONCE)
        url = caller.upload(encoded(), model=changes.get("model", "pixverse/pixverse-v6-it2v"))
        body = caller.made(**{"url": url, "seed": 7, "duration": 1} | changes)
        return body, decode(requests.get(body["output"]["video_url"], timeout=20).content)

    return made


@pytest.mark.parametrize("duration", [1, 2, 15])
def test_a_video_is_h264_with_24_frames_for_each_second(make, duration):
    body, video = make(duration=duration)
    assert (video.codec, video.rate, len(video.raw)) == ("h264", 24, duration * 24)
    assert video.seconds == pytest.approx(duration, abs=0.03)
    assert body["usage"]["duration"] == duration


@pytest.mark.parametrize("resolution", list(Resolution))
def test_the_size_is_near_the_tiers_area_in_multiples_of_16(make, resolution):
    body, video = make(resolution=str(resolution))
    width, height = video.frames[0].size
    assert body["usage"]["size"] == f"{width}*{height}"
    assert body["usage"]["SR"] == resolution.removesuffix("P")
    assert (width % 16, height % 16) == (0, 0)
    assert 1 <= width * height / area(resolution) < 1.09


@pytest.mark.parametrize(
    ("resolution", "image", "expected"),
    [
        ("720P", (1050, 1000), (992, 944)),  # the page's sample
        ("360P", (1280, 720), (640, 368)),
        ("1080P", (1920, 1080), (1920, 1088)),
        ("1080P", (1080, 1920), (1088, 1920)),
        ("540P", (500, 500), (768, 768)),
        ("360P", (10_000, 1), (960, 240)),
        ("360P", (1, 10_000), (240, 960)),
    ],
)
def test_the_size_follows_the_images_ratio(resolution, image, expected):
    assert frame_size(area(Resolution(resolution)), *image) == expected


def test_the_first_frame_is_the_image(make, picture):
    video = make()[1]
    assert difference(video.frames[0], picture.resize(video.frames[0].size)) < 6


def test_the_camera_moves_slowly(make):
    frames = make(duration=2)[1].frames
    steps = [difference(one, other) for one, other in pairwise(frames)]
    assert max(steps) < 4
    assert difference(frames[0], frames[-1]) > 3


def test_equal_seeds_give_equal_motion_and_other_seeds_do_not(make):
    one, again, other = (make(seed=seed)[1].frames[-1] for seed in (7, 7, 8))
    assert difference(one, again) == 0
    assert difference(one, other) > 0.5


def cuts(frames):
    pairs = enumerate(pairwise(frames), start=1)
    return [number for number, (one, other) in pairs if difference(one, other) > 15]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"shot_type": "single"}, []),
        ({"shot_type": "multi"}, [8, 16]),
        ({"model": C1, "shot_type": "multi"}, []),
        ({"model": C1, "prompt": "Shot 1: a turtle. Shot 2: weed."}, [12]),
        ({"prompt": "镜头1:海龟。镜头2:海草。"}, [12]),
    ],
)
def test_a_video_has_a_cut_between_its_shots(make, changes, expected):
    body, video = make(**changes)
    assert cuts(video.frames) == expected
    multi = changes.get("shot_type") == "multi" and "model" not in changes
    assert body["usage"]["shot_type"] == ("multi" if multi else "single")


def test_there_are_never_more_shots_than_frames():
    assert [shot.frames for shot in shots(24, 100, 0)] == [1] * 24


def test_the_watermark_is_at_the_bottom_right(make):
    bare, marked = (make(watermark=on)[1].frames[0] for on in (False, True))
    width, height = bare.size
    box = ImageChops.difference(bare, marked).convert("L").point(lambda v: 255 * (v > 60)).getbbox()
    assert box[0] > width / 2
    assert box[1] > height * 0.85
    assert (
        difference(bare.crop((0, 0, width, height // 2)), marked.crop((0, 0, width, height // 2)))
        < 2
    )


def test_a_video_has_sound_only_on_request(make):
    body, silent = make(audio=False)
    assert (silent.sound, body["usage"]["audio"]) == ([], False)
    body, sounding = make(audio=True)
    assert body["usage"]["audio"] is True
    assert len(sounding.sound) / 44_100 == pytest.approx(1, abs=0.05)
    assert 0.01 < max(sounding.sound) < 0.1
    assert sounding.seconds == pytest.approx(1, abs=0.05)


def test_the_index_comes_first_except_in_the_scenario_unsure(call):
    for scenarios, first in (((), b"moov"), (("unsure",), b"mdat")):
        url = call(*scenarios).made(duration=1)["output"]["video_url"]
        data = requests.get(url, timeout=20).content
        places = {data.index(b"moov"): b"moov", data.index(b"mdat"): b"mdat"}
        assert places[min(places)] == first


def test_closing_the_sandbox_deletes_its_videos(call, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    caller = call()
    caller.made()
    assert list(Path(tmp_path).rglob("*.mp4"))
    caller.sandbox.close()
    assert list(tmp_path.iterdir()) == []
