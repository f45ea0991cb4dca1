"""What ``forget`` removes, and what it never does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pixverse_cli.disk.files import FileState
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.process import this_process
from pixverse_cli.domain.task import Record, RecordInput, Status
from pixverse_cli.flows.forget import forget
from pixverse_cli.settings.values import Setting, Settings
from pixverse_cli.store import Store

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SERVICE = "https://dashscope.aliyuncs.com/api/v1"
SHA256 = "a" * 64
ENDED = Record(
    number=0,
    status=Status.SUCCEEDED,
    task_id="0385dc79-5ff8-4d82-bcb6-0123456789ab",
    service=SERVICE,
    inputs=(RecordInput("image", None, "turtle.webp", SHA256),),
    fingerprint="f",
    intent_at=NOW - timedelta(days=2),
    submitted_at=NOW - timedelta(days=2),
)
RECENT = replace(ENDED, intent_at=NOW, submitted_at=NOW)
MAY_BE_PAID = {
    "queued": replace(RECENT, status=Status.PENDING),
    "running": replace(RECENT, status=Status.RUNNING),
    "unclear": replace(ENDED, status=Status.UNCLEAR, task_id=None),
    "provisional": replace(ENDED, status=Status.RUNNING, provisional=True),
}


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path)
    yield opened
    opened.close()


def forgotten(store, *ids, **options):
    given = {
        name.replace("_", "-"): Setting(str(value).lower(), f"--{name}")
        for name, value in options.items()
    }
    return forget(ids or None, Settings(given, {}), store, NOW)


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED, Status.CANCELED])
@pytest.mark.parametrize("reference", ["0385", ENDED.task_id, "#1"])
def test_a_task_that_is_over_is_removed(store, status, reference):
    record = store.records.intend(replace(ENDED, status=status))
    assert forgotten(store, reference) == ((record,), 0)
    assert store.records.newest(-1) == []


@pytest.mark.parametrize("state", MAY_BE_PAID)
def test_a_request_that_may_still_make_a_video_stays_without_force(store, state):
    record = store.records.intend(MAY_BE_PAID[state])
    with pytest.raises(UsageError) as refused:
        forgotten(store, "#1")
    assert refused.value.hint == "--force removes them too"
    assert store.records.newest(-1) == [record]
    assert forgotten(store, "#1", force=True) == ((record,), 0)


def test_a_queued_task_that_the_service_deleted_long_ago_is_removed(store):
    record = store.records.intend(replace(ENDED, status=Status.PENDING))
    assert forgotten(store, "#1").records == (record,)


def test_a_request_that_is_being_sent_stays_even_with_force(store):
    sending = replace(MAY_BE_PAID["unclear"], intent_at=NOW, process=this_process())
    store.records.intend(sending)
    with pytest.raises(UsageError, match="#1: another process is sending"):
        forgotten(store, "#1", force=True)
    assert len(store.records.newest(-1)) == 1


def test_one_record_that_must_stay_keeps_all_that_are_named(store):
    store.records.intend(ENDED)
    store.records.intend(MAY_BE_PAID["unclear"])
    with pytest.raises(UsageError, match="#2: nobody knows"):
        forgotten(store, "0385", "#2")
    assert len(store.records.newest(-1)) == 2


def test_all_old_records_are_removed_but_those_that_may_be_paid(store):
    old = store.records.intend(ENDED)
    unclear = store.records.intend(MAY_BE_PAID["unclear"])
    recent = store.records.intend(replace(RECENT, task_id="1" * 36))
    assert forgotten(store, older_than="1d") == ((old,), 1)
    assert store.records.newest(-1) == [recent, unclear]


@pytest.mark.parametrize("age", ["3d", "999999999d"])
def test_younger_records_stay(store, age):
    record = store.records.intend(ENDED)
    assert forgotten(store, older_than=age) == ((), 0)
    assert store.records.newest(-1) == [record]


def test_the_images_uploads_are_removed_and_others_stay(store):
    store.records.intend(ENDED)
    for image in (SHA256, "b" * 64):
        store.uploads.keep(image, "model", "account", f"oss://{image[0]}", NOW)
    forgotten(store, "0385")
    assert store.uploads.find(SHA256, "model", "account", NOW) is None
    assert store.uploads.find("b" * 64, "model", "account", NOW) == "oss://b"


def test_the_hash_of_a_removed_records_video_is_removed(store):
    path, state = Path("/videos/a.mp4"), FileState(size=1, changed_at=1, inode=1)
    store.records.intend(replace(ENDED, file=str(path), sha256=SHA256))
    store.hashed_files.keep(path, state, SHA256)
    forgotten(store, ENDED.task_id)
    assert store.hashed_files.find(path, state) is None


def test_a_line_of_the_fallback_log_is_forgotten_with_its_record(store):
    record = store.records.intend(replace(ENDED, status=Status.UNCLEAR, task_id=None))
    store.keep_in_fallback_log(replace(ENDED, number=record.number))
    removed = forgotten(store, ENDED.task_id).records
    assert [each.task_id for each in removed] == [ENDED.task_id]
    assert store.take_back() == []
    assert store.records.newest(-1) == []


@pytest.mark.parametrize(
    ("ids", "options", "sentence"),
    [
        ((), {}, "give ids of records, or --older-than TIME"),
        (("0385",), {"older_than": "1d"}, "give ids of records, or --older-than TIME"),
        (("038",), {}, "'038': type at least 4 characters of a task id"),
        (("9999",), {}, "No known task id starts with '9999'$"),
        (("#2",), {}, "No known request has the number '#2'$"),
        (("",), {}, "'': type at least 4 characters"),
        ((), {"older_than": "soon"}, "must be a time"),
    ],
)
def test_bad_input_removes_nothing(store, ids, options, sentence):
    store.records.intend(ENDED)
    with pytest.raises(UsageError, match=sentence):
        forgotten(store, *ids, **options)
    assert len(store.records.newest(-1)) == 1


def test_every_id_that_fits_none_or_several_is_named(store):
    store.records.intend(ENDED)
    store.records.intend(replace(ENDED, task_id=ENDED.task_id[:-1] + "c"))
    with pytest.raises(UsageError) as refused:
        forgotten(store, "0385", "9999")
    assert "several task ids start with '0385'" in refused.value.message
    assert "'9999'" in refused.value.message


def test_a_record_that_changed_meanwhile_stays(store):
    record = store.records.intend(ENDED)
    assert not store.records.forget(replace(record, status=Status.RUNNING))
    assert not store.records.forget(replace(record, task_id=None))
    assert store.records.forget(record)
    assert not store.records.forget(record)
