"""Copies of SKILL.md that a user installed for agents, with the version that each describes."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from pixverse_cli.disk.files import is_file

# Where agents look for skills, below a project or the home directory.
_PLACES = (".agents/skills/pixverse/SKILL.md", ".claude/skills/pixverse/SKILL.md")
_VERSION = re.compile(r'^  version: "([^"\n]{1,40})"$', re.MULTILINE)
_ENOUGH = 4096  # bytes; the version stands in the first lines


def skill_copies(folders: Iterable[Path]) -> Iterator[tuple[Path, str | None]]:
    """Yield each copy below these folders, and its version; None if it cannot be read."""
    for path in dict.fromkeys(folder / place for folder in folders for place in _PLACES):
        if is_file(path):
            yield path, _version(path)


def _version(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            head = file.read(_ENOUGH).decode("utf-8", "replace")
    except OSError:
        return None
    found = _VERSION.search(head)
    return found[1] if found else None
