"""The other tables: the account's tasks on the service, a batch's plan, the models."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from pixverse_cli.domain.catalog import (
    CURRENCY,
    MODELS,
    PRICES_AS_OF,
    PRICES_SOURCE,
    Model,
)
from pixverse_cli.domain.plan import Action, BatchItem
from pixverse_cli.domain.task import RemoteTask
from pixverse_cli.domain.text import harmless
from pixverse_cli.reporting.catalog import limits, prices
from pixverse_cli.reporting.plans import ACTIONS
from pixverse_cli.reporting.sentences import coarse, counted, model_name
from pixverse_cli.reporting.streams import BOLD, coloured
from pixverse_cli.reporting.terminal.cells import wrap
from pixverse_cli.reporting.terminal.colours import CYAN, DIM, GREEN, RED, STATUS_COLOURS
from pixverse_cli.reporting.terminal.layout import Cell, Column, Row, table

_REMOTE = (
    Column("task"),
    Column("status"),
    Column("model", gives_way=1, least=8),
    Column("age", gives_way=2, labelled=True),
    Column("this machine"),
)
_PLAN = (
    Column("action"),
    Column("image", gives_way=1, least=8, middle=True),
    Column("model", gives_way=2),
    Column("resolution", gives_way=4),
    Column("seconds", gives_way=3, right=True, labelled=True),
    Column(CURRENCY, right=True),
    Column("output"),
)
_PRICES = (
    Column("resolution"),
    Column(f"{CURRENCY} a second", right=True),
    Column("sound"),
)
_ACTION_COLOURS = {
    Action.UP_TO_DATE: DIM,
    Action.ATTACH: CYAN,
    Action.SUBMIT: GREEN,
    Action.REFUSE: RED,
}

_TOTALS = {
    Action.UP_TO_DATE: "up to date",
    Action.ATTACH: "in progress",
    Action.SUBMIT: "to submit",
    Action.REFUSE: "cannot be made",
}


def remote_table(tasks: Sequence[RemoteTask], now: datetime, room: int) -> Iterator[str]:
    """Yield the account's tasks. Ids are whole: a prefix of an unknown task finds nothing."""
    yield from table(_REMOTE, [_remote_row(each, now) for each in tasks], room)
    states = Counter(each.record.status for each in tasks)
    parts = ", ".join(f"{count} {status}" for status, count in states.items())
    yield from wrap(f"{counted(len(tasks), 'task')} of this account: {parts}", room)


def _remote_row(row: RemoteTask, now: datetime) -> Row:
    record = row.record
    since = record.submitted_at
    return (
        Cell(harmless(record.task_id or "")),
        Cell(record.status, STATUS_COLOURS[record.status]),
        Cell(model_name(record)),
        Cell(coarse(max(0.0, (now - since).total_seconds())) if since else ""),
        Cell("knows it" if row.known else "does not know it"),
    )


def plan_table(items: Sequence[BatchItem], room: int) -> Iterator[str]:
    """Yield what a batch would do for each output, and how much that is.

    The reason why an output cannot be made stands below the table, whole.
    """
    yield from table(_PLAN, [_plan_row(item) for item in items], room)
    for item in items:
        if item.error is not None:
            yield from wrap(f"{harmless(item.output)}: {harmless(item.error.message)}", room)
    counts = Counter(item.action for item in items)
    parts = [f"{count} {_TOTALS[action]}" for action, count in counts.items()]
    yield from wrap(f"{counted(len(items), 'output')}: {', '.join(parts)}", room)


def _plan_row(item: BatchItem) -> Row:
    order = item.order
    action = Cell(ACTIONS[item.action], _ACTION_COLOURS[item.action])
    if order is None:
        return (action, *[Cell("")] * 5, Cell(harmless(item.output)))
    request = order.request
    known = order.estimate
    estimate = (
        "0" if item.action is not Action.SUBMIT else "unknown" if known is None else str(known)
    )
    return (
        action,
        Cell(harmless(order.label or "")),
        Cell(request.model.alias),
        Cell(str(request.resolution or "")),
        Cell(str(request.duration or "")),
        Cell(estimate),
        Cell(harmless(item.output)),
    )


def model_tables(room: int) -> Iterator[str]:
    """Yield each model's limits and its prices by resolution."""
    for model in MODELS:
        yield from (coloured(line, BOLD) for line in wrap(f"{model.alias}  {model.name}", room))
        for limit in limits(model):
            yield from (f"  {line}" for line in wrap(limit, room - 2))
        yield from (f"  {line}" for line in table(_PRICES, _price_rows(model), room - 2))
        yield ""
    yield from wrap(
        f"Prices: {CURRENCY} per second of video, list prices as of {PRICES_AS_OF};"
        " promotions may differ.",
        room,
    )
    yield from wrap(PRICES_SOURCE, room)


def _price_rows(model: Model) -> list[Row]:
    return [
        (Cell(str(tier or "any")), Cell(price), Cell(label))
        for label, amounts in prices(model)
        for tier, price in amounts.items()
    ]
