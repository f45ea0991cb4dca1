"""Encoding of the video: H.264 and, where there is a sound, AAC in an MP4, by PyAV."""

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pixverse_cli.sandbox.camera import FRAMES_PER_SECOND
from pixverse_cli.sandbox.clips import SAMPLES_PER_SECOND
from pixverse_cli.sandbox.planes import Planes, as_frame, watermark

if TYPE_CHECKING:
    import av


class RenderingStopped(Exception):  # noqa: N818  the sandbox was closed: not a program error
    """The rendering was stopped."""


class View(NamedTuple):
    """A picture, and for how many frames it is shown."""

    planes: Planes
    frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What a video shows: ``size`` in pixels, both even; ``rate`` in frames a second.

    ``seconds`` is its length before it is rounded to whole frames.
    """

    size: tuple[int, int]
    seconds: Fraction
    views: Iterator[View]
    sound: Iterator["av.AudioFrame"] | None = None
    rate: Fraction = Fraction(FRAMES_PER_SECOND)

    @property
    def billed_seconds(self) -> int:
        """The seconds that are billed: "rounded up" (the pages of the models)."""
        return math.ceil(self.seconds)


def render(
    script: Script,
    path: Path,
    stopped: Callable[[], bool],
    *,
    marked: bool = False,
    index_first: bool = True,
) -> None:
    """Write the video; ``marked`` with a watermark, ``index_first`` for playing while loading.

    :raises RenderingStopped: as soon as ``stopped()`` is true.
    :raises Unusable: an input is damaged.
    """
    import av  # noqa: PLC0415  of the sandbox's extra, and slow to import

    options = {"movflags": "+faststart"} if index_first else {}
    marks = watermark(script.size) if marked else ()
    number = 0
    with av.open(str(path), "w", format="mp4", options=options) as container:
        picture = _video_stream(container, script)
        sound = _sound_stream(container) if script.sound else None
        for view in script.views:
            frame = as_frame(view.planes, marks)
            for _ in range(view.frames):
                if stopped():
                    raise RenderingStopped
                frame.pts, frame.time_base = number, 1 / script.rate
                container.mux(picture.encode(frame))
                number += 1
        container.mux(picture.encode(None))
        if script.sound and sound:
            for samples in itertools.chain(script.sound, [None]):  # None: the end
                container.mux(sound.encode(samples))


def _video_stream(container: "av.container.OutputContainer", script: Script) -> Any:  # noqa: ANN401  PyAV's streams
    options = {"preset": "ultrafast", "crf": "28"}
    stream = container.add_stream("libx264", rate=script.rate, options=options)
    stream.width, stream.height = script.size
    stream.pix_fmt = "yuv420p"
    return stream


def _sound_stream(container: "av.container.OutputContainer") -> Any:  # noqa: ANN401  PyAV's streams
    return container.add_stream("aac", rate=SAMPLES_PER_SECOND, layout="mono")
