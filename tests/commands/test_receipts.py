"""``--receipt``: ``VIDEO.json`` beside each saved video, and no other file overwritten."""

import hashlib
import json

import pytest

from tests.commands.conftest import TURTLE
from tests.sandbox.media import film


def test_a_receipt_tells_what_was_asked_for_and_what_came(submit, pixverse):
    run = submit("-p", "A turtle 龟", "--seed", "7", "-o", "turtle.mp4", "--receipt")
    assert run.code == 0, run.stderr
    receipt = json.loads((pixverse.directory / "turtle.mp4.json").read_text())
    video = (pixverse.directory / "turtle.mp4").read_bytes()
    [record] = pixverse("list", "--json").json
    assert receipt["record"] == record
    assert receipt["video"] == {
        "file": "turtle.mp4",
        "sha256": hashlib.sha256(video).hexdigest(),
    }
    assert receipt["inputs"] == [
        {
            "role": "image",
            "name": None,
            "source": str(TURTLE),
            "sha256": hashlib.sha256(TURTLE.read_bytes()).hexdigest(),
        }
    ]
    assert receipt["program"]["name"] == "pixverse"


def test_the_request_is_the_one_that_was_sent(submit, pixverse):
    options = ("-p", "A turtle", "--audio", "--shot-type", "multi", "--seed", "7")
    shown = submit(*options, "--dry-run").json[0]["request"]
    submit(*options, "-o", "a.mp4", "--receipt")
    assert json.loads((pixverse.directory / "a.mp4.json").read_text())["request"] == shown


def test_a_receipt_never_holds_a_signed_url(pixverse):
    url = "https://example.com/turtle.webp?Signature=canary"
    words = ("submit", url, "-r", "360P", "-d", "1", "-o", "a.mp4", "--receipt")
    assert pixverse(*words).code == 0
    written = (pixverse.directory / "a.mp4.json").read_text()
    media = json.loads(written)["request"]["input"]["media"]
    assert media == [{"type": "image_url", "url": "https://example.com/turtle.webp"}]


@pytest.mark.parametrize("taken", ["somebody's notes", '{"schema": "other/1"}', "[]", None])
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_taken_place_is_found_before_paying(submit, pixverse, sandbox, taken, force):
    place = pixverse.directory / "a.mp4.json"
    place.mkdir() if taken is None else place.write_text(taken)
    run = submit("-o", "a.mp4", "--receipt", *force)
    assert (run.code, sandbox.calls) == (2, [])
    assert "the receipt a.mp4.json already exists" in run.stderr
    assert taken is None or place.read_text() == taken


def test_with_force_the_receipt_of_the_earlier_video_is_replaced(submit, pixverse, sandbox):
    submit("-o", "a.mp4", "--receipt")
    assert submit("-o", "a.mp4", "--receipt").code == 2
    assert submit("-o", "a.mp4", "--receipt", "--force").code == 0
    receipt = json.loads((pixverse.directory / "a.mp4.json").read_text())
    assert receipt["record"]["task_id"] == sandbox.account.tasks[-1].task_id


def test_download_writes_a_missing_receipt(submit, pixverse):
    submit("-o", "a.mp4")
    assert pixverse("download", "--receipt").code == 0
    assert (pixverse.directory / "a.mp4.json").exists()
    assert pixverse("download", "--receipt").code == 0


def test_a_receipt_that_cannot_be_written_later_is_not_silent(submit, pixverse):
    submit("-o", "a.mp4")
    (pixverse.directory / "a.mp4.json").write_text("mine")
    run = pixverse("download", "--receipt", "--json")
    assert run.code == 11
    assert "the video is saved, but its receipt" in run.error["message"]
    assert (run.error["charged"], run.error["retryable"]) == ("yes", False)
    assert (pixverse.directory / "a.mp4.json").read_text() == "mine"
    (pixverse.directory / "a.mp4.json").unlink()
    assert pixverse(*run.error["next"].split()[1:]).code == 0
    assert (pixverse.directory / "a.mp4.json").exists()


def test_wait_and_batch_write_receipts(submit, pixverse, tmp_path):
    submit()
    assert pixverse("wait", "-o", "w.mp4", PIXVERSE_RECEIPT="true").code == 0
    manifest = tmp_path / "videos.csv"
    manifest.write_text(f"image,output,resolution,duration\n{TURTLE},b.mp4,360P,1\n")
    assert pixverse("batch", manifest, "--receipt").code == 0
    names = {path.name for path in pixverse.directory.glob("*.mp4.json")}
    assert names == {"w.mp4.json", "b.mp4.json"}


def test_batch_writes_the_receipts_that_are_missing_and_no_other(pixverse, sandbox, tmp_path):
    manifest = tmp_path / "videos.csv"
    rows = f"{TURTLE},b.mp4,360P,1\n{TURTLE},c.mp4,360P,1\n"
    manifest.write_text(f"image,output,resolution,duration\n{rows}")
    assert pixverse("batch", manifest).code == 0
    (tmp_path / "c.mp4.json").write_text("mine")
    ran = pixverse("batch", manifest, "--receipt")
    assert (ran.code, sandbox.account.creates) == (0, 2), ran.stderr
    receipt = json.loads((tmp_path / "b.mp4.json").read_text())
    records = {record["task_id"]: record for record in pixverse("list", "--json").json}
    assert receipt["record"] == records[receipt["record"]["task_id"]]
    assert (tmp_path / "c.mp4.json").read_text() == "mine"


def test_batch_finds_a_taken_place_before_paying(pixverse, sandbox, tmp_path):
    manifest = tmp_path / "videos.csv"
    manifest.write_text(f"image,output,resolution,duration\n{TURTLE},b.mp4,360P,1\n")
    (tmp_path / "b.mp4.json").write_text("mine")
    run = pixverse("batch", manifest, "--receipt")
    assert (run.code, "nothing was sent" in run.stderr) == (2, True)
    assert sandbox.account.creates == 0


@pytest.mark.parametrize("options", [(), ("--no-download",), ("-o", "-")])
def test_a_receipt_without_a_saved_file_is_refused(submit, sandbox, options):
    run = submit("--receipt", *options)
    assert (run.code, sandbox.calls) == (2, [])
    assert "--receipt: no file is saved" in run.stderr


def test_the_setting_does_not_ask_for_a_file(submit):
    assert submit(PIXVERSE_RECEIPT="true").code == 0


@pytest.mark.parametrize(
    "words",
    [
        (TURTLE, "--last-frame", TURTLE.with_name("turtle.png"), "-p", "It turns"),
        ("--reference", f"turtle={TURTLE}", "-p", "@turtle swims"),
        ("-m", "v6-t2v", "-p", "A turtle", "-a", "9:16"),
    ],
)
def test_receipts_of_other_kinds_hold_the_request_too(pixverse, words):
    small = ("-r", "360P", "-d", "1")
    shown = pixverse("submit", *words, *small, "--dry-run").json[0]["request"]
    assert pixverse("submit", *words, *small, "-o", "a.mp4", "--receipt").code == 0
    assert json.loads((pixverse.directory / "a.mp4.json").read_text())["request"] == shown


@pytest.mark.parametrize(
    "words",
    [
        ("upscale", "film", "--seed", "7"),
        ("lipsync", "film", "--text", "你好", "--voice", "4"),
        ("motion", TURTLE, "film", "-r", "360P"),
        ("submit", "-m", "v6-omni", "--reference", "film.mp4", "-p", "x", "-r", "360P"),
    ],
)
def test_receipts_of_videos_of_videos_hold_request_and_hashes(pixverse, tmp_path, words):
    video = film(size=(64, 36), seconds=0.2)  # once: no encoder promises the same bytes twice
    for name in ("film", "film.mp4"):
        (tmp_path / name).write_bytes(video)
    shown = pixverse(*words, "--dry-run", "--json").json[0]["request"]
    assert pixverse(*words, "-o", "a.mp4", "--receipt").code == 0
    receipt = json.loads((tmp_path / "a.mp4.json").read_text())
    assert receipt["request"] == shown
    sha256 = hashlib.sha256(video).hexdigest()
    assert sha256 in [each["sha256"] for each in receipt["inputs"]]
