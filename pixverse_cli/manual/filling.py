"""Templates with holes: ``@name@`` in a line, or alone on a line that is indented."""

import re
from collections.abc import Mapping
from pathlib import Path

_HOLE = re.compile(r"@(?P<name>[a-z][a-z-]*)@")


def template(name: str) -> str:
    """Return a template's text."""
    return _place(name).read_text(encoding="utf-8")


def has_template(name: str) -> bool:
    """Return whether there is a template of that name."""
    return _place(name).is_file()


def _place(name: str) -> Path:
    return Path(__file__).parent / "templates" / name


def fill(text: str, holes: Mapping[str, str]) -> str:
    """Return the text with every hole filled.

    :raises LookupError: a hole has no filling, or a filling no hole.
    """
    named = set(_HOLE.findall(text))
    if named != holes.keys():
        raise LookupError(f"holes and fillings differ: {sorted(named ^ holes.keys())}")
    return _HOLE.sub(lambda hole: holes[hole["name"]], text)
