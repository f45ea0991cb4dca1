"""Giving the image a URL that the service can fetch.

A URL is taken as it is. A local picture goes to the service's temporary store, or wherever
the user's own upload command puts it. The same bytes for the same model and key travel
once in 47 hours.
"""

from collections.abc import Generator
from typing import TYPE_CHECKING

from pixverse_cli.domain.errors import UnreachableError, UsageError
from pixverse_cli.domain.events import Event, Retrying, Uploaded, Uploading
from pixverse_cli.flows.rate_limited import RateLimit, repeated
from pixverse_cli.flows.tools import Tools
from pixverse_cli.media.inputs.image import Picture, open_for_upload
from pixverse_cli.media.inputs.upload_command import run_upload_command

if TYPE_CHECKING:
    from pixverse_cli.flows.create_call import Order

_SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}


def publish(order: "Order", tools: Tools) -> Generator[Event, None, str]:
    """Return the URL under which the service finds the order's image.

    :raises UnreachableError: the image could not be stored; nothing was bought.
    """
    picture = order.picture
    if picture is None:
        return order.identity
    if order.upload_command:
        url = run_upload_command(order.upload_command, picture.path)
        yield Uploaded(image=order.image, url=url)
        return url
    model, account = order.request.model.name, tools.account()
    uploads = tools.store.uploads
    if cached := uploads.find(picture.sha256, model, account, tools.clock.now()):
        yield Uploaded(image=order.image, url=cached, cached=True)
        return cached
    url = yield from _upload(picture, order.image, model, tools)
    uploads.keep(picture.sha256, model, account, url, tools.clock.now())
    yield Uploaded(image=order.image, url=url)
    return url


def _upload(picture: Picture, image: str, model: str, tools: Tools) -> Generator[Event, None, str]:
    """Upload once, and once more under a new policy and name if the store refuses."""
    yield Uploading(image=image, sent=0, total=picture.size)
    try:
        return (yield from _upload_once(picture, image, model, tools))
    except UnreachableError as error:
        if not error.retryable:
            raise
        yield Retrying(reason=error.message, delay=0.0)
    return (yield from _upload_once(picture, image, model, tools))


def _upload_once(
    picture: Picture, image: str, model: str, tools: Tools
) -> Generator[Event, None, str]:
    from pixverse_cli.dashscope.upload import object_key, send  # noqa: PLC0415  imports requests

    client = tools.connect()
    policy = yield from repeated(RateLimit.POLICY, lambda: client.policy(model), tools)
    if policy.max_bytes is not None and picture.size > policy.max_bytes:
        raise UsageError(
            f"{image}: {picture.size} bytes; the service takes {policy.max_bytes} for this model"
        )
    key = object_key(policy, _SUFFIXES[picture.format])
    with open_for_upload(picture) as source:
        for sent in send(policy, key, source, picture.size, loopback=client.on_loopback):
            yield Uploading(image=image, sent=sent, total=picture.size)
    return f"oss://{key}"
