"""How many cells of a terminal a text takes: 2 for a Chinese character or an emoji.

Terminals differ where characters are joined (an emoji of a family takes 2 cells or 8) and for
characters newer than their tables. What is returned is the most that one of them may take, so
that no line is ever wider than it was counted. The text must be harmless already.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_EMOJI_FORM = "\ufe0f"  # asks for the form of the character before it that is 2 cells wide
_WIDE = ("W", "F")  # East Asian Wide, Fullwidth: Unicode Standard Annex 11
# Wide since Unicode 16 (trigrams and hexagrams), or in pairs only (flags); Python 3.11 knows 14.
_ALSO_WIDE = re.compile(
    "[\u2630-\u2637\u268a-\u268f\u4dc0-\u4dff\U0001d300-\U0001d376\U0001f1e6-\U0001f1ff]"
)
_ADDED = ("Mn", "Me")  # drawn over the character before
_MORE = "…"


def width(text: str) -> int:
    """Return the number of cells that the text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_width_of, text))


@lru_cache(4096)
def _width_of(char: str) -> int:
    if char.isascii() or char == _EMOJI_FORM:
        return 1
    category = unicodedata.category(char)
    if category in _ADDED or char == "\u200d":
        return 0
    wide = unicodedata.east_asian_width(char) in _WIDE or _ALSO_WIDE.match(char)
    # Cn: a character that this Python does not know yet may be a new emoji
    return 2 if wide or category == "Cn" else 1


def cut(text: str, cells: int) -> str:
    """Return text of at most ``cells`` cells, with "…" at its end if some was cut off."""
    if width(text) <= cells:
        return text
    return _head(text, cells - 1).rstrip() + _MORE if cells > 0 else ""


def cut_middle(text: str, cells: int) -> str:
    """Return text of at most ``cells`` cells; of a long one its beginning and its end.

    Two thirds are the end: there stands what tells file names from each other.
    """
    if width(text) <= cells:
        return text
    if cells < 5:
        return cut(text, cells)
    tail = _tail(text, (cells - 1) * 2 // 3)
    return _head(text, cells - 1 - width(tail)) + _MORE + tail


def wrap(text: str, cells: int) -> Iterator[str]:
    """Yield the text in lines of at most ``cells`` cells, broken at blanks where possible."""
    line = ""
    for word in re.findall(r"\S+\s*", text):
        if line and width(line + word.rstrip()) > cells:
            yield line.rstrip()
            line = ""
        line += word
        while width(line.rstrip()) > cells:  # a word that is longer than a line
            piece = _head(line, cells) or line[0]
            yield piece
            line = line[len(piece) :]
    yield line.rstrip()


def rows(text: str, columns: int) -> int:
    """Return the rows that a terminal of this width wraps the text into; at least one."""
    count, taken = 1, 0
    for char in text:
        taken += _width_of(char)
        if taken > columns:
            count, taken = count + 1, _width_of(char)
    return count


def _head(text: str, cells: int) -> str:
    """Return the longest beginning that fits; marks stay with their character."""
    taken = 0
    for index, char in enumerate(text):
        taken += _width_of(char)
        if taken > cells:
            return text[:index].rstrip("\u200d")
    return text


def _tail(text: str, cells: int) -> str:
    """Return the longest end that fits and does not begin with a mark."""
    taken, start = 0, len(text)
    for index in range(len(text) - 1, -1, -1):
        taken += _width_of(text[index])
        if taken > cells:
            break
        if unicodedata.category(text[index]) not in (*_ADDED, "Cf"):
            start = index
    return text[start:]
