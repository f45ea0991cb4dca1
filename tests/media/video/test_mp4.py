"""The check of a video file before it gets its final name."""

import io
import os

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pixverse_cli.media.video import mp4
from pixverse_cli.media.video.failures import CutShortError, WrongContentError

from .boxes import FTYP, box, box_to_the_end, long_box, moov, track, video


def encoded(path, **options):
    with av.open(path, "w", format="mp4", options=options) as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height = 64, 48
        for shade in range(12):
            picture = Image.new("RGB", (64, 48), (shade * 20, 90, 160))
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        container.mux(stream.encode())
    return path


def check(data):
    mp4.check(io.BytesIO(data))


@pytest.mark.parametrize(
    "options", [{}, {"movflags": "faststart"}, {"movflags": "frag_keyframe+empty_moov"}]
)
def test_real_videos_of_every_layout_are_accepted(tmp_path, options):
    with encoded(tmp_path / "real.mp4", **options).open("rb") as file:
        assert mp4.check(file) == ()


@pytest.mark.parametrize(
    "data",
    [
        video(),
        box(b"ftyp", FTYP) + long_box(b"mdat", b"picture") + moov(),
        box(b"ftyp", FTYP) + moov() + box_to_the_end(b"mdat", b"picture"),
        box(b"ftyp", FTYP) + moov(track(b"soun"), track()) + box(b"mdat") + box(b"free"),
    ],
    ids=["plain", "64-bit length", "length 0", "sound first, room at the end"],
)
def test_all_encodings_of_a_box_length_are_read(data):
    check(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>log in</body>", "an HTML page"),
        (b"\xef\xbb\xbf <?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>", "XML"),
        (b'{"code": "AccessDenied"}', "JSON"),
        (b"\x1aE\xdf\xa3 something else entirely", "not an MP4 video"),
        (box(b"ftyp", FTYP) + box(b"mdat"), "without a video"),
        (box(b"ftyp", FTYP) + moov(), "without a video"),
        (b"RIFF" * 200, "not an MP4 video"),
        (b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(100), "no valid box at byte 12"),
        (box(b"ftyp", FTYP) + moov(track(b"soun")) + box(b"mdat"), "without a video track"),
        (box(b"ftyp", FTYP) + moov() + b"\0\0\0\4free" + box(b"mdat"), "damaged"),
        (box(b"ftyp", FTYP) + bytes(9) + moov() + box(b"mdat"), "damaged"),
    ],
)
def test_a_file_that_is_not_a_complete_video_is_refused_with_the_reason(data, said):
    with pytest.raises(WrongContentError, match=said):
        check(data)


WHOLE = box(b"ftyp", FTYP) + moov() + box(b"mdat", b"picture")


@pytest.mark.parametrize(
    ("data", "notes"),
    [
        (WHOLE, ()),
        (WHOLE + bytes(8), ("8 bytes follow that are not part of it",)),
        (WHOLE + b"\n", ("1 bytes follow that are not part of it",)),
        (WHOLE + b"\0\0\0\4free", ("8 bytes follow that are not part of it",)),
        (WHOLE + (99).to_bytes(4) + b"free...", ("11 bytes follow that are not part of it",)),
        (WHOLE + box(b"odd!", b"anything"), ()),
        (moov() + box(b"ftyp", FTYP) + box(b"mdat"), ("it starts with a box 'moov'",)),
        (box(b"odd!") + WHOLE, ("it starts with a box 'odd!'",)),
        (box(b"ftyp", FTYP) + moov() + moov() + box(b"mdat"), ("it has 2 indexes",)),
        (moov() + box(b"mdat") + b"x", ("it starts with", "1 bytes follow")),
    ],
)
def test_what_is_odd_about_a_complete_video_is_noted_101(data, notes):
    found = mp4.check(io.BytesIO(data))
    assert [note[: len(start)] for note, start in zip(found, notes, strict=True)] == [*notes]


@pytest.mark.parametrize("kind", [b"moov", b"mdat", b"moof", b"sidx", b"mfra"])
def test_a_last_box_that_belongs_to_the_video_must_be_complete_101(kind):
    with pytest.raises(CutShortError):
        check(WHOLE + (99).to_bytes(4) + kind + b"...")


def test_a_video_of_fragments_that_ends_in_a_few_bytes_is_cut_short_101():
    fragment = box(b"moof") + box(b"mdat", b"more")
    assert mp4.check(io.BytesIO(WHOLE + fragment)) == ()
    longer = io.BytesIO(WHOLE + fragment + bytes(8))
    assert mp4.check(longer) == ("8 bytes follow that are not part of it",)
    with pytest.raises(CutShortError):
        check(WHOLE + fragment + b"\0\0\0")


def test_a_box_inside_the_index_cannot_be_longer_than_the_index():
    broken = box(b"moov", (1000).to_bytes(4) + b"trak")
    with pytest.raises(WrongContentError, match="cut short"):
        check(box(b"ftyp", FTYP) + broken + box(b"mdat", bytes(2000)))


@given(st.data())
def test_a_video_cut_anywhere_is_refused(data):
    whole = video(300)
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(WrongContentError):
        check(whole[:cut])


@given(st.integers(8, len(video(300)) - 1))
def test_a_video_cut_inside_a_box_is_reported_as_cut_short(cut):
    first = len(box(b"ftyp", FTYP))
    boundaries = {first, first + len(moov())}
    with pytest.raises(WrongContentError) as caught:
        check(video(300)[:cut])
    assert isinstance(caught.value, CutShortError) is (cut not in boundaries)


@given(st.binary(max_size=200))
def test_hostile_bytes_are_wrong_content(data):
    with pytest.raises(WrongContentError):
        check(box(b"ftyp", FTYP) + data)


def test_the_content_of_mdat_is_not_read(tmp_path):
    path = tmp_path / "huge.mp4"
    size = 1 << 36  # a hole of 64 GB in a sparse file
    with path.open("wb") as file:
        file.write(box(b"ftyp", FTYP) + moov() + b"\0\0\0\1mdat" + (size + 16).to_bytes(8))
        os.truncate(path, file.tell() + size)
    with path.open("rb") as file:
        mp4.check(file)
