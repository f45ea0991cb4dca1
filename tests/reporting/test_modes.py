"""The same events in every output mode: stdout and stderr side by side."""

import json

import pytest

from pixverse_cli.domain.errors import (
    Charged,
    ClosedPipe,
    PixverseError,
    Stopped,
    TaskFailedError,
    UnclearError,
)
from pixverse_cli.domain.events import (
    Downloading,
    Ended,
    Known,
    Note,
    Retrying,
    Saved,
    Seen,
    Submitted,
    Uploaded,
    Uploading,
)
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.task import Status
from pixverse_cli.reporting.jsonlines import JsonReporter
from pixverse_cli.reporting.plain import PlainReporter
from pixverse_cli.reporting.reporter import report_ending
from pixverse_cli.reporting.result import Output, Result
from pixverse_cli.reporting.terminal import TerminalReporter

ID = "0385dc79-5ff8-4d82"
FILE = "/videos/turtle-0385dc79.mp4"
URL = "https://media.example.com/a%2Fb.mp4"

MODES = {
    "plain": lambda clock, result: PlainReporter(result, clock, quiet=False),
    "plain quiet": lambda clock, result: PlainReporter(result, clock, quiet=True),
    "terminal": lambda clock, result: TerminalReporter(result, clock, quiet=False, lively=True),
    "terminal still": lambda clock, result: TerminalReporter(
        result, clock, quiet=True, lively=False
    ),
    "json": lambda clock, _: JsonReporter(clock, events=False),
    "events": lambda clock, _: JsonReporter(clock, events=True),
}


def _output(mode):
    return Output.HUMAN if mode in HUMAN else Output.JSON


HUMAN = [name for name in MODES if name not in ("json", "events")]


@pytest.fixture
def report(clock, capsys):
    """Return a function that reports events in a mode and returns ending, stdout and stderr."""

    def run(mode, events, result=Result.TASK_ID):
        reporter, ending = MODES[mode](clock, result), None
        try:
            reporter.run(events)
        except (PixverseError, Stopped) as error:
            ending = error
            report_ending(error, _output(mode), {})
        return (ending, *capsys.readouterr())

    return run


@pytest.fixture
def success(record):
    """Return the events from the upload of an image to the saved video."""
    saved = record("SUCCEEDED", file=FILE, video_url=URL, sha256="ab" * 32)
    return [
        Note(text="other people can read the key"),
        Uploading(image="turtle.webp", sent=10, total=20),
        Uploaded(image="turtle.webp", url="oss://x"),
        Retrying(reason="the service asks to slow down", delay=2.0),
        Submitted(record=record("PENDING")),
        Seen(record=record("PENDING")),
        Seen(record=record("RUNNING")),
        Seen(record=record("RUNNING")),
        Seen(record=record("SUCCEEDED", video_url=URL)),
        Downloading(record=saved, received=5, total=10),
        Saved(record=saved),
        Ended(record=saved),
    ]


@pytest.mark.parametrize("mode", HUMAN)
@pytest.mark.parametrize(
    ("result", "line"),
    [
        (Result.TASK_ID, f"{ID}\n"),
        (Result.FILE, f"{FILE}\n"),
        (Result.URL, f"{URL}\n"),
        (Result.NOTHING, ""),
    ],
)
def test_stdout_has_only_the_result(report, success, mode, result, line):
    ending, stdout, _ = report(mode, success, result)
    assert (ending, stdout) == (None, line)


def test_json_has_only_the_record(report, success):
    ending, stdout, stderr = report("json", success)
    (line,) = stdout.splitlines()
    assert (ending, stderr) == (None, "")
    assert json.loads(line)["file"] == FILE
    assert "event" not in json.loads(line)


def test_events_are_printed_for_each_step_before_the_record(report, success):
    ending, stdout, stderr = report("events", success)
    lines = [json.loads(line) for line in stdout.splitlines()]
    assert [line.get("event") for line in lines] == [
        "uploading",
        "uploaded",
        "retrying",
        "submitted",
        "status",
        "status",
        "status",
        "status",
        "downloading",
        "saved",
        None,
    ]
    assert (ending, stderr) == (None, "")
    assert {line["schema"] for line in lines} == {"pixverse/1"}
    assert all(line["at"] == "2026-11-23T12:00:00.000Z" for line in lines[:-1])
    assert [line["task_id"] for line in lines] == [None] * 3 + [ID] * 8


def test_plain_prints_each_change_once_without_escape_codes(report, success):
    stderr = report("plain", success)[2]
    lines = stderr.splitlines()
    found = [sum(word in line for line in lines) for word in ("PENDING", "RUNNING", "SUCCEEDED")]
    assert found == [1, 1, 1]
    assert "\x1b" not in stderr


def test_a_video_written_to_stdout_has_no_size_of_a_file(report, record):
    stderr = report("plain", [Saved(record=record("SUCCEEDED", file=None))])[2]
    assert "saved" in stderr
    assert "kB" not in stderr


@pytest.mark.parametrize("mode", ["plain quiet", "terminal still"])
def test_quiet_prints_only_the_result(report, success, mode):
    assert report(mode, success)[2] == ""


def test_plain_prints_a_line_each_minute_while_waiting(record, clock, capsys):
    reporter = PlainReporter(Result.TASK_ID, clock, quiet=False)
    for _ in range(13):
        reporter.draw(Seen(record=record("RUNNING")))
        clock.advance(15)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert "3 min" in lines[-1]


FAILED = "the task failed: InvalidParameter: The size is not match"


@pytest.fixture
def failure(record):
    failed = record("FAILED", error_code="InvalidParameter", error_message="The size is not match")
    error = TaskFailedError(FAILED, hint="look at it", task_id=ID, request_id="r-7")
    return [Submitted(record=record("PENDING")), Ended(record=failed, error=error)]


@pytest.mark.parametrize("mode", HUMAN)
def test_a_failure_is_printed_once_with_its_hint_and_without_a_result(report, failure, mode):
    ending, stdout, stderr = report(mode, failure)
    assert (ending.exit_code, stdout) == (5, "")
    assert stderr.count(FAILED) == 1
    assert stderr.count("look at it") == 1
    assert "r-7" in stderr


@pytest.mark.parametrize("mode", ["json", "events"])
def test_a_failure_is_one_record_on_stdout_and_one_error_on_stderr(report, failure, mode):
    ending, stdout, stderr = report(mode, failure)
    final = json.loads(stdout.splitlines()[-1])
    assert final["error"] == {"code": "InvalidParameter", "message": "The size is not match"}
    (line,) = stderr.splitlines()
    error = json.loads(line)["error"]
    assert (error["code"], error["task_id"], error["charged"]) == ("task-failed", ID, "no")
    assert ending.exit_code == 5


def test_the_event_of_a_failure_contains_its_error(report, failure):
    lines = [json.loads(line) for line in report("events", failure)[1].splitlines()]
    assert lines[1]["event"] == "failed"
    assert lines[1]["error"]["code"] == "task-failed"


@pytest.mark.parametrize("mode", MODES)
def test_several_tasks_share_one_combined_ending(report, record, mode):
    good = record("SUCCEEDED", number=2, task_id="other-task")
    bad = record("FAILED")
    events = [Ended(record=good), Ended(record=bad, error=TaskFailedError(FAILED, task_id=ID))]
    ending, stdout, stderr = report(mode, events)
    assert (ending.exit_code, ending.charged) == (14, "mixed")
    assert "other-task" in stdout
    assert FAILED in stderr


def interrupted(*events, stopped=None):
    yield from events
    raise stopped or Stopped(2, "SIGINT")


@pytest.mark.parametrize("mode", MODES)
def test_a_signal_while_waiting_prints_the_id_and_the_next_command_51(report, record, mode):
    events = interrupted(Submitted(record=record("PENDING")), Seen(record=record("RUNNING")))
    ending, _, stderr = report(mode, events)
    assert (ending.exit_code, ending.charged, ending.task_id) == (130, "yes", ID)
    assert f"pixverse wait {ID} --download" in stderr


@pytest.mark.parametrize("mode", ["json", "events"])
def test_the_record_of_an_accepted_task_is_printed_after_a_signal_51(report, record, mode):
    events = interrupted(Submitted(record=record("PENDING")), stopped=Stopped(15, "SIGTERM"))
    _, stdout, _ = report(mode, events)
    final = json.loads(stdout.splitlines()[-1])
    assert (final["task_id"], final["status"]) == (ID, "PENDING")


def test_a_signal_before_the_call_says_that_nothing_was_bought_49(report):
    events = interrupted(Uploading(image="turtle.webp", sent=1, total=2))
    ending, stdout, stderr = report("plain", events)
    assert (ending.charged, stdout) == ("no", "")
    assert "Nothing was bought" in stderr


def test_a_signal_during_the_call_leaves_charged_unknown_50(report):
    stopped = Stopped(2, "SIGINT").but(charged=Charged.UNKNOWN)
    events = interrupted(stopped=stopped)
    ending, _, stderr = report("plain", events)
    assert ending.charged == "unknown"
    assert "pixverse recover" in stderr


def test_a_task_that_has_ended_gets_no_wait_command_51(report, record):
    ended = record("SUCCEEDED", file=FILE)
    ending, stdout, stderr = report("plain", interrupted(Ended(record=ended)), Result.FILE)
    assert stdout == f"{FILE}\n"
    assert "pixverse wait" not in stderr
    assert ending.charged == "yes"


def test_after_a_closed_pipe_nothing_is_printed_54(report, record):
    events = interrupted(Submitted(record=record("PENDING")), stopped=ClosedPipe())
    ending, stdout, _ = report("json", events)
    assert (ending.exit_code, stdout) == (141, "")


@pytest.mark.parametrize("mode", MODES)
def test_a_known_event_prints_no_result(report, record, mode):
    assert report(mode, [Known(record=record("RUNNING"))])[1] == ""


def test_an_unclear_ending_prints_charged_unknown(report, record):
    unclear = replace(record(), task_id=None, status=Status.UNCLEAR)
    error = UnclearError("no answer", hint="run `pixverse recover`")
    ending, _, stderr = report("plain", [Ended(record=unclear, error=error)])
    assert ending.exit_code == 9
    assert "charged: unknown" in stderr


HOSTILE = "\x1b]52;c;cm0gLXJm\x07\x1b[31mred\r\x9b2J\u202egnp.exe\u2066[link=http://x]y[/x]\x00\x7f"


def control_characters(text):
    """Return the characters that a terminal would act on, except for the progress display's."""
    known = ("\x1b[?25l", "\x1b[?25h", "\x1b[2K", "\x1b[1A", "\x1b[0m")
    for escape in known:
        text = text.replace(escape, "")
    return [
        c
        for c in text
        if c not in "\n\r\t" and (ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u202e\u2066")
    ]


@pytest.mark.parametrize("mode", [name for name in MODES if name != "terminal"])
def test_foreign_text_has_no_control_characters_80(report, record, mode):
    hostile = record(
        "FAILED",
        task_id=f"task{HOSTILE}",
        image=HOSTILE,
        prompt=HOSTILE,
        model=HOSTILE,
        video_url=f"https://{HOSTILE}",
        error_code=HOSTILE,
        error_message=HOSTILE,
        usage={HOSTILE: HOSTILE},
    )
    events = [
        Note(text=HOSTILE),
        Uploaded(image=HOSTILE, url=HOSTILE),
        Retrying(reason=HOSTILE, delay=1, task_id=HOSTILE),
        Submitted(record=hostile),
        Seen(record=hostile, note=HOSTILE),
        Saved(record=hostile),
        Ended(record=hostile, error=TaskFailedError(HOSTILE, hint=HOSTILE, request_id=HOSTILE)),
        Ended(record=replace(hostile, number=2)),
    ]
    for result in (Result.TASK_ID, Result.URL, Result.ROW):
        _, stdout, stderr = report(mode, events, result)
        assert control_characters(stdout) == []
        assert control_characters(stderr) == []
