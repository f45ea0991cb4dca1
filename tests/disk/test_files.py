"""What a path names, what kinds of files there are, and the hash of a file."""

import io
import os
import threading
from contextlib import suppress
from hashlib import sha256

import pytest

from pixverse_cli.disk.files import (
    TimedStream,
    descriptor_in,
    has_sha256,
    kind_of,
    read_up_to,
    with_home,
)
from pixverse_cli.domain.clock import SystemClock, TimeLimit
from pixverse_cli.domain.errors import TimeLimitError


@pytest.fixture
def target(tmp_path):
    return tmp_path / "turtle.mp4"


def test_a_file_is_verified_by_its_hash(target):
    target.write_bytes(b"video")
    assert has_sha256(target, sha256(b"video").hexdigest())
    assert has_sha256(target, sha256(b"video").hexdigest().upper())
    assert not has_sha256(target, sha256(b"other").hexdigest())


def test_a_path_that_is_not_a_file_never_has_the_hash(target, tmp_path):
    assert not has_sha256(target, sha256(b"").hexdigest())
    assert not has_sha256(tmp_path, sha256(b"").hexdigest())
    os.mkfifo(target)
    assert not has_sha256(target, sha256(b"").hexdigest())


def test_an_unknown_kind_of_file_has_a_description():
    assert kind_of(0) == "an object of unknown type"


def test_a_tilde_becomes_the_home_directory_as_in_a_shell(monkeypatch):
    monkeypatch.setenv("HOME", "/home/of/mine")
    assert with_home("~/x/") == "/home/of/mine/x/"
    assert with_home("~") == "/home/of/mine"
    assert [with_home(path) for path in ("~x.mp4", "a/~", "-", "")] == ["~x.mp4", "a/~", "-", ""]


def test_the_files_of_open_descriptors_are_known_by_name():
    numbers = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2, "/dev/fd/63": 63}
    numbers |= {"/proc/self/fd/5": 5, "//dev//fd/7": 7}
    assert {path: descriptor_in(path) for path in numbers} == numbers
    for path in ("dev/stdout", "/dev/null", "/dev/fd", "/dev/fd/x", "/dev/stdout.mp4", "-"):
        assert descriptor_in(path) is None


@pytest.fixture
def pipe():
    """Yield the file to read a pipe from, and the descriptor of its other end."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as file:
        yield file, writing
        with suppress(OSError):  # the test has closed it
            os.close(writing)


def very_soon():
    clock = SystemClock()
    return TimeLimit(clock, clock.monotonic() + 0.01)


def test_a_writer_that_is_silent_is_left_at_the_limit_107(pipe):
    with pytest.raises(TimeLimitError, match="reached while stdin was read") as raised:
        TimedStream(pipe[0], very_soon(), "stdin").read(100)
    assert (raised.value.exit_code, raised.value.charged) == (6, "no")


def test_a_writer_that_sends_single_bytes_is_left_at_the_limit_107(pipe, clock):
    file, writing = pipe
    stream = TimedStream(file, TimeLimit(clock).within(3.0), "stdin")
    os.write(writing, b"x")
    assert stream.read(100) == b"x"
    clock.advance(3.0)
    os.write(writing, b"x")
    with pytest.raises(TimeLimitError):
        stream.read_up_to(100)


def test_a_pipe_is_read_to_its_end_also_if_another_program_made_it_non_blocking(pipe, clock):
    file, writing = pipe
    os.set_blocking(file.fileno(), False)
    stream = TimedStream(file, TimeLimit(clock), "stdin")

    def write():
        for _ in range(3):
            os.write(writing, b"x" * 100_000)
        os.close(writing)

    writer = threading.Thread(target=write)
    writer.start()
    assert len(stream.read_up_to(1_000_000)) == 300_000
    writer.join()


def test_bytes_in_memory_are_read_like_a_pipe(clock):
    stream = TimedStream(io.BytesIO(b"abc"), TimeLimit(clock), "stdin")
    assert (stream.read_up_to(2), stream.read(9), stream.read(9)) == (b"ab", b"c", b"")


def test_a_named_pipe_is_left_at_the_limit_107(target):
    os.mkfifo(target)
    keeper = os.open(target, os.O_RDWR)  # a writer that writes nothing
    with pytest.raises(TimeLimitError, match=r"turtle\.mp4 was read"):
        read_up_to(target, 100, very_soon())
    os.close(keeper)
    assert read_up_to(target, 100, very_soon()) == b""
