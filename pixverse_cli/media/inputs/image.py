"""Checks of an image before anything is paid: everything that the service would refuse.

Limits: PixVerse image-to-video API reference, "Image limits": JPG, PNG or WEBP, at most
20 MB, each side at most 10 000 pixels. The content decides the format, never the file name.
The bytes are uploaded unchanged.

The header is read, and the structure is followed to its end mark; pixels are never decoded, so
a file that claims 100 000 x 100 000 pixels costs nothing. A download or copy that stopped early
leaves half a file, or a file whose rest is zeros; more bytes after the end mark do no harm.
Layouts: JPEG (ITU-T T.81, annex B), Exif 2.3 (tag 0x0112), PNG (W3C, third edition, clause 5),
WebP (RFC 9649).
"""

import io
import os
import re
import struct
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pixverse_cli.disk.files import CHUNK, TimedStream, checked_sha256, reason
from pixverse_cli.domain.catalog import IMAGE_LIMITS
from pixverse_cli.domain.errors import UnexpectedError, UsageError
from pixverse_cli.domain.frozen import Frozen
from pixverse_cli.domain.plan import InputFile
from pixverse_cli.media.inputs.foreign_formats import name_of
from pixverse_cli.media.inputs.source import HeaderError, open_input, translating_errors

STDIN_LABEL = "stdin"  # what a piped image is called

_MAX_CHUNKS = 4096  # segments or chunks before the image data; real files have a few dozen
_MAX_EXIF = 65_536  # bytes

_PNG_START = b"\x89PNG\r\n\x1a\n"
_WEBP_DATA = (b"VP8 ", b"VP8L", b"ANMF")

_JPEG_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}  # TEM, RST0 to 7, SOI
_JPEG_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0 to 15; those three are tables
_EOI, _SOS = 0xD9, 0xDA
_JPEG_DATA = {_EOI, _SOS}  # the end of the header
_MAX_SEGMENTS = 100_000  # of a JPEG; real files have up to a few hundred
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")  # not a stuffed byte, not RST0 to 7
_SHORT_READ = 4096  # the next marker is near, except in the compressed data


class Header(Frozen):
    """An image's format (``JPEG``, ``PNG``, ``WEBP``), size in pixels, and unusual properties."""

    format: str
    width: int
    height: int
    notes: tuple[str, ...] = ()


def inspect(source: str) -> InputFile:
    """Check the image in a local file.

    :raises UsageError: with one line for each problem.
    """
    return _inspect(Path(source), label=source)


@contextmanager
def inspect_stream(stream: TimedStream) -> Iterator[InputFile]:
    """Check the image in ``stream``; its temporary file exists until the block ends.

    At most one byte more than the limit is read.

    :raises UsageError: with one line for each problem.
    :raises UnexpectedError: the temporary directory cannot store it.
    :raises TimeLimitError: it had not ended at the command's time limit.
    """
    if stream.isatty():
        raise UsageError("stdin is a terminal: pipe an image into it, or give a file")
    path = _spool(stream)
    try:
        yield _inspect(path, label=STDIN_LABEL)
    finally:
        path.unlink(missing_ok=True)


def _spool(stream: TimedStream) -> Path:
    try:
        descriptor, name = tempfile.mkstemp(prefix="pixverse-")
    except OSError as error:  # there is no temporary directory, or it cannot be written
        raise _cannot_store(error) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            _copy_limited(stream, file)
    except BaseException as error:
        Path(name).unlink()
        if isinstance(error, OSError):  # the disk is full, or reading stdin failed
            raise _cannot_store(error) from error
        raise
    return Path(name)


def _copy_limited(stream: TimedStream, file: BinaryIO) -> None:
    left = IMAGE_LIMITS.max_bytes + 1
    while left and (chunk := stream.read(min(left, CHUNK))):
        file.write(chunk)
        left -= len(chunk)


def _cannot_store(error: OSError) -> UnexpectedError:
    return UnexpectedError(
        f"cannot store the image from stdin in a temporary file: {reason(error)}",
        hint="set TMPDIR to a directory with 20 MB of free space, or give a file",
    )


def _inspect(path: Path, *, label: str) -> InputFile:
    with open_input(path, label) as file, translating_errors(label):
        size = os.fstat(file.fileno()).st_size
        header = _checked_header(file, size, label)
        sha256 = checked_sha256(file, size, label)
    return InputFile(
        path=path,
        label=label,
        size=size,
        format=header.format,
        width=header.width,
        height=header.height,
        sha256=sha256,
        notes=tuple(
            f"{label} is {note}: undocumented by the service, sent unchanged"
            for note in header.notes
        ),
    )


def _checked_header(file: BinaryIO, size: int, label: str) -> Header:
    problems = list(_size_problems(size))
    header = None
    try:
        header = read_header(file, size) if size else None
    except HeaderError as error:
        problems.append(str(error))
    if header is not None:
        problems.extend(_side_problems(header))
        problems.extend(_end_problems(file, header, size))
    if header is None or problems:
        raise UsageError("\n".join(f"{label}: {problem}" for problem in problems))
    return header


def _size_problems(size: int) -> Iterator[str]:
    if size == 0:
        yield "is empty"
    if size > IMAGE_LIMITS.max_bytes:
        yield (
            f"has {size} bytes or more; the service takes at most"
            f" {IMAGE_LIMITS.max_bytes // 1024**2} MB ({IMAGE_LIMITS.max_bytes} bytes)"
        )


def _side_problems(header: Header) -> Iterator[str]:
    if 0 in (header.width, header.height):
        yield f"is {header.width} x {header.height} pixels: a side is 0"
    if max(header.width, header.height) > IMAGE_LIMITS.max_side:
        yield (
            f"is {header.width} x {header.height} pixels; the service takes at most"
            f" {IMAGE_LIMITS.max_side} on each side"
        )


def _end_problems(file: BinaryIO, header: Header, size: int) -> Iterator[str]:
    if size > IMAGE_LIMITS.max_bytes:
        return  # it is refused anyway, and may be very large
    try:
        check_end(file, header.format, size, pixels=header.width * header.height)
    except HeaderError as error:
        yield str(error)


def read_header(file: BinaryIO, size: int) -> Header:
    """Read the header of an image of ``size`` bytes.

    :raises HeaderError: it is not a JPEG, PNG or WebP, or it is cut short or damaged.
    """
    file.seek(0)
    head = file.read(1024)
    if head.startswith(b"\xff\xd8"):
        return _jpeg(file)
    if head.startswith(_PNG_START):
        return _png(file)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _webp(file, size)
    name = name_of(head)
    if name is None:
        raise HeaderError("is not a supported image (JPEG, PNG or WEBP)")
    raise HeaderError(f"is {name}; the service takes JPEG, PNG or WEBP")


def _read_exactly(file: BinaryIO, count: int, kind: str) -> bytes:
    data = file.read(count)
    if len(data) < count:
        raise HeaderError(f"is a {kind} that is cut short: it ends inside its header")
    return data


def _jpeg(file: BinaryIO) -> Header:
    file.seek(2)
    notes: tuple[str, ...] = ()
    for _ in range(_MAX_CHUNKS):
        marker = _next_marker(file)
        if marker in _JPEG_WITHOUT_LENGTH:
            continue
        if marker in _JPEG_DATA:
            break
        (length,) = struct.unpack(">H", _read_exactly(file, 2, "JPEG"))
        if marker in _JPEG_FRAMES:
            bits, height, width, channels = struct.unpack(">BHHB", _read_exactly(file, 6, "JPEG"))
            notes += _jpeg_notes(bits, channels)
            return Header(format="JPEG", width=width, height=height, notes=notes)
        if marker == 0xE1:
            notes += _orientation_notes(_read_exactly(file, max(0, length - 2), "JPEG"))
        else:
            file.seek(max(0, length - 2), io.SEEK_CUR)
    raise HeaderError("is a damaged JPEG: its header has no size")


def _next_marker(file: BinaryIO) -> int:
    """Return the next marker; skip fill bytes and stray bytes, as decoders do."""
    previous = b""
    for _ in range(_MAX_CHUNKS):
        byte = _read_exactly(file, 1, "JPEG")
        if previous == b"\xff" and byte not in {b"\x00", b"\xff"}:
            return byte[0]
        previous = byte
    raise HeaderError("is a damaged JPEG: its header contains other data")


def _jpeg_notes(bits: int, channels: int) -> tuple[str, ...]:
    unusual = ("CMYK",) if channels == 4 else ()
    return unusual if bits == 8 else (*unusual, f"{bits}-bit")


def _orientation_notes(segment: bytes) -> tuple[str, ...]:
    """Return a note if an Exif block rotates or mirrors the image; ignore a broken block."""
    if not segment.startswith(b"Exif\0\0"):
        return ()
    tiff = segment[6:]
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for at in range(start + 2, start + 2 + 12 * count, 12):
            tag, _kind, _count, value = struct.unpack_from(f"{order}HHIH", tiff, at)
            if tag == 0x0112:
                return ("EXIF-rotated",) if 2 <= value <= 8 else ()
    except struct.error:
        pass  # no byte order, or an offset that leads out of the block
    return ()


def _png(file: BinaryIO) -> Header:
    file.seek(len(_PNG_START))
    (_length, kind, width, height, bits) = struct.unpack(">I4sIIB", _read_exactly(file, 17, "PNG"))
    if kind != b"IHDR":
        raise HeaderError("is a damaged PNG: it does not start with its size")
    _read_exactly(file, 8, "PNG")
    notes: tuple[str, ...] = ("16-bit",) if bits == 16 else ()
    for _ in range(_MAX_CHUNKS):
        length, kind = struct.unpack(">I4s", _read_exactly(file, 8, "PNG"))
        if kind == b"IDAT":
            return Header(format="PNG", width=width, height=height, notes=notes)
        if kind == b"acTL":
            notes += ("animated",)
        if kind == b"eXIf":
            notes += _orientation_notes(b"Exif\0\0" + file.read(min(length, _MAX_EXIF)))
            length -= min(length, _MAX_EXIF)
        file.seek(length + 4, io.SEEK_CUR)
    raise HeaderError("is a damaged PNG: its header does not end")


def _webp(file: BinaryIO, size: int) -> Header:
    file.seek(4)
    declared, kind = struct.unpack("<I4x4s4x", _read_exactly(file, 16, "WEBP"))
    if declared + 8 > size + 1:  # an odd size should be padded, but not every writer does so
        raise HeaderError(f"is a WEBP that is cut short: {size} bytes of {declared + 8}")
    if kind == b"VP8 ":
        return _webp_lossy(_read_exactly(file, 10, "WEBP"))
    if kind == b"VP8L":
        return _webp_lossless(_read_exactly(file, 5, "WEBP"))
    if kind == b"VP8X":
        return _webp_extended(file, _read_exactly(file, 10, "WEBP"))
    raise HeaderError("is a damaged WEBP: it does not start with image data")


def _webp_lossy(data: bytes) -> Header:
    if data[0] & 1 or data[3:6] != b"\x9d\x01\x2a":
        raise HeaderError("is a damaged WEBP: it does not start with a key frame")
    width, height = struct.unpack_from("<HH", data, 6)
    return Header(format="WEBP", width=width & 0x3FFF, height=height & 0x3FFF)


def _webp_lossless(data: bytes) -> Header:
    if data[0] != 0x2F:
        raise HeaderError("is a damaged WEBP: its lossless signature is missing")
    (bits,) = struct.unpack_from("<I", data, 1)
    return Header(format="WEBP", width=(bits & 0x3FFF) + 1, height=(bits >> 14 & 0x3FFF) + 1)


def _webp_extended(file: BinaryIO, data: bytes) -> Header:
    flags = data[0]
    width = int.from_bytes(data[4:7], "little") + 1
    height = int.from_bytes(data[7:10], "little") + 1
    notes: tuple[str, ...] = ("animated",) if flags & 0x02 else ()
    if flags & 0x08:
        notes += _webp_exif_notes(file)
    return Header(format="WEBP", width=width, height=height, notes=notes)


def _webp_exif_notes(file: BinaryIO) -> tuple[str, ...]:
    """Read the notes of the Exif chunk, which follows the image data."""
    for _ in range(_MAX_CHUNKS):
        start = file.read(8)
        if len(start) < 8:
            break
        kind, length = struct.unpack("<4sI", start)
        if kind == b"EXIF":
            block = file.read(min(length, _MAX_EXIF)).removeprefix(b"Exif\0\0")
            return _orientation_notes(b"Exif\0\0" + block)
        file.seek(length + length % 2, io.SEEK_CUR)
    return ()


def check_end(file: BinaryIO, kind: str, size: int, *, pixels: int) -> None:
    """Check that an image of a ``kind`` (``JPEG``, ``PNG``, ``WEBP``) is complete.

    ``size`` in bytes; ``pixels`` is the product of its sides.

    :raises HeaderError: it ends before its end mark, or its structure is damaged.
    """
    if kind == "JPEG":
        _check_jpeg(file)
    elif kind == "PNG":
        _check_png(file, size)
    else:
        _check_webp(file, size, pixels)


def _cut_short(kind: str) -> HeaderError:
    return HeaderError(f"is a {kind} that is cut short: its end is missing")


def _check_jpeg(file: BinaryIO) -> None:
    """Go from segment to segment, and through the compressed data of each scan, to the EOI."""
    at = 2
    scanned = False
    for _ in range(_MAX_SEGMENTS):
        marker, at = _find_marker(file, at)
        if marker == _EOI and scanned:
            return
        if marker not in _JPEG_WITHOUT_LENGTH and marker != _EOI:
            file.seek(at)
            length = file.read(2)
            if len(length) < 2:
                raise _cut_short("JPEG")
            at += int.from_bytes(length)
        scanned = scanned or marker == _SOS
    raise HeaderError(f"is a damaged JPEG: it has more than {_MAX_SEGMENTS} segments")


def _find_marker(file: BinaryIO, at: int) -> tuple[int, int]:
    """Return the next marker from byte ``at``, and the position after it."""
    file.seek(at)
    before, count = b"", _SHORT_READ
    while chunk := file.read(count):
        data, count = before + chunk, CHUNK
        found = _MARKER.search(data)
        if found:
            return data[found.end() - 1], at + found.end()
        # a marker may begin in this chunk and end in the next one
        before = b"\xff" if data.endswith(b"\xff") else b""
        at += len(data) - len(before)
    raise _cut_short("JPEG")


def _check_png(file: BinaryIO, size: int) -> None:
    """Go from chunk to chunk to IEND; decoders refuse a critical chunk with a wrong checksum."""
    at = len(_PNG_START)
    while True:
        file.seek(at)
        start = file.read(8)
        if len(start) < 8:
            raise _cut_short("PNG")
        length, kind = struct.unpack(">I4s", start)
        if not kind.isalpha():
            raise HeaderError(f"is a damaged PNG: no valid chunk at byte {at}")
        at += 12 + length
        if at > size:
            raise _cut_short("PNG")
        if kind[:1].isupper() and not _checksum_fits(file, kind, length):
            raise HeaderError(f"is a damaged PNG: the checksum of its {kind.decode()} is wrong")
        if kind == b"IEND":
            return


def _checksum_fits(file: BinaryIO, kind: bytes, length: int) -> bool:
    checksum, left = zlib.crc32(kind), length
    while left and (data := file.read(min(left, CHUNK))):
        checksum = zlib.crc32(data, checksum)
        left -= len(data)
    return checksum.to_bytes(4) == file.read(4)


def _check_webp(file: BinaryIO, size: int, pixels: int) -> None:
    """Go from chunk to chunk to the end of the RIFF; :func:`read_header` has compared its size."""
    file.seek(4)
    end = min(size, 8 + int.from_bytes(file.read(4), "little"))
    at, data = 12, None
    while at + 8 <= end:
        file.seek(at)
        kind, length = struct.unpack("<4sI", file.read(8))
        if not kind.isascii() or not kind.decode().isprintable():
            raise HeaderError(f"is a damaged WEBP: no valid chunk at byte {at}")
        if at + 8 + length > size:
            raise _cut_short("WEBP")
        if kind in _WEBP_DATA:
            data = at + 8, length
        at += 8 + length + length % 2
    if data is None:
        raise HeaderError("is a damaged WEBP: it has no image data")
    _check_webp_data(file, *data, pixels)


def _check_webp_data(file: BinaryIO, at: int, length: int, pixels: int) -> None:
    """Refuse image data that ends in more zeros than an encoder writes for an empty area.

    Measured with libwebp: at most about one bit for each block of 16 x 16 pixels.
    """
    most = 64 + pixels // 256 // 2  # four bits for each block
    if length <= most:
        return
    file.seek(at + length - most, io.SEEK_SET)
    if not any(file.read(most)):
        raise HeaderError("is a WEBP that is cut short: its last part is empty (zeros)")
