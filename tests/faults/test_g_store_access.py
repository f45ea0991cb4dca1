"""G. The store: locked, read-only, without a directory, upgraded (rows 85 to 87)."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from pixverse_cli.domain.task import Status
from tests.faults.case import Case, Way, parameters, row
from tests.faults.service import TASK, succeeded, task_is
from tests.faults.world import IMAGE_URL

SUBMIT = ("submit", IMAGE_URL, "-p", "A turtle")
REFUSED = {"code": 1, "charged": "no", "retryable": False, "creates": 0}


@contextlib.contextmanager
def lock(world):
    """Keep the store locked, as another program may do."""
    with contextlib.closing(sqlite3.connect(world.database)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


def waiting_for_the_lock(world):
    """Start a submit, and return its process once it has opened the locked store."""
    process = world.start(*SUBMIT)
    descriptors = Path(f"/proc/{process.pid}/fd")
    if not descriptors.exists():  # not on macOS
        time.sleep(2)
    while descriptors.exists() and process.poll() is None:
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            if any(one.resolve() == world.database for one in descriptors.iterdir()):
                break
        time.sleep(0.02)
    return process


def locked_then_stopped(world):
    """Submit while the store is locked, and press Ctrl-C."""
    world.serve()
    world.add_task()
    with lock(world):
        process = waiting_for_the_lock(world)
        process.send_signal(signal.SIGINT)
        return world.ended(process, 2)


def locked_for_a_while(world):
    world.serve()
    world.add_task()
    with lock(world):
        process = waiting_for_the_lock(world)
        assert world.service.counts["create"] == 0
    return world.ended(process)


def read_only(world):
    """Submit with a read-only state directory; for root it has to be a read-only mount."""
    world.serve()
    world.add_task()
    state = world.pixverse.state
    state.chmod(0o500)
    bind = ["mount", "--bind", state, state], ["mount", "-o", "remount,ro,bind", state]
    mounted = os.geteuid() == 0 and not any(subprocess.call(step) for step in bind)
    if os.geteuid() == 0 and not mounted:
        pytest.skip("root can write, and no read-only mount is possible here")
    try:
        return world.run(*SUBMIT)
    finally:
        if mounted:
            subprocess.check_call(["umount", "-l", state])
        state.chmod(0o700)


def without_home(world):
    """Submit without HOME, but with a state and a config directory."""
    world.serve()
    nowhere = dict.fromkeys(("HOME", "USERPROFILE", "XDG_STATE_HOME", "XDG_CONFIG_HOME"))
    return world.run(*SUBMIT, **nowhere, PIXVERSE_STATE_DIR="s", PIXVERSE_CONFIG_DIR="c")


def state_dir_is(place):
    def run(world):
        world.serve()
        return world.run(*SUBMIT, PIXVERSE_STATE_DIR=place)

    return run


def upgraded_while_waiting(world):
    """Wait while a newer version of the program adds a column and a table to the store."""
    done = []

    def steps(request):
        if not done:
            done.append(request)
            with contextlib.closing(sqlite3.connect(world.database)) as connection:
                connection.execute("ALTER TABLE task ADD COLUMN mood TEXT")
                connection.execute("CREATE TABLE extra (x)")
                connection.execute("PRAGMA user_version = 99")
                connection.commit()
            return [task_is("RUNNING")]
        return succeeded()[0](request)

    world.serve(query=[[steps]])
    world.add_task()
    return world.run("wait", "--interval", "0.2", "--download")


CASES = (
    Case(
        85,
        "locked, and stopped",
        locked_then_stopped,
        code=130,
        charged="no",
        retryable=False,
        creates=0,
    ),
    Case(85, "locked for a second", locked_for_a_while, code=0, creates=1),
    Case(85, "read-only", read_only, **REFUSED, says="PIXVERSE_STATE_DIR"),
    # With HOME unset Python would use the real user's home from the list of users.
    Case(
        86,
        "no home",
        state_dir_is("~nobody-at-all/state"),
        **REFUSED,
        says="HOME.*PIXVERSE_STATE_DIR.*PIXVERSE_CONFIG_DIR",
    ),
    Case(86, "no HOME, but chosen directories", without_home, code=0, creates=1),
    Case(
        86,
        "state directory cannot be created",
        state_dir_is("/proc/nowhere/state"),
        **REFUSED,
        says="PIXVERSE_STATE_DIR",
    ),
    Case(86, "state is a device", state_dir_is("/dev/null"), **REFUSED, says="PIXVERSE_STATE_DIR"),
    Case(87, "upgraded while waiting", upgraded_while_waiting, code=0, saved=1),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))


@pytest.mark.parametrize("way", list(Way))
@row(85)
def test_status_shows_a_known_task_although_the_store_cannot_be_written_85(world):
    world.serve(query=[task_is("RUNNING")])
    world.add_task(status=Status.PENDING)
    with contextlib.closing(sqlite3.connect(world.database)) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE UPDATE ON task BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    ran = world.run("status", TASK)
    assert (ran.code, "PENDING" in ran.stdout) == (1, True), (ran.stdout, ran.stderr)
    assert "full" in ran.stderr
