"""The request as it would be sent, without sending it."""

from decimal import Decimal

from pixverse_cli.dashscope import wire
from pixverse_cli.flows.create import Order

PLACEHOLDER = "oss://<uploaded at submit>"


def preview(order: Order) -> tuple[wire.Json, Decimal]:
    """Return the create call's body and its estimate in CNY.

    A local image would be uploaded first; its place is held by :data:`PLACEHOLDER`.
    """
    url = order.identity if order.picture is None else PLACEHOLDER
    return wire.create_body(order.request, url), order.request.estimate
