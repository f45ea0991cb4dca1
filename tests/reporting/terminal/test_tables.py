"""What the tables and the card say of records, and how it fits."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.plan import Action, BatchItem
from pixverse_cli.domain.task import RemoteTask
from pixverse_cli.reporting.streams import without_colour
from pixverse_cli.reporting.terminal.card import card
from pixverse_cli.reporting.terminal.cells import width
from pixverse_cli.reporting.terminal.other_tables import model_tables, plan_table, remote_table
from pixverse_cli.reporting.terminal.record_table import Now, old_answers, record_table
from tests.reporting.conftest import NOON

HERE = "https://dashscope.aliyuncs.com/api/v1"
NOW = Now(NOON + timedelta(hours=5), HERE)
SIZES = (20, 40, 80, 100, 160)


def table(*records, now=NOW, room=200):
    return [without_colour(line) for line in record_table(records, now, room)]


def facts(record, now=NOW, room=100):
    """Return the card's values by their labels."""
    lines = [without_colour(line) for line in card(record, now, room)]
    return {line[:12].strip(): line[12:] for line in lines}


def test_a_failure_long_ago_shows_how_long_the_task_took(record):
    failed = record("FAILED", ended_at=NOON + timedelta(seconds=80), error_code="InvalidParameter")
    head, row = table(failed)
    assert row[head.index("took") :].startswith("1 min 20 s")
    assert row[head.index("age") :].startswith("5 h")
    assert row.endswith("InvalidParameter")


def test_a_task_that_may_have_changed_shows_how_old_the_answer_is(record):
    asked = NOW.time - timedelta(seconds=40)
    head, running, done = table(record(seen_at=asked), record("SUCCEEDED", seen_at=asked))[:3]
    assert running[head.index("asked") :].startswith("40 s ago")
    assert done[head.index("asked") :][:8].strip() == ""


def test_the_answer_to_the_create_call_is_an_answer_with_an_age(record):
    head, row = table(record(submitted_at=NOW.time - timedelta(minutes=7)))
    assert row[head.index("asked") :].startswith("7 min ago")


@pytest.mark.parametrize(
    ("records", "told"),
    [
        (
            ({"seen_at": 40}, {"seen_at": 90}),
            "unfinished tasks: as of 1 min ago; to ask now: pixverse list --refresh",
        ),
        (({"seen_at": 0.2},), ""),  # just asked
        (({"seen_at": 90, "status": "SUCCEEDED"},), ""),
        (({"seen_at": 90, "service": "http://127.0.0.1:4711/api/v1"},), ""),
        ((), ""),
    ],
)
def test_below_a_list_stands_how_old_the_answers_about_unfinished_tasks_are(record, records, told):
    made = [
        record(**each | {"seen_at": NOW.time - timedelta(seconds=each["seen_at"])})
        for each in records
    ]
    assert old_answers(made, NOW) == told


def test_a_long_name_leaves_room_for_the_prompt(record):
    named = record(image="海边/" + "很长的文件名" * 20 + ".png", prompt="镜头缓缓上升" * 3)
    _, row = table(named, room=160)
    assert named.prompt in row
    assert ".png" in row


def test_records_of_a_sandbox_and_of_another_address_are_marked(record):
    sandbox = record(service="http://127.0.0.1:4711/api/v1")
    other = record("SUCCEEDED", service="https://w.cn-beijing.maas.aliyuncs.com/api/v1")
    head, first, second, third = table(sandbox, other, record(), room=240)[:4]
    at = head.index("sent to")
    assert first[at:].startswith("sandbox  ")
    assert "pixverse" not in first  # a sandbox that has ended answers nothing
    assert second[at:].startswith("w.cn-beijing.maas.aliyuncs.com")
    assert second.endswith(f"DASHSCOPE_HTTP_BASE_URL={other.service} pixverse download 0385dc79")
    assert third[at : at + 8].strip() == ""


def test_where_all_records_were_sent_here_no_address_is_shown(record):
    assert "sent to" not in table(record())[0]


def test_a_further_take_is_numbered_and_others_are_not(record):
    head, first, second = table(record(), record(take=2))[:3]
    at = head.index("take")
    assert (first[at : at + 4].strip(), second[at : at + 4].strip()) == ("", "2")
    assert "take" not in table(record())[0]


def test_below_a_table_stands_the_total_of_what_was_paid(record):
    records = (
        record("SUCCEEDED", duration=8, estimate=Decimal("2.16")),
        record("SUCCEEDED", duration=5),
        record("FAILED", estimate=Decimal(100)),
    )
    total = "3 tasks: 2 SUCCEEDED, 1 FAILED; 13 s of video, 3.51 CNY by estimate"
    assert table(*records)[-1] == total
    assert len(table(records[0])) == 2


def test_one_of_a_kind_is_not_told_as_several(record):
    refused = BatchItem("x.mp4", Action.REFUSE, Path("x.mp4"), error=UsageError("no image"))
    last = [
        [*remote_table([RemoteTask(record(), known=True)], NOON, 200)][-1],
        [*plan_table([refused], 200)][-1],
    ]
    assert last == ["1 task of this account: 1 RUNNING", "1 output: 1 cannot be made"]


def test_a_narrow_list_of_the_account_says_in_words_which_tasks_are_known_here(record):
    tasks = [RemoteTask(record(), known=known) for known in (True, False)]
    lines = [line.strip() for line in remote_table(tasks, NOON, 30)]
    assert lines[2::3][:2] == ["knows it", "does not know it"]


@pytest.mark.parametrize("room", SIZES)
def test_every_table_fits(record, room):
    chinese = record("SUCCEEDED", image="海边/" + "很长的文件名" * 9, prompt="镜头缓缓上升" * 40)
    listed = record(model="海" * 60)
    refused = BatchItem(
        output="很长的文件名" * 9 + ".mp4",
        order=None,
        action=Action.REFUSE,
        path=Path("x.mp4"),
        error=UsageError("很长的文件名" * 9),
    )
    lines = [
        *record_table([chinese, record()], NOW, room),
        *remote_table([RemoteTask(listed, known=True)], NOON, room),
        *plan_table([refused], room),
        *model_tables(room),
    ]
    assert max(width(without_colour(line)) for line in lines) <= room


def test_the_size_of_a_video_that_is_not_saved_is_not_known(record):
    usage = {"SR": 720, "duration": 5, "audio": False, "size": "1280*720"}
    assert facts(record("SUCCEEDED", usage=usage))["video"].startswith("5 s of 1280x720")


def test_the_card_has_everything_that_is_known(record, tmp_path):
    video = tmp_path / "turtle.mp4"
    video.write_bytes(b"x" * 2000)
    known = record(
        "SUCCEEDED",
        take=2,
        seed=7,
        shot_type="multi",
        request_id="r-7",
        scheduled_at=NOON + timedelta(seconds=3),
        ended_at=NOON + timedelta(seconds=63),
        file=str(video),
        sha256="ab" * 32,
        video_url="https://v/x.mp4",
        usage={"SR": 720, "duration": 5, "audio": False, "size": "1280*720"},
    )
    told = facts(known)
    assert told["status"] == "SUCCEEDED"
    assert told["image"] == "turtle.webp"
    assert told["prompt"] == "A turtle."
    assert told["model"] == "v6 (pixverse/pixverse-v6-it2v)"
    assert told["parameters"] == "720P, 5 s, silent, no watermark, multi shot, seed 7"
    assert told["take"] == "2"
    assert told["started"].endswith("(3 s in the queue)")
    assert told["ended"].endswith("(1 min 3 s after it was submitted)")
    assert told["video"] == "2 kB, 5 s of 1280x720"
    assert told["cost"] == "1.35 CNY at list prices"
    assert told["request id"] == "r-7"
    assert told["service"] == f"{HERE} (dashscope.aliyuncs.com)"
    assert "next" not in told
    lines = list(card(known, NOW, 30))
    assert lines[-2:] == [str(video), f"sha256 {'ab' * 32}"]
    video.unlink()
    assert list(card(known, NOW, 30))[-1] == "https://v/x.mp4"


def test_the_card_of_a_failure_has_the_whole_error_and_says_that_nothing_was_paid(record):
    failed = record("FAILED", error_code="InvalidParameter", error_message="The size " * 20)
    lines = [without_colour(line) for line in card(failed, NOW, 60)]
    assert " ".join("The size" for _ in range(20)) in " ".join(line[12:] for line in lines)
    assert facts(failed)["cost"] == "nothing"


def test_the_card_names_the_next_command(record):
    assert facts(record())["next"] == "pixverse wait 0385dc79"
    unclear = replace(record("UNCLEAR"), task_id=None)
    assert facts(unclear)["next"] == "pixverse recover"
    missing = record("SUCCEEDED", file="/nowhere/turtle.mp4")
    assert facts(missing)["next"] == "pixverse download 0385dc79"
    assert "/nowhere/turtle.mp4 (not there any more)" in card(missing, NOW, 80)
