"""The format and length of a sound file; it is followed to its end, without decoding.

Each frame of an MP3 (ISO/IEC 11172-3 and 13818-3, layer III) or AAC (ADTS, ISO/IEC 13818-7)
tells its own length and rate, and so does each chunk of a WAV (RIFF). A header alone does not
tell whether the rest is there.
"""

from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from pixverse_cli.media.inputs.source import HeaderError

_HEAD = 7  # bytes of an ADTS header; that of an MP3 frame is shorter, but no frame is
_MAX_CHUNKS = 10_000  # of a WAV; zeros look like empty chunks
_PADDING = 65_536  # zeros between a tag and the first frame
_TAGS = (b"APETAGEX", b"LYRICSBEGIN")  # behind the last frame: APE, Lyrics3
_ID3V1_BYTES = 128
_JUNK = 10  # at most a tenth of the sound may follow it
_UNKNOWN_LENGTH = 0x7FFF_0000  # and above: of a WAV that was written to a pipe

_AAC_RATES = (
    *(96000, 88200, 64000, 48000, 44100, 32000, 24000),
    *(22050, 16000, 12000, 11025, 8000, 7350),
)
_AAC_SAMPLES = 1024  # of each block of a frame
_MP3_RATES = (44100, 48000, 32000)  # of MPEG-1; MPEG-2 has half of it, MPEG-2.5 a quarter
_MPEG1, _MPEG2 = 3, 2
_RESERVED = 1
# kbit/s; "free format" and the last index are not used
_MPEG1_BITRATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG2_BITRATES = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


class Sound(NamedTuple):
    """A sound's format (``WAV``, ``MP3``, ``AAC``) and its length in seconds."""

    format: str
    seconds: float


class _Frame(NamedTuple):
    """The length of one frame in bytes and in seconds."""

    size: int
    seconds: float


def sound_format(head: bytes) -> str | None:
    """Return ``WAV``, ``MP3`` or ``AAC`` for a file's first bytes; None for anything else."""
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "WAV"
    if _aac_frame(head):
        return "AAC"
    return "MP3" if head.startswith(b"ID3") or _mp3_frame(head) else None


def read_sound(file: BinaryIO, size: int) -> Sound | None:
    """Return the format and length of a sound of ``size`` bytes; None if it is no sound.

    :raises HeaderError: it is damaged, or cut short.
    """
    start = 0
    while (behind := _behind_tag(file, start)) > start:
        start = behind
    file.seek(start)
    head = file.read(12)
    match sound_format(head):
        case "WAV":
            return Sound("WAV", _wav_seconds(file, size))
        case "AAC":
            return Sound("AAC", _frame_seconds(file, start, size, "AAC", _aac_frame))
        case "MP3":
            return Sound("MP3", _frame_seconds(file, start, size, "MP3", _mp3_frame))
    if start:
        raise HeaderError("is a damaged MP3 or AAC: it has no sound")
    return None


def _behind_tag(file: BinaryIO, at: int) -> int:
    """Return where an ID3 tag and its padding end; the same position if none starts here."""
    file.seek(at)
    head = file.read(10)
    if head.startswith(b"TAG"):
        return at + _ID3V1_BYTES
    if not head.startswith(b"ID3") or len(head) < 10:
        return at
    length = 0
    for byte in head[6:]:  # 7 bits of each
        length = length << 7 | byte & 0x7F
    at += len(head) + length
    file.seek(at)
    if file.read(1) != b"\0":
        return at
    padded = file.read(_PADDING)
    return at + 1 + len(padded) - len(padded.lstrip(b"\0"))


def _frame_seconds(
    file: BinaryIO, start: int, size: int, kind: str, read: Callable[[bytes], _Frame | None]
) -> float:
    """Return the length of all frames; tags may stand between them, as in files joined."""
    at, seconds = start, 0.0
    while True:
        file.seek(at)
        frame = read(file.read(_HEAD))
        if frame is None and (behind := _behind_tag(file, at)) > at:
            at = behind
            continue
        if frame is None:
            break
        if at + frame.size > size:
            raise _cut_short(kind)
        seconds += frame.seconds
        at += frame.size
    _check_rest(file, at, size, at - start, kind)
    if not seconds:
        raise HeaderError(f"is a damaged {kind}: it has no sound")
    return seconds


def _check_rest(file: BinaryIO, at: int, size: int, frames: int, kind: str) -> None:
    """Check what follows the last frame: nothing, a tag, or a few other bytes."""
    file.seek(at)
    rest = file.read(_HEAD + 4)
    if rest.startswith(b"\xff") and len(rest) < _HEAD:
        raise _cut_short(kind)
    if not rest.startswith(_TAGS) and size - at > frames // _JUNK:
        raise HeaderError(f"is a damaged {kind}: no valid frame at byte {at}")


def _cut_short(kind: str) -> HeaderError:
    article = "an" if kind in ("MP3", "AAC") else "a"
    return HeaderError(f"is {article} {kind} that is cut short: its end is missing")


def _aac_frame(head: bytes) -> _Frame | None:
    if len(head) < _HEAD or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return None
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    rate = head[2] >> 2 & 15
    if size < _HEAD or rate >= len(_AAC_RATES):
        return None
    return _Frame(size, _AAC_SAMPLES * ((head[6] & 3) + 1) / _AAC_RATES[rate])


def _mp3_frame(head: bytes) -> _Frame | None:
    if len(head) < _HEAD or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return None
    version, bitrate, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == _RESERVED or bitrate in (0, 15) or rate == len(_MP3_RATES):
        return None
    kilobits = (_MPEG1_BITRATES if version == _MPEG1 else _MPEG2_BITRATES)[bitrate]
    hertz = _MP3_RATES[rate] // {_MPEG1: 1, _MPEG2: 2}.get(version, 4)
    samples = 1152 if version == _MPEG1 else 576
    padding = head[2] >> 1 & 1
    return _Frame(samples // 8 * kilobits * 1000 // hertz + padding, samples / hertz)


def _wav_seconds(file: BinaryIO, size: int) -> float:
    """Go from chunk to chunk to the samples; a WAV of a pipe does not declare their length."""
    at, per_second = 12, 0
    for _ in range(_MAX_CHUNKS):
        file.seek(at)
        head = file.read(8)
        at += 8
        length = int.from_bytes(head[4:], "little")
        if len(head) < 8:
            break
        if head.startswith(b"fmt "):
            per_second = int.from_bytes(file.read(12)[8:], "little")
        if head.startswith(b"data"):
            if length == 0 or length >= _UNKNOWN_LENGTH:
                length = size - at
            if at + length > size:
                raise _cut_short("WAV")
            if length and per_second:
                return length / per_second
            break
        at += length + length % 2
    raise HeaderError("is a damaged WAV: it has no sound")
