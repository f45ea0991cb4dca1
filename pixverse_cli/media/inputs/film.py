"""Checks of a video or sound before anything is paid: container, size, length, sides.

The content decides the format, never the file name. Limits: the pages of lip sync, motion
control, upscale and reference to video, as ``domain.catalog`` holds them. Nothing is decoded,
and the bytes are uploaded unchanged.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pixverse_cli.disk.files import checked_sha256
from pixverse_cli.domain.catalog import FileLimits, Media, any_of
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.plan import InputFile
from pixverse_cli.media.inputs import webm
from pixverse_cli.media.inputs.foreign_formats import is_picture, name_of
from pixverse_cli.media.inputs.sound import read_sound, sound_format
from pixverse_cli.media.inputs.source import HeaderError, open_input, translating_errors
from pixverse_cli.media.video.failures import CutShortError, WrongContentError
from pixverse_cli.media.video.mp4 import Structure, read_structure

_HEAD = 1024
_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")


class Facts(NamedTuple):
    """What the file is: its format, its length in seconds if it tells it, its sides in pixels."""

    format: str
    seconds: float | None
    width: int = 0
    height: int = 0


def inspect_film(source: str, media: Media, limits: FileLimits) -> InputFile:
    """Check a video or sound in a local file.

    :raises UsageError: with one line for each problem.
    """
    path = Path(source)
    with open_input(path, source) as file, translating_errors(source):
        size = os.fstat(file.fileno()).st_size
        problems = list(_size_problems(size, limits))
        facts = None
        try:
            facts = _read(file, size, media) if size else None
        except HeaderError as error:
            problems.append(str(error))
        if facts is not None:
            problems += limit_problems(facts, limits)
        if facts is None or problems:
            raise UsageError("\n".join(f"{source}: {problem}" for problem in problems))
        sha256 = checked_sha256(file, size, source)
    unknown = "its length is not in its header: it is not checked, and the cost is not known"
    return InputFile(
        path=path,
        label=source,
        size=size,
        format=facts.format,
        width=facts.width,
        height=facts.height,
        sha256=sha256,
        notes=() if facts.seconds else (f"{source}: {unknown}",),
        seconds=facts.seconds,
    )


def media_at(source: str) -> Media:
    """Return whether a local file is a picture or a video, by its content.

    :raises UsageError: it cannot be read.
    """
    with open_input(Path(source), source) as file, translating_errors(source):
        head = file.read(_HEAD)
    return Media.VIDEO if _is_video(head) else Media.IMAGE


def limit_problems(facts: Facts, limits: FileLimits) -> Iterator[str]:
    """Yield what the service would refuse of a video or sound."""
    if facts.format not in limits.formats:
        accepted = any_of(limits.formats)
        yield f"is {_with_article(facts.format)}; the service takes {accepted}: convert it"
    if limits.max_seconds and facts.seconds and facts.seconds > limits.max_seconds:
        yield (
            f"is {facts.seconds:g} seconds long; the service takes at most {limits.max_seconds}"
            " seconds: shorten it"
        )
    if limits.max_side and max(facts.width, facts.height) > limits.max_side:
        yield (
            f"is {facts.width} x {facts.height} pixels; the service takes at most"
            f" {limits.max_side} on each side"
        )


def _with_article(kind: str) -> str:
    return f"an {kind}" if kind[:2] in ("MP", "M4", "AA") else f"a {kind}"


def _size_problems(size: int, limits: FileLimits) -> Iterator[str]:
    if size == 0:
        yield "is empty"
    if size > limits.max_bytes:
        yield (
            f"has {size} bytes; the service takes at most {limits.max_bytes // 1024**2} MB"
            f" ({limits.max_bytes} bytes)"
        )


def _read(file: BinaryIO, size: int, media: Media) -> Facts:
    head = file.read(_HEAD)
    readers: dict[Media, Callable[[BinaryIO, int, bytes], Facts]] = {
        Media.VIDEO: _video,
        Media.AUDIO: _sound,
    }
    return readers[media](file, size, head)


def _is_video(head: bytes) -> bool:
    return head.startswith(webm.START) or (head[4:8] in _BOXES and not is_picture(head))


def _video(file: BinaryIO, size: int, head: bytes) -> Facts:
    if head.startswith(webm.START):
        found = webm.read_webm(file, size)
        return Facts("WebM", found.seconds, found.width, found.height)
    if not _is_video(head):
        sound = sound_format(head)
        what = _with_article(sound) if sound else name_of(head)
        raise HeaderError(f"is {what}, not a video" if what else "is not a video")
    structure = _structure(file)
    pictures = [track for track in structure.tracks if track.handler == b"vide"]
    if not pictures:
        raise HeaderError("has no video track")
    kind = "MOV" if structure.brand == b"qt  " else "MP4"
    return Facts(kind, structure.seconds, pictures[0].width, pictures[0].height)


def _sound(file: BinaryIO, size: int, head: bytes) -> Facts:
    if head[4:8] not in _BOXES:
        found = read_sound(file, size)
        if found is None:
            what = name_of(head)
            raise HeaderError(f"is {what}, not a sound" if what else "is not a sound")
        return Facts(found.format, found.seconds)
    structure = _structure(file)
    handlers = [track.handler for track in structure.tracks]
    if b"vide" in handlers or b"soun" not in handlers:
        raise HeaderError("is a video, not a sound: save its sound as MP3, WAV, M4A or AAC")
    return Facts("M4A", structure.seconds)


def _structure(file: BinaryIO) -> Structure:
    try:
        return read_structure(file)
    except CutShortError as error:
        raise HeaderError("is cut short: its end is missing") from error
    except WrongContentError as error:
        raise HeaderError("is a damaged MP4 or MOV") from error
