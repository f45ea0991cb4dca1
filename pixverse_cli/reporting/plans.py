"""The plan of a batch, as lines."""

from pixverse_cli.dashscope import wire
from pixverse_cli.domain.catalog import CURRENCY, PRICES_AS_OF
from pixverse_cli.domain.plan import Action, BatchItem
from pixverse_cli.domain.text import harmless
from pixverse_cli.reporting.shapes import SCHEMA, Json, number


def item_row(item: BatchItem) -> str:
    """Return a tab-separated line: action, output, estimate in CNY or what is wrong."""
    if item.error is not None:
        told = item.error.message
    elif item.order is not None and item.action is Action.SUBMIT:
        told = str(item.order.request.estimate)
    else:
        told = "0"
    return "\t".join((item.action, harmless(item.output), harmless(told)))


def item_json(item: BatchItem) -> Json:
    """Return one output's plan as an object."""
    order = item.order
    buying = order is not None and item.action is Action.SUBMIT
    return {
        "schema": SCHEMA,
        "output": item.output,
        "action": item.action,
        "request": wire.create_body(order.request, order.image) if order else None,
        "cost": {
            "estimate": number(order.request.estimate) if order and buying else 0.0,
            "currency": CURRENCY,
            "prices_as_of": PRICES_AS_OF,
        },
        "error": item.error.message if item.error else None,
    }
