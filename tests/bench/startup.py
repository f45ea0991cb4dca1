"""How long commands take to start, as ratios: ``python tests/bench/startup.py [PAIRS]``.

Each command runs in turn with its baseline, so that changes of the machine's speed do not
matter. The processor times of the whole processes are compared; the median of the ratios is
printed with the middle half, and the aim. ``list`` and ``status`` run again on a store of
100 000 records. The environment has no settings, and Python may keep compiled modules, as it
does for every user.
"""

import os
import resource
import statistics
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pixverse_cli.sandbox import Sandbox
from tests.bench.big_list import fill
from tests.isolation import isolated

TURTLE = Path(__file__).parents[1] / "data" / "turtle.webp"
PIXVERSE = str(Path(sysconfig.get_path("scripts")) / "pixverse")
PYTHON = sys.executable
MANY = 100_000  # records


def seconds(command, environment):
    """Return the processor seconds of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command, env=environment, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ratios(command, baseline, environment, pairs):
    """Return the sorted ratios of ``pairs`` pairs, after one pair that is not counted."""
    seconds(command, environment)
    seconds(baseline, environment)
    return sorted(
        seconds(command, environment) / seconds(baseline, environment) for _ in range(pairs)
    )


BARE = [PYTHON, "-c", "pass"]
TYPER = [PYTHON, "-c", "import typer"]
BOTH = [PYTHON, "-c", "import typer, requests"]


def cases(finished, unfinished):
    """Yield a name, the command, its baseline, and the aim."""
    yield "--version / python -c pass", [PIXVERSE, "--version"], BARE, 1.6
    yield "--help / import typer", [PIXVERSE, "--help"], TYPER, 1.2
    yield "list / import typer", [PIXVERSE, "list"], TYPER, 1.25
    yield from store_cases("", finished, unfinished)


def store_cases(store, finished, unfinished):
    """Yield the cases that read a store, as :func:`cases`."""
    yield f"status (finished){store} / import typer", [PIXVERSE, "status", finished], TYPER, 1.25
    asked = f"status (asked){store} / import typer, requests"
    yield asked, [PIXVERSE, "status", unfinished], BOTH, 1.2


def compare(cases, environment, pairs):
    """Print the ratios of each case."""
    for name, command, baseline, aim in cases:
        found = ratios(command, baseline, environment, pairs)
        low, high = found[pairs // 4], found[-1 - pairs // 4]
        median = statistics.median(found)
        print(f"{name:<54} {median:5.2f}  ({low:.2f} to {high:.2f})  aim {aim}", flush=True)


def main():
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    with tempfile.TemporaryDirectory() as home, Sandbox(realistic=True) as slow:
        environment = isolated(os.environ, Path(home)) | slow.environment
        submit = [PIXVERSE, "submit", str(TURTLE), "-d", "1", "-r", "360P"]

        def run(command, variables):
            done = subprocess.run(
                command, env=variables, check=True, capture_output=True, text=True, timeout=120
            )
            return done.stdout.strip()

        unfinished = run(submit, environment)
        with Sandbox(instant=True, seed=1) as quick:
            run([*submit, "--no-download"], environment | quick.environment)
        finished = run([PIXVERSE, "list", "--status", "SUCCEEDED"], environment).split("\t")[0]
        compare(cases(finished, unfinished), environment, pairs)
        fill(Path(environment["XDG_STATE_HOME"]) / "pixverse", MANY)
        first = [PIXVERSE, "list", "--limit", "20"]
        compare(
            [(f"list --limit 20, {MANY} / import typer", first, TYPER, 1.25)], environment, pairs
        )
        compare(store_cases(f", {MANY}", finished, unfinished), environment, pairs)


if __name__ == "__main__":
    main()
