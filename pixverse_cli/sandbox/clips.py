"""Videos and sounds that are inputs: their length, their frames and their samples, by PyAV."""

import io
import itertools
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pixverse_cli.domain.catalog import FileLimits, Media
from pixverse_cli.sandbox.camera import FRAMES_PER_SECOND
from pixverse_cli.sandbox.pictures import Unusable, placeholder
from pixverse_cli.sandbox.refusals import bad_format, too_heavy, too_long, too_wide

if TYPE_CHECKING:
    import av

SAMPLES_PER_SECOND = 44_100

_PLACEHOLDER_SECONDS = Fraction(5)
_FASTEST, _SLOWEST = 120, 1  # frames a second; other rates are errors in the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A video or a sound; ``size`` and ``rate`` are those of the video's frames.

    ``data`` is its file; None for one on the internet, which ``url`` names and a still picture
    or silence replaces.
    """

    url: str
    data: bytes | None
    media: Media
    seconds: Fraction
    size: tuple[int, int] = (0, 0)
    rate: Fraction = Fraction(FRAMES_PER_SECOND)

    def frames(self) -> Iterator["av.VideoFrame"]:
        """Yield the frames in order.

        :raises Unusable: the file is damaged, or has no frame.
        """
        import av  # noqa: PLC0415  of the sandbox's extra, and slow to import

        if self.data is None:
            still = av.VideoFrame.from_image(placeholder(self.url))  # type: ignore[no-untyped-call]
            planar = still.reformat(format="yuv420p")
            yield from itertools.repeat(planar, round(self.seconds * self.rate))
            return
        count = 0
        try:
            with av.open(io.BytesIO(self.data), "r") as container:
                for frame in _decoded(container, container.streams.video[0]):
                    count += 1
                    yield frame
        except av.error.FFmpegError as error:
            raise Unusable(bad_format(self.media)) from error
        if not count:
            raise Unusable(bad_format(self.media))

    def samples(self) -> Iterator["av.AudioFrame"]:
        """Yield the sound, mono, :data:`SAMPLES_PER_SECOND`.

        :raises Unusable: the file is damaged.
        """
        import av  # noqa: PLC0415  of the sandbox's extra

        if self.data is None:
            return
        resampler = av.AudioResampler("fltp", "mono", SAMPLES_PER_SECOND)
        try:
            with av.open(io.BytesIO(self.data), "r") as container:
                for frame in _decoded(container, container.streams.audio[0]):
                    yield from resampler.resample(frame)
        except av.error.FFmpegError as error:
            raise Unusable(bad_format(self.media)) from error
        yield from resampler.resample(None)


def opened(data: bytes, url: str, media: Media, limits: FileLimits) -> Clip:
    """Return the clip in a file; its format is recognised by its content.

    :raises Unusable: another format, damaged, too heavy, too large or too long.
    """
    import av  # noqa: PLC0415  of the sandbox's extra, and slow to import

    if len(data) > limits.max_bytes:
        raise Unusable(too_heavy(media, limits.max_bytes))
    # only these formats are tried: others, such as playlists, may open further files
    formats = {"format_whitelist": ",".join(limits.formats).lower()}
    try:
        with av.open(io.BytesIO(data), "r", options=formats) as container:
            clip = _described(container, data, url, media)
    except av.error.FFmpegError as error:
        raise Unusable(bad_format(media)) from error
    if clip is None:
        raise Unusable(bad_format(media))
    if limits.max_side and max(clip.size) > limits.max_side:
        raise Unusable(too_wide(media, limits.max_side))
    if limits.max_seconds and clip.seconds > limits.max_seconds:
        raise Unusable(too_long(media, limits.max_seconds))
    return clip


def _described(
    container: "av.container.InputContainer", data: bytes, url: str, media: Media
) -> Clip | None:
    """Return the clip in a container; None if it lacks the stream, its length or its size."""
    if media is Media.AUDIO:
        sound = next(iter(container.streams.audio), None)
        seconds = _seconds(container, sound)
        if sound is None or seconds <= 0:
            return None
        return Clip(url=url, data=data, media=media, seconds=seconds)
    film = next(iter(container.streams.video), None)
    seconds = _seconds(container, film)
    if film is None or seconds <= 0:
        return None
    size = film.codec_context.width, film.codec_context.height
    rate = film.average_rate or Fraction(FRAMES_PER_SECOND)
    if min(size) < 1 or not _SLOWEST <= rate <= _FASTEST:
        return None
    return Clip(url=url, data=data, media=media, seconds=seconds, size=size, rate=rate)


def _seconds(
    container: "av.container.InputContainer", stream: "av.stream.Stream | None"
) -> Fraction:
    """Return the length of a stream, or of the whole file, or of the packets: who tells it."""
    if stream is None or not stream.time_base:
        return Fraction(0)
    if stream.duration:
        return stream.duration * stream.time_base
    if container.duration:
        return Fraction(container.duration, 1_000_000)
    ends = (packet.pts + (packet.duration or 0) for packet in container.demux(stream) if packet.pts)
    return max(ends, default=0) * stream.time_base


def _decoded(container: "av.container.InputContainer", stream: "av.stream.Stream") -> Iterator[Any]:
    """Yield the frames of a stream; a packet that cannot be decoded is skipped, as players do."""
    import av  # noqa: PLC0415  of the sandbox's extra

    for packet in container.demux(stream):
        with suppress(av.error.InvalidDataError):
            yield from packet.decode()


def placeholder_clip(url: str, media: Media) -> Clip:
    """Return a clip of five seconds that replaces one on the internet."""
    size = (1280, 720) if media is Media.VIDEO else (0, 0)
    return Clip(url=url, data=None, media=media, seconds=_PLACEHOLDER_SECONDS, size=size)
