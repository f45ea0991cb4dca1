"""Task ids that the database did not take: kept in a plain file, and taken back later."""

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pixverse_cli.domain.task import Status, Task

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAME = "unrecorded-tasks.jsonl"


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """Give the process a temporary directory of its own."""
    import tempfile  # noqa: PLC0415  its memory of the directory is what has to go

    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return place


@pytest.fixture
def accepted(store, intent):
    """Return a record whose id came but was not written."""
    written = store.records.intend(intent(prompt="A turtle."))
    return replace(written, task_id="task-1", status=Status.PENDING, submitted_at=NOON)


def test_an_id_is_kept_beside_the_store_for_this_user_alone(store, accepted, directory):
    path = store.keep_in_fallback_log(accepted)
    assert path == directory / NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["task_id"] == "task-1"


def test_ids_are_added_not_replaced(store, accepted):
    store.keep_in_fallback_log(accepted)
    path = store.keep_in_fallback_log(replace(accepted, task_id="task-2"))
    assert [json.loads(line)["task_id"] for line in path.read_text().splitlines()] == [
        "task-1",
        "task-2",
    ]


def test_where_that_fails_the_temporary_directory_keeps_it(store, accepted, directory, temporary):
    (directory / NAME).mkdir()
    assert store.keep_in_fallback_log(accepted) == temporary / NAME


@pytest.mark.parametrize("obstacle", ["symlink", "directory"])
def test_a_planted_obstacle_is_neither_followed_nor_fatal(
    store, accepted, directory, temporary, tmp_path, obstacle
):
    for place in (directory, temporary):
        if obstacle == "directory":
            (place / NAME).mkdir()
        else:
            (place / NAME).symlink_to(tmp_path / "victim")
    assert store.keep_in_fallback_log(accepted) is None
    assert not (tmp_path / "victim").exists()


def test_an_id_goes_back_into_the_database(store, accepted, directory):
    store.keep_in_fallback_log(accepted)
    (taken,) = store.take_back()
    assert (taken.number, taken.task_id, taken.submitted_at) == (1, "task-1", NOON)
    assert taken.prompt == "A turtle."
    assert not (directory / NAME).exists()
    assert store.take_back() == []


def test_an_id_from_the_temporary_directory_goes_back_too(store, accepted, directory, temporary):
    (directory / NAME).mkdir()
    store.keep_in_fallback_log(accepted)
    (directory / NAME).rmdir()
    assert [record.task_id for record in store.take_back()] == ["task-1"]
    assert not (temporary / NAME).exists()


def test_a_half_written_or_foreign_line_is_passed_over(store, accepted):
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
def test_a_line_that_was_tampered_with_breaks_nothing(store, accepted, change):
    path = store.keep_in_fallback_log(accepted)
    path.write_text(json.dumps(json.loads(path.read_text()) | change) + "\n")
    store.take_back()


def test_an_id_whose_request_is_not_in_this_database_gets_a_record_of_its_own(
    store, accepted, directory, open_store
):
    """The damaged database was moved away, as the hint says, and a new one made."""
    store.keep_in_fallback_log(replace(accepted, number=7))
    (taken,) = open_store().take_back()
    assert (taken.task_id, taken.service) == ("task-1", "https://s")
    assert not (directory / NAME).exists()


def test_an_id_that_was_found_meanwhile_is_not_kept_twice(store, accepted):
    store.keep_in_fallback_log(accepted)
    store.records.accepted(1, Task(task_id="task-1", status=Status.RUNNING, raw_status=""), NOON)
    store.take_back()
    assert [record.task_id for record in store.records.newest(-1)] == ["task-1"]


def test_nothing_put_aside_is_nothing_taken_back(store):
    assert store.take_back() == []
