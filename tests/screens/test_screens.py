"""The real program on real terminals, read with a terminal emulator (row 106)."""

import pytest

from tests.faults.case import row
from tests.screens.conftest import PROMPT, task_id

SIZES = (20, 40, 80, 100, 160)


def short(number):
    return task_id(number)[:8]


@row(106)
@pytest.mark.parametrize("columns", SIZES)
def test_a_list_is_whole_at_every_width_106(stored, printed, columns):
    stored("RUNNING", "SUCCEEDED", "PENDING")
    shown = printed("list", columns=columns)
    text = shown.text
    for number, status in enumerate(("RUNNING", "SUCCEEDED", "PENDING"), 1):
        (line,) = [line for line in shown.everything if line.startswith(short(number))]
        assert line.split()[1] == status
    assert "model" in text or columns <= 40
    # where the line is long enough, the command to go on with stands in it
    for command in (f"pixverse wait {short(1)}", f"pixverse download {short(2)}"):
        assert command in text or (columns == 20 and command.split()[2] in text)


@pytest.mark.parametrize(
    ("count", "words", "rows", "footer"),
    [
        (23, (), 20, "3 older tasks are not shown: see --all"),
        (21, (), 20, "1 older task is not shown: see --all"),
        (23, ("--limit", "5"), 5, "18 older tasks are not shown: see --all"),
        (23, ("--all",), 23, None),
        (3, (), 3, None),
    ],
)
def test_a_list_says_how_many_more_there_are(stored, printed, count, words, rows, footer):
    stored(*["FAILED"] * count)
    shown = printed("list", *words, rows=40)
    assert len([line for line in shown.lines if " FAILED " in line]) == rows
    assert [line for line in shown.lines if "not shown" in line] == ([footer] if footer else [])


def test_a_list_that_the_filters_leave_empty_does_not_say_that_there_are_no_tasks(stored, screen):
    stored("RUNNING")
    shown = screen("list", "--status", "FAILED")
    assert shown.ended() == 0
    assert shown.lines == ["no tasks to show; without --status and --since: pixverse list"]


@row(106)
def test_live_lines_fit_every_width_and_leave_nothing_behind_106(stored, screen):
    stored("RUNNING", "RUNNING", "RUNNING")
    shown = screen("wait", "--all", columns=SIZES[-1], rows=8).until("0 of 3 done")
    for columns in (*reversed(SIZES), 100):
        if shown.emulator.columns != columns:
            shown.resize(columns, 8)
        shown.until(lambda it: all(short(number) in it.text for number in (1, 2, 3)))
        shown.settle()  # drawn again, at the same place
        assert shown.text.count("0 of 3 done") == 1
        assert len([line for line in shown.lines if "RUNNING" in line]) == 3
    shown.press(b"\x03")
    assert shown.ended() == 130
    assert "0 of 3 done" not in shown.text
    assert not [line for line in shown.everything if "RUNNING" in line]


@row(106)
def test_more_tasks_than_rows_are_counted_and_a_smaller_window_leaves_nothing_stale_106(
    stored, screen
):
    stored(*["RUNNING"] * 40)
    shown = screen("wait", "--all", columns=100, rows=12)
    shown.until(lambda it: "and 31 more" in it.text)
    assert "0 of 40 done" in shown.text
    assert len(shown.lines) <= 12
    for columns, rows, more in ((100, 7, 36), (100, 30, 13), (44, 12, 31)):
        shown.resize(columns, rows)
        shown.until(lambda it, more=more: f"and {more} more: " in it.text)
        shown.settle(1.0)
        assert shown.text.count("0 of 40 done") == 1
        assert len([line for line in shown.lines if "RUNNING" in line]) == 40 - more + 1
        if rows == 30:  # what the lower window pushed off the screen came back and was removed
            assert shown.everything == shown.lines
    shown.press(b"\x03")
    assert shown.ended() == 130
    assert "more: " not in shown.text
    assert "Stopped" in shown.text


def test_a_trouble_of_13_tasks_is_one_line_and_their_lines_stay(running, stored, screen):
    running.environ["DASHSCOPE_HTTP_BASE_URL"] = "http://127.0.0.1:9/api/v1"
    stored(*["RUNNING"] * 13)
    shown = screen("wait", "--all")
    shown.until("trying again")
    shown.settle(1.5)  # it was tried again
    assert shown.text.count("no connection to 127.0.0.1") <= 2  # when it began, and now
    assert len([line for line in shown.lines if "RUNNING" in line]) == 13
    assert "0 of 13 done" in shown.text


def test_traces_stand_above_the_live_lines(running, screen, open_sandbox):
    running.environ |= open_sandbox().environment
    images = [f"https://example.com/图{number}.png" for number in (1, 2, 3)]
    shown = screen("submit", *images, "-p", PROMPT, "--wait", "-v", columns=120, rows=40)
    assert shown.ended() == 0
    traces = [line for line in shown.everything if line.startswith(("GET", "POST"))]
    assert len(traces) >= 9
    assert all(" 200 " in line for line in traces)
    assert "━" not in shown.text
    (summary,) = [line for line in shown.everything if line.startswith("3 of 3 done")]
    assert "15 s of video, 4.05 CNY at list prices, saved in ./" in summary


def test_one_task_is_a_card_and_its_values_are_whole(stored, printed):
    stored("RUNNING")
    shown = printed("status", short(1), columns=40)
    lines = shown.everything
    assert lines[0] == task_id(1)
    assert "status      RUNNING" in lines
    assert PROMPT in "".join(line[12:] for line in lines).replace(" ", "")
    assert lines[-1] == f"next        pixverse wait {short(1)}"


def test_the_short_help_fits_40_columns(screen):
    shown = screen(columns=40)
    assert shown.ended() == 2
    wide = screen(columns=160)
    assert wide.ended() == 2
    assert shown.lines == wide.lines


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_help_has_colours_where_the_terminal_takes_them(screen, variables, coloured):
    shown = screen("auth", "login", "--help", **variables)
    assert shown.ended() == 0
    row = shown.lines.index("Options:")
    assert shown.emulator.buffer[row][0].bold is coloured


def test_a_dry_run_tells_each_request_its_place_and_the_total(printed):
    images = ["https://example.com/图.png", "https://example.com/b.png"]
    shown = printed("submit", *images, "-p", PROMPT, "-o", "clips/", "--dry-run", columns=120)
    text = shown.text
    assert "saved as  clips/图-TASK_ID.mp4" in text
    assert text.count("estimate  1.35 CNY") == 2
    assert "2 videos to pay for: 2.70 CNY by estimate" in text
    assert shown.lines[-1] == "All checks passed. Nothing was sent."
    assert "{" not in text


SITE = "https://example.com"
DRY = {
    "text-to-video": (
        ("submit", "-m", "v6-t2v", "-p", "A turtle", "-a", "9:16"),
        ["text-to-video", "  video     v6-t2v, 720P, 9:16, 5 s", "  prompt    A turtle"],
    ),
    "first-last-frame": (
        ("submit", f"{SITE}/a.png", "--last-frame", f"{SITE}/b.png", "-p", "It turns"),
        [
            f"{SITE}/a.png",
            "  video     v6-kf2v, 720P, 5 s",
            f"  inputs    first-frame {SITE}/a.png, last-frame {SITE}/b.png",
            "  prompt    It turns",
        ],
    ),
    "upscale": (("upscale", f"{SITE}/v.mp4"), [f"{SITE}/v.mp4", "  video     upscale"]),
    "lipsync": (
        ("lipsync", f"{SITE}/v.mp4", "--text", "你好", "--voice", "4"),
        [f"{SITE}/v.mp4", "  video     lipsync, voice 4", "  text      你好"],
    ),
}


@pytest.mark.parametrize("kind", DRY)
def test_a_dry_run_tells_each_kind_by_its_own_words(printed, kind):
    words, expected = DRY[kind]
    shown = printed(*words, "--dry-run", columns=120)
    told = [line for line in shown.lines if "not checked" not in line]  # the notes on URLs
    assert told[: len(expected)] == expected
    assert told[len(expected)].startswith("  saved as  (not saved")


def test_a_dry_run_of_retry_is_told_in_words(running, printed, open_sandbox):
    running.environ |= open_sandbox("fail").environment
    failed = running("submit", "-m", "v6-t2v", "-p", "A turtle", "--wait")
    assert failed.code == 5
    task = running("list").stdout.split("\t")[0]
    shown = printed("retry", task[:8], "--dry-run", columns=120)
    assert shown.lines[0] == "text-to-video"
    assert "  prompt    A turtle" in shown.lines
    assert "1 video to pay for" in shown.text
    again = running("retry", task).lines[0]
    repeated = printed("retry", task[:8], "--dry-run", columns=120)
    assert f"estimate  0 CNY: already submitted as {again}" in repeated.text


def test_a_submit_shows_the_id_once_and_the_next_step(running, printed, open_sandbox):
    running.environ |= open_sandbox().environment
    shown = printed("submit", "https://example.com/a.png", columns=120)
    first, identity, following = shown.lines
    assert "submitted" in first
    assert identity[:8] not in first
    assert following == f"next: pixverse wait {identity[:8]} --download"
