"""N processes with one store at once: ``python tests/bench/crowd.py [N]``, by default 64."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from pixverse_cli.sandbox import Sandbox
from tests.concurrency.crowd import crowd
from tests.processes import Pixverse


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 64
    with tempfile.TemporaryDirectory(prefix="pixverse-crowd-") as place, Sandbox(instant=True) as s:
        home = Path(place) / "home"
        home.mkdir()
        result = crowd(Pixverse(home, Path(place), s), s, size)
    print(result)
    print(result.stderr, end="")
    return int(result.codes != {0: size} or result.complete != size)


if __name__ == "__main__":
    sys.exit(main())
