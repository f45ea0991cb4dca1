"""Plain text as man page source, in the macros of man(7)."""

import re
import textwrap

_WIDTH = 78
_WORDS = re.compile(r"(?<![\w-])--?[a-z][a-z-]*|\b(?:PIXVERSE|DASHSCOPE)_[A-Z_]+")


def bold(text: str) -> str:
    """Return text to be typed as it stands."""
    return f"\\fB{literal(text)}\\fR"


def italic(text: str) -> str:
    """Return text that stands for something else."""
    return f"\\fI{literal(text)}\\fR"


def literal(text: str) -> str:
    """Return text that looks the same on every device: no hyphen or quote is made prettier."""
    replaced = text.replace("\\", "\\e").replace("-", "\\-")
    for plain, name in (("'", "aq"), ("`", "ga"), ("^", "ha"), ("~", "ti")):
        replaced = replaced.replace(plain, f"\\({name}")
    return replaced


def prose(text: str) -> str:
    """Return a paragraph's lines; options and variables stand out."""
    escaped = text.replace("\\", "\\e")
    return wrapped(_WORDS.sub(lambda word: bold(word[0]), escaped))


def wrapped(source: str) -> str:
    """Return source in short lines, none of which is taken for a request."""
    lines = textwrap.wrap(source, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(f"\\&{line}" if line[0] in ".'" else line for line in lines)


def item(tag: str, body: str) -> str:
    """Return one entry of a list: its tag, and below it what it means."""
    return f".TP\n{tag}\n{body}"
