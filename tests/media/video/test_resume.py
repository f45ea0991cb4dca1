"""Cut, slow and silent transfers, and taking them up again."""

import json
import os
import random
import re
import signal
import socket
from contextlib import ExitStack

import pytest

from pixverse_cli.domain.errors import Stopped
from pixverse_cli.media.video.failures import (
    BrokenOffError,
)
from pixverse_cli.media.video.transfer import TransferLimits
from tests.servers import HANG, RESET, Pause, ScriptedServer, answer

from .fetching import (
    ETAG,
    VIDEO,
    assert_nothing_saved,
    assert_saved,
    begun,
    cut,
    notes,
    part,
    rest,
    resume,
    save,
)


def test_nobody_listens(target):
    with ScriptedServer() as server:
        url = server.url()
    with pytest.raises(BrokenOffError, match="refused or unreachable"):
        save(url, target)


@pytest.mark.parametrize("script", [[], [RESET], [b"HTTP/1.1 200 O"], [b"SSH-2.0-OpenSSH\r\n"]])
def test_a_connection_without_an_answer_is_broken_off(target, script):
    with ScriptedServer(script) as server, pytest.raises(BrokenOffError):
        save(server.url(), target)
    assert list(target.parent.iterdir()) == []


def test_a_connection_that_never_comes_about_is_given_up_3(target):
    """A listener whose queue is full answers no further knock."""
    with ExitStack() as opened:
        listener = opened.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            knock = opened.enter_context(socket.socket())
            knock.settimeout(0)
            knock.connect_ex(listener.getsockname())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(BrokenOffError, match="no connection to"):
            save(url, target, limits=TransferLimits(connect=0.2, stall=1))


def test_a_server_that_never_answers_is_given_up(target):
    with (
        ScriptedServer([HANG]) as server,
        pytest.raises(BrokenOffError, match="too long to answer"),
    ):
        save(server.url(), target)


def test_headers_that_drip_for_ever_are_given_up_13(target):
    drip = [b"HTTP/1.1 200 OK\r\nX-Drip: "] + [b"x", Pause(0.05)] * 60
    with ScriptedServer(drip) as server, pytest.raises(BrokenOffError, match="no complete answer"):
        save(server.url(), target, limits=TransferLimits(connect=0.3, stall=0.3))


def test_a_body_that_drips_for_ever_is_given_up_13(target):
    drip = [cut(600)] + [b"x", Pause(0.05)] * 60
    with ScriptedServer(drip) as server, pytest.raises(BrokenOffError, match="comes too slowly"):
        save(server.url(), target)
    assert part(target).stat().st_size > 600


@pytest.mark.parametrize("end", [[], [RESET], [HANG]], ids=["closed", "reset", "silent"])
def test_a_cut_video_is_kept_and_taken_up_where_it_ends_62(target, end):
    with (
        ScriptedServer([cut(100_000), *([Pause(0.1)] if end == [RESET] else []), *end]) as server,
        pytest.raises(BrokenOffError, match=f"of {len(VIDEO)} bytes") as caught,
    ):
        save(server.url(), target)
    assert str(part(target)) in caught.value.message
    assert_nothing_saved(target)
    held = part(target).stat().st_size
    fetched, requests = resume(target, rest(held))
    assert_saved(target, fetched)
    assert f"\r\nRange: bytes={held}-\r\nIf-Range: {ETAG}\r\n".encode() in requests[0]


def test_a_chunk_that_is_cut_short_is_broken_off_62(target):
    chunked = answer(transfer_encoding="chunked", content_length=None) + b"30000\r\n" + VIDEO[:1000]
    with ScriptedServer([chunked]) as server, pytest.raises(BrokenOffError, match="after 1000 of"):
        save(server.url(), target)


def test_a_chunked_video_is_saved(target):
    body = b"".join(b"%x\r\n%s\r\n" % (len(item), item) for item in (VIDEO[:999], VIDEO[999:]))
    chunked = answer(transfer_encoding="chunked", content_length=None) + body + b"0\r\n\r\n"
    with ScriptedServer([chunked]) as server:
        assert_saved(target, save(server.url(), target))


def test_without_a_promised_length_the_boxes_tell_that_it_was_cut_63(target):
    unpromised = {"content_length": None, "etag": ETAG}
    with (
        ScriptedServer([answer(VIDEO[:-1], **unpromised)]) as server,
        pytest.raises(BrokenOffError, match="of unknown bytes"),
    ):
        save(server.url(), target)
    fetched, _ = resume(target, rest(len(VIDEO) - 1))
    assert_saved(target, fetched)


def test_a_signal_is_heard_while_nothing_comes_and_the_part_stays_51(target):
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


# Taking up


def test_an_answer_with_everything_starts_over_64(target):
    begun(target, 1000)
    fetched, _ = resume(target, answer(VIDEO, etag='"v2"'))
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
def test_a_part_that_does_not_fit_starts_over_64(target, headers):
    begun(target, 1000)
    fetched, requests = resume(target, rest(1000, **headers), answer(VIDEO))
    assert_saved(target, fetched)
    assert b"Range" not in requests[1]


def test_with_our_length_means_that_all_is_there_64_416(target):
    with (
        ScriptedServer([answer(VIDEO[:-1], content_length=None, etag=ETAG)]) as server,
        pytest.raises(BrokenOffError),
    ):
        save(server.url(), target)
    part(target).write_bytes(VIDEO)  # the last byte came just before a kill
    refused = answer(status="416 No", content_range=f"bytes */{len(VIDEO)}")
    fetched, _ = resume(target, refused)
    assert_saved(target, fetched)


def test_any_other_416_starts_over_64(target):
    begun(target, 1000)
    fetched, _ = resume(target, answer(status="416 No"), answer(VIDEO))
    assert_saved(target, fetched)


def test_what_was_whole_before_a_kill_needs_no_request_53(target):
    begun(target, 1000)
    part(target).write_bytes(VIDEO)
    fetched, _ = resume(target)
    assert_saved(target, fetched)


def test_a_last_modified_that_is_sure_is_enough_to_go_on(target):
    dates = {
        "etag": 'W/"weak"',
        "last_modified": "Mon, 23 Nov 2026 10:00:00 GMT",
        "date": "Mon, 23 Nov 2026 11:00:00 GMT",
    }
    begun(target, 1000, **dates)
    fetched, requests = resume(target, rest(1000, **dates))
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
def test_without_a_strong_validator_nothing_is_ever_appended(target, headers):
    begun(target, 1000, **headers)
    assert not notes(target).exists()
    with ScriptedServer([answer(VIDEO)]) as server:
        assert_saved(target, save(server.url(), target))
    assert b"Range" not in server.requests[0]


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"url": 1}', '{"x": 2}'])
def test_notes_that_are_not_ours_are_not_believed(target, content):
    begun(target, 1000)
    notes(target).write_text(content)
    with ScriptedServer([answer(VIDEO)]) as server:
        assert_saved(target, save(server.url(), target))


def test_a_part_of_another_url_is_not_appended_to_but_a_new_signature_is_no_other_url(target):
    begun(target, 1000)
    remembered = json.loads(notes(target).read_text())
    with ScriptedServer([rest(1000)]) as server:
        notes(target).write_text(json.dumps(remembered | {"url": server.url()}))
        assert_saved(target, save(server.url("/video.mp4?Signature=new"), target))
    target.unlink()
    begun(target, 1000)
    with ScriptedServer([answer(VIDEO)]) as server:
        assert_saved(target, save(server.url("/other.mp4"), target))


def test_no_signature_is_kept_on_disk(target):
    with ScriptedServer([cut(1000)]) as server, pytest.raises(BrokenOffError):
        save(server.url("/video.mp4?Signature=canary"), target)
    assert "canary" not in notes(target).read_text()


def test_a_video_cut_many_times_anywhere_is_byte_identical_in_the_end(target):
    with ScriptedServer(*[[_anywhere()]] * 12) as server:
        for _ in range(12):
            try:
                fetched = save(server.url(), target)
            except BrokenOffError:
                continue
            server.connections = 12  # the rest is not needed
            break
    assert_saved(target, fetched)


def _anywhere():
    chance = random.Random(5)

    def play(request):
        asked = re.search(rb"Range: bytes=(\d+)-", request)
        start = int(asked[1]) if asked else 0
        whole = rest(start) if asked else answer(VIDEO, etag=ETAG)
        return [whole[: len(whole) - chance.choice([0, *range(1, len(VIDEO) - start, 997)])]]

    return play
