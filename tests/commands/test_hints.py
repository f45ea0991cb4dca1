"""Every refusal says what to do, or that nothing was done."""

import json

import pytest

from tests.commands.conftest import TURTLE

ID = "0385dc79-5ff8-4d82-bcb6-0123456789ab"
MANIFESTS = {
    "m.jsonl": [{"image": str(TURTLE), "output": "a.mp4"}],
    "same.jsonl": [{"image": str(TURTLE), "output": "a.mp4"}] * 2,
}


@pytest.fixture(autouse=True)
def _files(tmp_path):
    """Put manifests into the current directory, and a file in the place of their video."""
    for name, lines in MANIFESTS.items():
        (tmp_path / name).write_text("\n".join(map(json.dumps, lines)))
    (tmp_path / "a.mp4").write_text("mine")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("submit", "x.png"), "nothing was sent"),
        (("batch", "same.jsonl"), "nothing was sent"),
        (("batch", "m.jsonl", "--force", "--max-cost", "0.01"), "nothing was sent"),
        (("batch", "m.jsonl"), "move it, or use --force to replace it"),
        (("forget",), "quote '#12': a shell takes # for the start of a comment"),
        (("forget", "#9"), "`pixverse list --all` shows every id"),
        (("status",), 'pixverse submit IMAGE -p "…" --wait'),
        (("status", "zzzz"), "`pixverse list --all` shows every id"),
        (
            ("status", ID),
            "the service keeps tasks for 24 hours; `pixverse list` shows the known tasks",
        ),
        (("retry", "-"), "`pixverse list` shows failed requests"),
        (("retry", "#9"), "`pixverse list --all` shows every id"),
    ],
)
def test_a_refusal_is_told_with_the_way_out(pixverse, sandbox, words, hint):
    ran = pixverse(*words)
    assert f"hint: {hint}\n" in ran.stderr
    assert sandbox.account.creates == 0


def test_tasks_that_cannot_be_told_apart_lead_to_the_unclear_submits(submit, pixverse):
    ran = pixverse("recover", "--adopt", submit().lines[0])
    assert "matches no submit whose answer was lost" in ran.stderr
    assert "hint: `pixverse list --status UNCLEAR` shows these submits\n" in ran.stderr


def test_videos_that_would_share_a_name_are_not_fetched(submit, pixverse):
    ids = [submit().lines[0] for _ in range(2)]
    ran = pixverse("wait", *ids, "-o", "b.mp4")
    assert ran.code == 2
    assert "hint: nothing was fetched\n" in ran.stderr
