"""Spending on a terminal: a table with bars that fits the width."""

from collections.abc import Iterator
from decimal import Decimal

from pixverse_cli.domain.text import harmless
from pixverse_cli.flows.spending import Report, Spending
from pixverse_cli.reporting.streams import BOLD, can_show
from pixverse_cli.reporting.terminal.colours import CYAN
from pixverse_cli.reporting.terminal.layout import Cell, Column, Row, table

_LONGEST_BAR = 40  # cells
_ROOM_OF_OTHERS = 64  # cells of the columns without the bar, for a group name of usual length


def spending_table(report: Report, room: int) -> Iterator[str]:
    """Yield one line and one bar for each group, and the total."""
    columns = (
        Column(report.by),
        Column("tasks", gives_way=3, right=True, labelled=True),
        Column("free", gives_way=1, right=True, labelled=True),
        Column("by usage", gives_way=5, right=True, labelled=True),
        Column("estimate", gives_way=4, right=True, labelled=True),
        Column("unclear", gives_way=2, right=True, labelled=True),
        Column("CNY", right=True),
        Column(""),
    )
    longest = max(0, min(_LONGEST_BAR, room - _ROOM_OF_OTHERS))
    most = max((spent.total + spent.unclear for spent in report.groups), default=Decimal(0))
    rows = [_row(spent, _bar(spent, most, longest)) for spent in report.groups]
    if len(report.groups) > 1:
        rows.append(_row(report.total, "", BOLD))
    yield from table(columns, rows, room)


def _row(spent: Spending, bar: str, colour: str = "") -> Row:
    counts = (spent.requests, spent.free)
    sums = (spent.actual, spent.estimate, spent.unclear, spent.total)
    cells = [harmless(spent.group), *(str(each) if each else "" for each in (*counts, *sums))]
    return (*(Cell(cell, colour) for cell in cells), Cell(bar, CYAN))


def _bar(spent: Spending, most: Decimal, longest: int) -> str:
    """Return a bar of three parts: by usage, estimated, unclear."""
    signs = "█▓░" if can_show("█▓░") else "#=-"
    bar, told = "", Decimal(0)
    for part, sign in zip((spent.actual, spent.estimate, spent.unclear), signs, strict=True):
        told += part
        end = round(told / most * longest) if most else 0
        bar += sign * (end - len(bar))
    return bar
