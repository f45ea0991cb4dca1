"""Pictures that are not complete: found without decoding, and complete ones never refused."""

import io
import random
import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pixverse_cli.media.inputs.image import HeaderError, check_end, read_header


def encode(picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def noise(side=120):
    return Image.frombytes("RGB", (side, side), random.Random(side).randbytes(3 * side * side))


def flat(side=400, shade="black"):
    return Image.new("RGB", (side, side), shade)


def frames(kind):
    return encode(noise(), kind, save_all=True, append_images=[flat(120, "red"), noise()])


VARIANTS = {
    "baseline": ("JPEG", {}),
    "progressive": ("JPEG", {"progressive": True}),
    "restart markers": ("JPEG", {"restart_marker_blocks": 2}),
    "grey": ("JPEG", {"quality": 3}),
    "plain": ("PNG", {}),
    "lossy": ("WEBP", {}),
    "lossless": ("WEBP", {"lossless": True}),
    "best": ("WEBP", {"quality": 100}),
}
PICTURES = {
    f"{name} {picture.__name__}": encode(picture(), kind, **options)
    for name, (kind, options) in VARIANTS.items()
    for picture in (noise, flat)
} | {"frames of WEBP": frames("WEBP"), "frames of PNG": frames("PNG")}


def every(pictures=PICTURES):
    cases = [pytest.param(data, id=name) for name, data in pictures.items()]
    return pytest.mark.parametrize("data", cases)


NOISY = {name: data for name, data in PICTURES.items() if not name.endswith("flat")}


def check(data):
    file = io.BytesIO(data)
    found = read_header(file, len(data))
    check_end(file, found.format, len(data), pixels=found.width * found.height)


@every()
@pytest.mark.parametrize("behind", [b"", bytes(500), b"more\xff\xd8\xff"])
def test_a_complete_picture_is_accepted_with_any_bytes_behind_it_100(data, behind):
    check(data + behind)


@every()
def test_half_a_picture_is_refused_100(data):
    with pytest.raises(HeaderError, match="cut short"):
        check(data[: len(data) // 2])


@every(NOISY)
def test_a_picture_whose_second_half_is_zeros_is_refused_100(data):
    half = len(data) // 2
    with pytest.raises(HeaderError, match=r"cut short|damaged"):
        check(data[:half] + bytes(len(data) - half))


@every(NOISY)
def test_a_picture_whose_last_tenth_is_missing_or_zeros_is_refused_100(data):
    most = len(data) * 9 // 10
    for rest in (b"", bytes(len(data) - most)):
        with pytest.raises(HeaderError, match=r"cut short|damaged"):
            check(data[:most] + rest)


@pytest.mark.parametrize("name", ["baseline noise", "plain noise", "lossy noise"])
@given(st.data())
def test_a_picture_cut_anywhere_is_refused_100(name, data):
    whole = PICTURES[name]
    cut = data.draw(st.integers(12, len(whole) - 2))
    with pytest.raises(HeaderError):
        check(whole[:cut])


@given(st.sampled_from(sorted(PICTURES)), st.data())
def test_hostile_bytes_are_accepted_or_refused_100(name, data):
    whole = bytearray(PICTURES[name])
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(HeaderError):
        check(bytes(whole))


def chunk(kind, data=b"", checksum=None):
    right = zlib.crc32(kind + data)
    return struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", checksum or right)


PNG = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 5, 5, 8, 2, 0, 0, 0))
JPEG = encode(flat(8), "JPEG")
WEBP = encode(flat(8), "WEBP")


def riff(body):
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (PNG + chunk(b"IDAT", b"x", 1) + chunk(b"IEND"), "the checksum of its IDAT is wrong"),
        (PNG + chunk(b"IDAT", b"x"), "cut short"),
        (PNG + chunk(b"IDAT", b"x") + b"\xff\xff\xff\xffIDAT", "cut short"),
        (PNG + chunk(b"IDAT", b"x") + bytes(12), "no valid chunk at byte 46"),
        (JPEG[:-2], "cut short"),
        (JPEG[:-1], "cut short"),
        (JPEG[:2] + b"\xff\xe0\0\2" * 4000 + JPEG[2:-2] + b"\xff\xdd\0\2" * 100_000, "segments"),
        (riff(WEBP[12:] + b"\0\0\0\0\1\0\0\0x\0"), "no valid chunk"),
        (riff(WEBP[12:] + b"EXIF\xff\0\0\0x\0"), "cut short"),
        (riff(b"VP8X" + struct.pack("<I", 10) + bytes(10)), "no image data"),
    ],
)
def test_a_damaged_structure_is_refused_with_the_reason_100(data, said):
    with pytest.raises(HeaderError, match=said):
        check(data)


def test_a_wrong_checksum_of_an_ancillary_chunk_is_accepted_100():
    """Decoders ignore it too."""
    check(PNG + chunk(b"tEXt", b"x", 1) + chunk(b"IDAT", b"x") + chunk(b"IEND"))


def test_an_end_mark_inside_a_thumbnail_is_not_the_end_100():
    thumbnail = b"\xff\xe1" + struct.pack(">H", 2 + len(JPEG)) + JPEG
    check(JPEG[:2] + thumbnail + JPEG[2:])
    with pytest.raises(HeaderError, match="cut short"):
        check(JPEG[:2] + thumbnail + JPEG[2:-2])


@pytest.mark.parametrize("before", range(262_130, 262_150))
def test_an_end_mark_across_two_reads_is_found_100(before):
    scan = JPEG.index(b"\xff\xda") + 14
    check(JPEG[:scan] + b"x" * before + b"\xff\0" * 3 + b"\xff\xff\xd9")


@pytest.mark.parametrize("length", [10, 5_000, 300_000])
def test_the_second_scan_of_a_jpeg_begins_behind_the_first_however_long_100(length):
    start = JPEG.index(b"\xff\xda")
    check(JPEG[: start + 14] + b"x" * length + JPEG[start:])


def test_a_webp_with_an_odd_last_chunk_and_no_padding_is_accepted_100():
    check(riff(WEBP[12:] + b"EXIF\1\0\0\0x"))


LONG = PNG + b"\xff\xff\xff\xffIDAT"


def test_the_reason_names_the_format_100():
    for data, kind in ((JPEG[:-2], "JPEG"), (JPEG[:-10], "JPEG"), (PNG, "PNG"), (LONG, "PNG")):
        with pytest.raises(HeaderError) as caught:
            check_end(io.BytesIO(data), kind, len(data), pixels=64)
        assert str(caught.value) == f"is a {kind} that is cut short: its end is missing"


@pytest.mark.parametrize("marker", [0x01, 0xD0, 0xD7, 0xD8])
def test_a_marker_without_a_length_may_stand_in_the_header_of_a_jpeg_100(marker):
    check(JPEG[:2] + bytes((0xFF, marker)) + JPEG[2:])


@pytest.mark.parametrize("orientation", range(10))
def test_an_orientation_of_2_to_8_is_noted(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(flat(8), "JPEG", exif=exif)
    expected = ("EXIF-rotated",) if orientation in range(2, 9) else ()
    assert read_header(io.BytesIO(data), len(data)).notes == expected


@pytest.mark.parametrize(("pixels", "most"), [(0, 64), (511, 64), (512, 65), (51_200, 164)])
def test_a_webp_may_end_in_fewer_zeros_than_four_bits_for_each_block_100(pixels, most):
    def check_zeros(count, start=b"\1\1"):
        picture = start + bytes(count)
        data = riff(b"VP8 " + struct.pack("<I", len(picture)) + picture)
        check_end(io.BytesIO(data), "WEBP", len(data), pixels=pixels)

    check_zeros(most - 1)
    check_zeros(most, start=b"")
    with pytest.raises(HeaderError, match=r"its last part is empty \(zeros\)$"):
        check_zeros(most)


@pytest.mark.parametrize(("data", "least"), [(JPEG, 2), (PNG, 8), (WEBP, 12)])
def test_a_header_that_is_cut_short_names_its_format_100(data, least):
    for cut in range(least, least + 18):
        with pytest.raises(HeaderError) as caught:
            read_header(io.BytesIO(data[:cut]), len(data))
        kind = {2: "JPEG", 8: "PNG", 12: "WEBP"}[least]
        assert str(caught.value) == f"is a {kind} that is cut short: it ends inside its header"


@pytest.mark.parametrize("kind", [0xC4, 0xC8, 0xCC, 0xE0, 0xFE])
def test_only_a_frame_of_a_jpeg_tells_its_size_100(kind):
    inside = b"\xff\xc0\0\x11\x08\0\1\0\1\3" + bytes(10)  # like a frame of 1 x 1 pixels
    segment = bytes((0xFF, kind)) + struct.pack(">H", 2 + len(inside)) + inside
    found = read_header(io.BytesIO(JPEG[:2] + segment + JPEG[2:]), 9999)
    assert (found.width, found.height) == (8, 8)
    with pytest.raises(HeaderError, match="its header has no size"):
        read_header(io.BytesIO(JPEG[:2] + b"\xff\xd9" + JPEG[2:]), 9999)


def test_a_webp_is_a_riff_and_its_last_chunk_is_complete_100():
    for data in (b"RIFF\0\0\0\0AVI " + bytes(40), b"riff\0\0\0\0WEBP" + bytes(40)):
        with pytest.raises(HeaderError, match="is not a supported image"):
            read_header(io.BytesIO(data), len(data))
    with pytest.raises(HeaderError, match=r"^is a WEBP that is cut short: its end is missing"):
        check(riff(WEBP[12:] + b"EXIF\2\0\0\0x"))


def exif(order, *entries, start=8, count=None):
    """Return an Exif block: ``entries`` of a tag and a value, the directory at ``start``."""
    mark = {"<": b"II*\0", ">": b"MM\0*"}[order]
    count = len(entries) if count is None else count
    directory = b"".join(
        struct.pack(f"{order}HHIHH", tag, 3, 1, value, 0) for tag, value in entries
    )
    head = mark + struct.pack(f"{order}I", start) + bytes(start - 8)
    return head + struct.pack(f"{order}H", count) + directory


def in_jpeg(*segments):
    marked = [b"\xff\xe1" + struct.pack(">H", 2 + len(each)) + each for each in segments]
    return JPEG[:2] + b"".join(marked) + JPEG[2:]


def notes(data):
    return read_header(io.BytesIO(data), len(data)).notes


ROTATED = (0x0112, 6)
OTHERS = ((0x010F, 7), (0x0110, 8))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("start", [8, 13])
def test_the_orientation_is_found_among_all_entries_of_the_exif_directory(order, start):
    for entries in ((ROTATED, *OTHERS), (OTHERS[0], ROTATED), (*OTHERS, ROTATED)):
        block = exif(order, *entries, start=start)
        assert notes(in_jpeg(b"Exif\0\0" + block)) == ("EXIF-rotated",)
    behind = exif(order, *OTHERS, ROTATED, start=start, count=2)
    assert notes(in_jpeg(b"Exif\0\0" + behind)) == ()
    assert notes(in_jpeg(b"http\0\0" + exif(order, ROTATED))) == ()


def test_the_chunks_behind_an_exif_chunk_of_a_png_are_read():
    turned, moving = exif(">", ROTATED), chunk(b"acTL", bytes(8))
    for filler in (b"", bytes(7), bytes(70_000)):
        data = PNG + chunk(b"eXIf", turned + filler) + moving + chunk(b"IDAT", b"x")
        assert notes(data) == ("EXIF-rotated", "animated")


def extended(flags, *chunks):
    """Return a WebP of 3 x 2 pixels with a VP8X chunk and others."""
    first = b"VP8X" + struct.pack("<I", 10) + bytes((flags, 0, 0, 0, 2, 0, 0, 1, 0, 0))
    packed = [
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
        for kind, data in chunks
    ]
    return riff(first + b"".join(packed))


def test_the_flags_of_a_webp_say_whether_it_moves_and_has_an_exif_chunk():
    chunks = [(b"VP8 ", b"odd"), (b"ICCP", b"even"), (b"EXIF", exif("<", *OTHERS, ROTATED))]
    assert notes(extended(0x02, *chunks)) == ("animated",)
    assert notes(extended(0x08, *chunks)) == ("EXIF-rotated",)
    assert notes(extended(0x0A, *chunks)) == ("animated", "EXIF-rotated")
    assert notes(extended(0xF5, *chunks)) == ()
    prefixed = (b"EXIF", b"Exif\0\0" + exif(">", ROTATED))
    assert notes(extended(0x08, prefixed)) == ("EXIF-rotated",)
    assert notes(extended(0x08, (b"EXIF", b""))) == ()
    assert notes(extended(0x08, (b"ICCP", b""))) == ()


@pytest.mark.parametrize("first", range(4))
def test_the_lowest_bit_of_a_lossy_webp_says_that_it_is_no_key_frame(first):
    data = riff(b"VP8 " + struct.pack("<I", 10) + bytes((first, 0, 0)) + b"\x9d\x01\x2a\5\0\6\0")
    if first % 2:
        with pytest.raises(HeaderError, match="does not start with a key frame"):
            notes(data)
    else:
        assert notes(data) == ()
