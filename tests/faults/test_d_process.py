"""D. Signals and the process (rows 48 to 57)."""

import contextlib
import os
import resource
import signal
import sqlite3
import time
from functools import partial
from pathlib import Path

from tests.faults.case import Case, Way, parameters, row
from tests.faults.service import TASK, VIDEO, accepted, mp4, standing
from tests.faults.world import TURTLE
from tests.servers import HANG, Pause

INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
STOPPED = {"charged": "no", "retryable": False, "creates": 0, "store": ()}
GOES_ON = {"charged": "yes", "retryable": False, "says": f"pixverse wait {TASK} --download"}


def until(fact, seconds=10.0):
    """Wait until something has happened."""
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


def signalled(*signals, at, words=("submit", TURTLE), within=1.5, **routes):
    """Return a command that is signalled once its call ``at`` has arrived."""

    def run(world):
        service = world.serve(**routes)
        if words[0] in ("wait", "download"):
            world.know()
        process = world.start(*words)
        until(lambda: service.counts[at])
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
    """The answer comes a second after Ctrl-C: the task is known, and told."""
    return signalled(
        INT,
        at="create",
        words=("submit", TURTLE, "--wait"),
        create=[[Pause(1), accepted()]],
        within=3,
    )(world)


def told_of_the_task(world, ran):
    assert TASK in ran.stdout + ran.stderr
    if world.way is Way.JSON:
        assert [record["task_id"] for record in ran.json] == [TASK]


def part_is_kept(world, ran):
    told_of_the_task(world, ran)
    (part,) = world.directory.glob("*.part")
    assert VIDEO.startswith(part.read_bytes())
    assert part.stat().st_size > 1000


HALF = [mp4(etag='"1"')[: -len(VIDEO) // 2], HANG]


def killed(*, at, then=("recover",), words=("submit", TURTLE), turn=None, **routes):
    """Return what is found after a process was killed when its call ``at`` had arrived."""

    def run(world):
        service = world.serve(**routes)
        if words[0] != "submit":
            world.know()
        process = world.start(*words, flags=())
        until(lambda: service.counts[at])
        time.sleep(0.1)
        process.kill()
        world.ended(process)
        service.turn(**(turn or {}))
        return world.run(*then)

    return run


def killed_before_the_id_row(world):
    """The answer has come, and the store is locked: the id waits in the dead process."""
    sandbox = world.sandbox()
    process = world.start("submit", TURTLE, flags=())
    until(lambda: world.statuses == ("UNCLEAR",))
    with contextlib.closing(sqlite3.connect(world.database, timeout=5)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        until(lambda: sandbox.account.creates)
        time.sleep(0.2)
        process.kill()
        process.communicate()
        connection.execute("ROLLBACK")
    return world.run("recover")


def piped_to(reader):
    """Return a command whose reader goes away."""

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


def without(descriptor, *words):
    """Return a command that starts with that standard stream closed."""

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


def ten_at_once(world):
    world.sandbox()
    processes = [world.start("submit", *IMAGE) for _ in range(10)]
    endings = [world.ended(process, 60) for process in processes]
    assert len({ran.stdout for ran in endings}) == 10
    return next((ran for ran in endings if ran.code), endings[0])


def limited(size, *words):
    """Return a command whose files may not grow beyond ``size`` bytes."""

    def run(world):
        world.serve()
        if words[0] == "download":
            world.know()
        return world.run(
            *words,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        )

    return run


CASES = (
    *(
        Case(
            49,
            f"{number.name} while {what}",
            signalled(number, at=at, **routes),
            code=128 + number,
            **STOPPED,
            says="nothing was bought",
            ways=(Way.JSON,) if number == HUP else (Way.JSON, Way.PIPE),
        )
        for number in (INT, TERM, HUP)
        for what, at, routes in (
            ("asking for a policy", "policy", {"policy": [[HANG]]}),
            ("uploading", "upload", {"upload": [[HANG]]}),
        )
    ),
    Case(
        50,
        "answered after Ctrl-C",
        answered_late,
        code=130,
        **GOES_ON,
        creates=1,
        store=("PENDING",),
        also=told_of_the_task,
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
    ),
    Case(
        50,
        "no answer within 5 seconds",
        signalled(TERM, at="create", create=[[HANG]], within=7),
        code=143,
        charged="unknown",
        retryable=False,
        creates=1,
        store=("UNCLEAR",),
        says="pixverse recover",
        ways=(Way.JSON,),
    ),
    *(
        Case(
            52 if number == HUP else 51,
            f"{number.name} while waiting",
            signalled(number, at="query", words=("wait",), query=[standing("RUNNING")]),
            code=128 + number,
            **GOES_ON,
            store=("RUNNING",),
            also=told_of_the_task,
        )
        for number in (INT, TERM, HUP)
    ),
    Case(
        51,
        "TERM in a hanging query",
        signalled(TERM, at="query", words=("wait",), query=[[HANG]]),
        code=143,
        **GOES_ON,
        ways=(Way.JSON,),
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
    ),
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
        exists=1,
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
            turn={"video": [mp4()]},
        ),
        code=0,
        saved=1,
        parts=0,
    ),
    Case(
        54,
        "reader has gone",
        piped_to(closed_pipe),
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
        without(1),
        code=1,
        charged="yes",
        retryable=False,
        creates=1,
        store=("PENDING",),
        also=id_on_stderr,
    ),
    Case(55, "stderr closed", without(2), code=0, creates=1, also=id_on_stdout_alone),
    Case(
        55,
        "stdin closed",
        without(0, "submit", "-"),
        code=2,
        charged="no",
        retryable=False,
        creates=0,
        says="stdin",
    ),
    Case(56, "ten at once", ten_at_once, code=0, exists=10, ways=(Way.JSON,)),
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
        limited(30_000, "download"),
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


@row(48)
def test_a_signal_while_modules_load_ends_in_silence(world):
    """From the moment on at which the program itself hears signals."""
    for after in (0.0, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.13):
        process = world.start("list", flags=())
        until(partial(hears_signals, process))
        time.sleep(after)
        process.send_signal(INT)
        ran = world.ended(process)
        assert ran.code in (0, 130, -INT)  # the last: Python had given the signal back already
        assert ran.stderr in ("", "stopped by SIGINT; nothing was bought\n", "stopped by SIGINT\n")


def hears_signals(process):
    """Tell by the kernel whether SIGTERM is caught: Python itself leaves that alone."""
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
        return bool(int(caught.split()[1], 16) & 1 << (TERM - 1))
    return process.poll() is not None
