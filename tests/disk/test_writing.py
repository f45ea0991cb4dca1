"""Appending, renaming to a new name on every kind of file system, and locks."""

import errno
import os
import subprocess
import sys

import pytest

from pixverse_cli.disk.files import (
    NoLocksError,
    append,
    lock_as_sqlite,
    name_new,
    rename_in_turn,
    rename_over_placeholder,
)


@pytest.fixture
def pipe(tmp_path):
    """Return the path and the reading end of a named pipe."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    yield path, reader
    os.close(reader)


def test_what_is_appended_comes_after_what_is_there(tmp_path):
    for part in (b"a\n", b"", b"b\r\n"):
        append(tmp_path / "file", part)
    assert (tmp_path / "file").read_bytes() == b"a\nb\r\n"


def test_a_pipe_that_somebody_reads_gets_everything(pipe):
    path, reader = pipe
    append(path, b"x" * 10_000)
    assert os.read(reader, 20_000) == b"x" * 10_000


def test_a_full_pipe_is_an_error_and_not_waited_for(pipe):
    with pytest.raises(BlockingIOError, match="the pipe is full"):
        append(pipe[0], b"x" * 1_000_000)


WAYS = pytest.mark.parametrize("without_links", [rename_over_placeholder, rename_in_turn])
CODES = pytest.mark.parametrize(
    "code", [errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES]
)


def refuses(code):
    def link(_draft, _target):
        raise OSError(code, os.strerror(code))

    return link


@pytest.fixture
def draft(tmp_path):
    path = tmp_path / "draft"
    path.write_text("new")
    return path


@WAYS
@CODES
def test_without_hard_links_a_draft_gets_its_new_name_98(draft, tmp_path, without_links, code):
    name_new(draft, tmp_path / "name", refuses(code), without_links=without_links)
    assert [path.name for path in tmp_path.iterdir()] == ["name"]
    assert (tmp_path / "name").read_text() == "new"


@WAYS
def test_without_hard_links_an_existing_file_is_not_replaced_98(draft, tmp_path, without_links):
    (tmp_path / "name").write_text("old")
    with pytest.raises(FileExistsError):
        name_new(draft, tmp_path / "name", refuses(errno.EPERM), without_links=without_links)
    assert (draft.read_text(), (tmp_path / "name").read_text()) == ("new", "old")
    assert {path.name for path in tmp_path.iterdir()} == {"draft", "name"}


@WAYS
def test_without_hard_links_a_link_to_nothing_is_not_replaced_98(draft, tmp_path, without_links):
    (tmp_path / "name").symlink_to("nothing")
    with pytest.raises(FileExistsError):
        name_new(draft, tmp_path / "name", refuses(errno.EPERM), without_links=without_links)
    assert (tmp_path / "name").is_symlink()


@WAYS
def test_a_refused_rename_leaves_nothing_under_the_new_name_98(tmp_path, without_links):
    with pytest.raises(FileNotFoundError):
        name_new(tmp_path / "gone", tmp_path / "name", without_links=without_links)
    assert not (tmp_path / "name").exists()


HOLDER = """
import sys
from pixverse_cli.disk.files import lock_as_sqlite
with open(sys.argv[1], "ab") as file:
    lock_as_sqlite(file.fileno())
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_lock_of_another_process_is_not_taken(tmp_path):
    path = tmp_path / "file"
    holder = subprocess.Popen(
        [sys.executable, "-P", "-c", HOLDER, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout.readline() == "held\n"
    with path.open("ab") as file:
        with pytest.raises(NoLocksError):
            lock_as_sqlite(file.fileno())
        holder.communicate("done\n")
        lock_as_sqlite(file.fileno())


def test_a_file_that_cannot_be_locked_is_reported():
    read, write = os.pipe()
    try:
        with pytest.raises(NoLocksError) as refused:
            lock_as_sqlite(read)
    finally:
        os.close(read)
        os.close(write)
    assert refused.value.strerror
