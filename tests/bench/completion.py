"""How long a TAB takes, compared with Typer: ``python tests/bench/completion.py [PAIRS]``.

bash measures its own time. It runs in turn with ``python -c "import typer"``, so that changes
of the machine's speed do not matter. The median is printed with the middle half.
"""

import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from pixverse_cli.domain.task import Status, Task
from pixverse_cli.store import Store

ROOT = Path(__file__).parents[2]
SCRIPT = r"""
source "$1"
COMP_WORDS=(pixverse "${@:2}") COMP_CWORD=$(($# - 1)) COMP_LINE="pixverse ${*:2}"
COMP_POINT=${#COMP_LINE}
started=$EPOCHREALTIME
_pixverse pixverse "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
ended=$EPOCHREALTIME
((${#COMPREPLY[@]})) && echo "$((${ended/[.,]/} - ${started/[.,]/}))"
"""
CASES = (
    # name, words, whether there is a sqlite3 program, aim in milliseconds, aim as a ratio
    ("a command's name", ["sub"], True, 10, None),
    ("an option's name", ["submit", "--mo"], True, 10, None),
    ("durations of a model", ["submit", "-m", "v5.6", "-d", ""], True, 10, None),
    ("task ids, sqlite3", ["status", ""], True, None, 0.5),
    ("task ids, no sqlite3", ["status", ""], False, None, 0.5),
)


def completion_time(words, environment):
    """Return the milliseconds that bash needs to complete these words."""
    command = ["/bin/bash", "-c", SCRIPT, "bash", str(ROOT / "completions/pixverse.bash"), *words]
    ran = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return int(ran.stdout) / 1000


def typer_time(environment):
    """Return the milliseconds that the import of Typer needs."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import typer"], env=environment, check=True)
    return (time.perf_counter() - started) * 1000


def write_store(directory, count=200):
    store = Store(directory)
    for number in range(count):
        task = Task(
            task_id=f"{number:08x}-5ff8-4d82-bcb6-0123456789ab",
            status=Status.RUNNING,
            raw_status="RUNNING",
            orig_prompt="The camera slowly rises over the reef, a turtle glides by",
        )
        store.records.remember(task, "http://127.0.0.1/")
    store.close()


def median_with_range(values):
    """Return the median with the middle half."""
    low, median, high = statistics.quantiles(values, n=4)
    return f"{median:7.2f} ({low:.2f} to {high:.2f})"


def environment_for(directory, *, with_sqlite3):
    """Return an environment whose PATH has only pixverse and, on request, sqlite3."""
    programs = directory / f"programs-{with_sqlite3}"
    programs.mkdir()
    (programs / "pixverse").symlink_to(Path(sysconfig.get_path("scripts")) / "pixverse")
    if with_sqlite3:
        (programs / "sqlite3").symlink_to(shutil.which("sqlite3"))
    return {**os.environ, "PATH": str(programs), "PIXVERSE_STATE_DIR": str(directory)}


def main():
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    with tempfile.TemporaryDirectory() as root:
        directory = Path(root)
        write_store(directory)
        environments = {
            found: environment_for(directory, with_sqlite3=found) for found in (True, False)
        }
        for name, words, has_sqlite3, milliseconds, ratio in CASES:
            environment = environments[has_sqlite3]
            both = [
                (completion_time(words, environment), typer_time(environment)) for _ in range(pairs)
            ]
            median = median_with_range([completion for completion, _ in both])
            aim = f"aim {milliseconds} ms" if milliseconds else f"aim {ratio} x Typer"
            share = median_with_range([completion / typer for completion, typer in both])
            print(f"{name:<22}{median} ms {share} x import typer, {aim}")


if __name__ == "__main__":
    main()
