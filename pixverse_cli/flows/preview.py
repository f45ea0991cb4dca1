"""The request as it would be sent, without sending it."""

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
