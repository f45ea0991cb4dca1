"""``submit``: from a picture to a saved video, and the errors before the paid call."""

import hashlib
import json
import shlex
import subprocess

import pytest

from tests.commands.conftest import TURTLE


def test_without_wait_stdout_is_the_task_id(submit, sandbox):
    run = submit("-p", "A turtle")
    assert (run.code, run.lines) == (0, [sandbox.account.tasks[0].task_id])


def test_with_wait_stdout_is_the_path_of_the_checked_video(submit, pixverse):
    run = submit("--wait")
    record = pixverse("list", "--json").json[0]
    path = pixverse.directory / f"turtle-{record['task_id'][:8]}.mp4"
    assert run.lines == [str(path)]
    assert record["file"] == str(path)
    assert record["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_with_no_download_stdout_is_the_url(submit, sandbox):
    assert submit("--no-download").stdout.startswith(sandbox.video_host)


def test_the_option_output_implies_wait(submit, pixverse):
    assert submit("-o", "a.mp4").lines == [str(pixverse.directory / "a.mp4")]


def test_a_dash_as_output_writes_the_video_to_stdout(pixverse):
    with pixverse.start(
        "submit", TURTLE, "-r", "360P", "-d", "1", "-o", "-", "-q", stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.buffer.read()[4:8] == b"ftyp"
    assert process.returncode == 0


def test_several_images_become_several_tasks(pixverse, sandbox):
    run = pixverse("submit", TURTLE, TURTLE, "-r", "360P", "-d", "1", "-o", "{index}.mp4")
    assert sorted(run.lines) == [str(pixverse.directory / f"{each}.mp4") for each in (1, 2)]
    assert sandbox.account.creates == 2


def test_the_same_picture_is_uploaded_once(submit, sandbox):
    submit()
    submit()
    assert sum(call.host == "upload" for call in sandbox.calls) == 1


def test_all_problems_are_reported_together_and_nothing_is_sent(submit, sandbox):
    run = submit("-m", "v7", "--seed", "-1", "--max-cost", "nan", "-o", "/dev/null/x.mp4", "--curl")
    message = run.stderr
    assert run.code == 2
    for word in (
        "--model v7",
        "--seed -1",
        "--max-cost nan",
        "/dev/null is a device, not a directory",
        "--curl",
    ):
        assert word in message, word
    assert sandbox.calls == []


def test_an_invalid_value_is_reported_with_its_source(submit, home):
    message = submit(PIXVERSE_SEED="x").stderr
    assert "PIXVERSE_SEED=x" in message
    config = home / ".config" / "pixverse"
    config.mkdir(parents=True)
    (config / "config.toml").write_text('\nshot-type = "wild"\n')
    assert "config.toml, line 2: shot-type wild" in submit().stderr


@pytest.mark.parametrize(("limit", "code"), [("0.14", 2), ("0.15", 0)])
def test_max_cost_is_exact(submit, sandbox, limit, code):
    assert submit("--max-cost", limit).code == code
    assert sandbox.account.creates == (code == 0)


# the page on temporary files: the fields of the form, and of the permission
UPLOAD_FORM = {
    "OSSAccessKeyId": "oss_access_key_id",
    "Signature": "signature",
    "policy": "policy",
    "x-oss-object-acl": "x_oss_object_acl",
    "x-oss-forbid-overwrite": "x_oss_forbid_overwrite",
}


class TestDryRun:
    def test_a_dry_run_sends_nothing_and_needs_no_key(self, submit, sandbox):
        run = submit("--dry-run", DASHSCOPE_API_KEY=None)
        assert (run.code, sandbox.calls) == (0, [])
        assert run.json[0]["cost"]["estimate"] == 0.15
        assert "placeholder" in run.stderr

    def test_the_printed_request_is_the_request_that_would_be_sent(self, pixverse):
        words = ("submit", "https://example.com/a.png", "-p", '海龟 "it\'s" 50% \\', "--seed", "7")
        shown = pixverse(*words, "--dry-run").stdout
        sent = pixverse(*words, "-vv").stderr
        body = next(line[2:] for line in sent.splitlines() if line.startswith('> {"model"'))
        assert f'"request": {body}, "cost"' in shown

    def test_the_printed_curl_command_works(self, pixverse, sandbox):
        words = ("submit", "https://example.com/a.png", "-p", "it's $HOME", "--dry-run", "--curl")
        command = pixverse(*words).stdout
        done = subprocess.run(
            ["sh", "-c", command], env=pixverse.environ, capture_output=True, check=True
        )
        assert json.loads(done.stdout)["output"]["task_id"] == sandbox.account.tasks[0].task_id
        assert sandbox.account.tasks[0].prompt == "it's $HOME"
        assert sandbox.api_key not in command
        assert shlex.split(command)[0] == "curl"

    def test_the_printed_commands_upload_a_local_file_and_create_the_task(
        self, pixverse, sandbox, tmp_path
    ):
        image = tmp_path / 'a "new", one.webp'
        image.write_bytes(TURTLE.read_bytes())
        ran = pixverse("submit", image.name, "-p", "it's up", "-n", "2", "--dry-run", "--curl")
        assert sandbox.calls == []
        upload, create, again = ran.lines
        assert (upload.startswith("image_1=$("), create) == (True, again)
        for name, theirs in UPLOAD_FORM.items():
            assert f'--form-string {name}="$(field {theirs})"' in upload
        assert sandbox.api_key not in ran.stdout
        script = f"{upload}\n{create}"
        done = subprocess.run(
            ["sh", "-c", script],
            env=pixverse.environ,
            cwd=tmp_path,
            capture_output=True,
            check=True,
        )
        assert json.loads(done.stdout)["output"]["task_id"] == sandbox.account.tasks[0].task_id
        assert sandbox.account.tasks[0].prompt == "it's up"
        assert pixverse("wait", sandbox.account.tasks[0].task_id, "-o", "a.mp4").code == 0

    def test_a_failed_upload_creates_no_task(self, pixverse, sandbox, tmp_path):
        (tmp_path / "a.webp").write_bytes(TURTLE.read_bytes())
        script = pixverse("submit", "a.webp", "--dry-run", "--curl").stdout
        (tmp_path / "a.webp").unlink()
        done = subprocess.run(["sh", "-c", script], env=pixverse.environ, cwd=tmp_path, check=False)
        assert done.returncode != 0
        assert not sandbox.account.tasks


def test_the_summary_of_a_job_has_the_price_of_what_it_bought_and_of_nothing_else(submit, tmp_path):
    summary = tmp_path / "summary.md"
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    for price in ("| 0.15 |", "|  |"):
        submit("--once", "-o", "a.mp4", **variables)
        assert summary.read_text().splitlines()[-2].endswith(price)


class TestOnce:
    def test_an_equal_request_is_not_paid_again(self, submit, sandbox):
        first = submit("-p", "A turtle", "--once")
        second = submit("-p", "A turtle", "--once")
        assert (second.lines, second.code) == (first.lines, 0)
        assert sandbox.account.creates == 1

    def test_the_finished_file_is_returned(self, submit, sandbox):
        first = submit("--once", "-o", "a.mp4")
        assert submit("--once", "-o", "a.mp4").lines == first.lines
        assert sandbox.account.creates == 1

    def test_another_request_for_an_existing_file_is_refused_before_paying(self, submit, sandbox):
        submit("--once", "-o", "a.mp4")
        assert submit("--once", "-o", "a.mp4", "-p", "Another").code == 2
        assert sandbox.account.creates == 1

    def test_a_failed_request_is_sent_again(self, pixverse, open_sandbox):
        failing = open_sandbox("fail")
        words = ("submit", TURTLE, "-r", "360P", "-d", "1", "--once", "--wait")
        assert pixverse.against(failing)(*words).code == 5
        assert pixverse.against(failing)(*words).code == 0
        assert failing.account.creates == 2
