"""Man pages: templates with their placeholders filled, and sections in the usual order.

A template is a file of man(7) source with sections. ``command.man`` has the sections of
every page; a page's own template adds sections, or replaces some of these. A placeholder
is a line ``@name@`` or ``@name word…@``.
"""

import re

from pixverse_cli import __version__
from pixverse_cli.manual.filling import has_template, template
from pixverse_cli.manual.outline import Command
from pixverse_cli.manual.passages import Passage, passages

_ORDER = (
    "NAME",
    "SYNOPSIS",
    "DESCRIPTION",
    "COMMANDS",
    "OPTIONS",
    "OUTPUT",
    "EXIT STATUS",
    "ENVIRONMENT",
    "FILES",
    "EXAMPLES",
    "SEE ALSO",
)
_PLACEHOLDER = re.compile(r"^@(?P<name>[a-z-]+)(?: (?P<words>[^@]+))?@$", re.MULTILINE)


def pages(tree: Command) -> dict[str, str]:
    """Return each page's source by its file name."""
    top = [tree, *tree.commands]
    return {f"{command.page}.1": _page(command, tree) for command in top}


def _page(command: Command, tree: Command) -> str:
    """Return the source of one page; a group's page describes its commands too."""
    sections = _sections("command.man")
    if has_template(f"{command.page}.man"):
        sections |= _sections(f"{command.page}.man") | {"": sections[""]}
    head = sections.pop("").replace("@title@", command.page.upper().replace("-", "\\-"))
    fillers = passages(command, tree)
    body = [f".SH {name}\n{_filled(sections[name], fillers)}" for name in _order(sections)]
    return "\n".join((head.replace("@version@", __version__), *body)) + "\n"


def _sections(name: str) -> dict[str, str]:
    """Return a template's sections by heading; the text before the first has the key ``""``."""
    head, *parts = re.split(r"^\.SH ", template(name), flags=re.MULTILINE)
    named = dict(part.split("\n", 1) for part in parts)
    return {"": head.strip("\n"), **named}


def _order(sections: dict[str, str]) -> list[str]:
    return sorted((name for name in sections if name), key=_ORDER.index)


def _filled(text: str, fillers: dict[str, Passage]) -> str:
    def fill(found: re.Match[str]) -> str:
        return fillers[found["name"]](*(found["words"] or "").split())

    filled = _PLACEHOLDER.sub(fill, text)
    tight = re.sub(r"\n{2,}", "\n", filled).strip("\n")  # a placeholder may be empty
    return tight.removeprefix(".PP\n")
