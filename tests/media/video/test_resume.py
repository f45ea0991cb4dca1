"""Cut, slow and silent transfers, and how a download is resumed."""

import json
import os
import random
import re
import signal
import socket
from contextlib import ExitStack

import pytest

from pixverse_cli.domain.errors import Stopped
from pixverse_cli.media.video.download import TransferLimits
from pixverse_cli.media.video.failures import (
    BrokenOffError,
)
from tests.servers import HANG, RESET, Pause, ScriptedServer, answer

from .fetching import (
    ETAG,
    VIDEO,
    assert_nothing_saved,
    assert_saved,
    cut,
    leave_part,
    notes,
    part,
    rest_of_video,
    resume_download,
    save,
)


def test_a_closed_port_is_broken_off(target):
    with ScriptedServer() as server:
        url = server.url()
    with pytest.raises(BrokenOffError, match="connection refused"):
        save(url, target)


@pytest.mark.parametrize("script", [[], [RESET], [b"HTTP/1.1 200 O"], [b"SSH-2.0-OpenSSH\r\n"]])
def test_a_connection_without_a_response_raises_broken_off_error(target, script):
    with ScriptedServer(script) as server, pytest.raises(BrokenOffError):
        save(server.url(), target)
    assert list(target.parent.iterdir()) == []


def test_a_connect_timeout_is_broken_off_3(target):
    """A listener whose queue is full accepts no further connection."""
    with ExitStack() as opened:
        listener = opened.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            pending = opened.enter_context(socket.socket())
            pending.settimeout(0)
            pending.connect_ex(listener.getsockname())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(BrokenOffError, match=r"no connection to .*within 0\.[23] s|in time"):
            save(url, target, limits=TransferLimits(connect=0.2, stall=1))


def test_a_server_that_does_not_answer_is_broken_off(target):
    with (
        ScriptedServer([HANG]) as server,
        pytest.raises(BrokenOffError, match="too long to answer"),
    ):
        save(server.url(), target)


def test_headers_without_an_end_are_broken_off_13(target):
    one_byte_each_half_second = [b"HTTP/1.1 200 OK\r\nX-Drip: "] + [b"x", Pause(0.05)] * 60
    with (
        ScriptedServer(one_byte_each_half_second) as server,
        pytest.raises(BrokenOffError, match="no complete answer"),
    ):
        save(server.url(), target, limits=TransferLimits(connect=0.3, stall=0.3))


def test_a_body_of_single_bytes_is_broken_off_13(target):
    one_byte_each_half_second = [cut(600)] + [b"x", Pause(0.05)] * 60
    with (
        ScriptedServer(one_byte_each_half_second) as server,
        pytest.raises(BrokenOffError, match="too slow"),
    ):
        save(server.url(), target)
    assert part(target).stat().st_size > 600


@pytest.mark.parametrize("end", [[], [RESET], [HANG]], ids=["closed", "reset", "silent"])
def test_a_cut_video_is_kept_and_resumed_62(target, end):
    with (
        ScriptedServer([cut(100_000), *([Pause(0.1)] if end == [RESET] else []), *end]) as server,
        pytest.raises(BrokenOffError, match=f"of {len(VIDEO)} bytes") as caught,
    ):
        save(server.url(), target)
    assert str(part(target)) in caught.value.message
    assert caught.value.hint == "`pixverse download` resumes it"
    assert_nothing_saved(target)
    held = part(target).stat().st_size
    fetched, requests = resume_download(target, rest_of_video(held))
    assert_saved(target, fetched)
    assert f"\r\nRange: bytes={held}-\r\nIf-Range: {ETAG}\r\n".encode() in requests[0]


def test_a_chunk_that_is_cut_short_raises_broken_off_error_62(target):
    chunked = answer(transfer_encoding="chunked", content_length=None) + b"30000\r\n" + VIDEO[:1000]
    with ScriptedServer([chunked]) as server, pytest.raises(BrokenOffError, match="after 1000 of"):
        save(server.url(), target)


def test_a_chunked_video_is_saved(target):
    body = b"".join(b"%x\r\n%s\r\n" % (len(item), item) for item in (VIDEO[:999], VIDEO[999:]))
    chunked = answer(transfer_encoding="chunked", content_length=None) + body + b"0\r\n\r\n"
    with ScriptedServer([chunked]) as server:
        assert_saved(target, save(server.url(), target))


def test_without_a_content_length_the_boxes_show_a_cut_63(target):
    unpromised = {"content_length": None, "etag": ETAG}
    with (
        ScriptedServer([answer(VIDEO[:-1], **unpromised)]) as server,
        pytest.raises(BrokenOffError, match="of unknown bytes"),
    ):
        save(server.url(), target)
    fetched, _ = resume_download(target, rest_of_video(len(VIDEO) - 1))
    assert_saved(target, fetched)


def test_a_signal_ends_a_silent_transfer_and_the_part_is_kept_51(target):
    def stop(_number, _frame):
        raise Stopped(signal.SIGTERM, "SIGTERM")

    def kill(_request):
        os.kill(os.getpid(), signal.SIGTERM)
        return [HANG]

    before = signal.signal(signal.SIGTERM, stop)
    try:
        with ScriptedServer([cut(1000), Pause(0.1), kill]) as server, pytest.raises(Stopped):
            save(server.url(), target, limits=TransferLimits(stall=5))
    finally:
        signal.signal(signal.SIGTERM, before)
    assert part(target).read_bytes() == VIDEO[:1000]
    assert notes(target).exists()


# Resuming


def test_a_200_instead_of_a_range_starts_over_64(target):
    leave_part(target, 1000)
    fetched, _ = resume_download(target, answer(VIDEO, etag='"v2"'))
    assert_saved(target, fetched)


@pytest.mark.parametrize(
    "headers",
    [
        {"content_range": f"bytes 999-{len(VIDEO) - 1}/{len(VIDEO)}"},
        {"content_range": f"bytes 1000-2000/{len(VIDEO)}"},
        {"content_range": f"bytes 1000-{len(VIDEO)}/{len(VIDEO) + 1}"},
        {"content_range": "bytes 1000-*/*"},
        {"content_range": None},
        {"etag": '"v2"'},
        {"content_length": "5"},
    ],
    ids=[
        "wrong start",
        "not to the end",
        "other length",
        "no range",
        "none",
        "other ETag",
        "short",
    ],
)
def test_a_range_that_does_not_match_starts_over_64(target, headers):
    leave_part(target, 1000)
    fetched, requests = resume_download(target, rest_of_video(1000, **headers), answer(VIDEO))
    assert_saved(target, fetched)
    assert b"Range" not in requests[1]


def test_bytes_beyond_the_promised_length_are_not_appended_64(target):
    leave_part(target, 1000)
    rest = VIDEO[1000:] + b"more"
    chunked = rest_of_video(1000, transfer_encoding="chunked", content_length=None)
    head, _ = chunked.split(b"\r\n\r\n", 1)
    body = b"\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(rest), rest)
    fetched, _ = resume_download(target, head + body)
    assert_saved(target, fetched)


def test_a_416_with_the_parts_length_means_complete_64(target):
    with (
        ScriptedServer([answer(VIDEO[:-1], content_length=None, etag=ETAG)]) as server,
        pytest.raises(BrokenOffError),
    ):
        save(server.url(), target)
    part(target).write_bytes(VIDEO)  # the last byte came just before a kill
    refused = answer(status="416 No", content_range=f"bytes */{len(VIDEO)}")
    fetched, _ = resume_download(target, refused)
    assert_saved(target, fetched)


def test_any_other_416_starts_over_64(target):
    leave_part(target, 1000)
    fetched, _ = resume_download(target, answer(status="416 No"), answer(VIDEO))
    assert_saved(target, fetched)


def test_a_complete_part_needs_no_request_53(target):
    leave_part(target, 1000)
    part(target).write_bytes(VIDEO)
    fetched, _ = resume_download(target)
    assert_saved(target, fetched)


def test_a_reliable_last_modified_allows_a_resume(target):
    dates = {
        "etag": 'W/"weak"',
        "last_modified": "Mon, 23 Nov 2026 10:00:00 GMT",
        "date": "Mon, 23 Nov 2026 10:01:00 GMT",  # a minute: in a second there may be two contents
    }
    leave_part(target, 1000, **dates)
    fetched, requests = resume_download(target, rest_of_video(1000, **dates))
    assert_saved(target, fetched)
    assert b"\r\nIf-Range: Mon, 23 Nov 2026 10:00:00 GMT\r\n" in requests[0]


@pytest.mark.parametrize(
    "headers",
    [
        {"etag": None},
        {"etag": 'W/"weak"'},
        {"etag": None, "last_modified": "Mon, 23 Nov 2026 10:00:00 GMT"},
        {
            "etag": None,
            "last_modified": "Mon, 23 Nov 2026 10:00:00 GMT",
            "date": "Mon, 23 Nov 2026 10:00:59 GMT",
        },
        {"etag": None, "last_modified": "yesterday", "date": "today"},
    ],
)
def test_without_a_strong_validator_the_download_starts_over(target, headers):
    leave_part(target, 1000, **headers)
    assert not notes(target).exists()
    with ScriptedServer([answer(VIDEO)]) as server:
        assert_saved(target, save(server.url(), target))
    assert b"Range" not in server.requests[0]


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"url": 1}', '{"x": 2}'])
def test_invalid_notes_are_ignored(target, content):
    leave_part(target, 1000)
    notes(target).write_text(content)
    with ScriptedServer([answer(VIDEO)]) as server:
        assert_saved(target, save(server.url(), target))


def test_a_part_is_resumed_with_a_new_signature_but_not_with_another_url(target):
    leave_part(target, 1000)
    remembered = json.loads(notes(target).read_text())
    with ScriptedServer([rest_of_video(1000)]) as server:
        notes(target).write_text(json.dumps(remembered | {"url": server.url()}))
        assert_saved(target, save(server.url("/video.mp4?Signature=new"), target))
    target.unlink()
    leave_part(target, 1000)
    with ScriptedServer([answer(VIDEO)]) as server:
        assert_saved(target, save(server.url("/other.mp4"), target))


def test_no_signature_is_written_to_disk(target):
    with ScriptedServer([cut(1000)]) as server, pytest.raises(BrokenOffError):
        save(server.url("/video.mp4?Signature=canary"), target)
    assert "canary" not in notes(target).read_text()


def test_a_video_cut_many_times_is_byte_identical_at_the_end(target):
    with ScriptedServer(*[[_cut_at_random()]] * 12) as server:
        for _ in range(12):
            try:
                fetched = save(server.url(), target)
            except BrokenOffError:
                continue
            server.connections = 12  # the other scripts are not needed
            break
    assert_saved(target, fetched)


def _cut_at_random():
    rng = random.Random(5)

    def play(request):
        requested = re.search(rb"Range: bytes=(\d+)-", request)
        start = int(requested[1]) if requested else 0
        whole = rest_of_video(start) if requested else answer(VIDEO, etag=ETAG)
        return [whole[: len(whole) - rng.choice([0, *range(1, len(VIDEO) - start, 997)])]]

    return play
