"""``batch``: a set of videos is made true, and what is true already costs nothing."""

import json
import shutil

import pytest

from tests.commands.conftest import TURTLE

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


def test_what_is_missing_is_generated_once_and_then_costs_nothing(pixverse, directory, sandbox):
    first = pixverse("batch", "videos.toml")
    assert sorted(first.lines) == [str(directory / name) for name in ("one.mp4", "two.mp4")]
    again = pixverse("batch", "videos.toml")
    assert (again.code, sorted(again.lines)) == (0, sorted(first.lines))
    assert sandbox.account.creates == 2


def test_the_lock_is_sorted_by_output_and_makes_another_machine_pay_nothing(
    pixverse, directory, sandbox, tmp_path_factory
):
    pixverse("batch", "videos.toml")
    lines = (directory / "videos.toml.lock").read_text().splitlines()
    assert [json.loads(line)["output"] for line in lines] == ["one.mp4", "two.mp4"]
    other = type(pixverse)(tmp_path_factory.mktemp("other"), directory, sandbox)
    assert other("batch", "videos.toml").code == 0
    assert sandbox.account.creates == 2


def test_a_changed_request_replaces_its_own_file_only(pixverse, directory, sandbox):
    pixverse("batch", "videos.toml")
    (directory / "videos.toml").write_text(MANIFEST.replace('"one"', '"uno"'))
    assert pixverse("batch", "videos.toml").code == 0
    assert sandbox.account.creates == 3


def test_a_lost_file_is_fetched_again_not_bought_again(pixverse, directory, sandbox):
    pixverse("batch", "videos.toml")
    (directory / "one.mp4").unlink()
    assert pixverse("batch", "videos.toml").code == 0
    assert (directory / "one.mp4").exists()
    assert sandbox.account.creates == 2


def test_a_file_that_is_not_ours_is_never_replaced_unasked(pixverse, directory, sandbox):
    (directory / "one.mp4").write_text("mine")
    run = pixverse("batch", "videos.toml", "--json")
    assert (run.code, (directory / "one.mp4").read_text()) == (14, "mine")
    assert sandbox.account.creates == 1
    assert pixverse("batch", "videos.toml", "--force").code == 0


def test_one_bad_item_does_not_stop_the_others(pixverse, directory, sandbox):
    bad = MANIFEST + '[[video]]\nimage = "no.png"\noutput = "three.mp4"\nduration = 99\n'
    (directory / "videos.toml").write_text(bad)
    run = pixverse("batch", "videos.toml", "--json")
    assert (run.code, run.error["charged"], sandbox.account.creates) == (14, "mixed", 2)
    assert "videos.toml, video 3: duration 99" in run.error["errors"][0]["message"]


def test_a_dry_run_shows_the_plan_and_a_limit_holds_for_the_sum(pixverse, directory, sandbox):
    plan = pixverse("batch", directory / "videos.toml", "--dry-run")
    assert plan.lines == ["submit\tone.mp4\t0.15", "submit\ttwo.mp4\t0.15"]
    assert pixverse("batch", "videos.toml", "--max-cost", "0.29").code == 2
    assert sandbox.calls == []


def test_shards_are_stable_and_share_everything_out(pixverse, directory):
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
    ("name", "text", "told"),
    [
        ("a.csv", "image,output,foo\na,b,c\n", "foo: no such field"),
        ("a.csv", "image,output\na,b.mp4\na,b.mp4\n", "is already used by a.csv, video 1"),
        ("a.jsonl", '{"image": "a"}\n', "output is missing"),
        ("a.jsonl", "[]\n", "line 1 is not a JSON object"),
        ("a.toml", "videos = 3\n", "[[video]]"),
        ("a.toml", "", "contains no videos"),
        ("a.yaml", "", "must be a .toml, .jsonl or .csv file"),
    ],
)
def test_a_manifest_that_cannot_be_understood_is_refused_whole(
    pixverse, directory, sandbox, name, text, told
):
    (directory / name).write_text(text)
    run = pixverse("batch", name)
    assert (run.code, sandbox.calls) == (2, [])
    assert told in run.stderr


def test_a_lock_that_cannot_be_understood_is_not_overwritten(pixverse, directory, sandbox):
    (directory / "videos.toml.lock").write_text("<<<<<<< ours\n")
    assert pixverse("batch", "videos.toml").code == 2
    assert (directory / "videos.toml.lock").read_text() == "<<<<<<< ours\n"
    assert sandbox.calls == []
