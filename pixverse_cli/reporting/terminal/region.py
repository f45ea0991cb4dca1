"""Where the live lines stand on the screen, and the text that replaces them.

Pure: nothing here writes or asks for the size. Below the lines stands the cursor, at the left.
Terminals wrap lines again when they get narrower. One that gets lower pushes its upper rows
off the screen, and brings them back when there is room again.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pixverse_cli.reporting.streams import without_colour
from pixverse_cli.reporting.terminal.cells import rows

_CLEAR_BELOW, _CLEAR_REST = "\x1b[J", "\x1b[K"
# tmux keeps a copy of a screen that is cleared from its first cell on, above the screen
_CLEAR_ROWS = f"{_CLEAR_REST}\n{_CLEAR_BELOW}\x1b[A"


class _Left(NamedTuple):
    """A line that stands directly above the live ones; ``stale``: it was one of them."""

    text: str
    stale: bool


class Region:
    """The live lines as they were written last."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._off_screen: list[_Left] = []  # from the highest stale line on
        self._size = (0, 0)  # columns and rows

    def forget(self) -> None:
        """Take note that the cursor is somewhere else now; what was written stays."""
        self._lines, self._off_screen = [], []

    def replace(self, lines: list[str], above: Sequence[str], size: tuple[int, int]) -> str:
        """Return what to write for these lines, and lines to stand above; empty if no change."""
        unchanged = (lines, size) == (self._lines, self._size)
        if not above and (unchanged or not (lines or self._lines)):
            return ""
        up, again = self._rows_up(size)
        text = f"\r\x1b[{up}A" if up else ""
        if above or not lines or size != self._size:
            text += _CLEAR_ROWS if up else _CLEAR_BELOW
        text += "".join(f"{line}\n" for line in (*again, *above))
        if lines:
            text += "".join(f"{line}{_CLEAR_REST}\n" for line in lines) + _CLEAR_BELOW
        if self._off_screen:
            self._off_screen += [_Left(line, stale=False) for line in (*again, *above)]
        self._lines, self._size = lines, size
        return text

    def _rows_up(self, size: tuple[int, int]) -> tuple[int, list[str]]:
        """Return how many rows above the cursor to begin, and the lines there to write again.

        Where a window of this size has room, stale lines came back. If fewer rows came back
        than fit, the lines begin at the top of the screen, and the cursor stops there.
        """
        columns, height = size
        up = _rows_of(self._lines, columns)
        pushed_off = up - (height - 1)
        back = list[_Left]()
        while size != self._size and self._off_screen:
            more = _rows_of([self._off_screen[-1].text], columns)
            if up + more > height - 1:
                break
            back.insert(0, self._off_screen.pop())
            up += more
        for line in self._lines:
            if pushed_off <= 0:
                break
            self._off_screen.append(_Left(line, stale=True))
            pushed_off -= _rows_of([line], columns)
        return up, [line.text for line in back if not line.stale]


def _rows_of(lines: Sequence[str], columns: int) -> int:
    return sum(rows(without_colour(line), columns) for line in lines)
