"""The modules that one command uses: ``python tests/bench/hops.py [--list] [WORDS...]``.

It runs ``pixverse WORDS`` (by default the submit of README's first line) in this process
against a sandbox and follows every call. It prints the number of modules that are entered, of
calls from one room to another, and of calls up a floor, which make the code harder to follow.
"""

import os
import sys
import tempfile
import threading
import tomllib
from collections import Counter
from pathlib import Path

from pixverse_cli.main import main as run_command
from pixverse_cli.sandbox import Sandbox

PACKAGE = Path(__file__).parents[2] / "pixverse_cli"
TURTLE = PACKAGE.parent / "tests" / "data" / "turtle.webp"
WORDS = ["submit", str(TURTLE), "-p", "The camera slowly rises", "-d", "1", "--wait", "-q"]
_SANDBOX = str(PACKAGE / "sandbox")


def floors():
    """Return the floor of each room by the import contract; the lowest is 0."""
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    layers = next(
        contract["layers"]
        for contract in project["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    return {
        room.strip().removeprefix("pixverse_cli."): height
        for height, layer in enumerate(reversed(layers))
        for room in layer.split("|")
    }


class Hops:
    """Counts calls between modules; ``entered`` keeps the order of first entry."""

    def __init__(self):
        self.entered = {}
        self.crossings = Counter()

    def follow(self, frame, event, _argument):
        module = _module(frame.f_code.co_filename) if event == "call" else None
        if module is None or _is_import(frame):
            return
        self.entered.setdefault(module, len(self.entered))
        caller = frame.f_back
        while caller is not None and _module(caller.f_code.co_filename) is None:
            caller = caller.f_back
        caller_module = _module(caller.f_code.co_filename) if caller else module
        if caller_module != module:
            self.crossings[caller_module, module] += 1


def _is_import(frame):
    """Whether a call happens during the import of a module, such as a class body."""
    while frame is not None:
        ours = _module(frame.f_code.co_filename) is not None
        if ours and frame.f_code.co_name == "<module>":
            return True
        frame = frame.f_back
    return False


def _module(file):
    if not file.startswith(str(PACKAGE)) or file.startswith(_SANDBOX):
        return None
    path = Path(file).relative_to(PACKAGE).with_suffix("")
    return ".".join(path.parts).removesuffix(".__init__")


def main():
    words = [word for word in sys.argv[1:] if word != "--list"] or WORDS
    height, hops = floors(), Hops()
    with tempfile.TemporaryDirectory() as home, Sandbox(instant=True) as sandbox:
        os.environ.update(sandbox.environment, PIXVERSE_STATE_DIR=home, PIXVERSE_CONFIG_DIR=home)
        os.chdir(home)
        threading.setprofile(hops.follow)
        sys.setprofile(hops.follow)
        code = run_command(words)
        sys.setprofile(None)
        threading.setprofile(None)
    rooms = Counter(name.partition(".")[0] for name in hops.entered)
    between = {pair: count for pair, count in hops.crossings.items() if _rooms_differ(pair)}
    up = {pair for pair in between if height[_room(pair[0])] < height[_room(pair[1])]}
    print(f"exit {code}; {len(hops.entered)} modules: {dict(rooms)}")
    print(f"{len(hops.crossings)} pairs of modules call each other, {len(between)} across rooms,")
    print(f"{len(up)} of these up a floor: {sorted(f'{a} -> {b}' for a, b in up)}")
    if "--list" in sys.argv:
        print("\n".join(hops.entered))


def _rooms_differ(pair):
    return _room(pair[0]) != _room(pair[1])


def _room(module):
    return module.partition(".")[0]


if __name__ == "__main__":
    main()
