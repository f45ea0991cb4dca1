"""The format and length of a sound file, read from its headers, without decoding.

MP3 and WAV are read by tinytag; AAC here (ADTS, ISO/IEC 13818-7), which tinytag does not know.
"""

from typing import BinaryIO

from pixverse_cli.media.inputs.image_formats import HeaderError

_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_SAMPLES = 1024  # of one AAC frame
_MAX_FRAMES = 5_000_000


def sound_format(head: bytes) -> str | None:
    """Return ``WAV``, ``MP3`` or ``AAC`` for a file's first bytes; None for anything else."""
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "WAV"
    if head.startswith(b"ID3"):
        return "MP3"
    if len(head) < 2 or head[0] != 0xFF or head[1] < 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return "AAC"
    return "MP3" if head[1] & 0x06 == 0x02 else None  # layer III


def read_sound(file: BinaryIO, size: int, kind: str) -> float:
    """Return the length of a sound in seconds.

    :raises HeaderError: it is damaged, or cut short.
    """
    if kind == "AAC":
        return _aac_seconds(file, size)
    from tinytag import TinyTag, TinyTagException  # noqa: PLC0415  only for sounds

    if kind == "WAV":
        _check_wav(file, size)
    file.seek(0)
    try:
        seconds = TinyTag.get(f"sound.{kind.lower()}", file_obj=file, tags=False).duration
    except TinyTagException as error:
        raise HeaderError(f"is a damaged {kind}") from error
    if not seconds:
        raise HeaderError(f"is a damaged {kind}: it has no sound")
    return seconds


def _check_wav(file: BinaryIO, size: int) -> None:
    file.seek(4)
    declared = int.from_bytes(file.read(4), "little") + 8
    if size < declared < 0xFFFF_FFFF:  # a stream that was never completed declares the most
        raise HeaderError(f"is a WAV that is cut short: {size} bytes of {declared}")


def _aac_seconds(file: BinaryIO, size: int) -> float:
    """Go from frame to frame; each says its own length and the sampling rate."""
    at, seconds = 0, 0.0
    for _ in range(_MAX_FRAMES):
        file.seek(at)
        head = file.read(7)
        if len(head) < 7:
            break
        length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
        rate = head[2] >> 2 & 15
        if head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or length < 7 or rate >= len(_RATES):
            raise HeaderError(f"is a damaged AAC: no valid frame at byte {at}")
        if at + length > size:
            raise HeaderError("is an AAC that is cut short: its end is missing")
        seconds += _SAMPLES * ((head[6] & 3) + 1) / _RATES[rate]
        at += length
    return seconds
