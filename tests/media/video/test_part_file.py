"""The part file and the final name: never incomplete, never over another file."""

import os
import subprocess
import sys
import threading
from hashlib import sha256

import pytest

from pixverse_cli.domain.clock import SystemClock
from pixverse_cli.domain.errors import Stopped
from pixverse_cli.media.video.download import TransferLimits
from pixverse_cli.media.video.failures import (
    BrokenOffError,
    CannotWriteError,
    TakenError,
)
from pixverse_cli.media.video.part_file import acquire
from tests.servers import HANG, Pause, ScriptedServer, answer

from .boxes import video
from .fetching import (
    ETAG,
    VIDEO,
    assert_saved,
    cut,
    notes,
    part,
    rest_of_video,
    result_of,
    save,
    start_download,
)


def test_an_existing_file_is_not_replaced_59(target):
    target.write_text("mine")
    with pytest.raises(TakenError, match="already exists") as caught:
        save("http://127.0.0.1:1/", target)
    assert "--force" in caught.value.hint
    assert target.read_text() == "mine"
    assert list(target.parent.iterdir()) == [target]


def test_an_existing_file_with_a_part_beside_it_is_not_downloaded_again_59(target):
    target.write_text("mine")
    part(target).write_bytes(VIDEO[:1000])
    with ScriptedServer() as server, pytest.raises(TakenError):
        save(server.url(), target)
    assert part(target).read_bytes() == VIDEO[:1000]


def test_a_file_created_during_the_download_is_not_replaced_59(target):
    def create_target(_request):
        target.write_text("mine")
        return [answer(VIDEO)]

    with ScriptedServer([create_target]) as server, pytest.raises(TakenError):
        save(server.url(), target)
    assert target.read_text() == "mine"
    assert part(target).read_bytes() == VIDEO


def test_force_replaces_a_file_59(target):
    target.write_text("mine")
    with ScriptedServer([answer(VIDEO)]) as server:
        assert_saved(target, save(server.url(), target, force=True))


def test_force_keeps_the_old_file_until_the_new_one_is_complete_59(target):
    target.write_text("mine")
    with ScriptedServer([cut(1000)]) as server, pytest.raises(BrokenOffError):
        save(server.url(), target, force=True)
    assert target.read_text() == "mine"


def test_a_directory_and_a_pipe_are_not_replaced_even_with_force_60(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for target in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(CannotWriteError, match="cannot be replaced"):
            save("http://127.0.0.1:1/", target, force=True)


def test_a_symlink_at_the_target_is_replaced_only_with_force_68(target, tmp_path):
    other = tmp_path / "other"
    other.write_text("mine")
    target.symlink_to(other)
    with pytest.raises(TakenError):
        save("http://127.0.0.1:1/", target)
    with ScriptedServer([answer(VIDEO)]) as server:
        save(server.url(), target, force=True)
    assert (other.read_text(), target.is_symlink(), target.read_bytes()) == ("mine", False, VIDEO)


def test_a_link_to_nothing_or_to_a_folder_is_a_link_at_the_target_68(target, tmp_path):
    for place in ("nowhere", "folder"):
        target.symlink_to(tmp_path / place)
        with pytest.raises(TakenError):
            save("http://127.0.0.1:1/", target)
        (tmp_path / "folder").mkdir(exist_ok=True)
        with ScriptedServer([answer(VIDEO)]) as server:
            save(server.url(), target, force=True)
        assert (target.is_symlink(), target.read_bytes()) == (False, VIDEO)
        target.unlink()


@pytest.mark.parametrize("plant", [os.symlink, os.link])
@pytest.mark.parametrize("place", [part, notes])
def test_a_link_planted_at_the_part_or_its_notes_is_not_followed_68(target, tmp_path, plant, place):
    other = tmp_path / "other"
    other.write_text("mine")
    plant(other, place(target))
    with ScriptedServer([cut(1000)], [answer(VIDEO)]) as server:
        with pytest.raises(BrokenOffError):
            save(server.url(), target)
        save(server.url(), target)
    assert other.read_text() == "mine"
    assert target.read_bytes() == VIDEO


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_a_part_that_is_not_a_file_is_refused_without_blocking_68(target, make):
    make(part(target))
    with pytest.raises(CannotWriteError, match=r"turtle\.mp4\.part") as caught:
        save("http://127.0.0.1:1/", target)
    assert caught.value.hint == "remove it"


def test_a_missing_folder_is_made_58(tmp_path):
    target = tmp_path / "gone" / "again" / "turtle.mp4"
    with ScriptedServer([answer(VIDEO)]) as server:
        assert_saved(target, save(server.url(), target))


def test_a_folder_that_cannot_be_made_is_an_error_58(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotWriteError, match="not a directory") as caught:
        save("http://127.0.0.1:1/", tmp_path / "file" / "turtle.mp4")
    assert "give another -o" in caught.value.hint


def test_a_folder_renamed_during_the_download_is_an_error_58_70(tmp_path):
    target = tmp_path / "folder" / "turtle.mp4"
    target.parent.mkdir()

    def rename_folder(_request):
        target.parent.rename(tmp_path / "elsewhere")
        return [VIDEO[1000:]]

    with (
        ScriptedServer([cut(1000, etag=None), Pause(0.1), rename_folder]) as server,
        pytest.raises(CannotWriteError, match="no such file or directory") as caught,
    ):
        save(server.url(), target)
    assert "kept in" not in caught.value.message  # nothing is there any more
    assert "give another -o" in caught.value.hint


def test_a_video_larger_than_the_free_space_is_not_downloaded_61(target):
    with (
        ScriptedServer([answer(b"", content_length=str(10**15)), HANG]) as server,
        pytest.raises(CannotWriteError, match="more bytes are needed") as caught,
    ):
        save(server.url(), target, limits=TransferLimits(most_bytes=10**16))
    assert caught.value.hint.startswith("free some space or give -o on another disk")


def test_at_the_file_size_limit_the_part_is_kept_57_61(target):
    with ScriptedServer([answer(VIDEO, etag=ETAG)], [rest_of_video(100_000)]) as server:
        (kind, message), _ = result_of(start_download(server.url(), target, limit=100_000))
        assert (kind, part(target).stat().st_size) == ("CannotWriteError", 100_000)
        assert "file too large; 100000 bytes are kept in" in message
        assert result_of(start_download(server.url(), target))[0] == [
            False,
            sha256(VIDEO).hexdigest(),
        ]


def test_of_two_processes_one_downloads_and_the_other_finds_the_file_69(target):
    slow_steps = [cut(100_000), Pause(1), VIDEO[100_000:]]
    with ScriptedServer(slow_steps) as server:
        both = [start_download(server.url(), target) for _ in range(2)]
        results = sorted((result_of(process)[0] for process in both), key=str)
    assert results in (
        [[False, sha256(VIDEO).hexdigest()], [True, sha256(VIDEO).hexdigest()]],
        [[False, sha256(VIDEO).hexdigest()], ["TakenError", f"{target} already exists"]],
    )
    assert target.read_bytes() == VIDEO
    assert list(target.parent.iterdir()) == [target]


def test_a_waiting_process_resumes_the_part_of_a_killed_one_69(target):
    with ScriptedServer([cut(100_000), HANG], [rest_of_video(100_000)]) as server:
        first = start_download(server.url(), target)
        while not part(target).exists() or part(target).stat().st_size < 100_000:
            assert first.poll() is None
        second = start_download(server.url(), target)
        with pytest.raises(subprocess.TimeoutExpired):
            second.wait(0.7)
        first.kill()
        first.communicate()
        assert result_of(second)[0] == [False, sha256(VIDEO).hexdigest()]
    assert target.read_bytes() == VIDEO


def test_many_threads_download_one_file_once_69(target):
    outcomes = []

    def one(url):
        try:
            outcomes.append(save(url, target).already)
        except TakenError:
            outcomes.append("taken")

    with ScriptedServer([answer(VIDEO)]) as server:
        threads = [threading.Thread(target=one, args=[server.url()]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (outcomes.count(False), len(outcomes)) == (1, 8)
    assert target.read_bytes() == VIDEO


def test_a_part_already_linked_to_its_final_name_is_finished(target):
    target.write_bytes(VIDEO)
    os.link(target, part(target))  # as after a kill between the two steps
    fetched = save("http://127.0.0.1:1/", target)
    assert (fetched.already, fetched.sha256) == (True, sha256(VIDEO).hexdigest())
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_the_video(target):
    large = video(32 * 1024 * 1024)
    with ScriptedServer([answer(large)]) as server:
        outcome, growth = result_of(start_download(server.url(), target))
    assert outcome == [False, sha256(large).hexdigest()]
    assert growth < 12 * 1024  # kB


# Without hard links


def no_links(_part, _target):
    raise PermissionError(1, "Operation not permitted")


def complete_part(target):
    found = acquire(target, SystemClock())
    found.restart(None)
    found.append(VIDEO)
    return found


def test_without_hard_links_the_name_is_created_first_59(target):
    with complete_part(target) as ready:
        ready.place(force=False, link=no_links)
    assert target.read_bytes() == VIDEO
    assert list(target.parent.iterdir()) == [target]


def test_without_hard_links_an_existing_file_is_not_replaced_59(target):
    with complete_part(target) as ready:
        target.write_text("mine")
        with pytest.raises(TakenError):
            ready.place(force=False, link=no_links)
    assert (target.read_text(), part(target).read_bytes()) == ("mine", VIDEO)


def test_without_hard_links_a_failed_rename_removes_the_created_name_70(target):
    def lose_part(path, _target):
        path.unlink()
        raise PermissionError(1, "Operation not permitted")

    with complete_part(target) as ready, pytest.raises(CannotWriteError):
        ready.place(force=False, link=lose_part)
    assert not target.exists()


# Other users


if os.geteuid() == 0:  # only root can give files away

    def test_a_part_of_another_user_is_not_used_68(target):
        part(target).write_bytes(b"planted")
        os.chown(part(target), 12345, 12345)
        with ScriptedServer([answer(VIDEO)]) as server:
            assert_saved(target, save(server.url(), target))


class ReplacesPart(SystemClock):
    """A clock whose sleep releases the held part and puts another one in its place."""

    def __init__(self, holder):
        self.holder = holder

    def sleep(self, _seconds):
        self.holder.discard()
        self.holder.close()
        self.holder.path.write_bytes(b"planted")


def test_a_part_replaced_during_the_wait_is_opened_again_68(target):
    holder = acquire(target, SystemClock())
    with acquire(target, ReplacesPart(holder)) as found:
        assert found.head(7) == b"planted"
        found.discard()


@pytest.mark.parametrize("content", [b"", b"wrong"])
def test_a_part_that_was_given_up_leaves_the_next_one_alone_69(target, content):
    given_up = acquire(target, SystemClock())
    given_up.append(content)
    given_up.discard()
    with acquire(target, SystemClock()) as following:
        following.append(VIDEO[:1000])
        given_up.close()
        assert part(target).read_bytes() == VIDEO[:1000]


class StoppedClock(SystemClock):
    """A clock whose sleep raises for a signal."""

    def sleep(self, _seconds):
        raise Stopped(15, "SIGTERM")


def test_a_signal_ends_the_wait_for_another_process_51(target):
    with acquire(target, SystemClock()), pytest.raises(Stopped):
        acquire(target, StoppedClock())


class ReplacesLockedPart(SystemClock):
    """A clock whose sleep replaces the part with another one, which is locked too."""

    def __init__(self, holder):
        self.holder = holder

    def sleep(self, _seconds):
        old = self.holder
        old.discard()
        self.holder = acquire(old.target, SystemClock())
        old.file.close()


def test_a_part_that_is_replaced_again_and_again_is_an_error(target):
    clock = ReplacesLockedPart(acquire(target, SystemClock()))
    with pytest.raises(CannotWriteError, match="other processes keep replacing"):
        acquire(target, clock)
    clock.holder.close()
