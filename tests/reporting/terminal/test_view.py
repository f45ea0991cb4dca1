"""The live lines: what they say after which events (row 106)."""

import pytest

from pixverse_cli.domain.errors import TaskFailedError
from pixverse_cli.domain.events import (
    Downloading,
    Ended,
    Known,
    Planned,
    Retrying,
    Saved,
    Seen,
    Submitted,
    Uploaded,
    Uploading,
)
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.task import Status
from pixverse_cli.reporting.streams import without_colour
from pixverse_cli.reporting.terminal.cells import width
from pixverse_cli.reporting.terminal.view import View


@pytest.fixture
def lines(clock):
    """Return a function that applies events to one view and returns its lines."""
    view = View(clock)

    def after(*events, columns=100, height=20):
        for event in events:
            view.apply(event)
        return [without_colour(line) for line in view.lines(columns, height)]

    return after


@pytest.fixture
def tasks(record):
    """Return a function that makes so many records with names of their own."""

    def make(count, status="RUNNING"):
        return [
            record(status, number=number, task_id=f"{number:08x}-5ff8", image=f"图{number}.png")
            for number in range(1, count + 1)
        ]

    return make


def test_the_time_goes_on_every_second_between_two_answers(lines, record, clock):
    assert lines(Seen(record=record())) == ["turtle.webp  0385dc79  RUNNING  0 s"]
    clock.advance(1)
    assert lines() == ["turtle.webp  0385dc79  RUNNING  1 s"]
    clock.jump(-3600)  # a clock that is set back does not show a negative time
    assert lines() == ["turtle.webp  0385dc79  RUNNING  0 s"]


def test_before_any_answer_a_line_says_that_the_service_is_asked(lines, clock):
    assert lines() == ["asking the service, 0 s"]
    clock.advance(2)
    assert lines() == ["asking the service, 2 s"]


def test_a_known_task_has_a_line_before_the_service_is_asked(lines, record):
    assert lines(Known(record=record("PENDING"))) == ["turtle.webp  0385dc79  PENDING  0 s"]


def test_a_transfer_has_speed_and_time_left(lines, record, clock):
    saving = Downloading(record=record("SUCCEEDED"), received=0, total=8_000_000)
    lines(saving)
    clock.advance(2)
    (line,) = lines(replace(saving, received=4_000_000))
    assert "saving  4.0 MB of 8.0 MB, 2.0 MB/s, 2 s left  ━━━━━━━━────────" in line


def test_a_transfer_of_unknown_length_has_no_bar_and_no_time_left(lines, record, clock):
    saving = Downloading(record=record("SUCCEEDED"), received=0, total=None)
    lines(saving)
    clock.advance(2)
    (line,) = lines(replace(saving, received=4_000_000))
    assert line.endswith("saving  4.0 MB, 2.0 MB/s")


def test_an_upload_becomes_its_task(lines, record):
    assert "uploading  5 B of 10 B" in lines(Uploading(image="turtle.webp", sent=5, total=10))[0]
    assert lines(Uploaded(image="turtle.webp", url="oss://x")) == ["turtle.webp  creating  0 s"]
    assert lines(Submitted(record=record("PENDING"))) == ["turtle.webp  0385dc79  PENDING  0 s"]


def test_the_counter_knows_the_total_from_the_start_and_counts_only_ended_tasks(lines, tasks):
    first, second, third = tasks(3)
    assert lines(Planned(total=3), Seen(record=first))[-1] == "0 of 3 done"
    done = replace(first, file="/x.mp4")
    assert lines(Saved(record=done), Ended(record=done), Seen(record=second))[-1] == "1 of 3 done"
    error = TaskFailedError("the task failed")
    shown = lines(Ended(record=second, error=error), Seen(record=third))
    assert shown == ["图3.png  00000003  RUNNING  0 s", "1 of 3 done, 1 failed"]


def test_one_trouble_of_many_tasks_is_one_line_and_ends_with_the_next_answer(lines, tasks, clock):
    records = tasks(13)
    reason = "no connection to 127.0.0.1"
    lines(Planned(total=13), *(Known(record=each) for each in records))
    shown = lines(*(Retrying(reason=reason, delay=8, task_id=each.task_id) for each in records))
    assert shown[-2:] == [f"13 tasks: trying again in 8 s: {reason}", "0 of 13 done"]
    assert len(shown) == 15
    clock.advance(3)
    assert lines()[-2] == f"13 tasks: trying again in 5 s: {reason}"
    assert "again" not in "".join(lines(*(Seen(record=each) for each in records)))


@pytest.mark.parametrize("height", [1, 2, 3, 7, 23])
@pytest.mark.parametrize("columns", [19, 39, 99])
def test_there_are_never_more_lines_than_room_and_the_rest_is_counted_106(
    lines, tasks, columns, height
):
    seen = [Seen(record=each) for each in tasks(40)]
    shown = lines(Planned(total=40), *seen, columns=columns, height=height)
    assert len(shown) == height
    assert max(map(width, shown)) <= columns
    if height > 1:
        assert shown[-1] == "0 of 40 done"
        rest = 40 - (height - 2)
        assert shown[-2].startswith(f"and {rest} more" if height > 2 else "40 tasks")


def test_running_tasks_stand_above_queued_ones(lines, tasks):
    running, queued = tasks(2)
    shown = lines(Seen(record=replace(queued, status=Status.PENDING)), Seen(record=running))
    assert shown[0].startswith("图1.png")


def test_a_thousand_tasks_draw_no_more_rows_than_fit(lines, tasks):
    shown = lines(*(Seen(record=each) for each in tasks(1000)), height=10)
    assert len(shown) == 10
    assert shown[-2] == "and 992 more: 992 RUNNING"
