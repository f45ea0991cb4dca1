"""Make the README's picture from a real run: ``python tests/bench/picture.py``.

A real terminal (tmux) runs the commands against the sandbox; its screen at the end, while two
tasks are still running, becomes ``.github/terminal.svg``.
"""

import shutil
import subprocess
import sysconfig
import tempfile
import time
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

import pyte

from pixverse_cli.reporting.terminal.cells import width

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / ".github" / "terminal.svg"
COLUMNS, ROWS = 92, 24
SCREEN = ("-x", str(COLUMNS), "-y", str(ROWS))
SCENE = (
    ('pixverse submit turtle.webp -p "The camera slowly rises" --wait', "open it", 40),
    ("pixverse list", "SUCCEEDED", 10),
    ("pixverse submit turtle.webp reef.png -m c1 -d 8 --audio --wait", "RUNNING", 40),
)


def tmux(*words):
    command = ["tmux", "-L", "picture", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def wait_for(word, seconds):
    """Wait until the last lines of the screen contain a word."""
    for _ in range(seconds * 10):
        lines = [line for line in tmux("capture-pane", "-p").splitlines() if line.strip()]
        if any(word in line and not line.startswith("$") for line in lines[-4:]):
            return
        time.sleep(0.1)
    raise SystemExit(f"{word!r} did not come:\n" + tmux("capture-pane", "-p"))


def play(directory):
    scripts = sysconfig.get_path("scripts")
    shell = f"cd {directory}; PS1='$ ' PATH={scripts}:$PATH HOME={directory} exec bash --norc"
    tmux("new-session", "-d", *SCREEN, f'{scripts}/pixverse sandbox --seed 7 -- sh -c "{shell}"')
    time.sleep(2)
    tmux("send-keys", "clear", "Enter")
    while tmux("capture-pane", "-p").strip() != "$":  # what is typed earlier is shown twice
        time.sleep(0.1)
    for command, word, seconds in SCENE:
        tmux("send-keys", "-l", command)
        tmux("send-keys", "Enter")
        wait_for(word, seconds)
        time.sleep(0.5)
    return tmux("capture-pane", "-e", "-p")


CELL_WIDTH, LINE_HEIGHT, FONT_SIZE, MARGIN, BAR = 8.4, 19, 14, 14, 30
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace"
PLAIN = "#d8dee9"
COLOURS = {"red": "#ff7b72", "green": "#7ee787", "brown": "#e3b341", "cyan": "#76e3ea"}


def emulated(screen):
    """Return the emulator that shows a captured screen."""
    emulator = pyte.Screen(COLUMNS, ROWS)
    emulator.set_mode(pyte.modes.LNM)
    pyte.Stream(emulator).feed(screen.rstrip("\n"))
    return emulator


def words(emulator, row):
    """Yield the column, the text and the style of each word: no text contains a blank."""
    cells = [(column, emulator.buffer[row][column]) for column in range(COLUMNS)]
    for style, group in groupby(cells, lambda cell: cell[1].data != " " and cell[1][1:]):
        found = list(group)
        if style:
            yield found[0][0], "".join(char.data for _, char in found), found[0][1]


def drawn(column, row, text, char):
    """Return a word at its place: in any font it begins at its column and ends at its own end."""
    x = MARGIN + column * CELL_WIDTH
    y = BAR + MARGIN + (row + 0.75) * LINE_HEIGHT
    length = width(text) * CELL_WIDTH
    bold = ' font-weight="bold"' if char.bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"'
        f' fill="{COLOURS.get(char.fg, PLAIN)}"{bold}>{escape(text)}</text>'
    )


def picture(emulator):
    """Return the screen as SVG, with a window around it."""
    rows = max(row for row in range(ROWS) if emulator.display[row].strip()) + 1
    wide = 2 * MARGIN + COLUMNS * CELL_WIDTH
    high = BAR + 2 * MARGIN + rows * LINE_HEIGHT
    shown = [drawn(x, row, *rest) for row in range(rows) for x, *rest in words(emulator, row)]
    dots = [
        f'<circle cx="{20 + 18 * index}" cy="18" r="6" fill="{colour}"/>'
        for index, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    ]
    attributes = f'viewBox="0 0 {wide:.0f} {high:.0f}" font-family="{FONTS}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {attributes} font-size="{FONT_SIZE}">',
            "<title>pixverse on a terminal</title>",
            f'<rect width="{wide:.0f}" height="{high:.0f}" rx="8" fill="#1f2430"/>',
            *dots,
            *shown,
            "</svg>\n",
        ]
    )


def main():
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        for name in ("turtle.webp", "turtle.png"):
            new = name.replace("turtle.png", "reef.png")
            shutil.copy(ROOT / "tests" / "data" / name, Path(directory) / new)
        try:
            screen = play(directory)
        finally:
            subprocess.run(["tmux", "-L", "picture", "kill-server"], check=False)
    screen = emulated(screen.replace(directory, "~"))
    PICTURE.write_text(picture(screen), encoding="utf-8")


if __name__ == "__main__":
    main()
