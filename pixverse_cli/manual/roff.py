"""Plain text as man page source, in the macros of man(7)."""

import re
import textwrap

_WIDTH = 78
_WORDS = re.compile(r"(?<![\w-])--?[a-z][a-z-]*|\b(?:PIXVERSE|DASHSCOPE)_[A-Z_]+")


def bold(text: str) -> str:
    """Return text that the user types exactly."""
    return f"\\fB{literal(text)}\\fR"


def italic(text: str) -> str:
    """Return text that the user replaces."""
    return f"\\fI{literal(text)}\\fR"


def literal(text: str) -> str:
    """Return text that every device shows unchanged: hyphens and quotes are escaped."""
    replaced = text.replace("\\", "\\e").replace("-", "\\-")
    for plain, name in (("'", "aq"), ("`", "ga"), ("^", "ha"), ("~", "ti")):
        replaced = replaced.replace(plain, f"\\({name}")
    return replaced


def prose(text: str) -> str:
    """Return a paragraph's lines, with options and variables in bold."""
    escaped = text.replace("\\", "\\e")
    return wrapped(_WORDS.sub(lambda word: bold(word[0]), escaped))


def wrapped(source: str) -> str:
    """Return source in short lines, none of which is read as a roff request."""
    lines = textwrap.wrap(source, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(f"\\&{line}" if line[0] in ".'" else line for line in lines)


def item(tag: str, body: str) -> str:
    """Return one entry of a list: its tag, and its text below."""
    return f".TP\n{tag}\n{body}"
