"""How busy many videos keep the service's places: ``python tests/bench/places.py [VIDEOS]``.

``batch`` and ``submit --wait`` of so many images (by default 40) run against the sandbox. Each
task runs for 4 seconds, five at a time, and each download begins 2 seconds late. Printed are
the time of the command divided by the ideal (all rounds of five, then the last download), and
how much of the five places was used until the last task began.
"""

import json
import math
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pixverse_cli.domain.terms import RUNNING_TASKS
from pixverse_cli.sandbox import Pace, Sandbox
from pixverse_cli.store import Store
from tests.isolation import isolated

PIXVERSE = str(Path(sysconfig.get_path("scripts")) / "pixverse")
TURTLE = Path(__file__).parents[1] / "data" / "turtle.webp"
RUN, DOWNLOAD = 4.0, 2.0  # seconds
AIMS = {"batch": 1.10, "submit --wait": 1.15}
SMALL = ("-r", "360P", "-d", "1")


def images(directory, count):
    """Copy the picture ``count`` times and return the names."""
    names = [f"{number:03}.webp" for number in range(count)]
    for name in names:
        shutil.copy(TURTLE, directory / name)
    return names


def batch_of(directory, count):
    """Write a manifest and return the command."""
    rows = [
        {"image": name, "output": f"{name}.mp4", "resolution": "360P", "duration": 1}
        for name in images(directory, count)
    ]
    (directory / "videos.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return [PIXVERSE, "batch", "videos.jsonl"]


def submit_of(directory, count):
    return [PIXVERSE, "submit", *images(directory, count), *SMALL, "--wait"]


def busy_share(records):
    """Return the used share of the places from the first start to the last."""
    starts = [record.scheduled_at for record in records]
    first, last = min(starts), max(starts)
    used = sum(
        (min(record.ended_at, last) - record.scheduled_at for record in records), timedelta()
    )
    return used / ((last - first) * RUNNING_TASKS)


def run(name, command_of, count):
    """Run one command with an empty store, and print its figures."""
    pace = Pace(queue=0.0, run=(RUN, RUN))
    with (
        tempfile.TemporaryDirectory(prefix="pixverse-places-") as place,
        Sandbox(instant=True, pace=pace, scenarios=["slow-video"]) as sandbox,
    ):
        home, directory = Path(place, "home"), Path(place, "work")
        home.mkdir()
        directory.mkdir()
        command = command_of(directory, count)
        environment = {**isolated(os.environ, home), **sandbox.environment}
        began = time.monotonic()
        done = subprocess.run(
            command, cwd=directory, env=environment, check=False, capture_output=True, text=True
        )
        seconds = time.monotonic() - began
        if done.returncode:
            print(done.stderr, file=sys.stderr)
        videos = len(list(directory.glob("*.mp4")))
        store = Store(home / ".local" / "state" / "pixverse")
        busy = busy_share(store.records.newest(-1))
        store.close()
        queries = sum(call.method == "GET" and call.host == "api" for call in sandbox.calls)
    ideal = math.ceil(count / RUNNING_TASKS) * RUN + DOWNLOAD
    print(
        f"{name:<15} exit {done.returncode}, {videos} videos, {seconds:5.1f} s"
        f" = {seconds / ideal:.2f} x ideal (aim {AIMS[name]:.2f}),"
        f" places busy {busy:.0%}, {queries / count:.1f} looks a task"
    )


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    run("batch", batch_of, count)
    run("submit --wait", submit_of, count)


if __name__ == "__main__":
    main()
