"""The plan of a batch, as lines."""

from pixverse_cli.dashscope import wire
from pixverse_cli.domain.catalog import CURRENCY, PRICES_AS_OF
from pixverse_cli.flows.batch import Action, Piece
from pixverse_cli.reporting.shapes import SCHEMA, Json, number
from pixverse_cli.reporting.text import harmless


def piece_row(piece: Piece) -> str:
    """Return a tab-separated line: action, output, estimate in CNY or what is wrong."""
    if piece.error is not None:
        told = piece.error.message
    elif piece.order is not None and piece.action is Action.SUBMIT:
        told = str(piece.order.request.estimate)
    else:
        told = "0"
    return "\t".join((piece.action, harmless(piece.output), harmless(told)))


def piece_json(piece: Piece) -> Json:
    """Return one output's plan as an object."""
    order = piece.order
    buying = order is not None and piece.action is Action.SUBMIT
    return {
        "schema": SCHEMA,
        "output": piece.output,
        "action": piece.action,
        "request": wire.create_body(order.request, order.image) if order else None,
        "cost": {
            "estimate": number(order.request.estimate) if order and buying else 0.0,
            "currency": CURRENCY,
            "prices_as_of": PRICES_AS_OF,
        },
        "error": piece.error.message if piece.error else None,
    }
