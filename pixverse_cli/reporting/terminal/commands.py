"""Commands in sentences: a command that a person may copy is not broken over two rows."""

import re
from collections.abc import Iterator

from pixverse_cli.reporting.streams import without_colour
from pixverse_cli.reporting.terminal.cells import width, wrap

# A command stands in backquotes, or after a colon until the end of the sentence.
_PROGRAMS = r"(?:[A-Z_]+=\S+ )?(?:pixverse|pip|uv|pipx|open|xdg-open|start|openssl|mkdir) "
_GOES_ON = " \\"
_COMMAND = re.compile(rf"\S*`[^`]+`\S*|(?<=: )(?:\x1b\[\d*m)?{_PROGRAMS}.*")


def with_whole_commands(line: str, columns: int) -> str:
    """Return the line with line breaks before commands that would not fit into a row's rest.

    A command that is longer than a row stays as it is: what the terminal wraps is copied whole.
    """
    shown, last = "", 0
    for found in _COMMAND.finditer(line):
        shown += line[last : found.start()]
        last, command = found.end(), found[0]
        taken = width(without_colour(shown.rpartition("\n")[2])) % columns
        long = width(without_colour(command))
        if taken + long > columns >= long:
            shown = shown.rstrip(" ") + "\n"
        shown += command
    return shown + line[last:]


def is_command(text: str) -> bool:
    """Return whether a text begins as a command does."""
    return re.match(_PROGRAMS, text) is not None


def command_lines(command: str, cells: int) -> Iterator[str]:
    """Yield lines of at most ``cells`` cells that a shell reads as the one command."""
    whole = width(command) <= cells
    more = "" if whole or max(map(width, command.split())) > cells - len(_GOES_ON) else _GOES_ON
    *lines, last = wrap(command, cells - len(more))
    yield from (line + more for line in lines)
    yield last
