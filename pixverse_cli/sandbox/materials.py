"""The inputs of a video, fetched and checked: pictures, videos and sounds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pixverse_cli.domain.catalog import InputRule, Media, Role
from pixverse_cli.sandbox.clips import Clip, opened, placeholder_clip
from pixverse_cli.sandbox.orders import Medium, VideoOrder
from pixverse_cli.sandbox.pictures import Unusable, decoded, fetched, placeholder
from pixverse_cli.sandbox.refusals import too_long

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One input: a picture, or a clip.

    ``picture`` is the image, or the first frame of a video; a sound has none.
    """

    role: Role
    picture: "Image | None" = None
    clip: Clip | None = None


def gathered(order: VideoOrder) -> list[Material]:
    """Return the inputs of an order, in its order.

    :raises Unusable: one cannot be fetched, or breaks a rule of its page.
    """
    found = list(_gathered(order))
    for rule in order.model.inputs:
        limit = rule.limits.total_seconds
        clips = [each.clip for each in found if each.role is rule.role and each.clip]
        if limit and sum(clip.seconds for clip in clips) > limit:
            raise Unusable(too_long(rule.media, limit))
    return found


def _gathered(order: VideoOrder) -> Iterator[Material]:
    for medium in order.media:
        rule = order.model.rule(medium.role, medium.media)
        if rule is not None:  # the order was read by the same rules
            yield _material(medium, rule)


def _material(medium: Medium, rule: InputRule) -> Material:
    data = medium.data if medium.data is not None else fetched(medium.url, rule.limits.max_bytes)
    if medium.media is Media.IMAGE:
        picture = placeholder(medium.url) if data is None else decoded(data)
        return Material(role=medium.role, picture=picture)
    if data is None:
        clip = placeholder_clip(medium.url, medium.media)
    else:
        clip = opened(data, medium.url, medium.media, rule.limits)
    if medium.media is Media.AUDIO:
        return Material(role=medium.role, clip=clip)
    picture = next(clip.frames()).to_image()  # type: ignore[no-untyped-call]
    return Material(role=medium.role, clip=clip, picture=picture)


def picture_of(materials: Sequence[Material], role: Role) -> "Image":
    """Return the picture of the input with this role, which the model requires."""
    return next(each.picture for each in materials if each.role is role and each.picture)


def clip_of(materials: Sequence[Material], role: Role) -> Clip | None:
    """Return the clip of the input with this role; None if there is none."""
    return next((each.clip for each in materials if each.role is role and each.clip), None)
