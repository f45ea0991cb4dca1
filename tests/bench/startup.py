"""How long commands take to start, as ratios: ``python tests/bench/startup.py [PAIRS]``.

Each command runs in turn with its baseline, so that changes of the machine's speed do not
matter. The processor times of the whole processes are compared; the median of the ratios is
printed with the middle half, and the aim.
"""

import os
import resource
import statistics
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from pixverse_cli.sandbox import Sandbox

TURTLE = Path(__file__).parents[1] / "data" / "turtle.webp"
PIXVERSE = str(Path(sysconfig.get_path("scripts")) / "pixverse")
PYTHON = sys.executable


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


def cases(finished, unfinished):
    """Yield a name, the command, its baseline, and the aim."""
    bare = [PYTHON, "-c", "pass"]
    typer = [PYTHON, "-c", "import typer"]
    both = [PYTHON, "-c", "import typer, requests"]
    yield "--version / python -c pass", [PIXVERSE, "--version"], bare, 2.0
    yield "--help / import typer", [PIXVERSE, "--help"], typer, 1.35
    yield "list / import typer", [PIXVERSE, "list"], typer, 1.6
    yield "status (finished) / import typer", [PIXVERSE, "status", finished], typer, 1.6
    yield "status (asked) / import typer, requests", [PIXVERSE, "status", unfinished], both, 1.3


def main():
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    with tempfile.TemporaryDirectory() as home, Sandbox(realistic=True) as slow:
        environment = {**os.environ, "HOME": home, **slow.environment}
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
        for name, command, baseline, aim in cases(finished, unfinished):
            found = ratios(command, baseline, environment, pairs)
            low, high = found[pairs // 4], found[-1 - pairs // 4]
            median = statistics.median(found)
            print(f"{name:<42} {median:5.2f}  ({low:.2f} to {high:.2f})  aim {aim}")


if __name__ == "__main__":
    main()
