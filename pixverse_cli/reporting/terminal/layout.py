"""Columns become lines that fit a terminal: nothing here reads a clock or writes to a stream.

Where there is no room for every column, columns give way one after another: first they are
cut, then they are left out, and those that remain take the room that this makes. What names a
record, its status and its next step never give way; where even these do not fit side by side,
each record becomes a few short lines.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pixverse_cli.reporting.streams import BOLD, coloured
from pixverse_cli.reporting.terminal.cells import cut, cut_middle, width, wrap
from pixverse_cli.reporting.terminal.commands import command_lines, is_command

_GAP = "  "
_INDENT = "  "
_ROOM_FOR_LAST = 30  # cells that the other columns leave for the last one, if it needs them


class Column(NamedTuple):
    """A column. Those with the lowest ``gives_way`` give way first; 0 never does.

    A column may be cut down to ``least`` cells; with ``least`` 0 it is shown whole or not at all.
    ``middle``: of a long text the beginning and the end remain. In a record of a few lines,
    its title stands before the cell if it is ``labelled``.
    """

    title: str
    gives_way: int = 0
    least: int = 0
    right: bool = False
    middle: bool = False
    labelled: bool = False


class Cell(NamedTuple):
    """The text of a cell, harmless and on one line, and its colour as a number of ANSI's SGR."""

    text: str
    colour: str = ""


Row = Sequence[Cell]


class _Shown(NamedTuple):
    """A column that is shown: its place in the row, and the cells that it takes."""

    place: int
    column: Column
    size: int
    least: int


def table(columns: Sequence[Column], rows: Sequence[Row], room: int) -> Iterator[str]:
    """Yield a heading and the rows, all at most ``room`` cells wide.

    Columns without content are left out. The last column is never cut: a cell that is too
    long stands on lines of its own below its row.
    """
    last = max((width(row[-1].text) for row in rows), default=0)
    least = min(max(last, width(columns[-1].title)), _ROOM_FOR_LAST) if last else 0
    left = room - least - len(_GAP) if last else room
    heads = columns[:-1]
    shown = _fitting(heads, rows, left, titles=True)
    if _total(shown) > left:
        for row in rows:
            yield from _record(columns, row, room)
        return
    taken = _total(shown) + len(_GAP)
    yield _line(shown, [Cell(column.title, BOLD) for column in heads]) + (
        _coloured(Cell(_GAP + columns[-1].title, BOLD)) if last else ""
    )
    for row in rows:
        line, text = _line(shown, row), row[-1].text
        if not text:
            yield line.rstrip()
        elif taken + width(text) <= room:
            yield line + _GAP + _coloured(row[-1])
        else:
            yield line.rstrip()
            yield from _indented(row[-1], room)


def aligned(columns: Sequence[Column], rows: Sequence[Row], room: int) -> Iterator[str]:
    """Yield the rows with their columns below each other, without a heading, each one line."""
    shown = _fitting(columns, rows, room, titles=False)
    if _total(shown) > room:
        for row in rows:
            kept = [row[each.place].text for each in shown if row[each.place].text]
            yield cut(_GAP.join(kept), room)
        return
    for row in rows:
        yield _line(shown, row).rstrip()


def _fitting(
    columns: Sequence[Column], rows: Sequence[Row], room: int, *, titles: bool
) -> list[_Shown]:
    """Return the columns that fit into ``room`` cells; more if those that never give way do not."""
    shown = []
    for place, column in enumerate(columns):
        size = max((width(row[place].text) for row in rows), default=0)
        if size:
            title = width(column.title) if titles else 0
            least = max(column.least, title) if column.least else max(size, title)
            shown.append(_Shown(place, column, max(size, title), min(least, max(size, title))))
    first = sorted((one for one in shown if one.column.gives_way), key=_gives_way)
    for one in first:
        if _width_of([each.least for each in shown]) <= room:
            break
        shown.remove(one)
    for one in first:
        over = _total(shown) - room
        if over > 0 and one in shown:
            shown[shown.index(one)] = one._replace(size=max(one.least, one.size - over))
    return shown


def _gives_way(one: _Shown) -> int:
    return one.column.gives_way


def _total(shown: Sequence[_Shown]) -> int:
    return _width_of([one.size for one in shown])


def _width_of(sizes: Sequence[int]) -> int:
    return sum(sizes) + len(_GAP) * max(0, len(sizes) - 1)


def _line(shown: Sequence[_Shown], row: Row) -> str:
    return _GAP.join(_fitted(one, row[one.place]) for one in shown)


def _fitted(one: _Shown, cell: Cell) -> str:
    shorter = (cut_middle if one.column.middle else cut)(cell.text, one.size)
    blanks = " " * (one.size - width(shorter))
    text = _coloured(cell._replace(text=shorter))
    return blanks + text if one.column.right else text + blanks


def _coloured(cell: Cell) -> str:
    return coloured(cell.text, cell.colour) if cell.colour and cell.text else cell.text


def _record(columns: Sequence[Column], row: Row, room: int) -> Iterator[str]:
    """Yield one record as a few short lines: what names it, then the rest, then the last cell."""
    pairs = list(zip(columns[:-1], row[:-1], strict=True))
    names = [cell for column, cell in pairs if not column.gives_way and cell.text]
    if sum(width(cell.text) for cell in names) + len(_GAP) * (len(names) - 1) <= room:
        yield _GAP.join(map(_coloured, names))
    else:
        for cell in names:
            yield from (_coloured(Cell(line, cell.colour)) for line in wrap(cell.text, room))
    rest = [
        (column, Cell(f"{column.title} {cell.text}" if column.labelled else cell.text))
        for column, cell in pairs
        if column.gives_way and cell.text
    ]
    if rest:
        others, cells = [column for column, _ in rest], [cell for _, cell in rest]
        line = next(aligned(others, [cells], room - len(_INDENT)))
        if line:
            yield _INDENT + line
    if row[-1].text:
        yield from _indented(row[-1], room)


def _indented(cell: Cell, room: int) -> Iterator[str]:
    lines = command_lines if is_command(cell.text) else wrap
    for line in lines(cell.text, room - len(_INDENT)):
        yield _INDENT + _coloured(Cell(line, cell.colour))
