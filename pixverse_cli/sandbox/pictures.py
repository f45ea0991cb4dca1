"""Input images: fetched if they are on this machine, checked by the page's rules, decoded."""

import hashlib
import http.client
import io
import ipaddress
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pixverse_cli.domain.catalog import IMAGE_LIMITS, Media
from pixverse_cli.sandbox.refusals import (
    Failure,
    bad_format,
    too_heavy,
    too_wide,
    unreachable_image,
)

if TYPE_CHECKING:
    from PIL.Image import Image

_FETCH_SECONDS = 5.0
_PLACEHOLDER_SIZE = (1280, 720)


class Unusable(Exception):  # noqa: N818  why a simulated task fails, not a program error
    """An input cannot be used; ``failure`` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def fetched(url: str, max_bytes: int) -> bytes | None:
    """Return the bytes of a file on this machine; None for a URL of another machine.

    Only loopback is called; a placeholder replaces all other files. At most ``max_bytes`` and
    one byte are read.

    :raises Unusable: it cannot be fetched, or not within five seconds.
    """
    parts = urlsplit(url)
    if not _is_loopback(parts.hostname or ""):
        return None
    if parts.scheme != "http":
        raise Unusable(unreachable_image())
    try:
        connection = http.client.HTTPConnection(parts.netloc, timeout=_FETCH_SECONDS)
        target = parts.path + ("?" + parts.query if parts.query else "")
        return _body(connection, target, max_bytes)
    except (OSError, ValueError, http.client.HTTPException) as error:  # dead, odd, or slow
        raise Unusable(unreachable_image()) from error


def _body(connection: http.client.HTTPConnection, target: str, max_bytes: int) -> bytes:
    try:
        connection.request("GET", target or "/")
        response = connection.getresponse()
        if response.status != 200:
            raise Unusable(unreachable_image())
        return response.read(max_bytes + 1)
    finally:
        connection.close()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def decoded(data: bytes, hint: tuple[int, int] | None = None) -> "Image":
    """Return the decoded image in RGB; only JPEG, PNG and WEBP, recognised by their content.

    The size is checked from the header, before any pixel is decoded. With a ``hint``, a JPEG
    may be decoded smaller, though never below this size.

    :raises Unusable: another format, over 20 MB, a side over 10 000 px, or damaged.
    """
    from PIL import Image  # noqa: PLC0415  of the sandbox's extra, and slow to import

    if len(data) > IMAGE_LIMITS.max_bytes:
        raise Unusable(too_heavy(Media.IMAGE, IMAGE_LIMITS.max_bytes))
    Image.MAX_IMAGE_PIXELS = (
        IMAGE_LIMITS.max_side * IMAGE_LIMITS.max_side
    )  # below it Pillow would warn
    damaged = (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning)
    try:
        image = Image.open(io.BytesIO(data), formats=IMAGE_LIMITS.formats)
    except Image.DecompressionBombError as error:  # more pixels than the page allows
        raise Unusable(too_wide(Media.IMAGE, IMAGE_LIMITS.max_side)) from error
    except damaged as error:  # another format, or the header is damaged
        raise Unusable(bad_format(Media.IMAGE)) from error
    if max(image.size) > IMAGE_LIMITS.max_side:
        raise Unusable(too_wide(Media.IMAGE, IMAGE_LIMITS.max_side))
    try:
        image.draft("RGB", hint or image.size)
        return image.convert("RGB")
    except damaged as error:  # cut short, or damaged after the header
        raise Unusable(bad_format(Media.IMAGE)) from error


def placeholder(url: str) -> "Image":
    """Return a picture that replaces one on the internet, the same for the same URL."""
    from PIL import Image, ImageOps  # noqa: PLC0415  of the sandbox's extra

    digest = hashlib.sha256(url.encode("utf-8", "replace")).digest()
    shade = Image.linear_gradient("L")
    rings = Image.radial_gradient("L")
    dark, light = tuple(digest[:3]), tuple(255 - value // 3 for value in digest[3:6])
    tinted = ImageOps.colorize(Image.blend(shade, rings, 0.5), dark, light)
    return tinted.resize(_PLACEHOLDER_SIZE)


def sheet(images: Sequence["Image"], size: tuple[int, int]) -> "Image":
    """Return one picture of this size that shows all images, whole, in rows."""
    from PIL import Image  # noqa: PLC0415  of the sandbox's extra

    columns = math.ceil(math.sqrt(len(images)))
    rows = math.ceil(len(images) / columns)
    width, height = size[0] // columns, size[1] // rows
    page = Image.new("RGB", size)
    for number, image in enumerate(images):
        scale = min(width / image.width, height / image.height)
        small = image.resize((max(1, int(image.width * scale)), max(1, int(image.height * scale))))
        left = number % columns * width + (width - small.width) // 2
        top = number // columns * height + (height - small.height) // 2
        page.paste(small, (left, top))
    return page
