"""Commands stay whole: in sentences, and as cells of a table."""

import re
import shlex

import pytest

from pixverse_cli.domain.endings import RECOVER
from pixverse_cli.reporting.streams import without_colour
from pixverse_cli.reporting.terminal.cells import rows, width
from pixverse_cli.reporting.terminal.commands import command_lines, with_whole_commands

TASK = "0385dc79-5ff8-4d82-bcb6-000000000001"
SENTENCES = {
    "unfinished tasks: as of 5 min ago; to ask now: pixverse list --refresh":
        "pixverse list --refresh",
    "no tasks to show; start one: pixverse submit IMAGE -p TEXT --wait":
        "pixverse submit IMAGE -p TEXT --wait",
    f"\x1b[36mnext: \x1b[0mpixverse wait {TASK} --download": f"pixverse wait {TASK} --download",
    "hint: run `pixverse recover` in a minute: it says whether it is safe": f"`{RECOVER}`",
    "open it: xdg-open 'clips/海龟 1.mp4'": "xdg-open 'clips/海龟 1.mp4'",
    "hint: set it to a folder, or: PIXVERSE_STATE_DIR=/srv/state pixverse list":
        "PIXVERSE_STATE_DIR=/srv/state pixverse list",
}  # fmt: skip


@pytest.mark.parametrize("columns", [20, 40, 52, 60, 64, 72, 80])
@pytest.mark.parametrize(("sentence", "command"), SENTENCES.items())
def test_a_command_that_fits_into_a_row_is_in_one_row(sentence, command, columns):
    told = with_whole_commands(sentence, columns)
    assert re.sub(r"\s+", " ", told) == sentence
    before = without_colour(told[: told.index(command)].rpartition("\n")[2])
    if width(command) <= columns:
        assert rows(before + command, columns) == max(1, rows(before, columns)) or (
            width(before) % columns == 0
        )


def test_what_fits_is_not_changed():
    for sentence in SENTENCES:
        assert with_whole_commands(sentence, 120) == sentence


@pytest.mark.parametrize("cells", [12, 20, 40, 60, 120])
def test_a_shell_reads_the_lines_of_a_command_as_the_command(cells):
    command = "A=https://x.example pixverse wait 0385dc79"
    lines = list(command_lines(command, cells))
    assert max(map(width, lines)) <= cells
    if cells >= 20 + 2:
        assert shlex.split("\n".join(lines).replace("\\\n", "")) == shlex.split(command)
