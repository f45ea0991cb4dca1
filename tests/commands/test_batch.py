"""``batch`` generates the videos listed in a file; finished ones are skipped."""

import json
import os
import shutil

import pytest

from tests.commands.conftest import TURTLE

URL = "https://example.com/a"
MANIFEST = """
[defaults]
resolution = "360P"
duration = 1

[[video]]
image = "turtle.webp"
prompt = "one"
output = "one.mp4"

[[video]]
image = "turtle.webp"
prompt = "two"
output = "two.mp4"
"""


@pytest.fixture
def directory(pixverse):
    shutil.copy(TURTLE, pixverse.directory)
    (pixverse.directory / "videos.toml").write_text(MANIFEST)
    return pixverse.directory


def test_missing_videos_are_generated_once_and_then_cost_nothing(pixverse, directory, sandbox):
    first = pixverse("batch", "videos.toml")
    assert sorted(first.lines) == [str(directory / name) for name in ("one.mp4", "two.mp4")]
    again = pixverse("batch", "videos.toml")
    assert (again.code, sorted(again.lines)) == (0, sorted(first.lines))
    assert sandbox.account.creates == 2


def by_id(ran):
    records = map(json.loads, ran.lines)
    return {record["task_id"]: record | {"number": None} for record in records}


@pytest.mark.usefixtures("directory")
def test_the_record_of_what_is_up_to_date_is_the_stores(pixverse):
    pixverse("batch", "videos.toml")
    assert by_id(pixverse("batch", "videos.toml", "--json")) == by_id(pixverse("list", "--json"))


@pytest.mark.usefixtures("directory")
def test_what_is_up_to_date_needs_no_room_on_the_disk_61(pixverse, sandbox, request):
    pixverse("batch", "videos.toml")
    request.getfixturevalue("no_room")
    assert pixverse("batch", "videos.toml").code == 0
    assert sandbox.account.creates == 2


def test_the_lock_is_sorted_by_output_and_saves_another_machine_from_paying(
    pixverse, directory, sandbox, tmp_path_factory
):
    pixverse("batch", "videos.toml")
    lock = (directory / "videos.toml.lock").read_text()
    assert [json.loads(line)["output"] for line in lock.splitlines()] == ["one.mp4", "two.mp4"]
    other = type(pixverse)(tmp_path_factory.mktemp("other"), directory, sandbox)
    assert other("batch", "videos.toml").code == 0
    assert (directory / "videos.toml.lock").read_text() == lock
    assert sandbox.account.creates == 2


def test_a_changed_request_replaces_only_its_own_file(pixverse, directory, sandbox):
    pixverse("batch", "videos.toml")
    (directory / "videos.toml").write_text(MANIFEST.replace('"one"', '"uno"'))
    assert pixverse("batch", "videos.toml").code == 0
    assert sandbox.account.creates == 3


def test_a_deleted_file_is_downloaded_again_without_paying(pixverse, directory, sandbox):
    pixverse("batch", "videos.toml")
    (directory / "one.mp4").unlink()
    assert pixverse("batch", "videos.toml").code == 0
    assert (directory / "one.mp4").exists()
    assert sandbox.account.creates == 2


def test_a_file_that_was_not_made_by_batch_is_replaced_only_with_force(
    pixverse, directory, sandbox
):
    (directory / "one.mp4").write_text("mine")
    run = pixverse("batch", "videos.toml", "--json")
    assert (run.code, (directory / "one.mp4").read_text()) == (14, "mine")
    assert sandbox.account.creates == 1
    assert pixverse("batch", "videos.toml", "--force").code == 0


def test_a_link_that_leads_nowhere_was_not_made_by_batch_either(pixverse, directory):
    (directory / "one.mp4").symlink_to("elsewhere.mp4")
    run = pixverse("batch", "videos.toml", "--dry-run")
    assert (run.code, "one.mp4 was not made by this manifest" in run.stderr) == (14, True)


def test_an_invalid_item_does_not_stop_the_others(pixverse, directory, sandbox):
    bad = MANIFEST + '[[video]]\nimage = "no.png"\noutput = "three.mp4"\nduration = 99\n'
    (directory / "videos.toml").write_text(bad)
    run = pixverse("batch", "videos.toml", "--json")
    assert (run.code, run.error["charged"], sandbox.account.creates) == (14, "mixed", 2)
    assert "videos.toml, video 3: duration 99" in run.error["errors"][0]["message"]


def test_everything_that_is_wrong_with_an_item_is_told_the_output_too(pixverse, directory):
    (directory / "videos.toml").write_text(
        '[[video]]\nimage = "turtle.webp"\nmodel = "v9"\noutput = "one.gif"\n'
    )
    ran = pixverse("batch", "videos.toml", "--dry-run")
    assert ran.code == 2
    lines = [line for line in ran.stderr.splitlines() if line.startswith("error: ")]
    assert ["model v9" in lines[0], "output one.gif" in lines[1]] == [True, True]


def test_a_dry_run_prints_the_plan_and_max_cost_limits_the_sum(pixverse, directory, sandbox):
    plan = pixverse("batch", directory / "videos.toml", "--dry-run")
    assert plan.lines == ["submit\tone.mp4\t0.15", "submit\ttwo.mp4\t0.15"]
    assert pixverse("batch", "videos.toml", "--max-cost", "0.29").code == 2
    assert sandbox.calls == []


def test_shards_together_contain_every_item_once(pixverse, directory):
    rows = [f'{{"image": "turtle.webp", "output": "{each}.mp4"}}' for each in range(9)]
    (directory / "videos.jsonl").write_text("\n".join(rows))
    shards = [
        pixverse("batch", "videos.jsonl", "--dry-run", "--shard", f"{part}/3").lines
        for part in (1, 2, 3)
    ]
    assert sorted(line for shard in shards for line in shard) == sorted(
        pixverse("batch", "videos.jsonl", "--dry-run").lines
    )


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "image,output,foo\na,b,c\n", "foo: no such field"),
        (
            "a.csv",
            "image,output\na,b.mp4\na,b.mp4\n",
            "a.csv, line 3: output b.mp4 is already used by a.csv, line 2",
        ),
        ("a.jsonl", '{"image": "a"}\n', "output is missing"),
        ("a.jsonl", "[]\n", "a.jsonl, line 1: not a JSON object"),
        ("a.toml", "videos = 3\n", "[[video]]"),
        ("a.toml", "", "contains no videos"),
        ("a.yaml", "", "must be a .toml, .jsonl or .csv file"),
    ],
)
def test_an_invalid_manifest_is_refused_as_a_whole(
    pixverse, directory, sandbox, name, text, message
):
    (directory / name).write_text(text)
    run = pixverse("batch", name)
    assert (run.code, sandbox.calls) == (2, [])
    assert message in run.stderr


def test_an_invalid_lock_is_not_overwritten(pixverse, directory, sandbox):
    (directory / "videos.toml.lock").write_text("<<<<<<< ours\n")
    assert pixverse("batch", "videos.toml").code == 2
    assert (directory / "videos.toml.lock").read_text() == "<<<<<<< ours\n"
    assert sandbox.calls == []


def change_a_byte(path, *, keep_time):
    """Change the last byte of a file in place; with ``keep_time`` set the old time again."""
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"!")
    later = before.st_mtime_ns + (0 if keep_time else 1)
    os.utime(path, ns=(before.st_atime_ns, later))


def test_a_finished_video_of_the_same_size_time_and_inode_is_read_only_with_verify(
    pixverse, directory, sandbox
):
    pixverse("batch", "videos.toml")
    change_a_byte(directory / "one.mp4", keep_time=True)
    assert pixverse("batch", "videos.toml").code == 0
    ran = pixverse("batch", "videos.toml", "--verify")
    assert ran.code == 14
    assert "one.mp4 was not made by this manifest" in ran.stderr
    assert sandbox.account.creates == 2


@pytest.mark.parametrize("change", ["byte", "inode", "size"])
def test_a_changed_video_is_noticed_and_kept(pixverse, directory, sandbox, change):
    pixverse("batch", "videos.toml")
    video = directory / "one.mp4"
    before = video.stat()
    if change == "byte":
        change_a_byte(video, keep_time=False)
    elif change == "size":
        with video.open("ab") as file:
            file.write(b"!")
    else:
        (directory / "other").write_bytes(b"!" * before.st_size)
        (directory / "other").replace(video)
    if change != "byte":
        os.utime(video, ns=(before.st_atime_ns, before.st_mtime_ns))
    changed = video.read_bytes()
    for _ in range(2):
        ran = pixverse("batch", "videos.toml")
        assert ran.code == 14
        assert "one.mp4 was not made by this manifest" in ran.stderr
    assert video.read_bytes() == changed
    assert sandbox.account.creates == 2


def test_a_touched_video_is_read_once_more_and_then_known_again(pixverse, directory, sandbox):
    pixverse("batch", "videos.toml")
    os.utime(directory / "one.mp4", ns=(0, 0))
    assert pixverse("batch", "videos.toml").code == 0
    change_a_byte(directory / "one.mp4", keep_time=True)
    assert pixverse("batch", "videos.toml").code == 0
    assert sandbox.account.creates == 2


def test_a_video_is_read_before_it_is_replaced_whatever_its_time_says(pixverse, directory, sandbox):
    pixverse("batch", "videos.toml")
    change_a_byte(directory / "one.mp4", keep_time=True)
    changed = (directory / "one.mp4").read_bytes()
    (directory / "videos.toml").write_text(MANIFEST.replace('"one"', '"uno"'))
    ran = pixverse("batch", "videos.toml")
    assert ran.code == 14
    assert "one.mp4 was not made by this manifest" in ran.stderr
    assert (directory / "one.mp4").read_bytes() == changed
    assert sandbox.account.creates == 2


def test_limits_of_cost_are_told_together_and_with_the_wrong_items(pixverse, sandbox, tmp_path):
    rows = f"{TURTLE},a.mp4,360P,1\nmissing.png,b.mp4,360P,1\n"
    (tmp_path / "videos.csv").write_text(f"image,output,resolution,duration\n{rows}")
    ran = pixverse("batch", "videos.csv", "--max-cost", "0.10", "--budget", "0.12/day")
    assert (ran.code, sandbox.calls) == (2, [])
    for said in ("over --max-cost 0.10", "rest of the budget 0.12/day", "missing.png: no such"):
        assert said in ran.stderr


@pytest.mark.parametrize(("options", "code"), [((), 2), (("--cost-unknown-ok",), 0)])
def test_a_cost_that_is_not_known_is_paid_only_if_that_is_said(pixverse, tmp_path, options, code):
    (tmp_path / "videos.csv").write_text(
        "video,kind,output\nhttps://x.example/v.mp4,upscale,a.mp4\n"
    )
    ran = pixverse("batch", "videos.csv", "--max-cost", "5", "--dry-run", *options)
    assert ran.code == code
    assert ("the cost of a.mp4 is not known before" in ran.stderr) is (code == 2)


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize("shard", ["0/3", "4/3", "x/3", "3", "1/", "-1/3", "1/3/5", "1.0/3", ""])
def test_a_share_that_is_none_is_refused(pixverse, sandbox, shard):
    ran = pixverse("batch", "videos.toml", "--shard", shard)
    assert (ran.code, sandbox.calls) == (2, [])
    rule = "must be I/N, such as 2/5 for the second of five shares"
    assert f"--shard {shard}: {rule}" in ran.stderr


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"image": URL, "kind": "upscale"}, "image: upscale takes no image"),
        ({"image": URL, "kind": "text-to-video"}, "image: v6-t2v takes no image"),
        ({"image": URL, "last-frame": URL, "kind": "references"}, "last-frame: "),
        ({"reference": URL, "kind": "image-to-video"}, "reference: "),
        ({"last-frame": URL}, "image: v6-kf2v needs 1 image as first-frame"),
        ({"video": f"{URL}.mp4", "kind": "image-to-video"}, "video: "),
        ({"audio-file": f"{URL}.mp3", "kind": "image-to-video"}, "audio-file: "),
    ],
)
def test_an_input_that_the_kind_does_not_take_is_told_by_its_field(
    pixverse, directory, fields, says
):
    line = json.dumps({"output": "a.mp4", "prompt": "up"} | fields)
    (directory / "videos.jsonl").write_text(line)
    ran = pixverse("batch", "videos.jsonl", "--dry-run")
    assert f"videos.jsonl, line 1: {says}" in ran.stderr


@pytest.mark.parametrize(
    ("fields", "model"),
    [
        ({"model": "v6-t2v", "prompt": "up"}, "pixverse/pixverse-v6-t2v"),
        ({"model": "upscale", "video": f"{URL}.mp4"}, "pixverse/pixverse-upscale"),
        ({"video": f"{URL}.mp4", "text": "Hello."}, "pixverse/pixverse-lipsync"),
    ],
)
def test_a_model_or_a_text_says_the_kind_of_a_video(pixverse, directory, fields, model):
    (directory / "videos.jsonl").write_text(json.dumps({"output": "a.mp4"} | fields))
    [planned] = pixverse("batch", "videos.jsonl", "--dry-run", "--json").json
    assert planned["request"]["model"] == model


def test_a_finished_task_is_the_video_of_an_item_in_any_folder(pixverse, directory):
    words = ("submit", TURTLE, "-r", "360P", "-d", "1", "--no-download")
    link = pixverse(*words).lines[0]
    task_id = pixverse("list", "--json").json[0]["task_id"]
    folder = directory / "set"
    folder.mkdir()
    line = {"output": "a.mp4", "kind": "upscale", "video": task_id[:8]}
    (folder / "videos.jsonl").write_text(json.dumps(line))
    [planned] = pixverse("batch", "set/videos.jsonl", "--dry-run", "--json").json
    assert planned["request"]["input"]["media"] == [{"type": "video_url", "url": link}]
