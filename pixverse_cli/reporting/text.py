"""Foreign text, made harmless before it is shown.

Prompts, file names and everything that the service sends may hold escape sequences, line
breaks or characters that turn the writing direction.
"""

import unicodedata

_LINE_BREAKS = ("\n", "\r", "\t")
_HARMFUL = ("Cc", "Cf", "Cs", "Zl", "Zp")  # control, format (bidi), surrogate, separators
_JOINERS = "\u200d\ufe0f"  # hold emoji together


def harmless(text: str) -> str:
    """Return the text on one line, without control and direction characters."""
    if text.isprintable():
        return text
    return "".join(_harmless(char) for char in text)


def _harmless(char: str) -> str:
    if char in _LINE_BREAKS:
        return " "
    if char in _JOINERS or unicodedata.category(char) not in _HARMFUL:
        return char
    return ""


def shortened(text: str, width: int) -> str:
    """Return harmless text of at most ``width`` characters, cut in the middle of nothing."""
    whole = harmless(text)
    return whole if len(whole) <= width else whole[: max(0, width - 1)] + "…"
