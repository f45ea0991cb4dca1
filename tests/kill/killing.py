"""Submits and batches that are killed at random times, and the check of what they left.

A trial has one user with one store: several submits at once, each killed at its own time;
then, two minutes later, ``recover`` and ``wait --all --download``.
"""

import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pixverse_cli.disk.files import has_sha256
from pixverse_cli.domain.clock import SystemClock, TimeLimit
from pixverse_cli.domain.errors import NotSavedError
from pixverse_cli.domain.task import Status
from pixverse_cli.media.video import mp4
from pixverse_cli.sandbox import Sandbox
from pixverse_cli.store import Store
from pixverse_cli.store.manifest_lock import ManifestLock
from tests.kill.later import LaterClock
from tests.kill.relay import Relay, mark
from tests.processes import Pixverse
from tests.sandbox.media import film

ROOT = Path(__file__).parent.parent.parent
LATER = Path(__file__).parent / "later.py"
IMAGE = Path(__file__).parent.parent / "data" / "turtle.png"
FILM = "film.mp4"
SECONDS_UNTIL_CONCLUSIVE = 130.0  # after that no call of a dead process can still arrive


@dataclass
class Submit:
    """One submit and when it was killed: ``delay`` seconds after the start of ``phase``.

    ``prompt`` is its mark, see the relay.
    """

    prompt: str
    phase: str
    delay: float
    code: int | None = None
    stdout: str = ""
    stderr: str = ""

    @property
    def printed_ids(self):
        """The printed task ids."""
        records = map(json.loads, self.stdout.splitlines())
        return {record["task_id"] for record in records}

    @property
    def error(self):
        last = (self.stderr.splitlines() or [""])[-1]
        return json.loads(last)["error"] if last.startswith("{") else None


@dataclass
class Tally:
    """Counts of all results; those of :meth:`errors` must be 0."""

    counts: Counter = field(default_factory=Counter)
    failures: list = field(default_factory=list)

    def errors(self):
        names = (
            *("lost", "paid twice", "bad files", "unsaved"),
            *("wrong charged", "wrong exit code", "not printed", "tracebacks"),
        )
        return {name: self.counts[name] for name in names}

    def add(self, name, submits, count=1):
        self.counts[name] += count
        if count and name in self.errors():
            self.failures.append((name, submits))


def trial(seed, directory, tally, *, number=signal.SIGKILL, count=4):
    """Run one trial in an empty directory; all random choices depend on ``seed``.

    The last submit is an upscale, whose task reports no prompt.
    """
    choose = random.Random(seed)
    clock = LaterClock()
    marks = [*(f"Prompt {seed} {index}." for index in range(count - 1)), f"seed {seed % 2**31}"]
    submits = [planned_submit(choose, each) for each in marks]
    (directory / FILM).write_bytes(film(size=(64, 36), seconds=0.2))
    delays = {each.prompt: (choose.uniform(0, 0.5), choose.uniform(0, 0.8)) for each in submits}
    (directory / "home").mkdir()
    with (
        Sandbox(instant=True, seed=seed, clock=clock) as sandbox,
        closing(Relay(sandbox.base_url, delays)) as relay,
    ):
        pixverse = Pixverse(directory / "home", directory, sandbox)
        pixverse.environ["DASHSCOPE_HTTP_BASE_URL"] = relay.base_url
        _all_at_once([partial(_kill, each, pixverse, relay, number) for each in submits])
        relay.settle()
        clock.seconds = SECONDS_UNTIL_CONCLUSIVE
        recovered = _run_later(pixverse, "recover")
        _run_later(pixverse, "wait", "--all", "--download")
        tasks = sandbox.account.tasks
    _check_outputs(submits, tasks, tally, number)
    _check_store(submits, tasks, recovered, Store(pixverse.state), tally)
    _check_files(submits, directory, Store(pixverse.state), tally)


def batch_trial(seed, directory, tally, *, number=signal.SIGKILL, runs=2):
    """Kill batches of one manifest at random times, and at last let one end.

    Two of the videos have equal requests. Two batches run at once, and share the lock.
    """
    choose = random.Random(seed)
    clock = LaterClock()
    prompts = [f"Prompt {seed} {index}." for index in (0, 1, 2, 2)]
    delays = {prompt: (choose.uniform(0, 0.2), choose.uniform(0, 0.4)) for prompt in prompts}
    (directory / "home").mkdir()
    _write_manifest(directory, prompts)
    with (
        Sandbox(instant=True, seed=seed, clock=clock) as sandbox,
        closing(Relay(sandbox.base_url, delays)) as relay,
    ):
        pixverse = Pixverse(directory / "home", directory, sandbox)
        pixverse.environ["DASHSCOPE_HTTP_BASE_URL"] = relay.base_url
        for _ in range(runs):
            seconds = [choose.uniform(0.4, 2.5) for _ in range(2)]
            _all_at_once([partial(_kill_batch, pixverse, each, number, tally) for each in seconds])
        relay.settle()
        clock.seconds = SECONDS_UNTIL_CONCLUSIVE
        _run_later(pixverse, "recover")
        last = _run_later(pixverse, "batch", "videos.jsonl")
        tasks = sandbox.account.tasks
    tally.add("wrong exit code", last.stderr, last.returncode != 0)
    for prompt, wanted in Counter(prompts).items():
        bought = sum(task.prompt == prompt for task in tasks)
        tally.add("paid twice", (prompt, bought), bought > wanted)
        tally.add("lost", (prompt, bought), bought < wanted)
    _check_lock(directory, len(prompts), tally)
    _check_files([], directory, Store(pixverse.state), tally)


def _write_manifest(directory, prompts):
    rows = [
        {"image": str(IMAGE), "prompt": prompt, "output": f"{number}.mp4"}
        | {"resolution": "360P", "duration": 1}
        for number, prompt in enumerate(prompts)
    ]
    (directory / "videos.jsonl").write_text("".join(json.dumps(each) + "\n" for each in rows))


def _kill_batch(pixverse, seconds, number, tally):
    """Start a batch, and kill it after some seconds, if it has not ended."""
    process = pixverse.start("batch", "videos.jsonl", "--json")
    time.sleep(seconds)
    process.send_signal(number)
    _, stderr = process.communicate(timeout=30)
    tally.add(f"ended {process.returncode}", stderr)
    tally.add("tracebacks", stderr, "Traceback" in stderr)


def _check_lock(directory, count, tally):
    """Check that the lock has a line for each output, with the hash of its file."""
    lock = ManifestLock(directory / "videos.jsonl", TimeLimit(SystemClock()))
    for output in (f"{number}.mp4" for number in range(count)):
        entry = lock.entry(output)
        kept = entry is not None and has_sha256(directory / output, entry.sha256)
        tally.add("unsaved", (output, entry), not kept)


def planned_submit(choose, prompt):
    phase = choose.choice(["started", "arrived", "arrived", "answered", "answered"])
    longest = {"started": 1.2, "arrived": 1.2, "answered": 1.2}[phase]
    return Submit(prompt=prompt, phase=phase, delay=choose.uniform(0, longest))


def _all_at_once(calls):
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _kill(submit, pixverse, relay, number):
    """Start the submit, and kill it at its time."""
    small = ("--wait", "--json", "-r", "360P", "-d", "1")
    words = ("submit", IMAGE, "-p", submit.prompt, *small)
    if submit.prompt.startswith("seed "):
        words = ("upscale", FILM, "--seed", submit.prompt.removeprefix("seed "), *small[:2])
    process = pixverse.start(*words)
    if submit.phase != "started":
        moments = relay.arrived if submit.phase == "arrived" else relay.answered
        moments[submit.prompt].wait(20.0)
    time.sleep(submit.delay)
    process.send_signal(number)
    submit.stdout, submit.stderr = process.communicate(timeout=30)
    submit.code = process.returncode


def _run_later(pixverse, *arguments):
    """Run a command with the clock set ahead, and return the ended process."""
    return subprocess.run(
        [sys.executable, "-P", LATER, str(SECONDS_UNTIL_CONCLUSIVE), *arguments, "--json"],
        capture_output=True,
        check=False,
        cwd=pixverse.directory,
        env=pixverse.environ | {"PYTHONPATH": str(ROOT)},
        encoding="utf-8",
        timeout=120,
    )


def _check_outputs(submits, tasks, tally, number):
    """Compare the output of each stopped submit with the tasks that it had bought."""
    for submit in submits:
        bought = {task.task_id for task in tasks if _is_of(task, submit)}
        tally.add("submits", submit)
        tally.add(f"ended {submit.code}", submit)
        if submit.code == -number:  # SIGKILL; others while Python itself was starting
            continue
        tally.add("tracebacks", submit, "Traceback" in submit.stderr)
        if number == signal.SIGKILL:
            continue
        tally.add("not printed", submit, bool(bought - submit.printed_ids))
        tally.add("wrong exit code", submit, submit.code not in (0, 128 + number))
        charged_no = submit.error is not None and submit.error["charged"] == "no"
        tally.add("wrong charged", submit, bool(bought) and charged_no)


def _is_of(task, submit):
    return mark(task.prompt, task.order.seed) == submit.prompt


def _check_store(submits, tasks, recovered, store, tally):
    offered = " ".join(recovered.stderr.splitlines()[-1:])
    records = store.records.newest(-1)
    known = {record.task_id for record in records}
    for task in tasks:
        tally.add("accepted", task)
        tally.add("lost", submits, task.task_id not in known and task.task_id not in offered)
        tally.add("offered", submits, task.task_id not in known and task.task_id in offered)
    for submit in submits:
        bought = sum(_is_of(task, submit) for task in tasks)
        tally.add("paid twice", submit, bought > 1)
        kept = [each for each in records if mark(each.prompt, each.seed) == submit.prompt]
        free = any(record.status is Status.NOT_SENT for record in kept)
        tally.add("wrong charged", (submit, kept), bool(bought) and free)
    tally.add("still unclear", submits, sum(record.status is Status.UNCLEAR for record in records))
    unsaved = sum(record.task_id is not None and record.file is None for record in records)
    tally.add("unsaved", (submits, records), unsaved)
    store.close()


def _check_files(submits, directory, store, tally):
    """Check that every file with a video's name is complete and has its record's hash."""
    hashes = {record.file: record.sha256 for record in store.records.newest(-1)}
    for path in set(directory.glob("*.mp4")) - {directory / FILM}:
        tally.add("files", path)
        with path.open("rb") as file:
            try:
                mp4.check(file)
            except NotSavedError:
                tally.add("bad files", (path, submits))
        kept = hashes.get(str(path))
        tally.add("bad files", (path, submits), kept is None or not has_sha256(path, kept))
    store.close()
