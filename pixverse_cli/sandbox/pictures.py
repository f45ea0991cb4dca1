"""Input images: fetched if they are on this machine, checked by the page's rules, decoded."""

import hashlib
import http.client
import io
import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pixverse_cli.domain.catalog import IMAGE_LIMITS
from pixverse_cli.sandbox.refusals import (
    BAD_IMAGE,
    BIG_IMAGE,
    WIDE_IMAGE,
    Failure,
    invalid,
    unreachable_image,
)

if TYPE_CHECKING:
    from PIL.Image import Image

_FETCH_SECONDS = 5.0
_PLACEHOLDER_SIZE = (1280, 720)


class Unusable(Exception):  # noqa: N818  why a simulated task fails, not a program error
    """The image cannot be used; ``failure`` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def fetched(url: str) -> bytes | None:
    """Return the bytes of an image on this machine; None for a URL of another machine.

    Only loopback is called; ``placeholder`` replaces all other images. At most 20 MB and one
    byte are read.

    :raises Unusable: it cannot be fetched, or not within five seconds.
    """
    parts = urlsplit(url)
    if not _is_loopback(parts.hostname or ""):
        return None
    if parts.scheme != "http":
        raise Unusable(unreachable_image())
    try:
        connection = http.client.HTTPConnection(parts.netloc, timeout=_FETCH_SECONDS)
        return _body(connection, parts.path + ("?" + parts.query if parts.query else ""))
    except (OSError, ValueError, http.client.HTTPException) as error:  # dead, odd, or slow
        raise Unusable(unreachable_image()) from error


def _body(connection: http.client.HTTPConnection, target: str) -> bytes:
    try:
        connection.request("GET", target or "/")
        response = connection.getresponse()
        if response.status != 200:
            raise Unusable(unreachable_image())
        return response.read(IMAGE_LIMITS.max_bytes + 1)
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
        raise Unusable(invalid(BIG_IMAGE))
    Image.MAX_IMAGE_PIXELS = (
        IMAGE_LIMITS.max_side * IMAGE_LIMITS.max_side
    )  # below it Pillow would warn
    damaged = (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning)
    try:
        image = Image.open(io.BytesIO(data), formats=IMAGE_LIMITS.formats)
    except Image.DecompressionBombError as error:  # more pixels than the page allows
        raise Unusable(invalid(WIDE_IMAGE)) from error
    except damaged as error:  # another format, or the header is damaged
        raise Unusable(Failure(code="InvalidImageFormat", message=BAD_IMAGE)) from error
    if max(image.size) > IMAGE_LIMITS.max_side:
        raise Unusable(invalid(WIDE_IMAGE))
    try:
        image.draft("RGB", hint or image.size)
        return image.convert("RGB")
    except damaged as error:  # cut short, or damaged after the header
        raise Unusable(Failure(code="InvalidImageFormat", message=BAD_IMAGE)) from error


def placeholder(url: str) -> "Image":
    """Return a picture that replaces one on the internet, the same for the same URL."""
    from PIL import Image, ImageOps  # noqa: PLC0415  of the sandbox's extra

    digest = hashlib.sha256(url.encode("utf-8", "replace")).digest()
    shade = Image.linear_gradient("L")
    rings = Image.radial_gradient("L")
    dark, light = tuple(digest[:3]), tuple(255 - value // 3 for value in digest[3:6])
    tinted = ImageOps.colorize(Image.blend(shade, rings, 0.5), dark, light)
    return tinted.resize(_PLACEHOLDER_SIZE)
