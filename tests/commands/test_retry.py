"""``retry``: what cost nothing is sent again, and what may be paid for never is."""

import json
import shutil

import pytest

from pixverse_cli.domain.task import Record, Status
from pixverse_cli.store import Store
from tests.commands.conftest import SMALL, TURTLE
from tests.sandbox.media import film, sound


@pytest.fixture
def account(open_sandbox):
    """Return a sandbox whose first task fails."""
    return open_sandbox("fail")


@pytest.fixture
def failing(pixverse, account):
    """Return the command against it."""
    return pixverse.against(account)


def failed_id(run, *words):
    """Return the task id of a submit that failed."""
    submitted = run("submit", TURTLE, *SMALL, *words, "--wait", "--json")
    assert submitted.code == 5
    return submitted.json[-1]["task_id"]


def test_a_failed_task_is_made_again_as_the_same_request(failing, account):
    task_id = failed_id(failing, "-p", "A turtle 龟", "--seed", "7", "--audio", "--no-watermark")
    before = account.account.creates
    run = failing("retry", task_id[:8], "--wait", "--json")
    assert run.code == 0, run.stderr
    [first], [again] = failing("status", task_id, "--json").json, run.json
    same = ("model", "kind", "image", "inputs", "prompt", "parameters", "take")
    assert {key: first[key] for key in same} == {key: again[key] for key in same}
    assert again["task_id"] != task_id
    assert account.account.creates == before + 1


def test_a_retry_that_is_repeated_does_not_pay_again(failing, account):
    task_id = failed_id(failing)
    first, second = (failing("retry", task_id) for _ in range(2))
    assert first.lines == second.lines
    assert "not paying again" in second.stderr
    failing("retry", task_id, "--no-once")
    assert account.account.creates == 3


def test_a_request_that_was_not_accepted_is_named_by_its_number(failing, account):
    url = "https://example.com/turtle.webp"
    refused = failing("submit", url, *SMALL, DASHSCOPE_API_KEY="sk-wrong")
    assert refused.code == 3
    [record] = failing("list", "--json").json
    assert (record["status"], account.account.tasks) == ("NOT_SENT", ())
    assert failing("retry", "#1", "--wait").code == 5  # the first task of this sandbox
    assert len(account.account.tasks) == 1


def test_what_may_be_paid_for_is_refused_and_all_is_told_at_once(submit, pixverse, sandbox):
    running = submit().lines[0]  # nobody has asked how it is
    finished = submit("--wait", "--json", "-o", "a.mp4").json[-1]["task_id"]
    creates = sandbox.account.creates
    run = pixverse("retry", running, finished)
    assert (run.code, sandbox.account.creates) == (2, creates)
    assert f"{running}: it is " in run.stderr
    assert f"{finished}: it was paid for" in run.stderr
    assert "nothing was sent" in run.stderr


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"status": Status.UNCLEAR, "task_id": None}, "its answer was lost"),
        ({"status": Status.FAILED, "provisional": True}, "its answer was lost"),
        ({"status": Status.RUNNING}, "it is RUNNING: pixverse wait task-1 waits for it"),
        ({"status": Status.UNKNOWN}, "the service does not know the task any more"),
        ({"status": Status.SUCCEEDED}, "it was paid for: pixverse download task-1 saves its video"),
        ({"status": Status.FAILED, "fingerprint": None}, "another machine submitted it"),
        ({"status": Status.FAILED, "model": "gone"}, "does not know its model"),
        ({"status": Status.FAILED, "resolution": "8K"}, "does not know its model or parameters"),
        ({"status": Status.FAILED, "prompt": "other"}, "submit it again"),
    ],
)
def test_whatever_may_be_paid_for_or_differs_is_refused_with_the_reason(
    pixverse, sandbox, known, why
):
    kept = {
        "number": 0,
        "task_id": "task-1",
        "service": sandbox.base_url,
        "model": "pixverse/pixverse-v6-it2v",
        "image": "https://example.com/turtle.webp",
        "resolution": "360P",
        "duration": 1,
        "fingerprint": "f",
    }
    store = Store(pixverse.state)
    store.records.intend(Record(**kept | known))
    store.close()
    run = pixverse("retry", "#1")
    assert (run.code, sandbox.calls) == (2, [])
    assert why in run.stderr


@pytest.mark.parametrize("change", ["gone", "other bytes"])
def test_an_image_that_is_not_what_it_was_is_refused(failing, account, tmp_path, change):
    image = tmp_path / "own.webp"
    shutil.copy(TURTLE, image)
    submitted = failing("submit", "own.webp", *SMALL, "--wait", "--json")
    task_id = submitted.json[-1]["task_id"]
    if change == "gone":
        image.unlink()
    else:
        shutil.copy(TURTLE.with_name("turtle.png"), image)
    creates = account.account.creates
    run = failing("retry", task_id)
    assert (run.code, account.account.creates) == (2, creates)
    expected = {"gone": "no such file here", "other bytes": "has changed since it was sent"}
    assert f"{task_id}: own.webp: {expected[change]}" in run.stderr


@pytest.mark.parametrize(("query", "code"), [("", 0), ("?Signature=canary", 2), ("#top", 2)])
def test_a_url_is_sent_again_only_if_it_is_known_whole(failing, query, code):
    url = f"https://example.com/turtle.webp{query}"
    submitted = failing("submit", url, *SMALL, "--wait", "--json")
    run = failing("retry", submitted.json[-1]["task_id"])
    assert run.code == code, run.stderr
    assert "canary" not in run.stderr
    assert code == 0 or "submit it again with the whole URL" in run.stderr


def test_an_image_from_stdin_is_not_kept(failing):
    data = TURTLE.read_bytes().decode("utf-8", "surrogateescape")
    submitted = failing("submit", "-", *SMALL, "--wait", "--json", stdin=data)
    run = failing("retry", submitted.json[-1]["task_id"])
    assert run.code == 2
    assert "came from stdin" in run.stderr


def test_limits_of_cost_hold(failing, account):
    task_id = failed_id(failing)
    creates = account.account.creates
    for words in (("--max-cost", "0.10"), ("--budget", "0.10/day")):
        run = failing("retry", task_id, *words)
        assert (run.code, account.account.creates) == (2, creates)
        assert "0.15 CNY" in run.stderr


def test_another_service_is_not_paid_for_a_request_of_a_sandbox(failing, pixverse, sandbox):
    task_id = failed_id(failing)
    run = pixverse("retry", task_id)
    assert (run.code, sandbox.calls) == (2, [])
    assert "it was sent to http://127.0.0.1" in run.stderr


def test_ids_that_fit_nothing_are_refused_together(pixverse):
    run = pixverse("retry", "#7", "zzzzzz", "ab")
    assert run.code == 2
    assert all(f"{each!r}" in run.stderr for each in ("#7", "zzzzzz", "ab"))


def test_retry_saves_the_video_with_a_receipt(failing):
    task_id = failed_id(failing)
    assert failing("retry", task_id, "-o", "again.mp4", "--receipt").code == 0
    receipt = json.loads((failing.directory / "again.mp4.json").read_text())
    assert receipt["record"]["task_id"] != task_id


def test_the_index_in_an_output_counts_the_ids(failing):
    for name in ("a", "b"):
        failing("submit", f"https://example.com/{name}.webp", *SMALL, DASHSCOPE_API_KEY="sk-wrong")
    (failing.directory / "2.mp4").touch()
    run = failing("retry", "#1", "#2", "-o", "{index}.mp4", "--dry-run")
    assert (run.code, "2.mp4 already exists" in run.stderr) == (2, True), run.stderr


@pytest.mark.parametrize(
    "words",
    [
        (TURTLE, "--last-frame", TURTLE.with_name("turtle.png"), "-p", "It turns"),
        ("--reference", f"turtle={TURTLE}", "-p", "@turtle swims"),
        ("-m", "v6-t2v", "-p", "A turtle", "-a", "9:16"),
        ("--reference", "turtle=https://example.com/a.png", "-p", "@turtle swims"),
    ],
)
def test_other_kinds_are_made_again_as_the_same_request(failing, words):
    submitted = failing("submit", *words, *SMALL, "--wait", "--json")
    assert submitted.code == 5, submitted.stderr
    [first] = submitted.json
    shown = failing("submit", *words, *SMALL, "--dry-run").json[0]["request"]
    again = failing("retry", first["task_id"], "--dry-run")
    assert (again.code, again.json[0]["request"]) == (0, shown), again.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("upscale", "film.mp4", "--seed", "7"),
        ("upscale", "https://example.com/film.mp4"),
        ("lipsync", "film.mp4", "--audio", "speech.wav"),
        ("lipsync", "film.mp4", "--text", "你好", "--voice", "4"),
        ("motion", TURTLE, "film.mp4", "-r", "360P"),
        ("submit", "-m", "v6-omni", "--reference", "dance=film.mp4", "-p", "@dance"),
    ],
)
def test_videos_of_videos_are_made_again_as_the_same_request(failing, tmp_path, words):
    (tmp_path / "film.mp4").write_bytes(film(size=(64, 36), seconds=0.2))
    (tmp_path / "speech.wav").write_bytes(sound(seconds=0.2, container="wav"))
    submitted = failing(*words, "--wait")
    assert submitted.code == 5, submitted.stderr
    shown = failing(*words, "--dry-run", "--json").json[0]
    [failed] = failing("list", "--json").json
    again = failing("retry", failed["task_id"], "--dry-run", "--json")
    assert (again.code, again.json) == (0, [shown]), again.stderr
    (tmp_path / "film.mp4").write_bytes(film(size=(64, 36), seconds=0.4))
    changed = failing("retry", failed["task_id"], "--dry-run")
    uploaded = "https://example.com/film.mp4" not in words
    assert ("film.mp4: has changed since it was sent" in changed.stderr) == uploaded


def test_the_video_of_a_task_is_used_again(failing):
    failed_id(failing)
    task_id = failing("submit", TURTLE, *SMALL, "--wait", "--json").json[0]["task_id"]
    assert failing("upscale", task_id, DASHSCOPE_API_KEY="sk-wrong").code == 3
    shown = failing("upscale", task_id, "--dry-run", "--json").json
    assert failing("retry", "#3", "--dry-run", "--json").json == shown


def test_a_dry_run_sends_nothing_and_needs_no_key(failing, account):
    task_id = failed_id(failing, "-p", "Up")
    before = (len(account.calls), failing("list", "--json").json)
    run = failing("retry", task_id, "-o", "new/", "--dry-run", DASHSCOPE_API_KEY="")
    assert (run.code, run.json[0]["request"]["input"]["prompt"]) == (0, "Up"), run.stderr
    assert (len(account.calls), failing("list", "--json").json) == before
    assert not (failing.directory / "new").exists()


def test_a_dry_run_refuses_what_the_run_would(failing, account):
    failed = failed_id(failing)
    paid = failing("submit", TURTLE, *SMALL).lines[0]
    creates = account.account.creates
    for words in ((failed, paid), (failed, "--max-cost", "0.01"), ("#99",)):
        dry, real = (failing("retry", *words, *more) for more in (("--dry-run",), ()))
        assert (dry.code, dry.stdout, dry.stderr) == (2, "", real.stderr)
    assert account.account.creates == creates


def test_the_own_upload_command_is_used_again(failing, account):
    command = {"PIXVERSE_UPLOAD_COMMAND": "sh -c 'echo https://example.com/a.webp'"}
    submitted = failing("submit", TURTLE, *SMALL, "--wait", "--json", **command)
    run = failing("retry", submitted.json[-1]["task_id"], **command)
    assert (run.code, account.account.creates) == (0, 2), run.stderr
    assert not [call for call in account.calls if call.host == "upload"]


def test_json_has_the_number_that_names_a_request_without_a_task(pixverse, open_sandbox):
    refusing = pixverse.against(open_sandbox("content-refused"))
    refusing("submit", TURTLE, *SMALL)
    (record,) = refusing("list", "--json").json
    assert (record["status"], record["task_id"]) == ("NOT_SENT", None)
    name = f"#{record['number']}"
    for command in ("status", "wait", "download", "cancel"):
        ran = refusing(command, name)
        assert (ran.code, f"`pixverse retry '{name}'` sends it again" in ran.stderr) == (2, True)
    (task_id,) = refusing("retry", "-", stdin=name).lines
    assert refusing("status", "#2").lines[0].startswith(task_id)
