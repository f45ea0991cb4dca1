"""The end of the process: nothing that was written is lost, and no thread is cut off."""

import subprocess
import sys
from pathlib import Path

import pytest

LEAVE = """
import sys, threading, time
from pixverse_cli.__main__ import _leave
{before}
print("the last line")
print("the last note", file=sys.stderr)
_leave({code})
"""
SLOW_THREAD = """
def finish():
    time.sleep(0.2)
    print("finished", flush=True)
threading.Thread(target=finish, daemon={daemon}).start()
"""


def leave(before="", code=3, **streams):
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
    script = LEAVE.format(before=before, code=code)
    return subprocess.run([sys.executable, "-P", "-c", script], text=True, check=False, **streams)


@pytest.mark.parametrize("code", [0, 3, 141])
def test_unflushed_lines_and_the_code_are_kept(code):
    ran = leave(code=code)
    assert (ran.returncode, ran.stdout, ran.stderr) == (code, "the last line\n", "the last note\n")


def test_a_working_thread_may_finish():
    assert leave(SLOW_THREAD.format(daemon=False)).stdout == "the last line\nfinished\n"


def test_a_thread_that_nobody_waits_for_is_not_waited_for():
    assert leave(SLOW_THREAD.format(daemon=True)).stdout == "the last line\n"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
def test_a_last_line_that_cannot_be_written_is_not_a_success():
    with Path("/dev/full").open("w") as full:
        assert leave(code=0, stdout=full).returncode == 120


def test_a_closed_stream_keeps_the_code():
    assert leave("sys.stdout = None", code=5).returncode == 5


def test_the_clean_up_of_the_interpreter_is_skipped():
    assert leave("import atexit; atexit.register(print, 'cleaned up')").stdout == "the last line\n"
