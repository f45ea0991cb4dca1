"""The request as it would be sent, without sending it."""

import shlex
from typing import TYPE_CHECKING

from pixverse_cli.dashscope import wire
from pixverse_cli.domain.plan import Order

if TYPE_CHECKING:
    from decimal import Decimal

PLACEHOLDER = "oss://<uploaded at submit>"


def preview(order: Order) -> tuple[wire.Json, "Decimal | None"]:
    """Return the create call's body and its estimate in CNY, None if it is not known.

    :data:`PLACEHOLDER` stands for the URL of a local image, which would be uploaded first.
    """
    media = [(each, each.url or PLACEHOLDER) for each in order.inputs]
    return wire.create_body(order.request, media), order.estimate


def curl(order: Order, base_url: str) -> str:
    """Return the create call as a command for a POSIX shell; the key comes from its environment."""
    body = wire.encode(preview(order)[0])
    headers = [f"{name}: {value}" for name, value in wire.create_headers(body).items()]
    return " ".join(
        (
            "curl -sS",
            shlex.quote(base_url + wire.CREATE_PATH),
            '-H "Authorization: Bearer $DASHSCOPE_API_KEY"',
            *(f"-H {shlex.quote(header)}" for header in headers),
            f"--data-raw {shlex.quote(body.decode())}",
        )
    )
