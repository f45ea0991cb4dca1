"""The script of a video of each kind: its size, its pictures in order, and its sound.

Sizes and lengths follow the pages of the models; nothing is generated.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from pixverse_cli.domain.catalog import SIZES, AspectRatio, Kind, Resolution, Role
from pixverse_cli.sandbox import camera, planes, sounds
from pixverse_cli.sandbox.camera import FRAMES_PER_SECOND
from pixverse_cli.sandbox.clips import Clip
from pixverse_cli.sandbox.materials import Material, clip_of, picture_of
from pixverse_cli.sandbox.orders import VideoOrder
from pixverse_cli.sandbox.pictures import placeholder, sheet
from pixverse_cli.sandbox.video import Script, View

if TYPE_CHECKING:
    import av
    from PIL.Image import Image

    from pixverse_cli.sandbox.planes import Planes

Size = tuple[int, int]

_FRAMES_PER_STEP = 2  # of the camera: slow motion looks the same at half the work
_UPSCALED_SIDE = 3840
_UPSCALED_STEP = FRAMES_PER_SECOND  # a picture a second: frames of this size are slow to make
_OTHER_SIZES = {("1808*1808", 8): (1440, 1440)}  # "output is 1440*1440" (text-to-video page)


class Scene(NamedTuple):
    """What a script is written from; ``tiny`` videos have about 64 by 64 pixels."""

    order: VideoOrder
    materials: Sequence[Material]
    seed: int
    tiny: bool

    def fitted(self, size: Size) -> Size:
        """Return the frame's size: this one, or a tiny one of the same ratio."""
        return camera.frame_size(camera.TINY_AREA, *size) if self.tiny else size

    def adapted(self, image: "Image") -> Size:
        """Return the frame's size in the ratio of an image, near the area of the tier."""
        tier = self.order.resolution or Resolution.P720
        pixels = camera.TINY_AREA if self.tiny else camera.area(tier)
        return camera.frame_size(pixels, *image.size)


def written(scene: Scene) -> Script:
    """Return the script of a video.

    :raises Unusable: an input is damaged.
    """
    return _SCRIPTS[scene.order.model.kind](scene)


def _image_to_video(scene: Scene) -> Script:
    image = picture_of(scene.materials, Role.IMAGE)
    return _moving(scene, image, scene.adapted(image), Fraction(scene.order.duration))


def _text_to_video(scene: Scene) -> Script:
    image = placeholder(scene.order.prompt or "")
    return _moving(scene, image, _ordered_size(scene), Fraction(scene.order.duration))


def _references(scene: Scene) -> Script:
    lengths = [each.clip.seconds for each in scene.materials if each.clip]
    size = _ordered_size(scene)
    image = sheet([each.picture for each in scene.materials if each.picture], size)
    return _moving(scene, image, size, max(lengths, default=Fraction(scene.order.duration)))


def _motion(scene: Scene) -> Script:
    image, clip = picture_of(scene.materials, Role.IMAGE), clip_of(scene.materials, Role.VIDEO)
    return _moving(scene, image, scene.adapted(image), clip.seconds if clip else Fraction(1))


def _ordered_size(scene: Scene) -> Size:
    """Return the size that was ordered; the ratio ``auto`` is that of the first input."""
    order = scene.order
    if order.size is None and order.ratio is AspectRatio.AUTO:
        return scene.adapted(next(each.picture for each in scene.materials if each.picture))
    other = _OTHER_SIZES.get((order.size or "", order.duration))
    if other is not None:
        return scene.fitted(other)
    text = (
        order.size or SIZES[order.resolution or Resolution.P720][order.ratio or AspectRatio.R16_9]
    )
    width, _, height = text.partition("*")
    return scene.fitted((int(width), int(height)))


def _moving(scene: Scene, image: "Image", size: Size, seconds: Fraction) -> Script:
    """Return the script of a camera that moves over one picture."""
    frames = max(1, round(seconds * FRAMES_PER_SECOND))
    shots = camera.shots(frames, scene.order.shots, scene.seed)
    views = _shot_views(image, size, shots)
    return Script(size=size, seconds=seconds, views=views, sound=_tone(scene, seconds))


def _tone(scene: Scene, seconds: Fraction) -> "Iterator[av.AudioFrame] | None":
    return sounds.tone(seconds) if scene.order.audio else None


def _shot_views(image: "Image", size: Size, shots: Sequence[camera.Shot]) -> Iterator[View]:
    whole = planes.split(image, size)
    for shot in shots:
        for number in range(0, shot.frames, _FRAMES_PER_STEP):
            count = min(_FRAMES_PER_STEP, shot.frames - number)
            yield View(planes.cut(whole, shot.box(number)), count)


def _first_last_frame(scene: Scene) -> Script:
    first = picture_of(scene.materials, Role.FIRST_FRAME)
    size = scene.adapted(first)
    last = planes.split(picture_of(scene.materials, Role.LAST_FRAME), size)
    views = _fade(planes.split(first, size), last, scene.order.duration * FRAMES_PER_SECOND)
    seconds = Fraction(scene.order.duration)
    return Script(size=size, seconds=seconds, views=views, sound=_tone(scene, seconds))


def _fade(first: "Planes", last: "Planes", frames: int) -> Iterator[View]:
    steps = range(0, frames, _FRAMES_PER_STEP)
    for number in steps:
        part = number / steps[-1]
        view = planes.blended(first, last, part * part * (3 - 2 * part))
        yield View(view, min(_FRAMES_PER_STEP, frames - number))


def _upscale(scene: Scene) -> Script:
    """Return the script of a video with the long side 3840; it shows a picture a second."""
    clip = _video(scene)
    scale = _UPSCALED_SIDE / max(clip.size)
    size = scene.fitted((_even(clip.size[0] * scale), _even(clip.size[1] * scale)))
    pictures = _sampled(clip, Fraction(_UPSCALED_STEP, FRAMES_PER_SECOND))
    frames = round(clip.seconds * FRAMES_PER_SECOND)
    views = _held(pictures, size, frames, _UPSCALED_STEP)
    return Script(size=size, seconds=clip.seconds, views=views)


def _lipsync(scene: Scene) -> Script:
    """Return the script of a video with its own size and rate, and as long as its sound."""
    clip, sound = _video(scene), clip_of(scene.materials, Role.AUDIO)
    speech, text = scene.order.model.speech, scene.order.text
    if sound is not None:
        seconds, samples = sound.seconds, sounds.recorded(sound)
    else:
        per_second = speech.bytes_per_second if speech else 1
        seconds = Fraction(len((text or "-").encode()), per_second)
        samples = sounds.voice(seconds)
    size = scene.fitted((_even(clip.size[0]), _even(clip.size[1])))
    frames = itertools.chain.from_iterable(clip.frames() for _ in itertools.count())
    views = _held(frames, size, math.ceil(seconds * clip.rate), 1)
    return Script(size=size, seconds=seconds, views=views, sound=samples, rate=clip.rate)


def _video(scene: Scene) -> Clip:
    clip = clip_of(scene.materials, Role.VIDEO)
    if clip is None:
        raise ValueError(f"{scene.order.model.name} was ordered without a video")
    return clip


def _even(side: float) -> int:
    return max(2, round(side / 2) * 2)


def _sampled(clip: Clip, step: Fraction) -> Iterator["av.VideoFrame"]:
    """Yield one frame of a clip in each step, in seconds."""
    every = max(1, round(step * clip.rate))
    return itertools.islice(clip.frames(), 0, None, every)


def _held(
    pictures: Iterator["av.VideoFrame"], size: Size, frames: int, each: int
) -> Iterator[View]:
    """Show each picture for ``each`` frames; the last one stays until the end."""
    view, shown = None, 0
    for picture in pictures:
        view = View(planes.of_frame(picture, size), min(each, frames - shown))
        yield view
        shown += view.frames
        if shown >= frames:
            return
    if view is not None:
        yield view._replace(frames=frames - shown)


_SCRIPTS: dict[Kind, Callable[[Scene], Script]] = {
    Kind.IMAGE_TO_VIDEO: _image_to_video,
    Kind.FIRST_LAST_FRAME: _first_last_frame,
    Kind.REFERENCES: _references,
    Kind.TEXT_TO_VIDEO: _text_to_video,
    Kind.UPSCALE: _upscale,
    Kind.LIPSYNC: _lipsync,
    Kind.MOTION: _motion,
}
