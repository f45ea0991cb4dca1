"""A check of a video's structure before it is kept: whole, and an MP4 at all.

An MP4 (ISO/IEC 14496-12) is a row of boxes, each with its length, so a file that was cut
or mixed up shows without decoding. The codec is not judged, and picture data is never read.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pixverse_cli.disk.files import open_regular, reason
from pixverse_cli.media.inputs.foreign_formats import text_name
from pixverse_cli.media.video.failures import CutShortError, WrongContentError

HEAD_BYTES = 512  # enough for :func:`check_head`
_MOST_BOXES = 20_000  # a fragmented video has two for each second or two


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    kind: bytes
    start: int  # of the content, in bytes from the file's start
    end: int


def check(path: Path) -> None:
    """Check that the file is one whole MP4 with a video in it.

    :raises WrongContentError: when it is something else, or damaged.
    :raises CutShortError: when it ends too soon.
    """
    try:
        with open_regular(path) as file:
            check_file(file)
    except OSError as error:
        raise WrongContentError(f"{path} cannot be read: {reason(error)}") from error


def check_file(file: BinaryIO) -> None:
    """Do the same for an open file."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    check_head(file.read(HEAD_BYTES))
    boxes = list(_boxes(file, 0, size))
    kinds = [box.kind for box in boxes]
    if kinds.count(b"moov") != 1 or b"mdat" not in kinds:
        raise WrongContentError("what came is an MP4 without a video: it holds no index or no data")
    _check_index(file, boxes[kinds.index(b"moov")])


def check_head(head: bytes) -> None:
    """Check a file's first bytes, so that an error page is known before all of it came.

    :raises WrongContentError: naming what it is.
    """
    if not head:
        raise WrongContentError("what came is empty")
    if head[4:8] != b"ftyp":
        name = text_name(head) or "not an MP4 video"
        raise WrongContentError(f"what came is {name}")


def _check_index(file: BinaryIO, index: _Box) -> None:
    """Check that the ``moov`` box is whole down to its tracks, and that one shows pictures."""
    handlers = [
        _handler(file, box)
        for track in _inside(file, index, b"trak")
        for media in _inside(file, track, b"mdia")
        for box in _inside(file, media, b"hdlr")
    ]
    if b"vide" not in handlers:
        raise WrongContentError("what came is an MP4 without a video track")


def _handler(file: BinaryIO, box: _Box) -> bytes:
    file.seek(box.start + 8)  # behind version, flags and a field that is always 0
    return file.read(4)


def _inside(file: BinaryIO, parent: _Box, kind: bytes) -> Iterator[_Box]:
    for box in list(_boxes(file, parent.start, parent.end)):
        if box.kind == kind:
            yield box


def _boxes(file: BinaryIO, at: int, end: int) -> Iterator[_Box]:
    """Walk the boxes from ``at``, which must end at exactly ``end``."""
    for _ in range(_MOST_BOXES):
        if at == end:
            return
        box = _box(file, at, end)
        yield box
        at = box.end
    raise WrongContentError(f"what came is a damaged MP4: more than {_MOST_BOXES} parts")


def _box(file: BinaryIO, at: int, end: int) -> _Box:
    file.seek(at)
    head = file.read(min(16, end - at))
    if len(head) < 8:
        raise CutShortError(
            f"the video is cut short: it ends in the middle of a part, at byte {end}"
        )
    size, kind, start = int.from_bytes(head[:4]), head[4:8], 8
    if size == 1:
        size, start = int.from_bytes(head[8:16]), 16
    elif size == 0:  # "to the end of the file"
        size = end - at
    if size < start or not kind.isascii() or not kind.decode().isprintable():
        raise WrongContentError(f"what came is a damaged MP4: no sound part at byte {at}")
    if at + size > end:
        raise CutShortError(f"the video is cut short: {end} bytes of at least {at + size}")
    return _Box(kind=kind, start=at + start, end=at + size)
