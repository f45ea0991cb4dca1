"""The hash of a file is known as long as the file's state is the same."""

from pathlib import Path

import pytest

from pixverse_cli.disk.files import FileState

PATH = Path("/videos/a.mp4")
STATE = FileState(size=1, changed_at=1_800_000_000_123_456_789, inode=2**64 - 1)


def test_a_hash_is_found_for_the_same_state_and_replaced_by_a_later_one(store):
    store.hashed_files.keep(PATH, STATE, "a")
    assert store.hashed_files.find(PATH, STATE) == "a"
    later = STATE._replace(changed_at=STATE.changed_at + 1)
    store.hashed_files.keep(PATH, later, "b")
    assert store.hashed_files.find(PATH, later) == "b"
    assert store.hashed_files.find(PATH, STATE) is None


@pytest.mark.parametrize("field", FileState._fields)
def test_a_hash_is_not_found_when_size_time_or_inode_differs(store, field):
    store.hashed_files.keep(PATH, STATE, "a")
    other = STATE._replace(**{field: getattr(STATE, field) - 1})
    assert store.hashed_files.find(PATH, other) is None


def test_a_forgotten_hash_is_not_found(store):
    store.hashed_files.keep(PATH, STATE, "a")
    store.hashed_files.forget(str(PATH))
    assert store.hashed_files.find(PATH, STATE) is None


def test_a_path_that_is_not_utf_8_is_kept(store):
    path = Path("/videos/\udcff.mp4")
    store.hashed_files.keep(path, STATE, "a")
    assert store.hashed_files.find(path, STATE) == "a"
