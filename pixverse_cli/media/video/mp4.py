"""A check of a video's structure before it is kept: it is an MP4, and complete.

An MP4 (ISO/IEC 14496-12) is a sequence of boxes, each with its length. A truncated or damaged
file is therefore found without decoding. The codec is not checked, media data is not read.
What is odd but not incomplete is reported and kept, because the video is paid for.
"""

import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from pixverse_cli.media.inputs.foreign_formats import text_name
from pixverse_cli.media.video.failures import CutShortError, WrongContentError

HEAD_BYTES = 512  # enough for :func:`check_head`
_MAX_BOXES = 20_000  # a fragmented video has two for each second or two
_LEAST_HEAD = 8  # a length and a kind
_SAMPLE_START = 64  # bytes: no picture or piece of sound begins with so many zeros
_MAX_SAMPLES = 100_000  # of a chunk; beyond it only the chunk's start is known

# The index, the data, and what belongs to the data: a file that ends inside one is incomplete.
_NEEDED = (b"moov", b"mdat", b"moof", b"styp", b"sidx", b"mfra")
_FIRST = (b"ftyp", *_NEEDED, b"free", b"skip", b"wide", b"uuid", b"pnot", b"meta", b"udta")
_TEXT = 0x20000000  # a length from here on (512 MB) may also be four letters of a text


class _Box(NamedTuple):
    kind: bytes
    start: int  # of the content, in bytes from the file's start
    end: int


class Track(NamedTuple):
    """One track: ``vide``, ``soun`` or another handler; its sides in pixels, 0 for a sound.

    ``last_sample`` is where its last picture or piece of sound begins in the file; 0 if the index
    does not tell it, as in a file of fragments.
    """

    handler: bytes
    width: int
    height: int
    last_sample: int


class Structure(NamedTuple):
    """What the index of an MP4 or QuickTime file tells; ``seconds`` is None if it does not."""

    brand: bytes
    seconds: float | None
    tracks: tuple[Track, ...]


class _Rest(NamedTuple):
    """Bytes from ``at`` that are no whole box; its ``kind`` and ``end`` if it starts like one."""

    at: int
    kind: bytes | None
    end: int


def check(file: BinaryIO) -> tuple[str, ...]:
    """Check that the file is one complete MP4 with a video track; return what is odd about it.

    :raises WrongContentError: it is something else, or damaged.
    :raises CutShortError: it ends too early.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    check_head(file.read(HEAD_BYTES))
    boxes, rest = _boxes(file, 0, size)
    kinds = [box.kind for box in boxes]
    complete = b"moov" in kinds and b"mdat" in kinds
    if rest is not None and (not complete or _belongs_to_the_video(rest, kinds, size)):
        raise _incomplete(rest, size)
    if not complete:
        raise WrongContentError(
            "the downloaded file is an MP4 without a video: no index or no data"
        )
    _check_index(file, boxes[kinds.index(b"moov")])
    return tuple(_oddities(kinds, rest, size))


def read_structure(file: BinaryIO) -> Structure:
    """Read what the index of a complete file tells, of QuickTime and M4A files as well.

    Layouts: ISO/IEC 14496-12, ``mvhd``, ``mehd`` and ``tkhd``.

    :raises WrongContentError: it is damaged, or something else.
    :raises CutShortError: it ends too early.
    """
    size = file.seek(0, io.SEEK_END)
    boxes, rest = _boxes(file, 0, size)
    kinds = [box.kind for box in boxes]
    if rest is not None and (b"moov" not in kinds or _belongs_to_the_video(rest, kinds, size)):
        raise _incomplete(rest, size)
    if b"moov" not in kinds or b"mdat" not in kinds:
        raise WrongContentError("no index or no data")
    if rest is not None and b"moof" in kinds:
        raise WrongContentError(f"no valid box at byte {rest.at}")
    index = boxes[kinds.index(b"moov")]
    tracks = tuple(_track(file, box) for box in _child_boxes(file, index, b"trak"))
    if not all(_is_there(file, track.last_sample) for track in _shown(tracks)):
        raise CutShortError("the last data that the index names is missing")
    return Structure(_brand(file, boxes[0]), _seconds(file, index), tracks)


def _shown(tracks: Sequence[Track]) -> list[Track]:
    """Return the video tracks, or else the sounds: silence beside a video may be zeros."""
    kinds = [track.handler for track in tracks]
    wanted = b"vide" if b"vide" in kinds else b"soun"
    return [track for track in tracks if track.handler == wanted]


def _is_there(file: BinaryIO, at: int) -> bool:
    """Return whether data begins here; a download that stopped early may have zeros instead."""
    file.seek(at)
    return any(file.read(_SAMPLE_START))


def _brand(file: BinaryIO, first: _Box) -> bytes:
    file.seek(first.start)
    return file.read(4) if first.kind == b"ftyp" else b"qt  "  # old QuickTime files have none


def _seconds(file: BinaryIO, index: _Box) -> float | None:
    """Return the length; that of a video of fragments is in another box, or nowhere."""
    scale = length = 0
    for box in _child_boxes(file, index, b"mvhd"):
        wide = _version(file, box) == 1
        file.seek(box.start + (20 if wide else 12))
        scale, length = int.from_bytes(file.read(4)), int.from_bytes(file.read(8 if wide else 4))
    for extends in _child_boxes(file, index, b"mvex"):
        for box in _child_boxes(file, extends, b"mehd"):
            wide = _version(file, box) == 1
            file.seek(box.start + 4)
            length = length or int.from_bytes(file.read(8 if wide else 4))
    return length / scale if scale and length else None


def _track(file: BinaryIO, track: _Box) -> Track:
    width = height = 0
    for box in _child_boxes(file, track, b"tkhd"):
        file.seek(box.start + (88 if _version(file, box) == 1 else 76))
        width, height = (int.from_bytes(file.read(4)) >> 16 for _ in range(2))  # 16.16 fixed point
    media = _child_boxes(file, track, b"mdia")
    handlers = [_handler(file, box) for each in media for box in _child_boxes(file, each, b"hdlr")]
    return Track(next(iter(handlers), b""), width, height, _last_sample(file, media))


def _last_sample(file: BinaryIO, inside: Sequence[_Box]) -> int:
    """Return where the last picture or piece of sound begins; 0 if the tables do not tell it.

    Layouts: ISO/IEC 14496-12, ``stco`` and ``co64``, ``stsc``, ``stsz``.
    """
    for kind in (b"minf", b"stbl"):
        inside = [box for each in inside for box in _child_boxes(file, each, kind)]
    tables = {
        kind: box
        for each in inside
        for kind in (b"stco", b"co64", b"stsc", b"stsz")
        for box in _child_boxes(file, each, kind)
    }
    chunks = tables.get(b"stco") or tables.get(b"co64")
    if chunks is None or not {b"stsc", b"stsz"} <= tables.keys():
        return 0
    chunk = _last_number(file, chunks, 4 if b"stco" in tables else 8)
    file.seek(tables[b"stsc"].end - 8)
    count = int.from_bytes(file.read(4))  # of samples in the last chunk
    file.seek(tables[b"stsz"].start + 4)
    same = int.from_bytes(file.read(4))  # 0: each has a size of its own
    first = tables[b"stsz"].end - 4 * count
    if same or not 0 < count <= _MAX_SAMPLES or first < tables[b"stsz"].start + 12:
        return chunk
    file.seek(first)
    before = file.read(4 * (count - 1))
    return chunk + sum(int.from_bytes(before[at : at + 4]) for at in range(0, len(before), 4))


def _last_number(file: BinaryIO, table: _Box, width: int) -> int:
    """Return the last number of a table that begins with version, flags and a count."""
    if table.end - table.start < 8 + width:
        return 0
    file.seek(table.end - width)
    return int.from_bytes(file.read(width))


def _version(file: BinaryIO, box: _Box) -> int:
    file.seek(box.start)
    return int.from_bytes(file.read(1))


def check_head(head: bytes) -> None:
    """Check a file's first bytes, to detect an error page before the download is complete.

    :raises WrongContentError: it is not an MP4; the message names the format.
    """
    if not head:
        raise WrongContentError("the downloaded file is empty")
    kind, length = head[4:8], int.from_bytes(head[:4])
    if kind not in _FIRST and not (_is_kind(kind) and length < _TEXT):
        raise WrongContentError(f"the downloaded file is {text_name(head) or 'not an MP4 video'}")


def _belongs_to_the_video(rest: _Rest, kinds: Sequence[bytes], size: int) -> bool:
    if rest.kind is None:  # in a video of fragments it may be the start of the next one
        return b"moof" in kinds and size - rest.at < _LEAST_HEAD
    return rest.kind in _NEEDED


def _incomplete(rest: _Rest, size: int) -> WrongContentError:
    if rest.at == 0 and rest.kind not in _FIRST:
        return WrongContentError("the downloaded file is not an MP4 video")
    if rest.kind is not None:
        return CutShortError(f"the video is cut short: {size} bytes of at least {rest.end}")
    if size - rest.at < _LEAST_HEAD:
        return CutShortError(
            f"the video is cut short: it ends in the middle of a box, at byte {size}"
        )
    return WrongContentError(
        f"the downloaded file is a damaged MP4: no valid box at byte {rest.at}"
    )


def _oddities(kinds: Sequence[bytes], rest: _Rest | None, size: int) -> Iterator[str]:
    if kinds[0] != b"ftyp":
        yield f"it starts with a box {kinds[0].decode()!r} instead of its type 'ftyp'"
    if kinds.count(b"moov") > 1:
        yield f"it has {kinds.count(b'moov')} indexes"
    if rest is not None:
        yield f"{size - rest.at} bytes follow that are not part of it"


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


def _child_boxes(file: BinaryIO, parent: _Box, kind: bytes) -> list[_Box]:
    boxes, rest = _boxes(file, parent.start, parent.end)
    # QuickTime may end a list of boxes with four zero bytes
    if rest is not None and (rest.kind is not None or parent.end - rest.at >= _LEAST_HEAD):
        raise _incomplete(rest, parent.end)
    return [box for box in boxes if box.kind == kind]


def _boxes(file: BinaryIO, at: int, end: int) -> tuple[list[_Box], _Rest | None]:
    """Return the whole boxes from ``at``, and the rest before ``end`` that is not one."""
    boxes: list[_Box] = []
    while at < end:
        if len(boxes) == _MAX_BOXES:
            raise WrongContentError(
                f"the downloaded file is a damaged MP4: more than {_MAX_BOXES} boxes"
            )
        box = _box(file, at, end)
        if isinstance(box, _Rest):
            return boxes, box
        boxes.append(box)
        at = box.end
    return boxes, None


def _box(file: BinaryIO, at: int, end: int) -> _Box | _Rest:
    file.seek(at)
    head = file.read(min(16, end - at))
    size, kind, start = int.from_bytes(head[:4]), head[4:8], _LEAST_HEAD
    if size == 1:
        size, start = int.from_bytes(head[8:16]), 16
    elif size == 0:  # "to the end of the file"
        size = end - at
    if len(head) < _LEAST_HEAD or size < start or not _is_kind(kind):
        return _Rest(at, None, at)
    if at + size > end:
        return _Rest(at, kind, at + size)
    return _Box(kind, at + start, at + size)


def _is_kind(kind: bytes) -> bool:
    return len(kind) == 4 and kind.isascii() and kind.decode().isprintable()
