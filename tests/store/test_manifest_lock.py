"""A manifest's lock: many writers, odd names, damaged lines."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pixverse_cli.disk.files import try_lock
from pixverse_cli.domain.clock import TimeLimit
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.store.manifest_lock import LockEntry, ManifestLock
from tests.clocks import FakeClock
from tests.store.test_processes import run_together

WRITER = """
import sys
from pathlib import Path
from pixverse_cli.domain.clock import SystemClock, TimeLimit
from pixverse_cli.store.manifest_lock import LockEntry, ManifestLock
manifest, who, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
sys.stdin.read()
lock = ManifestLock(manifest, TimeLimit(SystemClock()))
for number in range(count):
    lock.keep(LockEntry(output=f"{who}/{number}.mp4", fingerprint="f", sha256="s"))
    print(f"{who}/{number}.mp4", flush=True)
"""


@pytest.fixture
def manifest(tmp_path):
    return tmp_path / "videos.toml"


@pytest.fixture
def file(manifest):
    return manifest.with_name("videos.toml.lock")


def opened(manifest):
    return ManifestLock(manifest, TimeLimit(FakeClock()))


def entry(output, **changes):
    return LockEntry(**{"output": output, "fingerprint": "f", "sha256": "s"} | changes)


def test_four_writers_lose_no_line_95(manifest, file):
    run_together(WRITER, manifest, 4, "25")
    kept = [json.loads(line)["output"] for line in file.read_text().split("\n")[:-1]]
    assert kept == sorted(f"writer{who}/{number}.mp4" for who in range(4) for number in range(25))
    assert sorted(path.name for path in manifest.parent.iterdir()) == ["videos.toml.lock"]


def test_a_writer_that_is_killed_loses_no_line_of_anybody_95(manifest, seed):
    """Every line that was reported as written is there, and later writers are not blocked."""
    choose = random.Random(seed)
    children = [
        subprocess.Popen(
            [sys.executable, "-P", "-c", WRITER, manifest, f"writer{who}", "1000"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        for who in range(4)
    ]
    time.sleep(choose.uniform(0.4, 1.0))
    for child in children:
        child.send_signal(signal.SIGKILL)
    written = [line for child in children for line in child.communicate()[0].split()]
    lock = opened(manifest)
    assert [output for output in written if lock.entry(output) is None] == []
    lock.keep(entry("later.mp4"))
    assert opened(manifest).entry("later.mp4") == entry("later.mp4")


@pytest.mark.parametrize(
    "output",
    [
        "a\u2028b.mp4",
        "a\u2029b.mp4",
        "a\u0085b.mp4",
        "a\x0bb\x0cc\x1c.mp4",
        "a\nb\r.mp4",
        "a\udcffb.mp4",
        "\u202egpj.mp4",
        "海龟 \U0001f422.mp4",
    ],
)
def test_a_lock_is_readable_whatever_is_in_a_name_95(manifest, file, output):
    opened(manifest).keep(entry(output))
    assert opened(manifest).entry(output) == entry(output)
    text = file.read_text("utf-8")
    assert len(text.splitlines()) == 1
    assert json.loads(text)["output"] == output


def test_names_that_can_be_read_are_not_escaped(manifest, file):
    opened(manifest).keep(entry("海龟.mp4"))
    assert "海龟.mp4" in file.read_text("utf-8")


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b'{"output": "\xff", "fingerprint": "f", "sha256": "s"}\n', [1]),
        ('{"output": "a"}\n'.encode("utf-16"), [1, 2]),
        (b"<<<<<<< ours\n=======\n", [1, 2]),
        (b'{"output": 1, "fingerprint": "f", "sha256": "s"}\n', [1]),
        (b'{"output": "a", "fingerprint": "f", "sha256": null}\n', [1]),
        (b'{"output": "a", "fingerprint": "f", "sha256": "s", "later": 1}\n', [1]),
        (b'{"output": "a", "fingerprint": "f", "sha256": "s"}\n[]\n\n', [2, 3]),
        (b"[" * 100_000, [1]),
    ],
)
def test_every_invalid_line_is_named_and_kept_95(manifest, file, content, lines):
    file.write_bytes(content)
    with pytest.raises(UsageError) as refused:
        opened(manifest)
    assert str(refused.value) == "\n".join(
        f"{file}, line {number}: not a valid entry" for number in lines
    )
    assert file.read_bytes() == content


def test_a_lock_that_has_become_invalid_is_not_overwritten(manifest, file):
    lock = opened(manifest)
    file.write_text("<<<<<<< ours\n")
    with pytest.raises(UsageError):
        lock.keep(entry("a.mp4"))
    assert file.read_text() == "<<<<<<< ours\n"


def test_byte_order_mark_and_crlf_are_tolerated(manifest, file):
    opened(manifest).keep(entry("a.mp4", task_id="t"))
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert opened(manifest).entry("a.mp4") == entry("a.mp4", task_id="t")


def test_a_file_lock_that_stays_taken_is_reported_after_half_a_minute(manifest):
    clock = FakeClock()
    with manifest.with_name(".videos.toml.lock.busy").open("ab") as side:
        assert try_lock(side)
        with pytest.raises(UsageError, match="another process keeps it locked"):
            ManifestLock(manifest, TimeLimit(clock)).check_writable()
    assert sum(clock.slept) == pytest.approx(30.0, abs=0.1)


@pytest.mark.usefixtures("no_room")
def test_a_lock_without_room_for_a_byte_is_refused_61(manifest):
    with pytest.raises(UsageError, match=r"videos\.toml\.lock cannot be written: file too large"):
        opened(manifest).check_writable()
    assert list(manifest.parent.iterdir()) == []


def test_the_time_limit_ends_the_wait_for_a_file_lock_107(manifest):
    clock = FakeClock()
    limit = TimeLimit(clock, clock.monotonic() + 3.0)
    with manifest.with_name(".videos.toml.lock.busy").open("ab") as side:
        assert try_lock(side)
        for seconds in (3.0, 0.5):  # at the limit, other writers may still finish their line
            clock.slept = []
            with pytest.raises(OSError, match="another process keeps it locked"):
                ManifestLock(manifest, limit).keep(entry("a.mp4"))
            assert sum(clock.slept) == pytest.approx(seconds, abs=0.1)


@pytest.mark.parametrize("exists", [True, False])
def test_a_lock_that_is_a_symbolic_link_stays_one(manifest, file, exists):
    """A second manifest that shares the file has to share the side file too."""
    target = manifest.parent / "shared" / "videos.lock"
    target.parent.mkdir()
    file.symlink_to("shared/videos.lock")
    if exists:
        target.write_text("")
    opened(manifest).keep(entry("a.mp4"))
    with (target.parent / ".videos.lock.busy").open("ab") as side:
        assert try_lock(side)
        with pytest.raises(OSError, match="another process keeps it locked"):
            opened(manifest).keep(entry("b.mp4"))
    assert file.readlink() == Path("shared/videos.lock")
    assert json.loads(target.read_text())["output"] == "a.mp4"


def test_a_lock_whose_links_form_a_loop_cannot_be_read(manifest, file):
    file.symlink_to(file.name)
    with pytest.raises(UsageError, match=r"lock cannot be read: too many levels of symbolic links"):
        opened(manifest)


def test_the_check_leaves_nothing_behind(manifest):
    opened(manifest).check_writable()
    assert list(manifest.parent.iterdir()) == []


def test_a_lock_that_is_a_directory_cannot_be_read(manifest, file):
    file.mkdir()
    with pytest.raises(UsageError, match=r"videos\.toml\.lock cannot be read: is a directory"):
        opened(manifest)
