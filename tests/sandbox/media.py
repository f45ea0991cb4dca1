"""Videos and sounds that tests give as inputs, and the decoding of the videos they get."""

import io
import math
from array import array
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import av
from PIL import Image, ImageChops, ImageStat

RATE = 44_100


def film(
    path=None, *, size=(320, 180), seconds=1.0, rate=24, container="mp4", color=(200, 40, 40),
    options=None,
):  # fmt: skip
    """Return the bytes of a silent video of one colour; with a path, write it there."""
    file = io.BytesIO()
    codec = "libvpx" if container == "webm" else "libx264"
    with av.open(path or file, "w", format=container, options=options or {}) as out:
        stream = out.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        if container == "webm":
            stream.options = {"deadline": "realtime", "cpu-used": "8"}
        frame = av.VideoFrame.from_image(Image.new("RGB", size, color))
        for number in range(round(seconds * rate)):
            frame.pts, frame.time_base = number, Fraction(1, rate)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file.getvalue()


SOUNDS = {"mp3": "mp3", "wav": "pcm_s16le", "mp4": "aac", "adts": "aac"}


def sound(
    *, seconds=1.0, container="mp3", hertz=882, options=None, rate=RATE, bit_rate=None
):  # fmt: skip
    """Return the bytes of a pure tone."""
    file = io.BytesIO()
    with av.open(file, "w", format=container, options=options or {}) as out:
        stream = out.add_stream(SOUNDS[container], rate=rate, layout="mono")
        if bit_rate:
            stream.bit_rate = bit_rate
        for start in range(0, round(seconds * rate), 1024):
            count = min(1024, round(seconds * rate) - start)
            phase = 2 * math.pi * hertz * start / rate
            wave = array(
                "f",
                [0.5 * math.sin(phase + 2 * math.pi * hertz * n / rate) for n in range(count)],
            )
            frame = av.AudioFrame("fltp", "mono", count)
            frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
            data = wave.tobytes()
            frame.planes[0].update(data.ljust(frame.planes[0].buffer_size, b"\0"))
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file.getvalue()


@dataclass(frozen=True)
class Video:
    codec: str
    rate: float
    raw: list[av.VideoFrame]
    sound: list[float]
    seconds: float

    @property
    def frames(self):
        return [frame.to_image() for frame in self.raw]

    @property
    def size(self):
        return self.raw[0].width, self.raw[0].height

    @property
    def hertz(self):
        """The pitch of the sound's middle half: how often in a second it becomes positive."""
        quarter = len(self.sound) // 4
        middle = self.sound[quarter:-quarter]
        rises = sum(one < 0 <= other for one, other in pairwise(middle))
        return rises / (len(middle) / RATE)


def decode(data):
    with av.open(io.BytesIO(data)) as container:
        pictures = container.streams.video[0]
        frames = list(container.decode(pictures))
        codec, rate = pictures.codec_context.name, float(pictures.average_rate)
        seconds = float(container.duration / av.time_base)
    with av.open(io.BytesIO(data)) as container:
        samples = []
        for frame in container.decode(audio=0) if container.streams.audio else ():
            samples.extend(memoryview(frame.planes[0]).cast("f")[: frame.samples])
    return Video(codec, rate, frames, samples, seconds)


def difference(one, other):
    """Return the mean difference of two images, 0 to 255."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3
