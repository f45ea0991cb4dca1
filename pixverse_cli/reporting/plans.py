"""The plan of a batch, as lines for people and as JSON."""

from pixverse_cli.domain.catalog import CURRENCY, PRICES_AS_OF
from pixverse_cli.domain.plan import Action, BatchItem
from pixverse_cli.domain.text import harmless
from pixverse_cli.flows.preview import preview
from pixverse_cli.reporting.shapes import SCHEMA, Json, number

# What people read; the JSON has the values of Action themselves.
ACTIONS = {
    Action.UP_TO_DATE: "up-to-date",
    Action.ATTACH: "in progress",
    Action.SUBMIT: "submit",
    Action.REFUSE: "cannot",
}


def item_row(item: BatchItem) -> str:
    """Return a tab-separated line: action, output, then the estimate in CNY or the error."""
    if item.error is not None:
        last = item.error.message
    elif item.order is not None and item.action is Action.SUBMIT:
        last = str(item.order.estimate or "unknown")
    else:
        last = "0"
    return "\t".join((ACTIONS[item.action], harmless(item.output), harmless(last)))


def item_json(item: BatchItem) -> Json:
    """Return the plan for one output as an object."""
    order = item.order
    submits = order is not None and item.action is Action.SUBMIT
    return {
        "schema": SCHEMA,
        "output": item.output,
        "action": item.action,
        "request": preview(order)[0] if order else None,
        "cost": {
            "estimate": number(order.estimate) if order and submits else 0.0,
            "currency": CURRENCY,
            "prices_as_of": PRICES_AS_OF,
        },
        "error": item.error.message if item.error else None,
    }
