"""The check of pictures before the create call."""

import hashlib
import io
import os
import socket
import struct
import sys
import threading
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pixverse_cli.domain.catalog import IMAGE_LIMITS
from pixverse_cli.domain.errors import Stopped, UnexpectedError, UsageError
from pixverse_cli.media.inputs.image import (
    Header,
    HeaderError,
    inspect,
    inspect_stream,
    read_header,
)
from pixverse_cli.media.inputs.source import open_for_upload

DATA = Path(__file__).parents[2] / "data"


def encode(kind, size=(37, 21), mode="RGB", **options):
    file = io.BytesIO()
    Image.new(mode, size).save(file, kind, **options)
    return file.getvalue()


def rotated(orientation=6):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def chunk(kind, data=b""):
    return struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, *, bits=8, extra=b""):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + extra + chunk(b"IDAT", b"x") + chunk(b"IEND")


def frames(kind):
    others = [Image.new("RGB", (37, 21), shade) for shade in ("red", "blue")]
    return encode(kind, save_all=True, append_images=others)


def header(data):
    return read_header(io.BytesIO(data), len(data))


@pytest.fixture
def path(tmp_path):
    """Return the path of a valid picture."""
    return put(tmp_path / "cat.png", png(37, 21))


def put(path, data):
    path.write_bytes(data)
    return path


def refusal(source):
    with pytest.raises(UsageError) as caught:
        inspect(str(source))
    return caught.value.message


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("turtle.webp", ("WEBP", 640, 480)),
        ("turtle.jpg", ("JPEG", 160, 120)),
        ("turtle.png", ("PNG", 160, 120)),
    ],
)
def test_a_valid_picture_has_its_format_sides_size_and_hash(name, facts):
    picture = inspect(str(DATA / name))
    data = (DATA / name).read_bytes()
    assert facts == (picture.format, picture.width, picture.height)
    assert (len(data), hashlib.sha256(data).hexdigest()) == (picture.size, picture.sha256)
    assert picture.label == str(DATA / name)
    assert picture.notes == ()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (encode("JPEG"), "JPEG"),
        (encode("JPEG", progressive=True), "JPEG"),
        (encode("JPEG", mode="L"), "JPEG"),
        (encode("PNG", mode="P"), "PNG"),
        (encode("WEBP"), "WEBP"),
        (encode("WEBP", lossless=True), "WEBP"),
        (encode("WEBP", mode="RGBA", lossless=True, exif=rotated(1)), "WEBP"),
    ],
)
def test_all_variants_of_the_three_formats_are_read(data, expected):
    assert Header(format=expected, width=37, height=21) == header(data)


@given(st.integers(1, 16383), st.integers(1, 16383), st.sampled_from(["VP8 ", "VP8L", "VP8X"]))
def test_the_sides_of_every_kind_of_webp_are_read(width, height, kind):
    lossless = struct.pack("<BI", 0x2F, (width - 1) | (height - 1) << 14)
    content = {
        "VP8 ": b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height),
        "VP8L": lossless,
        "VP8X": bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"),
    }[kind]
    body = b"WEBP" + kind.encode() + struct.pack("<I", len(content)) + content
    found = header(b"RIFF" + struct.pack("<I", len(body)) + body)
    assert (width, height) == (found.width, found.height)


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (frames("WEBP"), "animated"),
        (frames("PNG"), "animated"),
        (encode("JPEG", mode="CMYK"), "CMYK"),
        (encode("PNG", mode="I;16"), "16-bit"),
        (encode("JPEG", exif=rotated()), "EXIF-rotated"),
        (encode("PNG", exif=rotated()), "EXIF-rotated"),
        (encode("WEBP", exif=rotated()), "EXIF-rotated"),
        (encode("JPEG").replace(b"\xff\xc0\0\x11\x08", b"\xff\xc1\0\x11\x0c"), "12-bit"),
    ],
)
def test_undocumented_features_are_noted_75(tmp_path, data, note):
    picture = inspect(str(put(tmp_path / "odd", data)))
    (said,) = picture.notes
    assert said.endswith(f"is {note}: undocumented by the service, sent unchanged")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("cat.png", encode("GIF"), "is a GIF; the service takes JPEG, PNG or WEBP"),
        ("cat.jpg", encode("BMP"), "is a BMP"),
        ("cat.jpg", encode("TIFF"), "is a TIFF"),
        ("cat.webp", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1", "is an AVIF"),
        ("cat.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "is a HEIC"),
        ("cat.png", b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "is a video"),
        ("cat.png", b'\xef\xbb\xbf<?xml version="1.0"?>\n<svg xmlns="">', "is an SVG"),
        ("cat.png", b"<!doctype html><title>Not found</title>", "is an HTML page"),
        ("cat.png", b"%PDF-1.7", "is a PDF"),
        ("cat.png", b"meow", "is not a supported image (JPEG, PNG or WEBP)"),
    ],
)
def test_the_content_decides_and_not_the_name_73(tmp_path, name, data, said):
    path = put(tmp_path / name, data)
    assert refusal(path).startswith(f"{path}: {said}")


def test_a_wrong_extension_does_not_matter_73(tmp_path):
    assert inspect(str(put(tmp_path / "cat.gif", encode("PNG")))).format == "PNG"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@given(st.data())
def test_a_header_cut_anywhere_is_refused_73(kind, data):
    whole = {
        "JPEG": encode("JPEG", exif=rotated())[:200],
        "PNG": png(5, 5)[:40],
        "WEBP": encode("WEBP"),
    }[kind]
    cut = data.draw(st.integers(12, len(whole) - 2))
    with pytest.raises(HeaderError, match=f"is a {kind} that is cut short"):
        header(whole[:cut])


@given(st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"]), st.binary())
def test_hostile_headers_are_read_or_refused(start, rest_of_video):
    with suppress(HeaderError):
        assert header(start + rest_of_video).width >= 0


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff\xd8\xff\xda\0\2", "has no size"),
        (b"\xff\xd8" + bytes(5000), "contains other data"),
        (b"\xff\xd8" + b"\xff\xe0\0\2" * 5000, "has no size"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"CgBI", bytes(13)), "does not start with its size"),
        (png(5, 5, extra=chunk(b"tEXt") * 5000), "does not end"),
        (b"RIFF\x1c\0\0\0WEBPICCP" + bytes(30), "does not start with image data"),
        (b"RIFF\x1c\0\0\0WEBPVP8 " + bytes(30), "does not start with a key frame"),
        (b"RIFF\x1c\0\0\0WEBPVP8L" + bytes(30), "lossless signature"),
    ],
)
def test_a_damaged_header_is_refused_with_the_reason(data, said):
    with pytest.raises(HeaderError, match=f"is a damaged .*{said}"):
        header(data)


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"Exif\0\0",
        b"Exif\0\0XX*\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\0\1" + bytes(12),
        b"http://ns.adobe.com/xap/1.0/\0",
    ],
)
def test_a_broken_exif_block_is_ignored(block):
    whole = encode("JPEG")
    segment = b"\xff\xe1" + struct.pack(">H", 2 + len(block)) + block
    assert Header(format="JPEG", width=37, height=21) == header(whole[:2] + segment + whole[2:])


def test_an_empty_exif_block_before_the_size_is_skipped():
    whole = encode("JPEG")
    at = whole.index(b"\xff\xc0")
    assert header(whole[:at] + b"\xff\xe1\0\2" + whole[at:]).width == 37


def test_a_webp_whose_announced_exif_is_missing_is_accepted():
    data = bytearray(encode("WEBP", exif=rotated()))
    data[data.index(b"EXIF") : data.index(b"EXIF") + 4] = b"JUNK"
    assert header(bytes(data)).notes == ()


@pytest.mark.parametrize("sides", [(0, 5), (5, 0)])
def test_a_side_of_0_is_refused_74(tmp_path, sides):
    assert "a side is 0" in refusal(put(tmp_path / "flat.png", png(*sides)))


def test_sides_of_up_to_10000_pixels_are_accepted_74(tmp_path):
    path = put(tmp_path / "wide.png", png(10_000, 1))
    assert inspect(str(path)).width == 10_000
    assert "is 10001 x 1 pixels" in refusal(put(path, png(10_001, 1)))


def test_a_header_of_100000_by_100000_pixels_is_refused_without_decoding_74(tmp_path):
    path = put(tmp_path / "bomb.png", png(100_000, 100_000))
    assert f"{path}: is 100000 x 100000 pixels; the service takes at most 10000" in refusal(path)


def test_files_of_up_to_20_mb_are_accepted_72(tmp_path):
    path = put(tmp_path / "big.png", png(5, 5))
    os.truncate(path, IMAGE_LIMITS.max_bytes)
    assert inspect(str(path)).size == IMAGE_LIMITS.max_bytes
    os.truncate(path, IMAGE_LIMITS.max_bytes + 1)
    assert "has 20971521 bytes" in refusal(path)


def test_all_problems_of_a_picture_are_reported_together(tmp_path):
    path = put(tmp_path / "big.png", png(0, 20_000))
    os.truncate(path, IMAGE_LIMITS.max_bytes + 1)
    assert len(refusal(path).splitlines()) == 3


def test_an_empty_file_is_refused_72(tmp_path):
    assert refusal(put(tmp_path / "none.png", b"")).endswith("none.png: is empty")


def test_a_missing_file_is_refused_72(tmp_path):
    assert "no such file or directory" in refusal(tmp_path / "none.png")


def test_a_directory_is_refused_72(tmp_path):
    assert refusal(tmp_path) == f"{tmp_path}: is a directory, not a file"


@pytest.mark.skipif(sys.platform == "win32", reason="no FIFOs")
def test_a_named_pipe_is_refused_and_does_not_block_72(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "is a named pipe" in refusal(tmp_path / "pipe")


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no /dev/fd")
def test_the_pipe_of_a_process_substitution_points_to_stdin():
    read, write = os.pipe()
    try:
        said = refusal(f"/dev/fd/{read}")
    finally:
        os.close(read)
        os.close(write)
    assert said.startswith(f"/dev/fd/{read}: is a named pipe, not a file;")
    assert said.endswith("; pipe it into pixverse, and give - in its place")


@pytest.mark.skipif(sys.platform == "win32", reason="no /dev")
def test_devices_and_sockets_are_refused_72(tmp_path):
    assert "is a device" in refusal("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        assert "socket: no such device" in refusal(tmp_path / "socket")


@pytest.mark.parametrize(
    "name", ["a cat.png", "a\ncat.png", "-cat.png", "Cafe\u0301.png", "\U0001f408.png"]
)
def test_unusual_names_work_77(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    put(Path(name), png(5, 5))
    assert inspect(name).label == name


@pytest.mark.skipif(sys.platform != "linux", reason="other systems want Unicode names")
def test_names_that_are_not_utf_8_work_77(tmp_path):
    name = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.png")
    put(Path(name), png(5, 5))
    assert inspect(name).size


@pytest.mark.parametrize("name", ["a\0b", "\ud800.png"])
def test_an_impossible_file_name_is_refused(name):
    assert "is not a valid file name" in refusal(name)


def test_only_the_first_chunks_of_a_webp_are_searched():
    data = encode("WEBP", exif=rotated())
    at = data.index(b"EXIF")
    many = data[12:at] + b"JUNK\0\0\0\0" * 5000 + data[at:]
    whole = b"RIFF" + struct.pack("<I", 4 + len(many)) + b"WEBP" + many
    assert header(whole).notes == ()


def uploaded(picture, size=7):
    with open_for_upload(picture) as upload:
        return b"".join(iter(lambda: upload.read(size), b""))


def test_the_checked_bytes_are_uploaded(path):
    picture = inspect(str(path))
    assert uploaded(picture) == path.read_bytes()
    with open_for_upload(picture) as upload:
        assert (len(upload), upload.read(), upload.read()) == (picture.size, path.read_bytes(), b"")
    with pytest.raises(ValueError, match="closed file"):
        upload.read()


@pytest.mark.parametrize(
    "change", [lambda data: data + b"!", lambda data: data[:-1], lambda data: data[:-1] + b"!"]
)
def test_a_picture_changed_after_the_check_is_refused_72(path, change):
    picture = inspect(str(path))
    put(path, change(path.read_bytes()))
    with pytest.raises(UsageError, match="changed while being read") as caught:
        uploaded(picture)
    assert "wait until it has finished" in caught.value.hint


def test_a_picture_that_grows_during_the_upload_is_refused_72(path):
    picture = inspect(str(path))
    with open_for_upload(picture) as upload, path.open("ab") as writer:
        upload.read(10)
        writer.write(b"more")
        writer.flush()
        with pytest.raises(UsageError, match="changed while being read"):
            upload.read()


def test_a_picture_that_grows_during_the_check_is_refused_72(path):
    os.truncate(path, 15_000_000)
    done = threading.Event()

    def grow():
        with path.open("ab", buffering=0) as writer:
            while not done.is_set():
                writer.write(b"more")

    writing = threading.Thread(target=grow)
    writing.start()
    try:
        assert "changed while being read" in refusal(path)
    finally:
        done.set()
        writing.join()


def test_a_picture_deleted_before_the_upload_is_an_error(path):
    picture = inspect(str(path))
    path.unlink()
    with pytest.raises(UsageError, match="no such file"):
        uploaded(picture)


class Pipe(io.BytesIO):
    """A stream that counts the bytes read from it."""

    bytes_read = 0

    def read(self, size=-1):
        data = super().read(min(size, 50_000))
        self.bytes_read += len(data)
        return data


def test_stdin_is_kept_in_a_file_until_the_end():
    with inspect_stream(Pipe(png(5, 5))) as picture:
        assert (picture.label, picture.width) == ("stdin", 5)
        assert uploaded(picture) == png(5, 5)
    assert not picture.path.exists()


def test_a_temporary_file_that_somebody_removed_is_no_error():
    with inspect_stream(Pipe(png(5, 5))) as picture:
        picture.path.unlink()


def test_stdin_that_is_not_a_picture_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(UsageError, match="stdin: is empty"), inspect_stream(Pipe()):
        pass
    assert list(tmp_path.iterdir()) == []


def test_at_most_one_byte_over_the_limit_is_read_from_stdin():
    pipe = Pipe(png(5, 5) + bytes(2 * IMAGE_LIMITS.max_bytes))
    with pytest.raises(UsageError, match="or more"), inspect_stream(pipe):
        pass
    assert pipe.bytes_read == IMAGE_LIMITS.max_bytes + 1


def test_stdin_that_cannot_be_stored_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    said = pytest.raises(UnexpectedError, match="cannot store the image")
    with said as caught, inspect_stream(Pipe()):
        pass
    assert caught.value.hint.startswith("set TMPDIR to a directory with 20 MB of free space")


class BrokenPipe(Pipe):
    def read(self, size=-1):
        raise OSError(5, "Input/output error", size)


def test_a_read_error_on_stdin_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(UnexpectedError, match="input/output"), inspect_stream(BrokenPipe()):
        pass
    assert list(tmp_path.iterdir()) == []


class StoppedPipe(Pipe):
    def read(self, _size=-1):
        raise Stopped(2, "SIGINT")


def test_a_signal_while_reading_stdin_leaves_no_file_49(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(Stopped), inspect_stream(StoppedPipe()):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_as_stdin_is_refused():
    master, slave = os.openpty()
    with os.fdopen(master), os.fdopen(slave, "rb", buffering=0) as terminal:  # noqa: SIM117
        with pytest.raises(UsageError, match="terminal"), inspect_stream(terminal):
            pass
