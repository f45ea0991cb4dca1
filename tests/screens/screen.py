"""A program on a terminal of its own, and what a person sees there, read by an emulator."""

import contextlib
import os
import pty
import select
import subprocess
import time

import pyte

from tests.faults.terminal import resize

_SECONDS = 20.0


class Shown:
    """Lines that were written to a terminal; pyte keeps those on the screen and above it."""

    def __init__(self, output=b"", *, columns=80, rows=24):
        self._emulate(columns, rows)
        self._stream.feed(output)

    def _emulate(self, columns, rows):
        self.emulator = pyte.HistoryScreen(columns, rows, history=5000)
        self.emulator.set_mode(pyte.modes.LNM)
        self._stream = pyte.ByteStream(self.emulator)

    @property
    def lines(self):
        """The lines on the screen, without the empty ones at its end."""
        return _without_empty_end([line.rstrip() for line in self.emulator.display])

    @property
    def everything(self):
        """The lines above the screen, and those on it."""
        columns = range(self.emulator.columns)
        above = ["".join(row[x].data for x in columns) for row in self.emulator.history.top]
        return [line.rstrip() for line in above] + self.lines

    @property
    def text(self):
        return "\n".join(self.everything)


class Screen(Shown):
    """Runs a process on a pseudo-terminal, which may be resized and typed on."""

    def __init__(self, command, environ, directory, *, columns=80, rows=24):
        super().__init__(columns=columns, rows=rows)
        self.master, slave = pty.openpty()
        resize(self.master, columns, rows)
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=directory,
            env=environ,
            start_new_session=True,
            # opening makes it the controlling terminal, which sends Ctrl-C and SIGWINCH
            preexec_fn=lambda: os.close(os.open(os.ttyname(slave), os.O_RDWR)),  # noqa: PLW1509
        )
        os.close(slave)

    def read(self, seconds=0.0):
        """Take what the program has written; return False when it has closed the terminal."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        try:
            chunk = os.read(self.master, 65536) if ready else b""
        except OSError:  # EIO: the other end is closed
            return False
        self._stream.feed(chunk)
        return bool(chunk) or not ready

    def until(self, condition):
        """Read until ``condition``, given this screen, is true; text: until it is shown."""
        shown = condition if callable(condition) else lambda screen: condition in screen.text
        end = time.monotonic() + _SECONDS
        while not shown(self):
            assert time.monotonic() < end, self.text
            self.read(0.05)
        return self

    def settle(self, seconds=0.4):
        """Read for a while: the screen is drawn anew at least once."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)

    def press(self, keys):
        os.write(self.master, keys)

    def resize(self, columns, rows):
        """Change the size, as most terminals do: lines that are too long now are wrapped."""
        self._after_a_redraw()
        before = self.everything
        row = len(self.emulator.history.top) + self.emulator.cursor.y
        self._emulate(columns, rows)
        above = [*before, *[""] * row][:row]
        self._stream.feed("".join(f"{line}\r\n" for line in above).encode())
        resize(self.master, columns, rows)

    def _after_a_redraw(self):
        """Read a redraw to its end: what comes next is drawn for the new size."""
        select.select([self.master], [], [], 2.0)  # seconds tick on the screen
        while select.select([self.master], [], [], 0.02)[0]:
            self.read()

    def ended(self):
        """Read to the end and return the exit code."""
        end = time.monotonic() + _SECONDS
        while self.read(0.1):
            if self.process.poll() is not None and not self.read(0.1):
                break
            assert time.monotonic() < end, self.text
        return self.process.wait(_SECONDS)

    def close(self):
        """Kill the program if it still runs, and close the terminal."""
        self.process.kill()
        self.process.wait(_SECONDS)
        with contextlib.suppress(OSError):
            os.close(self.master)


def _without_empty_end(lines):
    while lines and not lines[-1]:
        lines.pop()
    return lines
