"""Every refusal says what to do, or that nothing was done."""

import json

import pytest

from tests.commands.conftest import SMALL, TURTLE

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
        (
            ("retry", "-"),
            (
                "`pixverse list` shows the ids of failed requests; `pixverse list --json` also the"
                " number of one without an id: '#NUMBER'"
            ),
        ),
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


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (
            ("submit", TURTLE, "-o", "x.mp4", "--no-download"),
            "--output and --no-download: give only one of them",
        ),
        (
            ("submit", TURTLE, "--curl"),
            "--curl needs --dry-run: it only shows what would be sent",
        ),
        (("submit", "-", "-P", "-"), "stdin can be read only once: use - only once"),
        (("upscale", "-"), "a video cannot be read from stdin: give a file"),
        (("list", "--limit", "0"), "--limit 0: must be 1 or more"),
        (("list", "--all", "--limit", "5"), "--limit 5: --all shows all tasks; give only one"),
        (("list", "--remote", "--status", "unclear"), "--status UNCLEAR is for requests without"),
        (("recover", "--adopt", "../x"), "'../x' is not a full task id"),
        (("recover", "--adopt", ID), f"the service does not know task {ID}"),
    ],
)
def test_options_that_do_not_fit_are_told(pixverse, sandbox, words, problem):
    ran = pixverse(*words)
    assert f"error: {problem}" in ran.stderr
    assert (ran.code in (2, 12), sandbox.account.creates) == (True, 0)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"prompt-file": "p.txt"}, "prompt and prompt-file: give only one of them"),
        ({"output": "a.gif"}, "output a.gif: videos are MP4 files"),
        ({"output": "-"}, "output -: must be a path that does not depend on the task id"),
        (
            {"output": "{task_id}.mp4"},
            "output {task_id}.mp4: must be a path that does not depend on the task id",
        ),
        ({"image": "http://[x/a.png"}, "'http://[x/a.png' is not a valid URL (it needs a host"),
        ({"image": "ftp://x/a.png"}, "ftp: the service does not accept such URLs (give a file"),
    ],
)
def test_an_item_that_cannot_be_made_is_told_once_with_its_place(
    pixverse, tmp_path, fields, problem
):
    (tmp_path / "p.txt").write_text("up")
    line = {"image": str(TURTLE), "output": "b.mp4", "prompt": "up"} | fields
    (tmp_path / "one.jsonl").write_text(json.dumps(line))
    [planned] = pixverse("batch", "one.jsonl", "--dry-run", "--json").json
    assert (planned["action"], planned["request"]) == ("refuse", None)
    assert planned["error"].startswith(f"one.jsonl, line 1: {problem}")
    assert "\n" not in planned["error"]


def test_a_prompt_file_of_a_manifest_is_beside_it(pixverse, tmp_path):
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "p.txt").write_text("up\n")
    line = {"image": str(TURTLE), "output": "b.mp4", "prompt-file": "p.txt"}
    (folder / "one.jsonl").write_text(json.dumps(line))
    [planned] = pixverse("batch", "set/one.jsonl", "--dry-run", "--json").json
    assert planned["request"]["input"]["prompt"] == "up"


OMNI = {"reference": "https://example.com/a.mp4", "model": "v6-omni", "prompt": "up"}


@pytest.mark.parametrize(
    ("fields", "variables", "options", "problem"),
    [
        (OMNI, {}, (), "--max-cost 1: the cost of b.mp4 is not known before; add --cost-unknown"),
        (OMNI, {}, ("--cost-unknown-ok",), None),
        (
            {"image": str(TURTLE)},
            {"DASHSCOPE_HTTP_BASE_URL": "https://dashscope-intl.aliyuncs.com/api/v1"},
            (),
            "--max-cost 1: there is no estimate to compare with",
        ),
    ],
)
def test_a_limit_of_cost_needs_a_price(pixverse, tmp_path, fields, variables, options, problem):
    line = {"output": "b.mp4", "resolution": "360P"} | fields
    (tmp_path / "one.jsonl").write_text(json.dumps(line))
    words = ("batch", "one.jsonl", "--dry-run", "--max-cost", "1", *options)
    ran = pixverse(*words, **variables)
    assert ran.code == (2 if problem else 0), ran.stderr
    assert f"error: {problem or ''}" in ran.stderr or problem is None


@pytest.mark.parametrize(
    ("image", "options", "upload"),
    [
        ("-", (), "'file=@-'"),
        (TURTLE, ("--upload-command", "up --fast"), "image_1=$(up --fast /"),
    ],
)
def test_a_piped_image_and_an_own_upload_command_are_shown_as_curl(
    pixverse, image, options, upload
):
    data = TURTLE.read_bytes().decode("utf-8", "surrogateescape")
    words = ("submit", image, *SMALL, "--dry-run", "--curl", *options)
    first, create = pixverse(*words, stdin=data).lines
    assert upload in first
    assert '"${image_1:?}"' in create


def test_what_cannot_be_checked_or_fetched_is_noted(pixverse):
    ran = pixverse("upscale", "http://192.168.1.1/a.mp4", "--dry-run")
    assert "http://192.168.1.1/a.mp4: its length and format are not checked" in ran.stderr
    assert "http://192.168.1.1/a.mp4 is on a private network" in ran.stderr
    ran = pixverse("submit", "https://example.com/a.png", "--dry-run")
    assert ("checked" in ran.stderr, "private" in ran.stderr) == (False, False)


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        ("{a.mp4", "expected '}' before end of string (write {{ for a literal brace)"),
        ("a.gif", "videos are MP4 files, so the name must not end in .gif; use .mp4"),
    ],
)
def test_a_bad_output_is_told_with_its_own_way_out(pixverse, output, problem):
    first = pixverse("submit", TURTLE, "-o", output).stderr.splitlines()[0]
    assert first == f"error: --output {output}: {problem}"


@pytest.mark.parametrize(("options", "code"), [((), 2), (("--cost-unknown-ok",), 0)])
def test_an_unknown_cost_counts_as_nothing_if_that_is_wanted(pixverse, options, code):
    words = ("upscale", "https://example.com/v.mp4", "--max-cost", "0.50", "--dry-run", *options)
    ran = pixverse(*words)
    assert ran.code == code
    assert ("add --cost-unknown-ok to pay it all the same" in ran.stderr) is (code == 2)
