"""Records of paid requests: what one process writes, every process reads."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from pixverse_cli.domain.budget import Budget, Period
from pixverse_cli.domain.errors import UnexpectedError
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.task import Record, RecordInput, Status, Task
from pixverse_cli.store.database import Database
from pixverse_cli.store.records import Records

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=2, milliseconds=7)

FULL = Record(
    number=0,
    status=Status.UNCLEAR,
    service="https://s",
    model="pixverse/pixverse-v6-it2v",
    image="a 'b' \"c\"\n-龟.png",
    prompt="Ein Löwe; DROP TABLE task; --\x00\U0001f422",
    resolution="720P",
    duration=5,
    audio=True,
    watermark=False,
    shot_type="multi",
    seed=2147483647,
    fingerprint="f" * 64,
    estimate=Decimal("1.35"),
    intent_at=NOON,
    process="host:1:2",
)


def task(status="PENDING", task_id="task-1", **known):
    return Task(task_id=task_id, status=Status(status), raw_status=status, **known)


def test_an_intent_is_written_when_it_has_its_number(records, open_store):
    written = records.intend(FULL)
    assert written == replace(FULL, number=1)
    assert open_store().records.get(1) == written


def test_newer_records_have_higher_numbers(records, intent):
    assert [records.intend(intent()).number for _ in range(3)] == [1, 2, 3]


def test_all_fields_of_a_record_are_read_again(records, open_store):
    whole = replace(
        FULL,
        task_id="t-1",
        status=Status.SUCCEEDED,
        process=None,
        run="4f",
        account="a" * 32,
        kind="image-to-video",
        inputs=(RecordInput("image", None, "海龟.png", "0" * 64),),
        take=2,
        boot="d3f7",
        began_at_uptime=12.25,
        ended_at_uptime=13.5,
        seen_at=LATER,
        request_id="r-1",
        submitted_at=NOON,
        scheduled_at=NOON,
        ended_at=LATER,
        video_url="https://v/a%2Fb.mp4",
        usage={"duration": 5, "SR": "720", "nested": [None, 1.5, {"龟": True}]},
        error_code="C",
        error_message="M",
        file="/a/b.mp4",
        sha256="0" * 64,
        provisional=True,
    )
    unset = [name for name in Record._fields if getattr(whole, name) is None]
    assert unset == ["process"]
    records.intend(whole)
    assert open_store().records.get(1) == replace(whole, number=1)


def test_a_record_with_few_fields_is_read_again(records, intent):
    bare = intent(intent_at=None)
    assert records.intend(bare) == replace(bare, number=1)


def test_an_accepted_request_has_its_id_and_no_process(records, open_store):
    records.intend(FULL)
    accepted = records.accepted(1, task(request_id="r-1"), NOON)
    assert (accepted.task_id, accepted.status, accepted.request_id) == ("task-1", "PENDING", "r-1")
    assert (accepted.submitted_at, accepted.process) == (NOON, None)
    assert open_store().records.get(1) == accepted


def test_the_services_submit_time_is_preferred(records, intent):
    records.intend(intent())
    assert records.accepted(1, task(submitted_at=LATER), NOON).submitted_at == LATER


@pytest.mark.parametrize("status", ["NOT_SENT", "UNCLEAR"])
def test_a_request_that_was_not_accepted_keeps_the_reason(records, status):
    records.intend(FULL)
    kept = records.not_accepted(1, Status(status), LATER, "Arrearage", "overdue")
    assert (kept.status, kept.task_id, kept.process) == (status, None, None)
    assert (kept.error_code, kept.error_message, kept.ended_at) == ("Arrearage", "overdue", LATER)
    assert kept.prompt == FULL.prompt


def test_a_resent_request_is_unclear_again(records):
    records.intend(FULL)
    records.not_accepted(1, Status.NOT_SENT, NOON, "throttled", "slow down")
    again = records.resend(1, "host:3:4", LATER, once=False)
    assert (again.status, again.process, again.intent_at) == ("UNCLEAR", "host:3:4", LATER)
    assert (again.error_code, again.error_message) == (None, None)


def test_values_missing_in_a_later_answer_are_kept(records, intent):
    records.intend(intent(prompt="mine"))
    records.accepted(1, task(), NOON)
    reported = task(
        "SUCCEEDED",
        submitted_at=NOON,
        scheduled_at=NOON,
        ended_at=LATER,
        video_url="https://v",
        usage={"duration": 5},
        orig_prompt="theirs",
    )
    first = records.seen(1, reported)
    assert (first.status, first.video_url, first.usage) == (
        "SUCCEEDED",
        "https://v",
        {"duration": 5},
    )
    assert records.seen(1, task("SUCCEEDED")) == first
    assert first.prompt == "mine"


def test_the_prompt_of_a_foreign_task_is_taken_from_the_service(records, intent):
    records.intend(intent(task_id="task-1"))
    assert records.seen(1, task(orig_prompt="theirs")).prompt == "theirs"


def test_an_answer_about_a_task_that_the_record_has_lost_is_not_written(records):
    """The record is unclear again: an ended one would never be searched for."""
    records.intend(FULL)
    records.intend(FULL)
    records.adopt(1, task(), provisional=True)
    records.accepted(2, task(), NOON)
    lost = records.seen(1, task("SUCCEEDED", video_url="https://v"))
    assert (lost.status, lost.task_id, lost.video_url) == ("UNCLEAR", None, None)


@pytest.mark.parametrize("ended", ["SUCCEEDED", "FAILED", "CANCELED"])
@pytest.mark.parametrize("reported", ["UNKNOWN", "RUNNING", "PENDING"])
def test_an_ended_task_stays_ended(records, intent, ended, reported):
    """The service answers UNKNOWN after 24 hours; the others may come from a late answer."""
    records.intend(intent(task_id="task-1"))
    records.seen(1, task(ended))
    assert records.seen(1, task(reported)).status == ended


@pytest.mark.parametrize(
    ("before", "reported"),
    [("RUNNING", "PENDING"), ("UNKNOWN", "RUNNING"), ("RUNNING", "UNKNOWN"), ("PENDING", "FAILED")],
)
def test_an_unfinished_task_has_the_last_reported_status(records, intent, before, reported):
    records.intend(intent(task_id="task-1"))
    records.seen(1, task(before))
    assert records.seen(1, task(reported)).status == reported


def test_a_failed_task_keeps_its_code_and_message(records, intent):
    records.intend(intent(task_id="task-1"))
    seen = records.seen(1, task("FAILED", error_code="C", error_message="M"))
    assert (seen.error_code, seen.error_message) == ("C", "M")


def test_a_saved_file_is_recorded_with_its_hash(records, intent, open_store):
    records.intend(intent())
    records.saved(1, "/a/b.mp4", "ab" * 32)
    kept = open_store().records.get(1)
    assert (kept.file, kept.sha256) == ("/a/b.mp4", "ab" * 32)


class TestRemember:
    def test_a_task_of_another_machine_gets_a_record(self, records):
        kept = records.remember(task("RUNNING", orig_prompt="theirs"), "https://s")
        assert (kept.number, kept.task_id, kept.status) == (1, "task-1", "RUNNING")
        assert (kept.prompt, kept.model, kept.service) == ("theirs", None, "https://s")

    def test_a_known_task_keeps_its_record(self, records):
        records.intend(FULL)
        records.accepted(1, task(), NOON)
        kept = records.remember(task("RUNNING"), "https://other")
        assert (kept.number, kept.status, kept.service) == (1, "RUNNING", "https://s")
        assert kept.prompt == FULL.prompt


class TestOnce:
    def test_of_two_equal_requests_one_gets_a_record(self, records):
        assert records.intend(FULL, once=True).number == 1
        assert records.intend(FULL, once=True) is None

    @pytest.mark.parametrize("change", [{"fingerprint": "other"}, {"service": "http://127.0.0.1"}])
    def test_a_different_request_gets_its_own_record(self, records, change):
        records.intend(FULL, once=True)
        assert records.intend(replace(FULL, **change), once=True).number == 2

    def test_an_equal_request_at_another_address_is_live_too(self, records):
        records.intend(FULL, once=True)
        elsewhere = replace(FULL, service="https://other")
        assert records.intend(elsewhere, once=True) is None
        assert records.live(FULL.fingerprint, elsewhere.service).number == 1
        records.not_accepted(1, Status.NOT_SENT, NOON, None, None)
        records.intend(elsewhere, once=True)
        assert records.resend(1, "p", LATER, once=True) is None

    def test_of_several_live_requests_the_one_at_this_address_is_used(self, records):
        for service in ("https://other", FULL.service, "https://third"):
            records.intend(replace(FULL, service=service))
        assert records.live(FULL.fingerprint, FULL.service).number == 2

    @pytest.mark.parametrize(
        ("status", "live"),
        [
            ("UNCLEAR", True),
            ("PENDING", True),
            ("RUNNING", True),
            ("SUCCEEDED", True),
            ("FAILED", False),
            ("CANCELED", False),
            ("UNKNOWN", False),
            ("NOT_SENT", False),
        ],
    )
    def test_a_request_is_live_while_it_may_give_a_video(self, records, status, live):
        records.intend(replace(FULL, status=Status(status)))
        found = records.live(FULL.fingerprint, FULL.service)
        assert (found is not None) is live
        assert (records.intend(FULL, once=True) is None) is live

    @pytest.mark.parametrize(("hours", "live"), [(1, True), (23.9, True), (24.1, False)])
    def test_an_unknown_task_is_live_until_its_day_is_over(self, records, hours, live):
        """The service may know it again, and it is paid for."""
        records.intend(replace(FULL, status=Status.UNKNOWN, submitted_at=NOON))
        now = NOON + timedelta(hours=hours)
        found = records.live(FULL.fingerprint, FULL.service, now=now)
        assert (found is not None) is live
        assert (records.intend(replace(FULL, intent_at=now), once=True) is None) is live

    def test_the_newest_live_request_is_found(self, records):
        for _ in range(3):
            records.intend(FULL)
        records.not_accepted(3, Status.NOT_SENT, NOON, None, None)
        assert records.live(FULL.fingerprint, FULL.service).number == 2

    def test_a_request_is_not_resent_while_an_equal_one_is_live(self, records):
        records.intend(FULL, once=True)
        records.not_accepted(1, Status.NOT_SENT, NOON, None, None)
        records.intend(FULL, once=True)
        assert records.resend(1, "p", LATER, once=True) is None
        assert records.get(1).status == "NOT_SENT"
        assert records.resend(1, "p", LATER, once=False).status == "UNCLEAR"


class TestFound:
    """Tasks found by a search for an unclear request."""

    def test_an_unclear_request_gets_the_task_provisionally(self, records):
        records.intend(FULL)
        adopted = records.adopt(1, task("RUNNING", submitted_at=NOON), provisional=True)
        assert (adopted.task_id, adopted.status, adopted.provisional) == ("task-1", "RUNNING", True)
        assert (adopted.process, adopted.submitted_at) == (None, NOON)
        assert records.confirm(1, "task-1").provisional is None

    def test_a_task_of_another_record_is_not_adopted(self, records):
        records.intend(FULL)
        records.intend(FULL)
        records.accepted(1, task(), NOON)
        assert records.adopt(2, task(), provisional=True) is None
        assert records.get(2).task_id is None

    def test_a_request_with_a_task_adopts_no_other(self, records):
        records.intend(FULL)
        records.accepted(1, task(), NOON)
        assert records.adopt(1, task(task_id="task-2"), provisional=True) is None
        assert records.get(1).task_id == "task-1"

    def test_a_foreign_task_is_released_with_all_its_values(self, records):
        records.intend(FULL)
        reported = task("SUCCEEDED", video_url="https://v", usage={"duration": 5}, ended_at=NOON)
        records.adopt(1, reported, provisional=True)
        free = records.let_go(1, "task-1")
        assert free == replace(FULL, number=1, process=None, file=None, sha256=None)

    def test_a_found_task_is_written_whole_or_not_at_all(self, records, directory):
        """Another process must not see a task that was found with an UNCLEAR status."""
        records.intend(FULL)
        with closing(sqlite3.connect(directory / "tasks.db")) as database:
            database.execute(
                "CREATE TRIGGER full BEFORE UPDATE OF video_url ON task BEGIN"
                " SELECT raise(ABORT, 'the disk is full'); END"
            )
        for write in (
            lambda: records.adopt(1, task("SUCCEEDED"), provisional=False),
            lambda: records.remember(task("SUCCEEDED"), "https://s"),
        ):
            with pytest.raises(UnexpectedError, match="the disk is full"):
                write()
        assert records.newest(-1) == [replace(FULL, number=1)]

    def test_what_another_process_has_found_is_not_ruled_out(self, records):
        read = records.intend(FULL)
        found = records.adopt(1, task(), provisional=True)
        assert records.rule_out(read, NOON, "not-accepted", "no") == found == records.get(1)

    def test_a_request_that_was_sent_again_is_not_ruled_out(self, records):
        read = records.intend(FULL)
        records.not_accepted(1, Status.NOT_SENT, NOON, None, None)
        sent = records.resend(1, FULL.process, LATER, once=False)
        assert records.rule_out(read, NOON, "not-accepted", "no") == sent == records.get(1)

    def test_a_request_that_is_ruled_out_has_cost_nothing(self, records):
        ended = records.rule_out(records.intend(FULL), LATER, "not-accepted", "no")
        assert (ended.status, ended.process, ended.ended_at) == ("NOT_SENT", None, LATER)
        assert (ended.error_code, ended.error_message) == ("not-accepted", "no")

    def test_an_old_answer_does_not_confirm_or_release_another_task(self, records):
        records.intend(FULL)
        found = records.adopt(1, task(), provisional=True)
        assert records.confirm(1, "task-0") == records.let_go(1, "task-0") == found

    def test_unclear_and_provisional_records_are_unsettled(self, records):
        for _ in range(4):
            records.intend(FULL)
        records.accepted(2, task(task_id="t-2"), NOON)
        records.adopt(3, task(task_id="t-3"), provisional=True)
        records.not_accepted(4, Status.NOT_SENT, NOON, None, None)
        assert [record.number for record in records.unsettled()] == [1, 3]


class TestFinding:
    @pytest.fixture(autouse=True)
    def _five_records(self, records, intent):
        ids = ("abcd-1", "abcd-2", "ABCD-3", "abce-4")
        for number, task_id in enumerate(ids, 1):
            records.intend(intent(intent_at=NOON + timedelta(hours=number)))
            reported = task("FAILED" if number == 2 else "RUNNING", task_id)
            records.accepted(number, reported, NOON + timedelta(hours=number))
        records.intend(intent(intent_at=NOON + timedelta(hours=9)))

    @pytest.mark.parametrize(
        ("prefix", "found"),
        [
            ("abcd", ["abcd-1", "abcd-2"]),
            ("abcd-2", ["abcd-2"]),
            ("ABCD", ["ABCD-3"]),
            ("abc", ["abcd-1", "abcd-2", "abce-4"]),
            ("abcd-11", []),
            ("%", []),
            ("abc_", []),
            ("abcd'", []),
            ("", ["ABCD-3", "abcd-1", "abcd-2", "abce-4"]),
        ],
    )
    def test_a_prefix_finds_the_ids_that_start_with_it(self, records, prefix, found):
        assert [record.task_id for record in records.by_prefix(prefix, limit=9)] == found

    @pytest.mark.parametrize(("task_id", "number"), [("abcd-2", 2), ("ABCD-3", 3)])
    def test_a_task_is_found_by_its_whole_id(self, records, task_id, number):
        assert records.of_task(task_id).number == number
        assert records.of_task(task_id[:-1]) is None
        assert records.of_task(task_id.swapcase()) is None

    def test_by_prefix_returns_at_most_limit_records(self, records):
        assert len(records.by_prefix("a", limit=2)) == 2

    @pytest.mark.parametrize(
        ("filters", "numbers"),
        [
            ({"limit": 2}, [5, 4]),
            ({"limit": -1}, [5, 4, 3, 2, 1]),
            ({"limit": 0}, []),
            ({"limit": -1, "submitted": True}, [4, 3, 2, 1]),
            ({"limit": -1, "statuses": (Status.FAILED,)}, [2]),
            ({"limit": -1, "statuses": (Status.FAILED, Status.UNCLEAR)}, [5, 2]),
            ({"limit": -1, "statuses": (Status.SUCCEEDED,)}, []),
            ({"limit": -1, "since": NOON + timedelta(hours=3)}, [5, 4, 3]),
            ({"limit": 1, "since": NOON, "submitted": True}, [4]),
        ],
    )
    def test_newest_filters_and_sorts_records(self, records, filters, numbers):
        assert [record.number for record in records.newest(**filters)] == numbers

    def test_known_ids_returns_every_id(self, records):
        assert records.known_ids() == {"abcd-1", "abcd-2", "ABCD-3", "abce-4"}


def test_unsaved_records_are_those_without_a_file(records, intent):
    for task_id in ("t-1", "t-2"):
        number = records.intend(intent()).number
        records.accepted(number, task("SUCCEEDED", task_id), NOON)
    records.saved(1, "/videos/1.mp4", "f" * 64)
    assert [record.number for record in records.newest(-1, unsaved=True)] == [2]


class ExplainedDatabase(Database):
    """Keeps how SQLite finds the rows of the statements that it runs."""

    def __init__(self, path):
        super().__init__(path)
        self.plan = []

    def rows(self, statement, **values):
        steps = super().rows(f"EXPLAIN QUERY PLAN {statement}", **values)
        self.plan += [step["detail"] for step in steps]
        return super().rows(statement, **values)


@pytest.mark.parametrize(
    "ask",
    [
        lambda records: records.get(1),
        lambda records: records.by_prefix("abcd", limit=9),
        lambda records: records.live(FULL.fingerprint, FULL.service),
        lambda records: records.of_run("a-run"),
        lambda records: records.unsettled(),
        lambda records: records.past_run_seconds(FULL),
        lambda records: records.newest(-1, statuses=(Status.PENDING, Status.RUNNING)),
        lambda records: records.newest(20, statuses=(Status.FAILED,), since=NOON),
        lambda records: records.count(statuses=(Status.FAILED,), since=NOON),
        lambda records: records.spent(Budget(Decimal(9), Period.DAY), FULL.service, NOON),
    ],
)
def test_a_question_about_few_records_does_not_read_the_whole_table(directory, ask):
    directory.mkdir()
    with closing(ExplainedDatabase(directory / "tasks.db")) as database:
        records = Records(database)
        records.intend(FULL)
        database.plan.clear()
        ask(records)
        steps = [step for step in database.plan if "task" in step]
        assert steps
        whole = ("SCAN task", "SEARCH task USING INTEGER PRIMARY KEY (rowid<?)")
        assert not [step for step in steps if step.startswith(whole)]


def test_a_missing_record_is_an_error(records):
    with pytest.raises(UnexpectedError, match="is missing"):
        records.get(7)


def finished(records, *, run_seconds, queued=10.0, **fields):
    """Write a finished task that waited in the queue and then ran."""
    record = records.intend(replace(FULL, **fields))
    scheduled = None if queued is None else NOON + timedelta(seconds=queued)
    done = task(
        "SUCCEEDED",
        f"task-{record.number}",
        submitted_at=NOON,
        scheduled_at=scheduled,
        ended_at=(scheduled or NOON) + timedelta(seconds=run_seconds),
    )
    records.accepted(record.number, done, NOON)
    return records.seen(record.number, done)


def test_past_run_times_are_of_the_same_kind_and_without_the_queue(records):
    finished(records, run_seconds=90.0)
    finished(records, run_seconds=80.0, queued=None)
    for other in (
        {"model": "pixverse/pixverse-c1-it2v"},
        {"resolution": "360P"},
        {"duration": 8},
        {"audio": False},
        {"audio": None},
        {"service": "http://127.0.0.1:8080/api/v1"},  # a sandbox is much faster
    ):
        finished(records, run_seconds=5.0, **other)
    assert records.past_run_seconds(FULL) == pytest.approx([80.0, 90.0], abs=0.001)


def test_past_run_times_are_those_of_the_newest_fifty(records):
    for seconds in range(60):
        finished(records, run_seconds=float(seconds))
    assert records.past_run_seconds(FULL)[0] == pytest.approx(10.0, abs=0.001)
