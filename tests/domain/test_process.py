"""Whether a process that was in a create call is still alive."""

import os
import socket
import subprocess
import sys

import pytest

from pixverse_cli.domain.process import may_be_alive, this_process

HOST = socket.gethostname()


def ended_process():
    """Return the number of a process that has ended."""
    child = subprocess.Popen([sys.executable, "-S", "-c", ""])
    child.wait()
    return child.pid


def test_this_process_is_alive():
    assert may_be_alive(this_process())


def test_the_name_of_a_process_has_host_number_and_start_time():
    host, number, started = this_process().rsplit(":", 2)
    assert (host, int(number)) == (HOST, os.getpid())
    assert started.isdecimal()


def test_two_processes_have_different_names():
    ask = "from pixverse_cli.domain.process import this_process; print(this_process())"
    ran = subprocess.run(
        [sys.executable, "-P", "-c", ask], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() != this_process()
    assert not may_be_alive(ran.stdout.strip())


@pytest.mark.parametrize(
    ("process", "alive"),
    [
        (None, False),
        (f"{HOST}:{os.getpid()}:1", False),
        (f"elsewhere.{HOST}:{os.getpid()}:1", True),
        (f"{HOST}:1:1", False),
    ],
    ids=["no process", "its number was reused", "another machine", "another start"],
)
def test_a_process_may_be_alive_unless_it_certainly_has_ended(process, alive):
    assert may_be_alive(process) is alive


def test_a_process_that_has_ended_is_not_alive():
    assert not may_be_alive(f"{HOST}:{ended_process()}:1")


@pytest.mark.parametrize("process", ["", "x", "a:b", f"{HOST}:x:1", f"{HOST}::"])
def test_an_invalid_name_may_be_alive(process):
    """A store that was edited by hand or by a newer version must not break `recover`."""
    assert may_be_alive(process)
