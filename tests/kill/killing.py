"""Submits that are killed at some moment, and what is left of them.

A trial is one person with one store: several submits at once, each killed in its own moment;
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
from pixverse_cli.domain.errors import NotSavedError
from pixverse_cli.domain.task import Status
from pixverse_cli.media.video import mp4
from pixverse_cli.sandbox import Sandbox
from pixverse_cli.store import Store
from tests.kill.later import LaterClock
from tests.kill.relay import Relay
from tests.processes import Pixverse

ROOT = Path(__file__).parent.parent.parent
LATER = Path(__file__).parent / "later.py"
IMAGE = Path(__file__).parent.parent / "data" / "turtle.png"
CONCLUSIVE = 130.0  # seconds after which no call of a dead process can still be on its way


@dataclass
class Submit:
    """One submit and how it was killed: ``phase`` is what the moment is counted from."""

    prompt: str
    phase: str
    delay: float
    code: int | None = None
    stdout: str = ""
    stderr: str = ""

    @property
    def told(self):
        """The task ids that were printed."""
        records = map(json.loads, self.stdout.splitlines())
        return {record["task_id"] for record in records}

    @property
    def error(self):
        last = (self.stderr.splitlines() or [""])[-1]
        return json.loads(last)["error"] if last.startswith("{") else None


@dataclass
class Tally:
    """Counts of everything; what must be 0 stands in :meth:`wrongs`."""

    counts: Counter = field(default_factory=Counter)
    stories: list = field(default_factory=list)

    def wrongs(self):
        names = ("lost", "paid twice", "bad files", "unsaved", "lies", "untold", "tracebacks")
        return {name: self.counts[name] for name in names}

    def add(self, name, submits, count=1):
        self.counts[name] += count
        if count and name in self.wrongs():
            self.stories.append((name, submits))


def trial(seed, directory, tally, *, number=signal.SIGKILL, submits=4):
    """Run one trial in an empty directory; ``seed`` decides all that we decide."""
    choose = random.Random(seed)
    clock = LaterClock()
    mine = [_planned(choose, f"Prompt {seed} {index}.") for index in range(submits)]
    delays = {each.prompt: (choose.uniform(0, 0.5), choose.uniform(0, 0.8)) for each in mine}
    (directory / "home").mkdir()
    with (
        Sandbox(instant=True, seed=seed, clock=clock) as sandbox,
        closing(Relay(sandbox.base_url, delays)) as relay,
    ):
        person = Pixverse(directory / "home", directory, sandbox)
        person.environ["DASHSCOPE_HTTP_BASE_URL"] = relay.base_url
        _all_at_once([partial(_kill, each, person, relay, number) for each in mine])
        relay.settle()
        clock.seconds = CONCLUSIVE
        recovered = _later(person, "recover")
        _later(person, "wait", "--all", "--download")
        tasks = sandbox.account.tasks
    _judge_signals(mine, tasks, tally, number)
    _judge_store(mine, tasks, recovered, Store(person.state), tally)
    _judge_files(mine, directory, Store(person.state), tally)


def _planned(choose, prompt):
    phase = choose.choice(["started", "arrived", "arrived", "answered", "answered"])
    longest = {"started": 1.2, "arrived": 1.2, "answered": 1.2}[phase]
    return Submit(prompt=prompt, phase=phase, delay=choose.uniform(0, longest))


def _all_at_once(calls):
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _kill(submit, person, relay, number):
    """Start the submit, and kill it in its moment."""
    small = ("--wait", "--json", "-r", "360P", "-d", "1")
    process = person.start("submit", IMAGE, "-p", submit.prompt, *small)
    if submit.phase != "started":
        moments = relay.arrived if submit.phase == "arrived" else relay.answered
        moments[submit.prompt].wait(20.0)
    time.sleep(submit.delay)
    process.send_signal(number)
    submit.stdout, submit.stderr = process.communicate(timeout=30)
    submit.code = process.returncode


def _later(person, *arguments):
    """Run a command after the clock has gone on, and return its process."""
    return subprocess.run(
        [sys.executable, "-P", LATER, str(CONCLUSIVE), *arguments, "--json"],
        capture_output=True,
        check=False,
        cwd=person.directory,
        env=person.environ | {"PYTHONPATH": str(ROOT)},
        encoding="utf-8",
        timeout=120,
    )


def _judge_signals(mine, tasks, tally, number):
    """Hold what a submit said when it was stopped against what it had bought."""
    for submit in mine:
        bought = {task.task_id for task in tasks if task.prompt == submit.prompt}
        tally.add("submits", submit)
        tally.add(f"ended {submit.code}", submit)
        if submit.code == -number:  # SIGKILL; others while Python itself was starting
            continue
        tally.add("tracebacks", submit, "Traceback" in submit.stderr)
        if number == signal.SIGKILL:
            continue
        tally.add("untold", submit, bool(bought - submit.told))
        tally.add("lies", submit, submit.code not in (0, 128 + number))
        said_no = submit.error is not None and submit.error["charged"] == "no"
        tally.add("lies", submit, bool(bought) and said_no)


def _judge_store(mine, tasks, recovered, store, tally):
    offered = " ".join(recovered.stderr.splitlines()[-1:])
    records = store.records.newest(-1)
    known = {record.task_id for record in records}
    for task in tasks:
        tally.add("accepted", task)
        tally.add("lost", mine, task.task_id not in known and task.task_id not in offered)
        tally.add("offered", mine, task.task_id not in known and task.task_id in offered)
    for submit in mine:
        bought = sum(task.prompt == submit.prompt for task in tasks)
        tally.add("paid twice", submit, bought > 1)
        kept = [record for record in records if record.prompt == submit.prompt]
        free = any(record.status is Status.NOT_SENT for record in kept)
        tally.add("lies", (submit, kept), bool(bought) and free)
    tally.add("undecided", mine, sum(record.status is Status.UNCLEAR for record in records))
    unsaved = sum(record.task_id is not None and record.file is None for record in records)
    tally.add("unsaved", (mine, records), unsaved)
    store.close()


def _judge_files(mine, directory, store, tally):
    """Whatever has a video's name must be whole, and what its record says."""
    hashes = {record.file: record.sha256 for record in store.records.newest(-1)}
    for path in directory.glob("*.mp4"):
        tally.add("files", path)
        with path.open("rb") as file:
            try:
                mp4.check_file(file)
            except NotSavedError:
                tally.add("bad files", (path, mine))
        kept = hashes.get(str(path))
        tally.add("bad files", (path, mine), kept is None or not has_sha256(path, kept))
    store.close()
