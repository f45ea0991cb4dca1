"""D. Signals and the process: kills, closed streams, limits (rows 53 to 57)."""

import contextlib
import os
import resource
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.case import Case, parameters
from tests.faults.service import TASK, VIDEO, accepted, list_row, mp4, succeeded, task_list
from tests.faults.waiting import wait_until
from tests.faults.world import TURTLE
from tests.servers import HANG

HALF = [mp4(etag='"1"')[: -len(VIDEO) // 2], HANG]


def killed(*, at, then=("recover",), words=("submit", TURTLE), then_routes=None, **routes):
    """Return a run of ``then`` after a process was killed during its call ``at``."""

    def run(world):
        service = world.serve(**routes)
        if words[0] != "submit":
            world.add_task()
        process = world.start(*words, flags=())
        wait_until(lambda: service.counts[at])
        time.sleep(0.1)
        process.kill()
        world.ended(process)
        service.set_routes(**(then_routes or {}))
        return world.run(*then)

    return run


def killed_before_the_id_row(world):
    """Kill the process while the locked store keeps it from writing the task id."""
    held = []

    def lock_and_accept(_request):
        held.append(sqlite3.connect(world.database, timeout=5, check_same_thread=False))
        held[0].execute("BEGIN EXCLUSIVE")
        return [accepted()]

    now = datetime.now(UTC)
    world.serve(
        create=[[lock_and_accept]], listing=[task_list(list_row(TASK, now))], query=[succeeded()]
    )
    process = world.start(*("submit", *IMAGE), flags=())
    wait_until(lambda: held)
    time.sleep(0.3)
    process.kill()
    process.communicate()
    held[0].execute("ROLLBACK")
    held[0].close()
    assert world.statuses == ("UNCLEAR",)
    return world.run("recover")


def stdout_to(reader):
    """Return a submit whose stdout is this stream."""

    def run(world):
        world.serve()
        with reader() as stdout:
            process = world.start("submit", *IMAGE, stdout=stdout)
            return world.ended(process)

    return run


IMAGE = ("https://example.com/turtle.webp", "-p", "A turtle")


@contextlib.contextmanager
def closed_pipe():
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


def full_device(world):
    world.serve()
    with Path("/dev/full").open("wb") as full:
        return world.ended(world.start("submit", *IMAGE, stdout=full))


def without_stream(descriptor, *words):
    """Return a command that starts with this standard stream closed."""

    def run(world):
        world.serve()
        return world.ended(
            world.start(*(words or ("submit", *IMAGE)), preexec_fn=lambda: os.close(descriptor))
        )

    return run


def id_on_stderr(_world, ran):
    assert TASK in ran.stderr
    assert ran.stdout == ""


def id_on_stdout_alone(_world, ran):
    assert TASK in ran.stdout
    assert len(ran.lines) == 1


def limited(size, *words):
    """Return a command whose files may not grow beyond ``size`` bytes."""

    def run(world):
        world.serve()
        if words[0] == "download":
            world.add_task()
        return world.run(
            *words,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        )

    return run


CASES = (
    Case(53, "killed before intent", killed(at="upload", upload=[[HANG]]), code=0, store=()),
    Case(
        53,
        "killed in the call",
        killed(at="create", create=[[HANG]]),
        code=9,
        charged="unknown",
        retryable=False,
        creates=1,
        store=("UNCLEAR",),
        ways=(),
    ),
    Case(
        53,
        "killed before the id row",
        killed_before_the_id_row,
        code=0,
        creates=1,
        store=("SUCCEEDED",),
    ),
    Case(
        53,
        "killed in a download",
        killed(
            at="video",
            words=("download",),
            then=("download",),
            video=[HALF],
            then_routes={"video": [mp4()]},
        ),
        code=0,
        saved=1,
        parts=0,
    ),
    Case(
        54,
        "reader of stdout is closed",
        stdout_to(closed_pipe),
        code=141,
        charged="yes",
        retryable=False,
        creates=1,
        store=("PENDING",),
        says=TASK,
    ),
    Case(
        54,
        "full device",
        full_device,
        code=1,
        charged="yes",
        retryable=False,
        creates=1,
        store=("PENDING",),
        also=id_on_stderr,
    ),
    Case(
        54,
        "stdout closed",
        without_stream(1),
        code=1,
        charged="yes",
        retryable=False,
        creates=1,
        store=("PENDING",),
        also=id_on_stderr,
    ),
    Case(55, "stderr closed", without_stream(2), code=0, creates=1, also=id_on_stdout_alone),
    Case(
        55,
        "stdin closed",
        without_stream(0, "submit", "-"),
        code=2,
        charged="no",
        retryable=False,
        creates=0,
        says="stdin",
    ),
    Case(
        57,
        "no file may grow, submit",
        limited(0, "submit", *IMAGE),
        code=1,
        charged="no",
        retryable=False,
        creates=0,
    ),
    Case(
        57,
        "no file may grow, download",
        limited(80_000, "download"),
        code=11,
        charged="yes",
        retryable=False,
        saved=0,
        parts=1,
    ),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))
