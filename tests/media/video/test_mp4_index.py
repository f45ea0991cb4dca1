"""What the index of an MP4 tells, from boxes made by hand; layouts: ISO/IEC 14496-12."""

import io
import struct

import pytest

from pixverse_cli.media.video import mp4
from pixverse_cli.media.video.failures import CutShortError, WrongContentError

from .boxes import FTYP, box, long_box, moov

DATA = box(b"mdat", b"\1" * 300)


def structure(*boxes):
    return mp4.read_structure(io.BytesIO(b"".join(boxes)))


def mvhd(scale, length, *, wide=False):
    times = struct.pack(">QQIQ" if wide else ">IIII", 7, 8, scale, length)
    return box(b"mvhd", bytes((wide, 0, 0, 0)) + times + b"\1" * 80)


def fragments(length, *, wide=False):
    inside = bytes((wide, 0, 0, 0)) + length.to_bytes(8 if wide else 4)
    return box(b"mvex", box(b"mehd", inside) + box(b"trex", bytes(24)))


def table(kind, *numbers, width=4):
    return box(kind, bytes(4) + b"".join(number.to_bytes(width) for number in numbers))


def samples(chunks, per_chunk, sizes, same=0, width=4):
    """Return the tables of a track: the chunks' positions, their samples, the samples' sizes."""
    places = bytes(4) + len(chunks).to_bytes(4) + b"".join(at.to_bytes(width) for at in chunks)
    return (
        box(b"stco" if width == 4 else b"co64", places)
        + table(b"stsc", 1, 1, per_chunk, 1)
        + table(b"stsz", same, len(sizes), *sizes)
    )


def track(tables=b"", handler=b"vide", sides=(320, 180), *, wide=False):
    head = bytes((wide, 0, 0, 0)) + bytes(84 if wide else 72)
    head += b"".join((side << 16 | 0x8000).to_bytes(4) for side in sides)
    hdlr = box(b"hdlr", bytes(8) + handler + bytes(13))
    inside = box(b"mdia", hdlr + box(b"minf", box(b"stbl", tables)))
    return box(b"trak", box(b"tkhd", head) + inside)


def only_track(*args, **options):
    index = box(b"moov", mvhd(600, 900) + track(*args, **options))
    return structure(box(b"ftyp", FTYP), DATA, index).tracks[0]


@pytest.mark.parametrize(
    ("index", "seconds"),
    [
        (mvhd(600, 900), 1.5),
        (mvhd(600, 3 << 62, wide=True), 2**62 / 200),
        (mvhd(600, 0) + fragments(1200), 2.0),
        (mvhd(600, 0) + fragments(1200 << 32, wide=True), 2.0 * 2**32),
        (mvhd(600, 900) + fragments(1200), 1.5),
        (mvhd(600, 0) + box(b"mvex"), None),
        (mvhd(0, 900), None),
        (b"", None),
    ],
)
def test_the_length_is_that_of_the_index_or_of_its_fragments(index, seconds):
    assert structure(box(b"ftyp", FTYP), DATA, box(b"moov", index)).seconds == seconds


@pytest.mark.parametrize("wide", [False, True])
def test_a_track_has_its_sides_and_handler(wide):
    assert only_track(sides=(1920, 1081), wide=wide) == (b"vide", 1920, 1081, 0)
    assert only_track(handler=b"soun", sides=(0, 0), wide=wide) == (b"soun", 0, 0, 0)
    assert structure(DATA, box(b"moov", box(b"trak"))).tracks == ((b"", 0, 0, 0),)


@pytest.mark.parametrize(
    ("tables", "place"),
    [
        (samples((40, 100), 1, (9, 9)), 100),
        (samples((40, 100), 3, (9, 10, 20, 30)), 130),
        (samples((40, 100), 3, (10, 20, 30)), 130),
        (samples((40, 100), 3, (10, 20, 30), width=8), 130),
        (samples((40, 100), 3, (), same=20), 100),
        (samples((40, 100), 4, (10, 20, 30)), 100),
        (samples((40, 100), 0, (10, 20, 30)), 100),
        (samples((), 3, (10, 20, 30)), 0 + 30),
        (samples((40,), 3, (10, 20, 30)), 70),
        (table(b"stco", 1, 40) + table(b"stsz", 0, 0), 0),
        (table(b"stco", 1, 40) + table(b"stsc", 1, 1, 1, 1), 0),
        (table(b"stsc", 1, 1, 1, 1) + table(b"stsz", 0, 0), 0),
    ],
)
def test_the_last_sample_stands_in_the_last_chunk_behind_the_others(tables, place):
    assert only_track(tables).last_sample == place


def test_up_to_100000_samples_of_a_chunk_are_counted():
    for count, place in ((100_000, 20 + 2 * 99_999), (100_001, 20)):
        table_of_sizes = samples((20,), count, (2,) * count)
        index = box(b"moov", track(table_of_sizes))
        data = box(b"mdat", b"\1" * 300_000)
        assert structure(data, index).tracks[0].last_sample == place


@pytest.mark.parametrize("handler", [b"vide", b"soun"])
def test_a_last_sample_of_64_zeros_is_missing(handler):
    def read(zeros):
        data = box(b"mdat", b"\1" * 92 + bytes(zeros) + b"\1" * 100)
        index = box(b"moov", track(samples((100,), 1, (80,)), handler))
        return structure(data, index)

    assert read(63).brand == b"qt  "
    with pytest.raises(CutShortError, match=r"^the last data that the index names is missing$"):
        read(64)


def test_silence_beside_a_video_may_be_zeros_but_no_video_track():
    data = box(b"mdat", b"\1" * 92 + bytes(200))
    video, empty = track(samples((20,), 1, (80,))), samples((100,), 1, (80,))
    assert structure(data, box(b"moov", video + track(empty, b"soun"))).brand == b"qt  "
    with pytest.raises(CutShortError):
        structure(data, box(b"moov", video + track(empty)))


def test_the_brand_is_that_of_the_first_box():
    index = box(b"moov", track())
    assert structure(box(b"ftyp", FTYP), index, DATA).brand == b"isom"
    assert structure(long_box(b"ftyp", b"qt  \0\0\0\0"), index, DATA).brand == b"qt  "
    assert structure(index, DATA).brand == b"qt  "


@pytest.mark.parametrize(
    ("boxes", "kind", "said"),
    [
        ((moov(),), WrongContentError, "no index or no data"),
        ((DATA,), WrongContentError, "no index or no data"),
        ((moov(), DATA[:-1]), CutShortError, "the video is cut short: 472 bytes of at least 473"),
        (
            (moov(), DATA, b"\0\0\0\1mdat" + (1 << 60).to_bytes(8)),
            CutShortError,
            f"489 bytes of at least {473 + (1 << 60)}",
        ),
        ((DATA, bytes(9)), WrongContentError, "the downloaded file is a damaged MP4: no valid"),
        ((moov(), DATA, box(b"moof"), bytes(8)), WrongContentError, "no valid box at byte 481"),
        ((moov(), DATA, box(b"moof"), bytes(7)), CutShortError, "in the middle of a box, at"),
    ],
)
def test_a_structure_that_is_not_complete_is_refused(boxes, kind, said):
    with pytest.raises(WrongContentError, match=said) as caught:
        structure(*boxes)
    assert type(caught.value) is kind


def test_bytes_behind_a_whole_video_are_not_read():
    for more in (b"\n", bytes(300), b"\0\0\0\x63free"):
        assert structure(moov(), DATA, more).brand == b"qt  "


def test_a_list_of_boxes_may_end_with_up_to_seven_zeros():
    assert structure(box(b"moov", mvhd(600, 900) + bytes(7)), DATA).seconds == 1.5
    with pytest.raises(WrongContentError, match=r"no valid box at byte 116$"):
        structure(box(b"moov", mvhd(600, 900) + bytes(8)), DATA)


def test_the_first_bytes_tell_a_box_from_a_text():
    for kind, length in ((b"moov", 0x20000000), (b"odd!", 0x1FFFFFFF)):
        mp4.check_head(length.to_bytes(4) + kind)
    for kind, length in ((b"odd!", 0x20000000), (b"od\n!", 8), (b"od\xc3!", 8), (b"odd", 8)):
        with pytest.raises(WrongContentError, match="is not an MP4 video"):
            mp4.check_head(length.to_bytes(4) + kind)


def test_a_file_has_at_most_20000_boxes():
    rest = box(b"free") * 19_998
    assert mp4.check(io.BytesIO(moov() + DATA + rest)) == (
        "it starts with a box 'moov' instead of its type 'ftyp'",
    )
    with pytest.raises(WrongContentError, match="a damaged MP4: more than 20000 boxes"):
        mp4.check(io.BytesIO(moov() + DATA + rest + box(b"free")))
