"""D. Signals and the process: a signal at every step (rows 48 to 52).

Further signals at the same steps, and how soon they end, are in ``tests/signals``.
"""

import contextlib
import signal
import time
from functools import partial
from pathlib import Path

from tests.faults.case import Case, Way, parameters, row
from tests.faults.service import TASK, VIDEO, accepted, mp4, task_is
from tests.faults.waiting import wait_until
from tests.faults.world import TURTLE
from tests.servers import HANG, Pause

INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
JSON, PIPE = (Way.JSON,), (Way.PIPE,)  # each signal needs a process, and goes one way
STOPPED = {"charged": "no", "retryable": False, "creates": 0, "store": ()}
KEEPS_RUNNING = {"charged": "yes", "retryable": False, "says": f"pixverse wait {TASK}"}


def signalled(*signals, at, words=("submit", TURTLE), within=1.5, **routes):
    """Return a command that gets these signals once its call ``at`` has arrived."""

    def run(world):
        service = world.serve(**routes)
        if words[0] in ("wait", "download"):
            world.add_task()
        process = world.start(*words)
        wait_until(lambda: service.counts[at])
        time.sleep(0.1)
        sent = time.monotonic()
        for number in signals:
            process.send_signal(number)
            time.sleep(0.1)
        ran = world.ended(process)
        assert time.monotonic() - sent < within
        return ran

    return run


def answered_late(world):
    """Send Ctrl-C a second before the create call's answer: the task is known and reported."""
    return signalled(
        INT,
        at="create",
        words=("submit", TURTLE, "--wait"),
        create=[[Pause(1), accepted()]],
        within=3,
    )(world)


def task_is_reported(world, ran):
    assert TASK in ran.stdout + ran.stderr
    if world.way is Way.JSON:
        assert [record["task_id"] for record in ran.json] == [TASK]


def part_is_kept(world, ran):
    task_is_reported(world, ran)
    (part,) = world.directory.glob("*.part")
    assert VIDEO.startswith(part.read_bytes())
    assert part.stat().st_size > 1000


HALF = [mp4(etag='"1"')[: -len(VIDEO) // 2], HANG]

CASES = (
    *(
        Case(
            49,
            f"{number.name} while {what}",
            signalled(number, at=at, **{at: [[HANG]]}),
            code=128 + number,
            **STOPPED,
            says="nothing was bought",
            ways=ways,
        )
        for number, what, at, ways in (
            (INT, "requesting a policy", "policy", JSON),
            (TERM, "requesting a policy", "policy", PIPE),
            (INT, "uploading", "upload", PIPE),
            (TERM, "uploading", "upload", JSON),
            (HUP, "uploading", "upload", JSON),
        )
    ),
    Case(
        50,
        "answered after Ctrl-C",
        answered_late,
        code=130,
        **KEEPS_RUNNING,
        creates=1,
        store=("PENDING",),
        also=task_is_reported,
    ),
    Case(
        50,
        "second signal at once",
        signalled(INT, INT, at="create", create=[[HANG]]),
        code=130,
        charged="unknown",
        retryable=False,
        creates=1,
        store=("UNCLEAR",),
        says="pixverse recover",
        ways=PIPE,
    ),
    *(
        Case(
            52 if number == HUP else 51,
            f"{number.name} while waiting",
            signalled(number, at="query", words=("wait",), query=[task_is("RUNNING")]),
            code=128 + number,
            **KEEPS_RUNNING,
            store=("RUNNING",),
            also=task_is_reported,
            ways=ways,
        )
        for number, ways in ((INT, PIPE), (TERM, JSON), (HUP, JSON))
    ),
    Case(
        51,
        "TERM in a hanging query",
        signalled(TERM, at="query", words=("wait",), query=[[HANG]]),
        code=143,
        **KEEPS_RUNNING,
        ways=JSON,
    ),
    Case(
        51,
        "TERM while downloading",
        signalled(TERM, at="video", words=("download",), video=[HALF]),
        code=143,
        charged="yes",
        retryable=False,
        saved=0,
        also=part_is_kept,
        ways=PIPE,
    ),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))


@row(48)
def test_a_signal_during_the_imports_prints_no_traceback_48(world):
    """Signals are sent at several times after the program has installed its handlers."""
    for after in (0.0, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.13):
        process = world.start("list", flags=())
        wait_until(partial(catches_sigterm, process))
        time.sleep(after)
        process.send_signal(INT)
        ran = world.ended(process)
        assert ran.code in (0, 130, -INT)  # -INT: Python had already restored the handler
        assert ran.stderr in ("", "Stopped. Nothing was bought\n", "Stopped\n")


def catches_sigterm(process):
    """Whether the kernel says that SIGTERM is caught, which Python itself never does."""
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
        return bool(int(caught.split()[1], 16) & 1 << (TERM - 1))
    return process.poll() is not None
