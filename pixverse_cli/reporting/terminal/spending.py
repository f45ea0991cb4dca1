"""Spending on a terminal: a table with bars that fits the width."""

from decimal import Decimal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pixverse_cli.domain.text import harmless
from pixverse_cli.flows.spending import Report, Spending
from pixverse_cli.reporting.streams import can_show

_LONGEST_BAR = 40
_ROOM_OF_OTHERS = 64  # the columns without the bar, for a group name of usual length


def show_spending(report: Report) -> None:
    """Draw one line and one bar for each group, and the total."""
    console = Console(highlight=False)
    room = max(0, min(_LONGEST_BAR, console.width - _ROOM_OF_OTHERS))
    table = Table(box=None, pad_edge=False)
    table.add_column(report.by, overflow="fold")
    for title in ("tasks", "free", "by usage", "estimate", "unclear"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("CNY", no_wrap=True)
    most = max((spent.total + spent.unclear for spent in report.groups), default=Decimal(0))
    for spent in report.groups:
        table.add_row(*_cells(spent), _bar(spent, most, room))
    if len(report.groups) > 1:
        table.add_section()
        table.add_row(*_cells(report.total), "", style="bold")
    console.print(table)


def _cells(spent: Spending) -> list[str]:
    counts = (spent.requests, spent.free)
    sums = (spent.actual, spent.estimate, spent.unclear)
    return [harmless(spent.group), *(str(each) if each else "" for each in (*counts, *sums))]


def _bar(spent: Spending, most: Decimal, room: int) -> Text:
    """Return a bar of three parts: by usage, estimated, unclear."""
    signs = "█▓░" if can_show("█▓░") else "#=-"
    bar, drawn, told = Text(), 0, Decimal(0)
    parts = (spent.actual, spent.estimate, spent.unclear)
    for part, sign, style in zip(parts, signs, ("green", "cyan", "yellow"), strict=True):
        told += part
        end = round(told / most * room) if most else 0
        bar.append(sign * (end - drawn), style=style)
        drawn = end
    return bar
