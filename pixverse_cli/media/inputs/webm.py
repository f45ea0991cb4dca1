"""The length and size of a WebM file; it is followed to its end, without decoding.

Layout: EBML (RFC 8794) and Matroska (RFC 9559): elements of an id, a length and content. The
segment and its clusters may be of unknown length: a program wrote them to a pipe, or live.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from pixverse_cli.media.inputs.source import HeaderError

START = b"\x1aE\xdf\xa3"
_SEGMENT, _INFO, _TRACKS, _ENTRY, _VIDEO = 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE0
_DOC_TYPE, _SCALE, _DURATION, _WIDTH, _HEIGHT = 0x4282, 0x2AD7B1, 0x4489, 0xB0, 0xBA
_CLUSTER, _CLUSTER_TIME, _GROUP = 0x1F43B675, 0xE7, 0xA0
_BLOCKS = {0xA3, 0xA1}  # a picture or a piece of sound; the second in a group
_OPENED = {int.from_bytes(START), _SEGMENT, _INFO, _TRACKS, _ENTRY, _VIDEO, _CLUSTER, _GROUP}
_VALUES = {_DOC_TYPE, _SCALE, _DURATION, _WIDTH, _HEIGHT, _CLUSTER_TIME, *_BLOCKS}
_USUAL_SCALE = 1_000_000  # nanoseconds
_VALUE_BYTES = 16  # of a value, and of a block what precedes its data


class WebM(NamedTuple):
    """The length in seconds, None if the file does not tell it, and the sides in pixels."""

    seconds: float | None
    width: int
    height: int


def read_webm(file: BinaryIO, size: int) -> WebM:
    """Read a WebM file of ``size`` bytes.

    :raises HeaderError: it is another Matroska file, cut short, damaged, or has no video.
    """
    found: dict[int, bytes] = {}
    cluster = last = 0  # in the units of the scale
    for element, content in _values(file, size):
        if element == _CLUSTER_TIME:
            cluster = int.from_bytes(content)
        elif element in _BLOCKS:
            last = max(last, cluster + _time(content))
        else:
            found.setdefault(element, content)
        if element == _DOC_TYPE and content.rstrip(b"\0") != b"webm":
            raise HeaderError("is a Matroska file; the service takes WebM: convert it")
    if _WIDTH not in found or _HEIGHT not in found:
        raise HeaderError("is a WebM without a video")
    scale = int.from_bytes(found[_SCALE]) if _SCALE in found else _USUAL_SCALE
    length = _float(found.get(_DURATION, b"")) or last  # a recording may lack its length
    return WebM(
        seconds=length * scale / 1e9 or None,
        width=int.from_bytes(found[_WIDTH]),
        height=int.from_bytes(found[_HEIGHT]),
    )


def _values(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield the elements that hold a value, and go on to the end of the segment."""
    at, end = 0, size
    while at < end:
        file.seek(at)
        element = _number(file, keep_marker=True)
        length = _number(file, keep_marker=False)
        start = file.tell()
        if (length is None and start >= size) or (length is not None and start + length > size):
            raise HeaderError("is a WebM that is cut short: its end is missing")
        if element is None or (length is None and element not in (_SEGMENT, _CLUSTER)):
            raise HeaderError(f"is a damaged WebM: no valid element at byte {at}")
        if element == _SEGMENT and length is not None:
            end = start + length  # what follows is not part of it
        if element in _VALUES:
            yield element, file.read(_VALUE_BYTES)[:length]
        at = start if length is None or element in _OPENED else start + length


def _time(block: bytes) -> int:
    """Return when a block is shown, from the start of its cluster: behind the track's number."""
    at = 9 - int.from_bytes(block[:1]).bit_length()
    return int.from_bytes(block[at : at + 2], signed=True)


def _number(file: BinaryIO, *, keep_marker: bool) -> int | None:
    """Read a number of 1 to 8 bytes; None at the end, and for "unknown" (all bits are set)."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    count = 9 - first[0].bit_length()
    data = first + file.read(count - 1)
    if len(data) < count:
        return None
    value = int.from_bytes(data)
    if keep_marker:
        return value
    value &= (1 << 7 * count) - 1
    return None if value == (1 << 7 * count) - 1 else value


def _float(content: bytes) -> float | None:
    formats = {4: ">f", 8: ">d"}
    if len(content) not in formats:
        return None
    (value,) = struct.unpack(formats[len(content)], content)
    return float(value)
