"""Saving one task's video: what the store knows at each step, and what a dead link leads to."""

import sqlite3
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256

import pytest

from pixverse_cli.disk.files import state_of
from pixverse_cli.domain.events import Downloading, Ended, Note, Retrying, Saved
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.plan import Destination
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.lookup import look
from pixverse_cli.flows.pipelines import submit_all
from pixverse_cli.flows.save import field_values, save
from pixverse_cli.media.output_names import parse_template
from tests.flows.test_states import order_of, plan_of

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture
def record(world):
    """Return the record of a finished task whose video is not saved."""
    world.orders.append(order_of("A turtle.", "https://images.example/1.png", once=False))
    world.account.sender = 0
    world.drain(submit_all(plan_of(world.orders), world.tools))
    world.time_passes(60.0)
    [ended] = world.drain(look(None, world.tools, judging=True))
    return ended.record


@pytest.fixture
def film(host):
    return sha256(host.film).hexdigest()


def saving(world, record, name="a.mp4"):
    destination = Destination(template=parse_template(str(world.directory / name)))
    return save(record, world.tools, destination)


def outcome(events):
    """Return the last two events of a success, or the error and all retries of a failure."""
    *others, ended = events
    assert isinstance(ended, Ended)
    if ended.error is None:
        assert others[-1].record == ended.record
        return others[-1]
    return ended.error, [event for event in others if isinstance(event, Retrying)]


def test_a_saved_video_is_in_the_store_with_its_file_and_hash(world, record, film):
    saved = outcome(saving(world, record))
    path = world.directory / "a.mp4"
    [stored] = world.records
    assert (saved.already, saved.record) == (False, stored)
    assert (stored.file, stored.sha256) == (str(path), film)
    status = path.stat()
    assert status.st_size == len(world.host.film)
    assert world.store.hashed_files.find(path, state_of(status)) == film


def test_a_saved_video_is_not_fetched_again(world, record):
    first = outcome(saving(world, record)).record
    gone = replace(first, video_url="http://127.0.0.1:9/gone")
    assert outcome(saving(world, gone)) == Saved(record=gone, already=True)


def test_a_process_that_died_after_the_rename_is_made_up_for(world, record, film):
    """The hash is stored before the video has its name, the file's name after that."""
    for event in saving(world, record):
        if isinstance(event, Downloading):
            (world.directory / "a.mp4").write_bytes(b"another file")
    [stored] = world.records
    assert (stored.file, stored.sha256) == (None, film)
    (world.directory / "a.mp4").write_bytes(world.host.film)
    gone = replace(stored, video_url="http://127.0.0.1:9/gone")
    saved = outcome(saving(world, gone))
    assert (saved.already, saved.record.file) == (True, str(world.directory / "a.mp4"))
    [stored] = world.records
    assert stored.file == saved.record.file


def test_a_name_that_is_taken_meanwhile_is_an_error_and_the_file_stays(world, record):
    other = world.directory / "taken" / "a.mp4"
    other.parent.mkdir()
    action = partial(other.write_bytes, b"another file")
    error, _ = outcome(saving_while(world, record, action, "taken/a.mp4"))
    assert (error.code, other.read_bytes()) == ("not-saved", b"another file")


def test_a_video_that_another_process_has_saved_meanwhile_counts(world, record, film):
    path = world.directory / "a.mp4"

    def other_process():
        path.write_bytes(world.host.film)
        world.store.records.saved(record.number, str(path), film)

    saved = outcome(saving_while(world, record, other_process))
    assert (saved.already, saved.record.file) == (True, str(path))


def saving_while(world, record, action, name="a.mp4"):
    """Yield the events of saving; the action happens when the first bytes have come."""
    for event in saving(world, record, name):
        if action and isinstance(event, Downloading):
            action()
            action = None
        yield event


@pytest.mark.parametrize(
    ("name", "chosen", "saved_again"),
    [
        ("b.mp4", False, False),
        ("b.mp4", True, True),
        ("", True, False),
        ("other/", True, True),
    ],
)
def test_an_earlier_file_counts_unless_another_place_is_chosen(
    world, record, name, chosen, saved_again
):
    first = outcome(saving(world, record)).record
    text = f"{world.directory}/{name}"
    destination = Destination(template=parse_template(text), chosen=chosen)
    saved = outcome(save(first, world.tools, destination))
    assert saved.already is not saved_again
    assert (saved.record.file == first.file) is not saved_again


class TestADeadLink:
    @pytest.fixture
    def dead(self, record, open_sandbox):
        """Return the record with a link that the video's host refuses."""
        return replace(record, video_url=f"{open_sandbox().video_host}/gone.mp4")

    def test_a_new_link_is_asked_for_once_and_used(self, world, dead):
        events = list(saving(world, dead))
        [retry] = [event for event in events if isinstance(event, Retrying)]
        assert retry.reason.endswith("; asking the service for a new link")
        assert (retry.delay, retry.task_id) == (0.0, dead.task_id)
        assert outcome(events).already is False

    def test_a_second_dead_link_is_the_end(self, world, dead):
        world.account.origin = dead.video_url.rpartition("/")[0]
        error, retries = outcome(saving(world, dead))
        assert (error.code, len(retries)) == ("not-saved", 1)

    def test_without_a_new_link_the_error_is_that_of_the_old_one(self, world, dead):
        first, _ = outcome(saving(world, replace(dead, task_id="gone")))
        world.account.next_calls.extend(["unreachable"] * 4)
        second, retries = outcome(saving(world, dead))
        assert (first.code, second.message) == ("not-saved", first.message)
        assert len(retries) == 4


def test_a_store_that_cannot_be_written_is_told_and_the_video_counts(world, record, film):
    with sqlite3.connect(world.directory / "tasks.db") as database:
        database.execute(
            "CREATE TRIGGER full BEFORE UPDATE ON task"
            " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    database.close()
    events = list(saving(world, record))
    saved = outcome(events)
    assert (saved.already, saved.record.file) == (False, str(world.directory / "a.mp4"))
    assert saved.record.sha256 == film
    [told] = [event.text for event in events if isinstance(event, Note)]
    assert told.startswith("the video is saved, but the store cannot be written: ")
    with sqlite3.connect(world.directory / "tasks.db") as database:
        database.execute("DROP TRIGGER full")
    database.close()


def test_in_a_deleted_folder_nothing_is_fetched(world, record, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    [ended] = save(record, world.tools, Destination(template=parse_template("a.mp4")))
    assert ended.error.message == (
        "the current directory cannot be used: no such file or directory"
    )
    assert ended.error.hint == "change to another directory, then `pixverse download` again"
    monkeypatch.chdir(tmp_path)


def test_every_field_of_a_name_has_its_value():
    record = Record(
        number=0,
        status=Status.SUCCEEDED,
        service="https://s",
        task_id="t-1",
        model="pixverse/pixverse-v6-it2v",
        image="cat.png",
        resolution="720P",
        duration=5,
        seed=7,
        take=2,
    )
    assert field_values(record, 3, NOON) == {
        "task_id": "t-1",
        "image": "cat",
        "model": "v6",
        "resolution": "720P",
        "duration": "5",
        "seed": "7",
        "index": "3",
        "take": "2",
        "date": "2026-11-27",
    }


def test_what_a_foreign_task_does_not_tell_is_called_unknown():
    foreign = Record(number=1, status=Status.SUCCEEDED, service="https://s")
    unknown = field_values(foreign, 1, NOON)
    assert (unknown["task_id"], unknown["image"]) == ("", "video")
    assert {unknown[name] for name in ("model", "resolution", "duration", "seed")} == {"unknown"}
