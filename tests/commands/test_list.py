"""``list`` and ``download --all``: what is shown, asked and saved when no id is named."""

from datetime import UTC, datetime

import pytest

from pixverse_cli.domain.clock import SystemClock
from pixverse_cli.sandbox import Pace
from tests.clocks import FakeClock
from tests.commands.conftest import SMALL, TURTLE
from tests.inside import run_inside

SLOW = Pace(queue=600, run=(60, 60))
MANY = 23


@pytest.fixture
def many(pixverse, open_sandbox, clock):
    """Submit more tasks than a table on a terminal shows; return their ids, newest first."""
    other = pixverse.against(open_sandbox(clock=clock))
    return [*_several(other, MANY // 2, clock), *_several(other, MANY - MANY // 2, clock)][::-1]


def _several(pixverse, count, clock):
    words = ["submit", str(TURTLE), *SMALL, "-n", str(count)]
    return run_inside(words, pixverse.environ, pixverse.directory, clock=clock).lines


@pytest.fixture
def clips(tmp_path):
    """Return a function that lists the videos in the current folder and below it."""
    return lambda: sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.mp4"))


def test_off_a_terminal_every_record_is_listed(pixverse, many):
    assert [line.split("\t")[0] for line in pixverse("list").lines] == many
    assert len(pixverse("list", "--json").json) == MANY
    assert len(pixverse("list", "--limit", "3").lines) == 3


def test_all_and_a_limit_contradict_each_other(pixverse):
    ran = pixverse("list", "--all", "--limit", "3")
    assert (ran.code, ran.stdout) == (2, "")
    assert "--limit 3: --all shows all tasks" in ran.stderr


def test_filters_hold_for_the_account_s_list(pixverse, open_sandbox):
    slow = pixverse.against(open_sandbox(pace=SLOW))
    first, second, third = _several(slow, 3, SystemClock())
    slow("cancel", second)
    assert [line.split("\t")[0] for line in slow("list", "--remote").lines] == [
        third,
        second,
        first,
    ]
    (line,) = slow("list", "--remote", "--status", "canceled").lines
    assert line.startswith(f"{second}\tCANCELED")
    assert len(slow("list", "--remote", "--limit", "2").lines) == 2
    assert len(slow("list", "--remote", "--since", "1h", "--json").json) == 3


def test_an_empty_list_of_the_account_says_so_on_stderr(pixverse):
    ran = pixverse("list", "--remote", "--status", "FAILED")
    assert (ran.code, ran.stdout) == (0, "")
    assert "no tasks to show" in ran.stderr


@pytest.mark.parametrize("status", ["UNCLEAR", "NOT_SENT"])
def test_the_service_is_not_asked_for_a_status_that_is_ours(pixverse, sandbox, status):
    ran = pixverse("list", "--remote", "--status", status)
    assert (ran.code, len(sandbox.calls)) == (2, 0)
    assert "leave out --remote" in ran.stderr


def test_remote_json_has_the_shape_of_a_record(submit, pixverse, tmp_path_factory, sandbox):
    submit("-p", "up")
    (known,) = pixverse("list", "--remote", "--json").json
    (record,) = pixverse("list", "--json").json
    assert known.keys() - record.keys() == {"known"}
    assert (known["known"], known["prompt"], known["image"]) == (True, "up", str(TURTLE))
    other = type(pixverse)(tmp_path_factory.mktemp("other"), pixverse.directory, sandbox)
    (unknown,) = other("list", "--remote", "--json").json
    assert unknown.keys() == known.keys()
    assert (unknown["known"], unknown["prompt"], unknown["file"]) == (False, None, None)
    same = ("task_id", "request_id", "model")
    assert [unknown[key] for key in same] == [known[key] for key in same]


def test_refresh_asks_about_unfinished_tasks_and_shows_the_answers(submit, pixverse):
    submit()
    assert pixverse("list").lines[0].split("\t")[1] == "PENDING"
    assert pixverse("list", "--refresh").lines[0].split("\t")[1] == "SUCCEEDED"
    assert pixverse("list", "--refresh", "--remote").code == 2


def test_refresh_of_many_tasks_reads_the_list_once(pixverse, open_sandbox):
    clock = FakeClock(datetime.now(UTC))
    sandbox = open_sandbox(pace=SLOW, clock=clock)
    slow = pixverse.against(sandbox)
    _several(slow, 12, clock)
    before = len(sandbox.calls)
    ran = slow("list", "--refresh", "--json")
    assert (len(ran.json), ran.json[0]["status"]) == (12, "PENDING")
    paths = [call.path for call in sandbox.calls[before:]]
    assert len(paths) < 12
    assert paths[0].rstrip("/").endswith("/tasks")


def test_refresh_needs_an_answer_of_the_service(submit, pixverse):
    submit()
    ran = pixverse("list", "--refresh", DASHSCOPE_API_KEY="sk-wrong")
    assert (ran.code, ran.stdout) == (3, "")


def test_download_all_saves_what_is_not_saved_and_nothing_twice(submit, pixverse, clips):
    submit("-o", "clips/turtle.mp4")
    submit("-n", "2")
    ran = pixverse("download", "--all", "-o", "clips/")
    assert ran.code == 0
    assert len(clips()) == 3
    again = pixverse("download", "--all", "-o", "clips/")
    assert (again.code, again.stdout) == (0, "")
    assert "every finished one is saved" in again.stderr
    assert len(clips()) == 3


def test_a_folder_that_has_the_video_under_another_name_is_not_given_it_again(
    submit, pixverse, clips
):
    submit("-o", "clips/turtle.mp4")
    ids = "".join(f"{line.split()[0]}\n" for line in pixverse("list").lines)
    ran = pixverse("download", "-", "-o", "clips/", stdin=ids)
    assert (ran.code, clips()) == (0, ["clips/turtle.mp4"])
    assert "already saved" in ran.stderr
    assert pixverse("download", "-o", "clips/copy.mp4").code == 0
    assert pixverse("download", "-o", "elsewhere/").code == 0
    assert len(clips()) == 3


def test_a_running_task_is_no_error_of_download_all(pixverse, open_sandbox, clips):
    slow = pixverse.against(open_sandbox(pace=SLOW))
    slow("submit", TURTLE, *SMALL)
    ran = slow("download", "--all")
    assert (ran.code, ran.stdout, clips()) == (0, "", [])
    assert "1 task is not finished yet" in ran.stderr


def test_a_failed_task_is_told_by_download_all_and_is_no_error(pixverse, open_sandbox):
    failing = pixverse.against(open_sandbox("fail"))
    failing("submit", TURTLE, *SMALL)
    ran = failing("download", "--all")
    assert (ran.code, ran.stdout) == (0, "")
    assert "turtle.webp: " in ran.stderr


def test_without_the_service_known_videos_are_saved_and_the_rest_is_an_error(
    submit, pixverse, clips
):
    submit("--wait", "--no-download")
    submit()
    ran = pixverse("download", "--all", DASHSCOPE_API_KEY="sk-wrong")
    assert ran.code in (3, 14)
    assert len(clips()) == 1


@pytest.mark.parametrize("command", ["download", "wait"])
def test_ids_and_all_contradict_each_other(pixverse, command):
    ran = pixverse(command, "0385dc79", "--all")
    assert ran.code == 2
    assert "leave out the task ids" in ran.stderr


def test_a_page_is_a_file_and_cannot_go_to_stdout(submit, pixverse):
    submit()
    ran = pixverse("list", "--html", "-")
    assert (ran.code, ran.stdout) == (2, "")
    assert not (pixverse.directory / "-").exists()
