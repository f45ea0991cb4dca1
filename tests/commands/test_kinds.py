"""Every kind of video by the command of a user: its body, its video, and what is refused before.

The bodies are those of the pages of each model.
"""

import functools
import io
import shlex
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from pixverse_cli.reporting.command_line import submit_command
from pixverse_cli.sandbox import Pace
from pixverse_cli.store import Store
from tests.clocks import CoarseClock, FakeClock
from tests.commands.conftest import TURTLE
from tests.inside import Inside, run_inside
from tests.sandbox.media import decode, film, sound

UPLOADED = "oss://<uploaded at submit>"
SMALL = ("-r", "360P", "-d", "1")
USUAL = {"audio": False, "watermark": False}


@functools.cache
def contents():
    """Return the pictures, videos and sounds that the commands are given, by file name."""
    picture = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").resize((320, 180)).save(picture, "PNG")
    return dict.fromkeys(("a.png", "b.png", "person.png"), picture.getvalue()) | {
        "v.mp4": film(seconds=1.5),
        "v.mov": film(container="mov"),
        "v.webm": film(container="webm"),
        "s.mp3": sound(seconds=1.2),
    }


@pytest.fixture(autouse=True)
def files(tmp_path):
    """Put pictures, videos and sounds into the current directory."""
    for name, content in contents().items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


KINDS = {
    "first-last-frame": (
        ("submit", "a.png", "--last-frame", "b.png", "-p", "A turn.", *SMALL),
        "v6-kf2v",
        {
            "prompt": "A turn.",
            "media": [
                {"type": "first_frame", "url": UPLOADED},
                {"type": "last_frame", "url": UPLOADED},
            ],
        },
        {"resolution": "360P", "duration": 1, **USUAL},
    ),
    "references": (
        ("submit", "--reference", "cat=a.png", "--reference", "b.png", "-p", "@cat runs.", *SMALL),
        "v6-r2v",
        {
            "prompt": "@cat runs.",
            "media": [
                {"type": "image_url", "url": UPLOADED, "ref_name": "cat"},
                {"type": "image_url", "url": UPLOADED},
            ],
        },
        {"size": "640*360", "duration": 1, **USUAL},
    ),
    "references with a video": (
        ("submit", "-m", "v6-omni", "--reference", "v.mp4", "-p", "Dance.", "-r", "360P"),
        "v6-r2v-omni",
        {"prompt": "Dance.", "media": [{"type": "video_url", "url": UPLOADED}]},
        {"resolution": "360P", "aspect_ratio": "auto", "duration": 0, **USUAL},
    ),
    "text-to-video": (
        ("submit", "-m", "v6-t2v", "-a", "9:16", "-p", "A turtle.", *SMALL, "--shot-type", "multi"),
        "v6-t2v",
        {"prompt": "A turtle."},
        {"size": "360*640", "duration": 1, **USUAL, "shot_type": "multi"},
    ),
    "upscale": (
        ("upscale", "v.webm", "--seed", "3"),
        "upscale",
        {"media": [{"type": "video_url", "url": UPLOADED}]},
        {"watermark": False, "seed": 3},
    ),
    "lipsync": (
        ("lipsync", "v.mov", "--audio", "s.mp3", "--watermark"),
        "lipsync",
        {"media": [{"type": "video_url", "url": UPLOADED}, {"type": "audio_url", "url": UPLOADED}]},
        {"watermark": True},
    ),
    "lipsync of a text": (
        ("lipsync", "v.mp4", "--text", "你好", "--voice", "4"),
        "lipsync",
        {
            "media": [
                {"type": "video_url", "url": UPLOADED},
                {"type": "lip_sync_tts_speaker_id", "id": "4"},
                {"type": "lip_sync_tts_content", "content": "你好"},
            ]
        },
        {"watermark": False},
    ),
    "motion": (
        ("motion", "person.png", "v.mp4", "-r", "540p"),
        "motioncontrol",
        {"media": [{"type": "image_url", "url": UPLOADED}, {"type": "video_url", "url": UPLOADED}]},
        {"resolution": "540P", "watermark": False},
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_body_is_the_one_of_the_kinds_page(pixverse, kind):
    words, model, inputs, parameters = KINDS[kind]
    (shown,) = pixverse(*words, "--dry-run", "--json").json
    assert shown["request"] == {
        "model": f"pixverse/pixverse-{model}",
        "input": inputs,
        "parameters": parameters,
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_video_of_each_kind_is_saved_and_remembered(pixverse, sandbox, kind):
    words, model, inputs, _ = KINDS[kind]
    ran = pixverse(*words, "--wait", "--json")
    assert ran.code == 0, ran.stderr
    (record,) = ran.json
    assert (record["status"], sandbox.account.creates) == ("SUCCEEDED", 1)
    assert record["kind"] == kind.partition(" ")[0]
    assert record["model"] == f"pixverse/pixverse-{model}"
    assert len(record["inputs"]) == sum("url" in each for each in inputs.get("media", []))
    assert record["cost"]["estimate"] == record["cost"]["actual"]
    assert Path(record["file"]).is_file()


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_that_makes_a_record_again_sends_the_same_request(pixverse, home, kind):
    words, _, inputs, parameters = KINDS[kind]
    pixverse(*words)
    with closing(Store(home / ".local" / "state" / "pixverse")) as store:
        (record,) = store.records.newest(1)
    again = shlex.split(submit_command(record))[1:-1]
    (shown,) = pixverse(*again, "--dry-run", "--json").json
    assert (shown["request"]["input"], shown["request"]["parameters"]) == (inputs, parameters)


@pytest.mark.parametrize("kind", KINDS)
def test_with_once_nothing_of_any_kind_is_bought_again(pixverse, sandbox, kind):
    words, *_ = KINDS[kind]
    ids = {pixverse(*words, "--once").stdout for _ in range(2)}
    assert (len(ids), sandbox.account.creates) == (1, 1)


def test_each_kind_has_the_size_and_length_of_its_inputs(home, files, open_sandbox):
    pixverse = Inside(home, files, open_sandbox(pace=Pace(queue=0, run=(0, 0))))

    def made(*words):
        ran = pixverse(*words, "-o", "-")
        assert ran.code == 0, ran.stderr
        return decode(ran.stdout.encode("utf-8", "surrogateescape"))

    spoken = made("lipsync", "v.mp4", "--audio", "s.mp3")
    assert spoken.size == (320, 180)
    assert spoken.sound
    assert spoken.seconds == pytest.approx(1.2, abs=0.2)
    moved = made("motion", "person.png", "v.mp4", "-r", "360P")
    assert moved.seconds == pytest.approx(1.5, abs=0.2)
    assert made("submit", "-m", "c1-t2v", "-a", "1:1", "-p", "x", *SMALL).size == (640, 640)


def test_the_video_of_a_finished_task_is_used_without_an_upload(pixverse, sandbox):
    task_id = pixverse("submit", TURTLE, *SMALL, "--wait", "--json").json[0]["task_id"]
    ran = pixverse("upscale", task_id[:8], "--wait", "--json")
    assert ran.code == 0, ran.stderr
    (record,) = ran.json
    assert record["inputs"] == [{"role": "video", "name": None, "source": task_id}]
    assert (record["image"], record["usage"]["SR"]) == (None, "4K")
    assert sandbox.account.creates == 2
    assert pixverse("upscale", task_id, "--once", "--json").json[0]["task_id"] == record["task_id"]


def test_a_task_that_only_the_service_knows_is_asked_for_first(pixverse):
    unknown = "0385dc79-5ff8-4d82-bcb6-000000000001"
    assert f"`pixverse status {unknown}` asks for it first" in pixverse("upscale", unknown).stderr
    assert "asks for it" not in pixverse("upscale", "film").stderr


def test_an_unfinished_task_is_no_video_yet(pixverse, sandbox):
    task_id = pixverse("submit", TURTLE, *SMALL).stdout.strip()
    ran = pixverse("upscale", task_id)
    assert (ran.code, sandbox.account.creates) == (2, 1)
    assert f"`pixverse wait {task_id}` first" in ran.stderr


def test_a_4k_video_is_not_upscaled_again(home, files, open_sandbox):
    sandbox = open_sandbox(pace=Pace(queue=0, run=(0, 0)))
    pixverse = Inside(home, files, sandbox)
    (files / "short.mp4").write_bytes(film(seconds=0.1))
    (record,) = pixverse("upscale", "short.mp4", "--wait", "--json").json
    ran = pixverse("upscale", record["task_id"])
    assert (ran.code, sandbox.account.creates) == (2, 1)
    assert "at most 3839 on each side" in ran.stderr
    assert "is 3840 x 2160 pixels" in pixverse("upscale", record["file"]).stderr


def test_several_images_end_in_the_same_last_frame(pixverse):
    ran = pixverse(
        "submit", "a.png", "person.png", "--last-frame", "b.png", "-p", "x", *SMALL, "--json"
    )
    sources = [[each["source"] for each in record["inputs"]] for record in ran.json]
    assert sources == [["a.png", "b.png"], ["person.png", "b.png"]]


def test_what_is_missing_is_told_once_and_checked_as_the_model_that_was_named(pixverse):
    ran = pixverse("submit", "-p", "x", "-m", "v6-kf2v", "-d", "99")
    assert "asks for" not in ran.stderr
    assert "--duration 99: v6-kf2v at 720P" in ran.stderr


@pytest.mark.parametrize("words", [(), ("-m", "v6"), ("-m", "v6-t2v")])
def test_an_empty_variable_in_place_of_the_image_buys_nothing(pixverse, sandbox, words):
    ran = pixverse("submit", "", "-p", "A turtle.", *words)
    assert (ran.code, sandbox.account.creates) == (2, 0)
    assert "IMAGE: is empty: give a file or a URL" in ran.stderr


FORGOTTEN = [
    ((), {}),
    (("-m", "v6"), {}),
    ((), {"PIXVERSE_MODEL": "v6-t2v"}),
    (("-a", "9:16"), {"PIXVERSE_MODEL": "pixverse/pixverse-v6-t2v"}),
]


@pytest.mark.parametrize(("options", "variables"), FORGOTTEN)
def test_a_forgotten_image_buys_nothing_else(pixverse, sandbox, options, variables):
    ran = pixverse("submit", "-p", "A turtle.", *options, **variables)
    assert (ran.code, sandbox.account.creates) == (2, 0)
    assert "IMAGE is missing" in ran.stderr
    assert "-m v6-t2v" in ran.stderr


REFUSED = [
    ("submit a.png -m v6-t2v -p x", "--model v6-t2v: makes text-to-video, but what is given asks"),
    ("submit -m v6-kf2v -p x", "IMAGE is missing"),
    ("submit a.png --last-frame= -p x", "--last-frame: is empty: give a file or a URL"),
    ("submit https://x.example/v.mp4?x=1", "v.mp4: is a video by its name, not an image"),
    ("upscale https://x.example/a.png", "a.png: is an image by its name, not a video"),
    ("submit --reference= -p x", "--reference: is empty: give a file or a URL"),
    ("lipsync v.mp4 --audio=", "--audio: is empty: give a file or a URL"),
    ("motion a.png ftp://x.example/v.mp4", "give a file, or an http(s):// or oss:// URL"),
    ("motion a.png v.mp4 -r 8K", "--resolution 8K: choose 360P, 540P, 720P\n"),
    ("motion a.png v.mp4 -r 1080P --max-cost 1", "--resolution 1080P: motion has no 1080P"),
    ("submit --reference https://x.example/v.mp4 -p x", "leave it out, or use v6-omni"),
    ("submit a.png --last-frame b.png", "--prompt: v6-kf2v needs a prompt"),
    ("submit a.png --last-frame b.png -p x -a 1:1", "the picture decides the aspect ratio"),
    ("submit a.png -a 1:1", "the picture decides the aspect ratio"),
    ("submit --last-frame b.png -p x", "IMAGE: v6-kf2v needs 1 image as first-frame"),
    ("submit a.png --last-frame a.png --last-frame b.png -p x", "--last-frame was given 2 times"),
    ("submit a.png --reference b.png -p x", "IMAGE: v6-r2v takes no image"),
    ("submit --reference v.mp4 -p x", "v.mp4: is a video; v6-r2v takes none"),
    ("submit" + " --reference a.png" * 8 + " -p x", "--reference: 8 given"),
    ("submit --reference cat=a.png -p @dog", 'cites "@dog"'),
    ("submit --reference cat=a.png -p @cat,", 'write "@cat ,"'),
    ("submit --reference a=a.png --reference a=b.png -p @a", "2 references are named 'a'"),
    ("submit --reference https://x.example/y -p x", "does not tell whether it is a picture or a"),
    ("submit -m v5.6-t2v -a 21:9 -p x", "--aspect-ratio 21:9: v5.6-t2v has no 21:9"),
    ("submit -m v6-t2v -a 5:4 -p x", "--aspect-ratio 5:4: choose 16:9, 4:3"),
    ("submit -m v6-t2v", "--prompt: v6-t2v needs a prompt"),
    ("submit -m v5.6-t2v -p x -r 1080P -d 10", "--duration 10: v5.6-t2v at 1080P"),
    ("submit -m v6-omni --reference v.mp4 -p x -d 5", "--duration 5: with a video as reference"),
    ("lipsync v.mp4", "--audio: neither a sound nor a text is given"),
    ("lipsync v.mp4 --text x --audio s.mp3", "--audio: given together with a text"),
    ("lipsync v.mp4 --text x --voice 3", "--voice 3: there is no such voice"),
    ("lipsync v.mp4 --audio s.mp3 --voice 4", "--voice 4: it says a text"),
    ("lipsync v.mp4 --audio s.mp3 --audio s.mp3", "--audio was given 2 times"),
    ("lipsync v.mp4 --audio v.mp4", "v.mp4: is a video, not a sound"),
    ("lipsync a.png --text x", "a.png: is a PNG, not a video"),
    ("motion a.png v.webm", "v.webm: is a WebM; the service takes MP4 or MOV"),
    ("motion a.png v.mp4 -r 1080P", "--resolution 1080P: motion has no 1080P"),
    ("upscale -", "a video cannot be read from stdin"),
    ("upscale missing.mp4", "missing.mp4: no such file"),
    ("upscale 0123abcd", "0123abcd: is no file, and no known task id starts with it"),
]


@pytest.mark.parametrize(("line", "said"), REFUSED)
def test_what_the_service_would_refuse_is_refused_before_paying(pixverse, sandbox, line, said):
    ran = pixverse(*line.split())
    assert (ran.code, sandbox.account.creates) == (2, 0), ran.stderr
    assert said in ran.stderr


def test_all_problems_of_a_kind_are_told_at_once(pixverse, files):
    (files / "cut.mp4").write_bytes((files / "v.mp4").read_bytes()[:-100])
    ran = pixverse("lipsync", "cut.mp4", "--text", "x" * 201, "--voice", "3", "-n", "0")
    assert ran.code == 2
    for said in ("cut.mp4: is cut short", "201 characters", "--voice 3", "--count 0"):
        assert said in ran.stderr


@pytest.mark.parametrize("limit", [(), ("--max-cost", "1"), ("--budget", "1/day")])
def test_text_that_is_not_valid_is_refused_for_every_kind(pixverse, sandbox, limit):
    for words in (
        ("lipsync", "v.mp4", "--text", "\udcff"),
        ("submit", "-m", "v6-t2v", "-p", "\udcff"),
        ("submit", "--reference", "\udcff=a.png", "-p", "@\udcff"),
    ):
        ran = pixverse(*words, *limit)
        assert (ran.code, sandbox.account.creates) == (2, 0), ran.stderr


def test_limits_of_cost_are_told_with_the_other_problems(pixverse):
    limits = ("--max-cost", "0.1", "--budget", "0.2/day")
    ran = pixverse("motion", "missing.png", "v.mp4", "-n", "0", *limits)
    assert ran.code == 2
    for said in ("missing.png: no such", "over --max-cost", "rest of the budget", "--count 0"):
        assert said in ran.stderr


def test_the_curl_command_for_a_task_names_the_url_of_its_video(pixverse):
    task_id = pixverse("submit", TURTLE, *SMALL, "--wait", "--json").json[0]["task_id"]
    url = pixverse("status", task_id, "--json").json[0]["video_url"]
    shown = pixverse("upscale", task_id, "--dry-run", "--curl").stdout
    assert url in shown
    assert task_id not in shown


@pytest.mark.parametrize(
    ("words", "unknown"),
    [
        (("upscale", "https://x.example/v.mp4"), "it depends on the length of the video"),
        (("lipsync", "v.mp4", "--audio", "https://x.example/s.mp3"), "length of the audio"),
    ],
)
def test_a_cost_that_is_not_known_is_paid_only_if_that_is_said(pixverse, words, unknown):
    refused = pixverse(*words, "--max-cost", "5", "--dry-run", "--json")
    assert (refused.code, unknown in refused.stderr) == (2, True)
    allowed = pixverse(*words, "--max-cost", "5", "--cost-unknown-ok", "--dry-run", "--json")
    assert (allowed.code, allowed.json[0]["cost"]["estimate"]) == (0, None)


@pytest.mark.parametrize(
    ("words", "estimate"),
    [
        (("upscale", "v.mp4"), 0.3),  # 1.5 seconds are billed as 2
        (("lipsync", "v.mp4", "--text", "十八个字" * 4 + "十八"), 0.48),  # 54 bytes: 4 seconds
        (("motion", "a.png", "v.mp4"), 0.72),
        (("submit", "-m", "v6-omni", "--reference", "v.mp4", "-p", "x"), 1.08),
    ],
)
def test_an_estimate_follows_the_inputs(pixverse, words, estimate):
    (shown,) = pixverse(*words, "--dry-run", "--json").json
    assert shown["cost"]["estimate"] == estimate


def test_presets_for_images_do_not_hold_for_other_kinds(pixverse, home):
    folder = home / ".config" / "pixverse"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('model = "c1"\nduration = 8\naudio = true\nseed = 4\n')
    for words in (("upscale", "v.mp4"), ("lipsync", "v.mp4", "--text", "x")):
        assert pixverse(*words, "--dry-run", "--json").code == 0
    spoken = ("lipsync", "v.mp4", "--audio", "s.mp3", "--dry-run")
    assert pixverse(*spoken, PIXVERSE_VOICE="4").code == 0
    ran = pixverse(
        "submit", "a.png", "--last-frame", "b.png", "-p", "x", "--dry-run", "--json",
        PIXVERSE_ASPECT_RATIO="1:1", PIXVERSE_SHOT_TYPE="multi",
    )  # fmt: skip
    assert ran.json[0]["request"]["model"] == "pixverse/pixverse-c1-kf2v"


MANIFEST = """
[defaults]
resolution = "360P"
duration = 1
[[video]]
image = "a.png"
output = "1.mp4"
[[video]]
image = "a.png"
last-frame = "b.png"
prompt = "x"
output = "2.mp4"
[[video]]
reference = ["cat=a.png", "b.png"]
prompt = "@cat runs."
output = "3.mp4"
[[video]]
kind = "text-to-video"
aspect-ratio = "9:16"
prompt = "x"
output = "4.mp4"
[[video]]
video = "v.mp4"
kind = "upscale"
output = "5.mp4"
[[video]]
video = "v.mp4"
audio-file = "s.mp3"
output = "6.mp4"
[[video]]
video = "v.mp4"
text = "Hello."
voice = "4"
output = "7.mp4"
[[video]]
image = "person.png"
video = "v.mp4"
output = "8.mp4"
"""


def test_a_manifest_makes_every_kind(pixverse, sandbox, files):
    folder = files / "set"
    folder.mkdir()
    for name in ("a.png", "b.png", "person.png", "v.mp4", "s.mp3"):
        (files / name).rename(folder / name)
    (folder / "videos.toml").write_text(MANIFEST)
    ran = pixverse("batch", "set/videos.toml")
    assert ran.code == 0, ran.stderr
    assert "11 s of video" in ran.stderr  # 4 images of 1 s, upscale 2, lip sync 2 and 1, motion 2
    assert all((folder / f"{number}.mp4").is_file() for number in range(1, 9))
    assert (pixverse("batch", "set/videos.toml").code, sandbox.account.creates) == (0, 8)
    inputs = [each["source"] for each in pixverse("list", "--json").json[0]["inputs"]]
    assert inputs == ["person.png", "v.mp4"]


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ('prompt = "x"', "image is missing: give image, reference, or video"),
        ('image = " "', "image: is empty: give a file or a URL"),
        ('image = "a.png"\nlast-frame = ""\nprompt = "x"', "last-frame: is empty"),
        ('image = "a.png"\nreference = ""\nprompt = "x"', "reference: is empty"),
        ('image = "a.png"\nlast-frame = "b.png"', "1: prompt: v6-kf2v needs a prompt"),
        ('video = "v.mp4"', "video: say what to make of it"),
        ('video = "v.mp4"\nkind = "zoom"', "kind zoom: choose image-to-video, first-last-frame"),
        ('image = "a.png"\nmodel = "v6-t2v"', "makes text-to-video, but what is given asks for"),
        ('image = "a.png"\nreference = "b.png"\nprompt = "x"', "image: v6-r2v takes no image"),
        ('video = "v.mp4"\nkind = "upscale"\nduration = 5', "duration 5: upscale does not support"),
        ('reference = [1]\nprompt = "x"', "reference: must be text"),
    ],
)
def test_a_manifest_item_that_is_not_clear_is_refused(pixverse, sandbox, files, item, said):
    (files / "videos.toml").write_text(f'[[video]]\noutput = "o.mp4"\n{item}\n')
    ran = pixverse("batch", "videos.toml")
    assert (ran.code, sandbox.account.creates) == (2, 0)
    assert said in ran.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_the_task_of_a_lost_answer_is_found_for_every_kind(home, files, open_sandbox, kind):
    clock = CoarseClock()
    sandbox = open_sandbox("lost-reply", clock=clock)
    environ = Inside(home, files, sandbox).environ
    ran = run_inside([*KINDS[kind][0], "--wait", "--json"], environ, files, clock=clock)
    assert (ran.code, sandbox.account.creates) == (0, 1), ran.stderr
    assert (ran.json[0]["status"], ran.json[0]["provisional"]) == ("SUCCEEDED", False)


@pytest.mark.parametrize("saved", [True, False])
def test_a_task_whose_link_has_expired_is_refused_with_the_way_out(home, files, sandbox, saved):
    pixverse = Inside(home, files, sandbox)
    option = "--wait" if saved else "--no-download"
    task_id = pixverse("submit", TURTLE, *SMALL, option, "--json").json[0]["task_id"]
    clock = FakeClock(datetime.now(UTC) + timedelta(hours=25))
    ran = run_inside(["upscale", task_id], pixverse.environ, files, clock=clock)
    assert (ran.code, sandbox.account.creates) == (2, 1)
    assert "the URL of its video has expired" in ran.stderr
    assert ("give its file instead" if saved else "`pixverse download") in ran.stderr
