"""G. The store: locked, read-only, nowhere, upgraded (rows 85 to 87)."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import time

import pytest

from tests.faults.case import Case, parameters
from tests.faults.service import finished, standing
from tests.faults.world import IMAGE_URL

SUBMIT = ("submit", IMAGE_URL, "-p", "A turtle")
REFUSED = {"code": 1, "charged": "no", "retryable": False, "creates": 0}


@contextlib.contextmanager
def lock(world):
    """Hold the store as another program may."""
    with contextlib.closing(sqlite3.connect(world.database)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


def locked_and_stopped(world):
    """The store is locked, and somebody loses limits."""
    world.serve()
    world.know()
    with lock(world):
        process = world.start(*SUBMIT)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        return world.ended(process, 2)


def locked_for_a_while(world):
    world.serve()
    world.know()
    with lock(world):
        process = world.start(*SUBMIT)
        time.sleep(1)
        assert world.service.counts["create"] == 0
    return world.ended(process)


def read_only(world):
    """The state directory takes nothing new; root needs a mount to be stopped by that."""
    world.serve()
    world.know()
    state = world.pixverse.state
    state.chmod(0o500)
    bind = ["mount", "--bind", state, state], ["mount", "-o", "remount,ro,bind", state]
    mounted = os.geteuid() == 0 and not any(subprocess.call(step) for step in bind)
    if os.geteuid() == 0 and not mounted:
        pytest.skip("nothing stops root here")
    try:
        return world.run(*SUBMIT)
    finally:
        if mounted:
            subprocess.check_call(["umount", "-l", state])
        state.chmod(0o700)


def without_home(world):
    """Nothing says where home is, but for a place that was chosen."""
    world.serve()
    nowhere = dict.fromkeys(("HOME", "USERPROFILE", "XDG_STATE_HOME", "XDG_CONFIG_HOME"))
    return world.run(*SUBMIT, **nowhere, PIXVERSE_STATE_DIR="s", PIXVERSE_CONFIG_DIR="c")


def state_elsewhere(place):
    def run(world):
        world.serve()
        return world.run(*SUBMIT, PIXVERSE_STATE_DIR=place)

    return run


def upgraded_while_waiting(world):
    """A newer program adds a column and a table while an old ``wait`` runs."""
    done = []

    def steps(request):
        if not done:
            done.append(request)
            with contextlib.closing(sqlite3.connect(world.database)) as connection:
                connection.execute("ALTER TABLE task ADD COLUMN mood TEXT")
                connection.execute("CREATE TABLE extra (x)")
                connection.execute("PRAGMA user_version = 99")
                connection.commit()
            return [standing("RUNNING")]
        return finished()[0](request)

    world.serve(query=[[steps]])
    world.know()
    return world.run("wait", "--interval", "0.2", "--download")


CASES = (
    Case(
        85,
        "locked, and stopped",
        locked_and_stopped,
        code=130,
        charged="no",
        retryable=False,
        creates=0,
    ),
    Case(85, "locked for a second", locked_for_a_while, code=0, creates=1),
    Case(85, "read-only", read_only, **REFUSED, says="PIXVERSE_STATE_DIR"),
    # An unset HOME alone is found in the list of users, and that is a real person's.
    Case(86, "no home", state_elsewhere("~nobody-at-all/state"), **REFUSED, says="set HOME or"),
    Case(86, "no HOME, but a place", without_home, code=0, creates=1),
    Case(
        86,
        "state cannot be made",
        state_elsewhere("/proc/nowhere/state"),
        **REFUSED,
        says="PIXVERSE_STATE_DIR",
    ),
    Case(
        86, "state is a device", state_elsewhere("/dev/null"), **REFUSED, says="PIXVERSE_STATE_DIR"
    ),
    Case(87, "upgraded while waiting", upgraded_while_waiting, code=0, saved=1),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))
