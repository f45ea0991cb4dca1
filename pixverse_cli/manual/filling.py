"""Fills templates: a placeholder is ``@name@``, in a line or alone on an indented line."""

import re
from collections.abc import Mapping
from pathlib import Path

_PLACEHOLDER = re.compile(r"@(?P<name>[a-z][a-z-]*)@")


def template(name: str) -> str:
    """Return a template's text."""
    return _path(name).read_text(encoding="utf-8")


def has_template(name: str) -> bool:
    """Return whether there is a template of that name."""
    return _path(name).is_file()


def _path(name: str) -> Path:
    return Path(__file__).parent / "templates" / name


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with every placeholder replaced by its value.

    :raises LookupError: a placeholder has no value, or a value has no placeholder.
    """
    named = set(_PLACEHOLDER.findall(text))
    if named != values.keys():
        raise LookupError(f"placeholders and values differ: {sorted(named ^ values.keys())}")
    return _PLACEHOLDER.sub(lambda found: values[found["name"]], text)
