"""Ctrl-C at a terminal: it is left as it was."""

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
HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"


class Screen:
    """A terminal with the command on it, and everything that was shown."""

    def __init__(self, person, *words):
        self.ours, theirs = pty.openpty()
        self.before = termios.tcgetattr(self.ours)
        self.process = subprocess.Popen(
            [*COMMAND, *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=person.directory,
            env=person.environ | {"TERM": "xterm"},
            start_new_session=True,
            # opening makes it the session's own terminal, from which Ctrl-C comes
            preexec_fn=lambda: os.close(os.open(os.ttyname(theirs), os.O_RDWR)),  # noqa: PLW1509
        )
        os.close(theirs)
        self.shown = ""

    def read(self, seconds):
        ready, _, _ = select.select([self.ours], [], [], seconds)
        try:
            chunk = os.read(self.ours, 65536) if ready else b""
        except OSError:  # EIO: nobody has the terminal open any more
            return False
        self.shown += chunk.decode("utf-8", "replace")
        return True

    def until(self, words):
        end = time.monotonic() + 20
        while words not in self.shown:
            assert time.monotonic() < end, self.shown
            self.read(0.1)

    def ended(self):
        sent = time.monotonic()
        while self.read(0.1) and self.process.poll() is None:
            assert time.monotonic() - sent < 20
        code = self.process.wait(20)
        assert time.monotonic() - sent < 2.0
        self.after = termios.tcgetattr(self.ours)
        os.close(self.ours)
        return code


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_while_lines_move_shows_the_cursor_and_the_way_on(
    home, tmp_path, open_sandbox, times
):
    sandbox = open_sandbox(pace=Pace(queue=0.0, run=(600.0, 600.0)))
    screen = Screen(Pixverse(home, tmp_path, sandbox), "submit", URL, "--wait")
    screen.until("RUNNING")
    os.write(screen.ours, b"\x03" * times)
    code = screen.ended()
    [bought] = sandbox.account.tasks
    assert code == 130
    assert screen.shown.rfind(SHOW) > screen.shown.rfind(HIDE) > -1
    assert f"pixverse wait {bought.task_id} --download" in screen.shown
    assert "Traceback" not in screen.shown
    assert screen.after == screen.before
    assert screen.after[3] & termios.ECHO
