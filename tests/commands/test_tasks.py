"""``list``, ``status``, ``wait``, ``download``, ``cancel`` and ``recover``."""

from datetime import UTC, datetime

import pytest

from pixverse_cli.domain.task import Record, Status
from pixverse_cli.sandbox import Pace
from pixverse_cli.store import Store
from tests.commands.conftest import SMALL, TURTLE

SLOW = Pace(queue=600, run=(60, 60))
UNKNOWN_ID = "0385dc79-5ff8-4d82-bcb6-0123456789ab"


def test_status_defaults_to_the_latest_task(submit, pixverse):
    submit()
    latest = submit().lines[0]
    assert pixverse("status").stdout.split("\t")[:2] == [latest, "SUCCEEDED"]


@pytest.mark.parametrize("command", ["status", "wait", "download"])
def test_where_only_a_lost_answer_is_known_the_way_out_is_recover(pixverse, command):
    store = Store(pixverse.state)
    service = pixverse.environ["DASHSCOPE_HTTP_BASE_URL"]
    at = datetime.now(UTC)
    store.records.intend(Record(number=0, status=Status.UNCLEAR, service=service, intent_at=at))
    store.close()
    ran = pixverse(command)
    assert ran.code == 2
    assert "the answer of a submit was lost" in ran.stderr
    assert "run `pixverse recover`" in ran.stderr


def test_where_only_a_refused_request_is_known_no_task_was_submitted(pixverse):
    store = Store(pixverse.state)
    service = pixverse.environ["DASHSCOPE_HTTP_BASE_URL"]
    store.records.intend(Record(number=0, status=Status.NOT_SENT, service=service))
    store.close()
    ran = pixverse("status")
    assert (ran.code, "no task has been submitted from this machine yet" in ran.stderr) == (2, True)


def test_a_unique_prefix_of_a_task_id_is_enough(submit, pixverse):
    task_id = submit().lines[0]
    assert pixverse("status", task_id[:8]).stdout.startswith(task_id)


def test_task_ids_are_read_from_stdin(submit, pixverse):
    task_id = submit().lines[0]
    assert pixverse("wait", "-", stdin=f"\r\n{task_id}\r\n\n").stdout.startswith("http://")
    assert pixverse("status", "-", stdin=f"\ufeff{task_id}\r\n").stdout.startswith(task_id)
    assert pixverse("wait", "-", stdin="").code == 0


def test_an_unknown_task_is_exit_code_12_for_every_command(pixverse):
    for command in ("status", "wait", "download", "cancel"):
        assert pixverse(command, UNKNOWN_ID).code == 12, command


def test_a_task_of_another_machine_is_queried_and_recorded(
    submit, pixverse, sandbox, tmp_path_factory
):
    task_id = submit().lines[0]
    other = type(pixverse)(tmp_path_factory.mktemp("other"), pixverse.directory, sandbox)
    assert other("list", "--remote").stdout.endswith("unknown\n")
    assert other("status", task_id).code == 0
    assert other("list").stdout.startswith(task_id)
    assert other("list", "--remote").stdout.endswith("known\n")


def test_download_of_a_saved_video_makes_no_request(submit, pixverse, sandbox):
    submit("--wait")
    before = len(sandbox.calls)
    run = pixverse("download")
    assert (run.code, len(sandbox.calls)) == (0, before)
    assert "already saved" in run.stderr


def test_an_unfinished_task_is_exit_code_8_with_its_record_and_the_next_command(
    pixverse, open_sandbox
):
    slow = pixverse.against(open_sandbox(pace=SLOW))
    task_id = slow("submit", TURTLE, *SMALL).lines[0]
    for command in (("download",), ("wait", "--timeout", "0.2"), ("status", "--exit-status")):
        run = slow(*command, "--json")
        assert (run.code, run.error["code"], run.error["charged"]) == (8, "still-running", "yes")
        assert run.json[-1]["task_id"] == task_id
        assert task_id in run.error["hint"]


def test_a_pending_task_can_be_canceled_and_costs_nothing(pixverse, open_sandbox):
    slow = pixverse.against(open_sandbox(pace=SLOW))
    task_id = slow("submit", TURTLE, *SMALL).lines[0]
    assert slow("cancel", task_id).lines == [task_id]
    record = slow("list", "--json").json[0]
    assert (record["status"], record["charged"]) == ("CANCELED", "no")
    assert slow("wait", task_id).code == 13


def test_the_error_of_a_refused_cancel_has_its_reason(submit, pixverse):
    task_id = submit("--json", "--no-download") and pixverse("list").stdout.split("\t")[0]
    run = pixverse("cancel", task_id, "--json")
    assert (run.code, run.error["service_code"]) == (1, "UnsupportedOperation")
    assert "only PENDING tasks" in run.error["message"]


def test_list_filters_by_status_time_and_number(submit, pixverse):
    submit()
    submit("--json", "--no-download")
    assert len(pixverse("list").lines) == 2
    assert len(pixverse("list", "--limit", "1").lines) == 1
    assert len(pixverse("list", "--status", "succeeded").lines) == 1
    assert pixverse("list", "--since", "90s", "--status", "FAILED").stdout == ""
    assert pixverse("list", "--limit", "0").code == 2


def test_recover_makes_no_call_without_unclear_submits(submit, pixverse, sandbox):
    submit()
    calls = len(sandbox.calls)
    assert pixverse("recover").code == 0
    assert len(sandbox.calls) == calls


def test_cost_leaves_the_sandbox_out_unless_asked_for(submit, pixverse):
    submit()
    ran = pixverse("cost")
    assert (ran.code, ran.stdout) == (0, "")
    assert "tasks of a sandbox: 1" in ran.stderr
    ran = pixverse("cost", "--sandbox", "--json")
    assert ran.json[0]["spent"]["estimate"] == 0.15
    assert pixverse("cost", "--csv", "--sandbox").lines[0].startswith("day,requests,free,")
    assert pixverse("cost", "--csv", "--json").code == 2


def test_forget_prints_what_it_removes_and_leaves_the_file(submit, pixverse, tmp_path):
    submitted = submit("--json", "-o", "kept.mp4")
    task_id = submitted.json[0]["task_id"]
    ran = pixverse("forget", task_id)
    assert (ran.code, ran.lines) == (0, [task_id])
    assert "records removed: 1; files were left alone" in ran.stderr
    assert (tmp_path / "kept.mp4").exists()
    assert pixverse("list").stdout == ""


def test_forget_tells_where_the_video_is_that_was_not_saved(submit, pixverse):
    task_id = submit("--json", "--no-download").json[0]["task_id"]
    ran = pixverse("forget", task_id)
    assert f"{task_id}: its video was not saved: http" in ran.stderr
    assert pixverse("forget", task_id, "--json").code == 2


def test_stdin_that_is_too_long_for_task_ids_is_refused(pixverse):
    ran = pixverse("status", "-", stdin="y\n" * (4 * 1024**2 + 1))
    assert ran.code == 2
    assert "stdin has more than 8388608 bytes" in ran.stderr
