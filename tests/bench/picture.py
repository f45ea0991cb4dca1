"""Make the README's picture from a real run: ``python tests/bench/picture.py``.

A real terminal (tmux) runs the commands against the sandbox; its screen at the end, while two
tasks are still running, becomes ``.github/terminal.svg``.
"""

import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / ".github" / "terminal.svg"
SCREEN = ("-x", "92", "-y", "20")
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
    for command, word, seconds in SCENE:
        tmux("send-keys", "-l", command)
        tmux("send-keys", "Enter")
        wait_for(word, seconds)
        time.sleep(0.5)
    return tmux("capture-pane", "-e", "-p")


def main():
    with tempfile.TemporaryDirectory() as directory:
        for name in ("turtle.webp", "turtle.png"):
            new = name.replace("turtle.png", "reef.png")
            shutil.copy(ROOT / "tests" / "data" / name, Path(directory) / new)
        try:
            screen = play(directory)
        finally:
            subprocess.run(["tmux", "-L", "picture", "kill-server"], check=False)
    console = Console(record=True, width=92, file=sys.stderr, force_terminal=True)
    console.print(Text.from_ansi(screen.rstrip().replace(directory, "~")))
    PICTURE.write_text(console.export_svg(title="pixverse"), encoding="utf-8")


if __name__ == "__main__":
    main()
