"""Task ids that could not be written to the database: kept in a file, and taken back later."""

import json
import stat
import threading
from datetime import UTC, datetime

import pytest

from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.task import Status, Task
from pixverse_cli.store import fallback_log

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAME = "unrecorded-tasks.jsonl"


@pytest.fixture(autouse=True)
def temporary_directory(tmp_path, monkeypatch):
    """Return a new temporary directory, which the process uses during the test."""
    import tempfile  # noqa: PLC0415  it caches the directory, which has to be reset

    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


@pytest.fixture
def accepted(store, intent):
    """Return a record whose task id was received but not written."""
    written = store.records.intend(intent(prompt="A turtle."))
    return replace(written, task_id="task-1", status=Status.PENDING, submitted_at=NOON)


def test_an_id_is_kept_beside_the_store_readable_by_its_user_only(store, accepted, directory):
    path = store.keep_in_fallback_log(accepted)
    assert path == directory / NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["task_id"] == "task-1"


def test_ids_are_appended(store, accepted):
    store.keep_in_fallback_log(accepted)
    path = store.keep_in_fallback_log(replace(accepted, task_id="task-2"))
    assert [json.loads(line)["task_id"] for line in path.read_text().splitlines()] == [
        "task-1",
        "task-2",
    ]


def test_without_a_writable_state_directory_the_temporary_one_is_used(
    store, accepted, directory, temporary_directory
):
    (directory / NAME).mkdir()
    assert store.keep_in_fallback_log(accepted) == temporary_directory / NAME


@pytest.mark.parametrize("planted", ["symlink", "directory"])
def test_planted_links_and_directories_are_not_used(
    store, accepted, directory, temporary_directory, tmp_path, planted
):
    for folder in (directory, temporary_directory):
        if planted == "directory":
            (folder / NAME).mkdir()
        else:
            (folder / NAME).symlink_to(tmp_path / "victim")
    assert store.keep_in_fallback_log(accepted) is None
    assert not (tmp_path / "victim").exists()


def test_a_kept_id_is_taken_back_into_the_database(store, accepted, directory):
    store.keep_in_fallback_log(accepted)
    (record,) = store.take_back()
    assert (record.number, record.task_id, record.submitted_at) == (1, "task-1", NOON)
    assert record.prompt == "A turtle."
    assert not (directory / NAME).exists()
    assert store.take_back() == []


def test_an_id_in_the_temporary_directory_is_taken_back_too(
    store, accepted, directory, temporary_directory
):
    (directory / NAME).mkdir()
    store.keep_in_fallback_log(accepted)
    (directory / NAME).rmdir()
    assert [record.task_id for record in store.take_back()] == ["task-1"]
    assert not (temporary_directory / NAME).exists()


def test_incomplete_and_foreign_lines_are_skipped(store, accepted):
    path = store.keep_in_fallback_log(accepted)
    good = path.read_text()
    foreign = json.dumps({"store": "/elsewhere", "number": 1, "task_id": "task-9"})
    path.write_text(f"[]\n{foreign}\n\nnull\n{good}" + good[:20])
    assert [record.task_id for record in store.take_back()] == ["task-1"]
    assert "task-9" in path.read_text()


@pytest.mark.parametrize(
    "change",
    [
        {"submitted_at": "yesterday"},
        {"submitted_at": 7},
        {"number": 999},
        {"number": True},
        {"task_id": ["x"]},
    ],
    ids=str,
)
def test_a_changed_line_is_not_an_error(store, accepted, change):
    path = store.keep_in_fallback_log(accepted)
    path.write_text(json.dumps(json.loads(path.read_text()) | change) + "\n")
    assert len(store.take_back()) == 1


def test_an_id_without_its_request_in_the_database_gets_a_new_record(
    store, accepted, directory, open_store
):
    """This happens after a damaged database was moved away, as the hint says."""
    store.keep_in_fallback_log(replace(accepted, number=7))
    (record,) = open_store().take_back()
    assert (record.task_id, record.service) == ("task-1", "https://s")
    assert not (directory / NAME).exists()


def test_an_id_that_is_already_recorded_is_not_recorded_twice(store, accepted):
    store.keep_in_fallback_log(accepted)
    store.records.accepted(1, Task(task_id="task-1", status=Status.RUNNING, raw_status=""), NOON)
    store.take_back()
    assert [record.task_id for record in store.records.newest(-1)] == ["task-1"]


def test_without_kept_ids_nothing_is_taken_back(store):
    assert store.take_back() == []


def test_the_account_of_an_id_is_taken_back_too(store, accepted):
    store.keep_in_fallback_log(replace(accepted, number=7, account="a" * 32))
    assert [record.account for record in store.take_back()] == ["a" * 32]


def test_an_id_that_comes_while_others_are_taken_back_is_not_lost(store, accepted, directory):
    """It comes after the file was read and before the file is removed."""
    store.keep_in_fallback_log(accepted)
    taken = fallback_log.take(directory)
    assert [line.task.task_id for line in fallback_log.read(taken, directory)] == ["task-1"]
    store.keep_in_fallback_log(replace(accepted, number=2, task_id="task-2"))
    fallback_log.remove(taken, directory)
    assert [record.task_id for record in store.take_back()] == ["task-2"]


def test_no_id_is_lost_while_another_process_takes_ids_back(store, accepted):
    ids = [f"task-{number}" for number in range(100)]

    def put_down():
        for number, task_id in enumerate(ids, 2):
            store.keep_in_fallback_log(replace(accepted, number=number, task_id=task_id))

    thread = threading.Thread(target=put_down)
    thread.start()
    while thread.is_alive():
        store.take_back()
    thread.join()
    store.take_back()
    assert store.records.known_ids() == set(ids)


def test_ids_that_a_killed_recover_has_moved_aside_are_taken_back(store, accepted, directory):
    store.keep_in_fallback_log(accepted)
    fallback_log.take(directory)
    assert not (directory / NAME).exists()
    assert [record.task_id for record in store.take_back()] == ["task-1"]
    assert [path.name for path in directory.iterdir()] == ["tasks.db"]


def test_a_file_that_an_earlier_version_moved_aside_is_taken_back(store, accepted, directory):
    path = store.keep_in_fallback_log(accepted)
    path.rename(directory / f"{NAME}.0a1b2c3d.taken")
    assert [record.task_id for record in store.take_back()] == ["task-1"]


def test_an_id_after_a_half_written_line_is_not_lost(store, accepted, directory):
    path = store.keep_in_fallback_log(accepted)
    path.write_text(path.read_text()[:20])
    store.keep_in_fallback_log(replace(accepted, task_id="task-2"))
    assert [record.task_id for record in store.take_back()] == ["task-2"]
    assert len((directory / NAME).read_text()) == 21  # what cannot be read is kept


def test_lines_of_other_stores_are_put_back(store, accepted, temporary_directory, directory):
    (directory / NAME).mkdir()
    store.keep_in_fallback_log(accepted)
    others = json.dumps({"store": "/elsewhere", "number": 1, "task_id": "task-9"})
    with open_for_append(temporary_directory / NAME) as file:
        file.write(others + "\n")
    store.take_back()
    assert (temporary_directory / NAME).read_text() == others + "\n"
    assert [path.name for path in temporary_directory.iterdir()] == [NAME]


def open_for_append(path):
    return path.open("a", encoding="utf-8")
