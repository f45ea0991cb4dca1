"""Whether an image is complete: its structure is followed to its end mark, without decoding.

A download or copy that stopped early leaves half a file, or a file whose rest is zeros. More
bytes after the end mark do no harm. Layouts: JPEG (ITU-T T.81, annex B), PNG (W3C, third
edition, clause 5), WebP (RFC 9649).
"""

import io
import re
import struct
import zlib
from typing import BinaryIO

from pixverse_cli.disk.files import CHUNK
from pixverse_cli.media.inputs.image_headers import JPEG_WITHOUT_LENGTH, PNG_START, HeaderError

_MAX_SEGMENTS = 100_000  # of a JPEG; real files have up to a few hundred
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")  # not a stuffed byte, not RST0 to 7
_SHORT_READ = 4096  # the next marker is near, except in the compressed data
_EOI, _SOS = 0xD9, 0xDA
_WEBP_DATA = (b"VP8 ", b"VP8L", b"ANMF")


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
        marker, at = _next_marker(file, at)
        if marker == _EOI and scanned:
            return
        if marker not in JPEG_WITHOUT_LENGTH and marker != _EOI:
            file.seek(at)
            length = file.read(2)
            if len(length) < 2:
                raise _cut_short("JPEG")
            at += int.from_bytes(length)
        scanned = scanned or marker == _SOS
    raise HeaderError(f"is a damaged JPEG: it has more than {_MAX_SEGMENTS} segments")


def _next_marker(file: BinaryIO, at: int) -> tuple[int, int]:
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
    at = len(PNG_START)
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
