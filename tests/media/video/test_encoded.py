"""Videos that are sent with a Content-Encoding: decoded piece by piece, then checked as ever."""

import gzip
import zlib
from hashlib import sha256

import pytest

from pixverse_cli.media.video.download import TransferLimits
from pixverse_cli.media.video.failures import BrokenOffError, WrongContentError
from tests.http.test_body import bare_deflate, unchanged
from tests.servers import HANG, Pause, ScriptedServer, answer

from .fetching import ETAG, VIDEO, assert_nothing_saved, leave_part, notes, resume_download, save


def encoded(encode, name, data=VIDEO, **headers):
    return answer(encode(data), content_encoding=name, **headers)


@pytest.mark.parametrize(
    ("encode", "name"),
    [
        (gzip.compress, "gzip"),
        (zlib.compress, "deflate"),
        (bare_deflate, "deflate"),
        (unchanged, "gzip"),
    ],
)
@pytest.mark.parametrize("length", [True, False])
def test_a_compressed_video_is_saved_decoded_and_noted_101(target, encode, name, length):
    given_length = {} if length else {"content_length": None}
    with ScriptedServer([encoded(encode, name, **given_length)]) as server:
        fetched = save(server.url(), target)
    assert target.read_bytes() == VIDEO
    assert (fetched.size, fetched.sha256) == (len(VIDEO), sha256(VIDEO).hexdigest())
    assert fetched.notes == (f"it was sent with Content-Encoding: {name}",)
    assert list(target.parent.iterdir()) == [target]


def test_a_compressed_transfer_is_not_resumed_but_started_over_101(target):
    whole = encoded(gzip.compress, "gzip", etag=ETAG)
    with ScriptedServer([whole[:-1000]]) as server, pytest.raises(BrokenOffError):
        save(server.url(), target)
    assert_nothing_saved(target)
    assert not notes(target).exists()
    with ScriptedServer([whole]) as server:
        save(server.url(), target)
    assert b"Range" not in server.requests[0]
    assert target.read_bytes() == VIDEO


def test_a_compressed_rest_is_not_appended_101(target):
    """Its range counts compressed bytes."""
    held = leave_part(target, 200_000)
    span = f"bytes {held}-{len(VIDEO) - 1}/{len(VIDEO)}"
    rest = answer(
        VIDEO[held:],
        status="206 Partial Content",
        etag=ETAG,
        content_range=span,
        content_encoding="gzip",
    )
    fetched, _ = resume_download(target, rest, answer(VIDEO, etag=ETAG))
    assert target.read_bytes() == VIDEO
    assert fetched.size == len(VIDEO)


def test_a_resumed_transfer_that_is_answered_whole_and_compressed_is_decoded_101(target):
    leave_part(target, 200_000)
    fetched, _ = resume_download(target, encoded(gzip.compress, "gzip", etag='"v2"'))
    assert target.read_bytes() == VIDEO
    assert fetched.notes == ("it was sent with Content-Encoding: gzip",)


def test_a_compressed_body_larger_than_the_limit_is_refused_101(target):
    bomb = VIDEO + bytes(5_000_000)
    limits = TransferLimits(most_bytes=1_000_000)
    with (
        ScriptedServer([encoded(gzip.compress, "gzip", bomb)]) as server,
        pytest.raises(WrongContentError, match="larger than"),
    ):
        save(server.url(), target, limits=limits)
    assert_nothing_saved(target)


def test_a_compressed_transfer_that_stops_is_broken_off_101(target):
    whole = encoded(gzip.compress, "gzip")
    with (
        ScriptedServer([whole[:-1000], Pause(0.1), HANG]) as server,
        pytest.raises(BrokenOffError),
    ):
        save(server.url(), target)


def test_a_compressed_error_page_is_named_101(target):
    page = encoded(gzip.compress, "gzip", b"<html>log in</html>")
    with ScriptedServer([page]) as server, pytest.raises(WrongContentError, match="HTML"):
        save(server.url(), target)


def test_a_whole_video_that_ends_before_its_promised_length_is_broken_off_101(target):
    short = answer(VIDEO, content_length=str(len(VIDEO) + 10))
    with ScriptedServer([short]) as server, pytest.raises(BrokenOffError, match="interrupted"):
        save(server.url(), target)
    assert_nothing_saved(target)


def test_a_video_with_bytes_behind_it_is_saved_with_them_and_noted_101(target):
    with ScriptedServer([answer(VIDEO + bytes(8))]) as server:
        fetched = save(server.url(), target)
    assert target.read_bytes() == VIDEO + bytes(8)
    assert fetched.notes == ("8 bytes follow that are not part of it",)
