"""The geometry of the stand-in video: its size, its shots, and how the camera moves."""

import math
import random
from dataclasses import dataclass

from pixverse_cli.domain.catalog import Resolution

FRAMES_PER_SECOND = 24
TINY_AREA = 64 * 64

_AREAS = {
    Resolution.P360: 640 * 360,
    Resolution.P540: 1024 * 576,
    Resolution.P720: 1280 * 720,
    Resolution.P1080: 1920 * 1080,
}
_WIDEST = 4.0  # invented: no page says what the service makes of longer strips

Box = tuple[float, float, float, float]


def area(resolution: Resolution) -> int:
    """Return about how many pixels a frame of this tier has."""
    return _AREAS[resolution]


def frame_size(pixels: int, width: int, height: int) -> tuple[int, int]:
    """Return the frame's width and height for an image: its ratio, about ``pixels`` pixels.

    Both sides are rounded up to multiples of 16, which fits the one sample on the page
    (992*944 at 720P). Strips beyond 4:1 are made 4:1.
    """
    ratio = min(max(width / height, 1 / _WIDEST), _WIDEST)
    exact = math.sqrt(pixels * ratio), math.sqrt(pixels / ratio)
    return _up_to_16(exact[0]), _up_to_16(exact[1])


def _up_to_16(side: float) -> int:
    return math.ceil(round(side, 6) / 16) * 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One shot of ``frames`` frames: from one box of the picture to another (sides 0 to 1)."""

    frames: int
    first: Box
    last: Box

    def box(self, frame: int) -> Box:
        """Return the box shown in this frame of the shot; the motion starts and ends slowly."""
        part = frame / max(1, self.frames - 1)
        eased = part * part * (3 - 2 * part)
        left, top, right, bottom = (
            start + (end - start) * eased for start, end in zip(self.first, self.last, strict=True)
        )
        return left, top, right, bottom


def shots(frames: int, count: int, seed: int) -> list[Shot]:
    """Return the shots of a video of ``frames`` frames, the same for the same seed.

    The first starts with the whole picture, because the first frame is the image; each further
    one shows another corner in close-up, so that the cuts are visible.
    """
    rng = random.Random(seed)
    count = min(count, frames)
    lengths = [frames // count + (1 if number < frames % count else 0) for number in range(count)]
    return [_shot(length, number, rng) for number, length in enumerate(lengths)]


def _shot(frames: int, number: int, rng: random.Random) -> Shot:
    if number == 0:
        return Shot(frames=frames, first=(0.0, 0.0, 1.0, 1.0), last=_window(0.9, rng))
    corner = _corner(number, 0.45)
    drift = rng.uniform(0.03, 0.08)
    left, top, right, bottom = corner
    last = (left + drift / 2, top + drift / 2, right - drift / 2, bottom - drift / 2)
    return Shot(frames=frames, first=corner, last=last)


def _window(side: float, rng: random.Random) -> Box:
    left, top = rng.uniform(0, 1 - side), rng.uniform(0, 1 - side)
    return left, top, left + side, top + side


def _corner(number: int, side: float) -> Box:
    left = 0.0 if number % 2 else 1 - side
    top = 0.0 if number % 4 in (1, 2) else 1 - side
    return left, top, left + side, top + side
