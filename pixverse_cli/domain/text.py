"""Text of other people and of the service: made harmless, cut to a width, split into lines.

Prompts, file names and everything that the service sends may hold escape sequences, line
breaks or characters that turn the writing direction. What the service sends may also repeat
the API key. Such text is made harmless when it enters, and again when it is shown.
"""

import unicodedata
from collections.abc import Iterable, Iterator

_LINE_BREAKS = ("\n", "\r", "\t")
_HARMFUL = ("Cc", "Cf", "Cs", "Zl", "Zp")  # control, format (bidi), surrogate, separators
_JOINERS = "\u200d\ufe0f"  # hold emoji together
_MASK = "***"


def harmless(text: str, *, secrets: Iterable[str] = ()) -> str:
    """Return the text on one line, without control and direction characters and secrets."""
    if not text.isprintable():
        text = "".join(map(_harmless, text))
    return masked(text, secrets)


def _harmless(char: str) -> str:
    if char in _LINE_BREAKS:
        return " "
    if char in _JOINERS or unicodedata.category(char) not in _HARMFUL:
        return char
    return ""


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return the text with every secret replaced."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, _MASK)
    return text


def harmless_value(value: object, secrets: Iterable[str]) -> object:
    """Return a JSON value in which every text, names included, is harmless."""
    if isinstance(value, str):
        return harmless(value, secrets=secrets)
    if isinstance(value, list):
        return [harmless_value(each, secrets) for each in value]
    if isinstance(value, dict):
        return {
            harmless(str(name), secrets=secrets): harmless_value(each, secrets)
            for name, each in value.items()
        }
    return value


def lines_of(text: str) -> Iterator[str]:
    """Yield a text's lines, split at LF only; a CR before it goes with it.

    ``str.splitlines`` splits at U+2028 and its like too, which may stand in any name.
    """
    if text:
        for line in text.removesuffix("\n").split("\n"):
            yield line.removesuffix("\r")


def shortened(text: str, width: int) -> str:
    """Return harmless text of at most ``width`` characters, cut in the middle of nothing."""
    whole = harmless(text)
    return whole if len(whole) <= width else whole[: max(0, width - 1)] + "…"
