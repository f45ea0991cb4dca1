"""Giving each input a URL that the service can fetch.

A URL is used unchanged. A local file is uploaded to the service's temporary store, or by
the user's own upload command. The same bytes for the same model and key are uploaded once
in 47 hours.
"""

from collections.abc import Generator

from pixverse_cli.domain.errors import PixverseError, UnreachableError, UsageError
from pixverse_cli.domain.events import Event, Retrying, Uploaded, Uploading
from pixverse_cli.domain.plan import Input, InputFile, Order
from pixverse_cli.flows.rate_limited import RateLimit, with_retries
from pixverse_cli.flows.tools import Tools, out_of_time

_SUFFIXES = {"JPEG": ".jpg"}  # of other formats: their name


def publish(order: Order, tools: Tools) -> Generator[Event, None, list[str]]:
    """Return the URLs from which the service can fetch the order's inputs, in their order.

    :raises UnreachableError: one could not be uploaded; nothing was charged.
    :raises TimeLimitError: the command's time limit was reached.
    """
    urls = list[str]()
    for each in order.inputs:
        if tools.time_is_up():
            raise out_of_time()
        try:
            url = yield from _published(each, order, tools)
        except PixverseError as error:
            if tools.time_is_up():
                raise out_of_time(error) from error
            raise
        urls.append(url)
    return urls


def _published(each: Input, order: Order, tools: Tools) -> Generator[Event, None, str]:
    file = each.file
    if file is None:
        return each.url or each.identity
    if order.upload_command:
        from pixverse_cli.media.inputs.upload_command import run_upload_command  # noqa: PLC0415  rare

        url = run_upload_command(order.upload_command, file.path, tools.time_left())
        yield Uploaded(image=each.source, url=url)
        return url
    model, account = order.request.model.name, tools.account()
    uploads = tools.store.uploads
    if cached := uploads.find(file.sha256, model, account, tools.clock.now()):
        yield Uploaded(image=each.source, url=cached, cached=True)
        return cached
    url = yield from _upload(file, each.source, model, tools)
    uploads.keep(file.sha256, model, account, url, tools.clock.now())
    yield Uploaded(image=each.source, url=url)
    return url


def _upload(file: InputFile, image: str, model: str, tools: Tools) -> Generator[Event, None, str]:
    """Upload the file; if the store refuses, try once more with a new policy and name."""
    yield Uploading(image=image, sent=0, total=file.size)
    try:
        return (yield from _upload_once(file, image, model, tools))
    except UnreachableError as error:
        if not error.retryable or tools.time_is_up():
            raise
        yield Retrying(reason=error.message, delay=0.0)
    return (yield from _upload_once(file, image, model, tools))


def _upload_once(
    file: InputFile, image: str, model: str, tools: Tools
) -> Generator[Event, None, str]:
    from pixverse_cli.dashscope.upload import object_key, send  # noqa: PLC0415  imports requests
    from pixverse_cli.media.inputs.source import open_for_upload  # noqa: PLC0415  beside its use

    client = tools.connect()
    policy = yield from with_retries(RateLimit.POLICY, lambda: client.policy(model), tools)
    if policy.max_bytes is not None and file.size > policy.max_bytes:
        raise UsageError(
            f"{image}: has {file.size} bytes; the service takes at most {policy.max_bytes} bytes"
            " for this model"
        )
    suffix = _SUFFIXES.get(file.format, f".{file.format.lower()}")
    key = object_key(policy, suffix)
    with open_for_upload(file) as source:
        sending = send(
            policy,
            key,
            source,
            file.size,
            loopback=client.on_loopback,
            give_up=tools.time_is_up,
        )
        for sent in sending:
            yield Uploading(image=image, sent=sent, total=file.size)
    return f"oss://{key}"
