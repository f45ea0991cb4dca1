"""A ``batch`` over finished videos: ``python tests/bench/second_batch.py [VIDEOS [BYTES]]``.

So many videos (by default 1000 of 1 MB) and the lock of their manifest are written. Printed are
the bytes that ``batch`` reads, as a share of all bytes of the videos, and its time: on a machine
whose store does not know them, again, with one video changed, and with ``--verify``. Linux counts
what a process reads, here with the program's own modules (``rchar`` of /proc/PID/io).
"""

import hashlib
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pixverse_cli.domain.clock import SystemClock, TimeLimit
from pixverse_cli.domain.hosts import service_host
from pixverse_cli.flows.batch_plan import PlanInputs, plan_items
from pixverse_cli.flows.earlier import Earlier
from pixverse_cli.sandbox import Sandbox
from pixverse_cli.settings.manifest import read_manifest
from pixverse_cli.store import Store
from pixverse_cli.store.manifest_lock import LockEntry, ManifestLock
from tests.isolation import isolated

PIXVERSE = str(Path(sysconfig.get_path("scripts")) / "pixverse")


def fill(directory, count, size):
    """Write a manifest of ``count`` videos, its lock, and the videos of ``size`` bytes."""
    manifest = directory / "videos.jsonl"
    names = [f"{number:05}.mp4" for number in range(count)]
    rows = [{"kind": "text-to-video", "prompt": name, "output": name} for name in names]
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows))
    lines = []
    for item in planned(manifest):
        video = os.urandom(size)
        item.path.write_bytes(video)
        sha256 = hashlib.sha256(video).hexdigest()
        entry = LockEntry(output=item.output, fingerprint=item.order.fingerprint, sha256=sha256)
        lines.append(json.dumps(vars(entry)) + "\n")
    (directory / "videos.jsonl.lock").write_text("".join(lines))


def planned(manifest):
    """Return the items of a manifest as they are planned before anything exists."""
    with ExitStack() as stack:
        store = Store(manifest.parent / "empty")
        stack.callback(store.close)
        service, clock = "https://dashscope.aliyuncs.com/api/v1", SystemClock()
        inputs = PlanInputs(
            folder=manifest.parent,
            lock=ManifestLock(manifest, TimeLimit(SystemClock())),
            kept={},
            stack=stack,
            earlier=Earlier(lambda: store, service, clock),
            has_hash=lambda *_: False,
            now=clock.now(),
            host=service_host(service),
        )
        return plan_items(read_manifest(manifest), inputs)


def measured(command, directory, environment):
    """Return the exit code, the seconds and the bytes that one run has read."""
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=directory,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    seconds = time.monotonic() - began
    counts = Path(f"/proc/{process.pid}/io").read_text().splitlines()
    read = next(int(line.split()[1]) for line in counts if line.startswith("rchar:"))
    return process.wait(), seconds, read


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    with (
        tempfile.TemporaryDirectory(prefix="pixverse-second-") as place,
        Sandbox(instant=True) as sandbox,
    ):
        home, directory = Path(place, "home"), Path(place, "work")
        home.mkdir()
        directory.mkdir()
        fill(directory, count, size)
        environment = {**isolated(os.environ, home), **sandbox.environment}

        def show(name, *options):
            command = [PIXVERSE, "batch", "videos.jsonl", *options]
            code, seconds, read = measured(command, directory, environment)
            print(f"{name:<28} exit {code}, {seconds:5.2f} s, {read / (count * size):7.2%} read")

        show("nothing known")
        show("again")
        show("again")
        with (directory / "00000.mp4").open("r+b") as file:
            file.write(b"!")
        show("one video changed (exit 14)")
        show("--verify", "--verify")
        print(f"create calls: {sandbox.account.creates}")


if __name__ == "__main__":
    main()
