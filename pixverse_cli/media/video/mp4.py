"""A check of a video's structure before it is kept: it is an MP4, and complete.

An MP4 (ISO/IEC 14496-12) is a sequence of boxes, each with its length. A truncated or damaged
file is therefore found without decoding. The codec is not checked, media data is not read.
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
_MAX_BOXES = 20_000  # a fragmented video has two for each second or two


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    kind: bytes
    start: int  # of the content, in bytes from the file's start
    end: int


def check(path: Path) -> None:
    """Check that the file is one complete MP4 with a video track.

    :raises WrongContentError: it is something else, or damaged.
    :raises CutShortError: it ends too early.
    """
    try:
        with open_regular(path) as file:
            check_file(file)
    except OSError as error:
        raise WrongContentError(f"{path} cannot be read: {reason(error)}") from error


def check_file(file: BinaryIO) -> None:
    """Check an open file, as :func:`check` does."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    check_head(file.read(HEAD_BYTES))
    boxes = list(_boxes(file, 0, size))
    kinds = [box.kind for box in boxes]
    if kinds.count(b"moov") != 1 or b"mdat" not in kinds:
        raise WrongContentError(
            "the downloaded file is an MP4 without a video: no index or no data"
        )
    _check_index(file, boxes[kinds.index(b"moov")])


def check_head(head: bytes) -> None:
    """Check a file's first bytes, to detect an error page before the download is complete.

    :raises WrongContentError: it is not an MP4; the message names the format.
    """
    if not head:
        raise WrongContentError("the downloaded file is empty")
    if head[4:8] != b"ftyp":
        name = text_name(head) or "not an MP4 video"
        raise WrongContentError(f"the downloaded file is {name}")


def _check_index(file: BinaryIO, index: _Box) -> None:
    """Check that the ``moov`` box is complete down to its tracks, and that one is a video track."""
    handlers = [
        _handler(file, box)
        for track in _child_boxes(file, index, b"trak")
        for media in _child_boxes(file, track, b"mdia")
        for box in _child_boxes(file, media, b"hdlr")
    ]
    if b"vide" not in handlers:
        raise WrongContentError("the downloaded file is an MP4 without a video track")


def _handler(file: BinaryIO, box: _Box) -> bytes:
    file.seek(box.start + 8)  # after version, flags and a field that is always 0
    return file.read(4)


def _child_boxes(file: BinaryIO, parent: _Box, kind: bytes) -> Iterator[_Box]:
    for box in list(_boxes(file, parent.start, parent.end)):
        if box.kind == kind:
            yield box


def _boxes(file: BinaryIO, at: int, end: int) -> Iterator[_Box]:
    """Yield the boxes from ``at``; the last one must end exactly at ``end``."""
    for _ in range(_MAX_BOXES):
        if at == end:
            return
        box = _box(file, at, end)
        yield box
        at = box.end
    raise WrongContentError(f"the downloaded file is a damaged MP4: more than {_MAX_BOXES} boxes")


def _box(file: BinaryIO, at: int, end: int) -> _Box:
    file.seek(at)
    head = file.read(min(16, end - at))
    if len(head) < 8:
        raise CutShortError(
            f"the video is cut short: it ends in the middle of a box, at byte {end}"
        )
    size, kind, start = int.from_bytes(head[:4]), head[4:8], 8
    if size == 1:
        size, start = int.from_bytes(head[8:16]), 16
    elif size == 0:  # "to the end of the file"
        size = end - at
    if size < start or not kind.isascii() or not kind.decode().isprintable():
        raise WrongContentError(f"the downloaded file is a damaged MP4: no valid box at byte {at}")
    if at + size > end:
        raise CutShortError(f"the video is cut short: {end} bytes of at least {at + size}")
    return _Box(kind=kind, start=at + start, end=at + size)
