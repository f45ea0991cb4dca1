"""A video written to stdout."""

import io
import os
from hashlib import sha256
from pathlib import Path

import pytest

from pixverse_cli.domain.clock import SystemClock
from pixverse_cli.domain.errors import ClosedPipe
from pixverse_cli.domain.frozen import replace
from pixverse_cli.media.video.download import Fetched, Progress, download_to_stdout
from pixverse_cli.media.video.failures import BrokenOffError, CannotWriteError
from tests.servers import ScriptedServer, answer

from .fetching import QUICK, VIDEO, cut


def stream_to(stream, url):
    return list(download_to_stdout(url, stream, clock=SystemClock(), limits=QUICK))


def test_the_complete_video_is_written_to_stdout_60():
    stream = io.BytesIO()
    with ScriptedServer([answer(VIDEO)]) as server:
        *progress, fetched = stream_to(stream, server.url())
    assert stream.getvalue() == VIDEO
    assert replace(fetched, state=None) == Fetched(
        path=None, size=len(VIDEO), sha256=sha256(VIDEO).hexdigest()
    )
    assert all(isinstance(step, Progress) for step in progress)


def test_a_buffered_stream_holds_nothing_back_60(tmp_path):
    out = tmp_path / "out"
    with ScriptedServer([answer(VIDEO)]) as server, out.open("wb", 2 * len(VIDEO)) as stream:
        stream_to(stream, server.url())
        assert out.read_bytes() == VIDEO


def test_nothing_is_written_before_the_video_is_complete_60(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    stream = io.BytesIO()
    with ScriptedServer([cut(1000)]) as server, pytest.raises(BrokenOffError):
        stream_to(stream, server.url())
    assert stream.getvalue() == b""
    assert list(tmp_path.iterdir()) == []


def test_without_a_temporary_folder_nothing_is_requested(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    said = "cannot keep the video in a temporary directory: no such file or directory"
    with pytest.raises(CannotWriteError, match=said) as caught:
        stream_to(io.BytesIO(), "http://127.0.0.1:1/")
    assert caught.value.hint == "set TMPDIR to a directory that can be written, or give -o FILE"


def test_a_closed_reader_is_a_closed_pipe_54():
    reading, writing = os.pipe()
    os.close(reading)
    with (
        ScriptedServer([answer(VIDEO)]) as server,
        os.fdopen(writing, "wb", buffering=0) as stream,
        pytest.raises(ClosedPipe),
    ):
        stream_to(stream, server.url())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_device_is_an_error_54():
    with (
        ScriptedServer([answer(VIDEO)]) as server,
        Path("/dev/full").open("wb", buffering=0) as stream,
        pytest.raises(CannotWriteError, match="to stdout: no space left"),
    ):
        stream_to(stream, server.url())
