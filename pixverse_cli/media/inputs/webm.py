"""Reading the header of a WebM file: its length and size, without decoding.

Layout: EBML (RFC 8794) and Matroska (RFC 9559): elements of an id, a length and content.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from pixverse_cli.media.inputs.image_formats import HeaderError

START = b"\x1aE\xdf\xa3"
_SEGMENT, _INFO, _TRACKS, _ENTRY, _VIDEO = 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE0
_DOC_TYPE, _SCALE, _DURATION, _WIDTH, _HEIGHT = 0x4282, 0x2AD7B1, 0x4489, 0xB0, 0xBA
_CLUSTER = 0x1F43B675  # pictures and sound: the end of the header
_HEADERS = {int.from_bytes(START), _SEGMENT, _INFO, _TRACKS, _ENTRY, _VIDEO}
_VALUES = {_DOC_TYPE, _SCALE, _DURATION, _WIDTH, _HEIGHT}
_USUAL_SCALE = 1_000_000  # nanoseconds
_MAX_ELEMENTS = 10_000


class WebM(NamedTuple):
    """The length in seconds, None if the file does not tell it, and the sides in pixels."""

    seconds: float | None
    width: int
    height: int


def read_webm(file: BinaryIO, size: int) -> WebM:
    """Read the header of a WebM file of ``size`` bytes.

    :raises HeaderError: it is another Matroska file, cut short, or has no video.
    """
    found: dict[int, bytes] = {}
    for element, content in _values(file, size):
        found.setdefault(element, content)
    if found.get(_DOC_TYPE, b"").rstrip(b"\0") != b"webm":
        raise HeaderError("is a Matroska file; the service takes WebM: convert it")
    if _WIDTH not in found or _HEIGHT not in found:
        raise HeaderError("is a WebM without a video")
    scale = int.from_bytes(found[_SCALE]) if _SCALE in found else _USUAL_SCALE
    return WebM(
        seconds=_float(found.get(_DURATION, b"")) * scale / 1e9 or None,
        width=int.from_bytes(found[_WIDTH]),
        height=int.from_bytes(found[_HEIGHT]),
    )


def _values(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield the elements that hold a value, to the first pictures."""
    at = 0
    for _ in range(_MAX_ELEMENTS):
        file.seek(at)
        element = _number(file, keep_marker=True)
        length = _number(file, keep_marker=False)
        if element is None or element == _CLUSTER:
            return
        start = file.tell()
        if length is not None and start + length > size:
            raise HeaderError("is a WebM that is cut short: its end is missing")
        if element in _VALUES:
            yield element, file.read(min(length or 0, 64))
        if element in _HEADERS:
            at = start  # go on inside it
        elif length is None:
            raise HeaderError("is a damaged WebM: an element has no length")
        else:
            at = start + length


def _number(file: BinaryIO, *, keep_marker: bool) -> int | None:
    """Read a number of 1 to 8 bytes; None at the end, and for "unknown" (all bits are set)."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    count = 9 - first[0].bit_length()
    data = first + file.read(count - 1)
    value = int.from_bytes(data)
    if keep_marker:
        return value
    value &= (1 << 7 * count) - 1
    return None if value == (1 << 7 * count) - 1 else value


def _float(content: bytes) -> float:
    formats = {4: ">f", 8: ">d"}
    if len(content) not in formats:
        return 0.0
    (value,) = struct.unpack(formats[len(content)], content)
    return float(value)
