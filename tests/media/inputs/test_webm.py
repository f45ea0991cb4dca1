"""WebM files made by hand: exact lengths and sides, and exactly what is refused.

Ids and layouts: RFC 8794 (EBML) and RFC 9559 (Matroska).
"""

import io
import struct

import pytest

from pixverse_cli.media.inputs.image import HeaderError
from pixverse_cli.media.inputs.webm import read_webm

UNKNOWN = b"\x01" + b"\xff" * 7


def element(name, *content, length=None):
    inside = b"".join(content)
    return bytes.fromhex(name) + (length or (0x4000 | len(inside)).to_bytes(2)) + inside


def header(kind=b"webm"):
    return element("1a45dfa3", element("4282", kind))


def info(*values):
    return element("1549a966", *values)


def sides(width=320, height=180):
    video = element("e0", element("b0", width.to_bytes(2)), element("ba", height.to_bytes(2)))
    return element("ae", video)


def cluster(at, *blocks, length=None):
    return element("1f43b675", element("e7", at.to_bytes(2)), *blocks, length=length)


def block(at, name="a3", track=b"\x81"):
    return element(name, track + at.to_bytes(2, signed=True) + b"\0" + b"picture")


def segment(*content, length=None):
    return element("18538067", *content, length=length)


SCALE = element("2ad7b1", (500_000).to_bytes(3))
TRACKS = element("1654ae6b", sides())
LENGTH = info(element("4489", struct.pack(">d", 2500.0)))
WHOLE = header() + segment(LENGTH, TRACKS, cluster(0, block(0)))


def read(data):
    return read_webm(io.BytesIO(data), len(data))


def refusal(data):
    with pytest.raises(HeaderError) as caught:
        read(data)
    return str(caught.value)


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        ([element("4489", struct.pack(">d", 2500.0))], 2.5),
        ([element("4489", struct.pack(">f", 2500.0))], 2.5),
        ([SCALE, element("4489", struct.pack(">d", 2500.0))], 1.25),
        ([element("4489", b"\x40\x00\x00")], None),
        ([], None),
    ],
)
def test_the_length_is_in_units_of_the_scale(values, seconds):
    assert read(header() + segment(info(*values), TRACKS)) == (seconds, 320, 180)


def test_the_sides_are_those_of_the_first_video():
    tracks = element("1654ae6b", sides(640, 360), sides(32, 18))
    assert read(header() + segment(LENGTH, tracks)) == (2.5, 640, 360)
    for side in ("b0", "ba"):
        one = element("1654ae6b", element("ae", element("e0", element(side, b"\x20"))))
        assert refusal(header() + segment(LENGTH, one)) == "is a WebM without a video"


@pytest.mark.parametrize(
    ("clusters", "seconds"),
    [
        ([cluster(0, block(40), block(20))], 0.04),
        ([cluster(100, block(-40))], 0.06),
        ([cluster(1000, block(7)), cluster(500, block(0))], 1.007),
        ([cluster(1000, element("a0", block(9, name="a1")))], 1.009),
        ([cluster(1000, block(9, track=b"\x40\xff"))], 1.009),
        ([cluster(0, block(3), length=UNKNOWN), cluster(1000, length=UNKNOWN)], 0.003),
        ([cluster(1000, element("a3"))], 1.0),
    ],
)
def test_without_a_length_it_is_as_long_as_its_last_block(clusters, seconds):
    for length in (None, UNKNOWN):
        data = header() + segment(TRACKS, *clusters, length=length)
        assert read(data) == (pytest.approx(seconds), 320, 180)


def test_another_matroska_file_is_named():
    for kind in (b"matroska", b"webm2"):
        said = "is a Matroska file; the service takes WebM: convert it"
        assert refusal(header(kind) + segment(TRACKS)) == said
    assert read(header(b"webm\0\0") + segment(LENGTH, TRACKS)).width == 320


def test_a_file_that_lacks_its_last_byte_is_cut_short():
    for data in (WHOLE[:-1], WHOLE[:-7], header() + segment(TRACKS, length=UNKNOWN)[:-1]):
        assert refusal(data) == "is a WebM that is cut short: its end is missing"
    for half in (b"\xa3", b"\x1f\x43", b"\xa3\x40"):
        data = header() + segment(LENGTH, TRACKS, half, length=UNKNOWN)
        assert refusal(data) == "is a WebM that is cut short: its end is missing"


def test_what_follows_the_segment_is_not_part_of_it():
    for more in (b"\0", b"\xff" * 40, cluster(9000, block(0))):
        assert read(WHOLE + more) == (2.5, 320, 180)


@pytest.mark.parametrize("wrong", [bytes(9), b"\xa3\xff" + bytes(9), b"\xec\x00" + bytes(9)])
def test_the_place_of_an_invalid_element_is_told(wrong):
    before = header() + segment(LENGTH, TRACKS, length=UNKNOWN)
    assert refusal(before + wrong) == f"is a damaged WebM: no valid element at byte {len(before)}"


def test_a_length_may_have_1_to_8_bytes():
    for count in range(1, 9):
        size = (1 << 7 * count | 5).to_bytes(count)
        assert read(
            header() + segment(LENGTH, TRACKS, element("ec", b"12345", length=size))
        ).seconds
