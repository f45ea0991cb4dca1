"""Ctrl-C on a terminal: its settings are restored."""

import os
import pty
import select
import subprocess
import termios
import time

import pytest

from pixverse_cli.sandbox import Pace
from tests.processes import COMMAND, Pixverse

URL = "https://example.com/turtle.webp"


class Screen:
    """A terminal that runs the command; ``output`` is everything that it has printed."""

    def __init__(self, pixverse, *words):
        self.master, slave = pty.openpty()
        self.before = termios.tcgetattr(self.master)
        self.process = subprocess.Popen(
            [*COMMAND, *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=pixverse.directory,
            env=pixverse.environ | {"TERM": "xterm"},
            start_new_session=True,
            # opening makes it the session's controlling terminal, which sends Ctrl-C
            preexec_fn=lambda: os.close(os.open(os.ttyname(slave), os.O_RDWR)),  # noqa: PLW1509
        )
        os.close(slave)
        self.output = ""

    def read(self, seconds):
        ready, _, _ = select.select([self.master], [], [], seconds)
        try:
            chunk = os.read(self.master, 65536) if ready else b""
        except OSError:  # EIO: the other end is closed
            return False
        self.output += chunk.decode("utf-8", "replace")
        return True

    def until(self, words):
        end = time.monotonic() + 20
        while words not in self.output:
            assert time.monotonic() < end, self.output
            self.read(0.1)

    def ended(self):
        sent = time.monotonic()
        while self.read(0.1) and self.process.poll() is None:
            assert time.monotonic() - sent < 20
        code = self.process.wait(20)
        assert time.monotonic() - sent < 2.0
        self.after = termios.tcgetattr(self.master)
        os.close(self.master)
        return code


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_leaves_the_terminal_as_it_was_and_prints_the_next_command_51(
    home, tmp_path, open_sandbox, times
):
    sandbox = open_sandbox(pace=Pace(queue=0.0, run=(600.0, 600.0)))
    screen = Screen(Pixverse(home, tmp_path, sandbox), "submit", URL, "--wait")
    screen.until("RUNNING")
    os.write(screen.master, b"\x03" * times)
    code = screen.ended()
    [bought] = sandbox.account.tasks
    assert code == 130
    assert "\x1b[?" not in screen.output  # no mode was switched on that a kill would leave on
    assert f"pixverse wait {bought.task_id} --download" in screen.output
    assert "Traceback" not in screen.output
    assert screen.after == screen.before
    assert screen.after[3] & termios.ECHO
