"""The terminal as a page: how large it is now, and writing lines of result on it."""

import os
import sys
from collections.abc import Iterable
from typing import TextIO

from pixverse_cli.reporting.streams import put, takes_colour, without_colour

_USUAL = (80, 24)


def size_of(stream: TextIO) -> tuple[int, int]:
    """Return columns and rows; 80 and 24 where the terminal does not say."""
    try:
        columns, rows = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError, AttributeError):
        return _USUAL
    return columns or _USUAL[0], rows or _USUAL[1]


def page_width() -> int:
    """Return the columns of stdout's terminal."""
    return size_of(sys.stdout)[0]


def write_page(lines: Iterable[str]) -> None:
    """Write lines to stdout; without their colours, if these are not wanted."""
    coloured = takes_colour(sys.stdout)
    for line in lines:
        put(line if coloured else without_colour(line))
