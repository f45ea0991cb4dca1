"""The command on a pseudo-terminal: what a person would see."""

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import termios

from tests.processes import Ran


def opened(columns=80, rows=24):
    """Return both ends of a new terminal: ours and the command's."""
    ours, theirs = pty.openpty()
    resize(ours, columns, rows)
    return ours, theirs


def resize(end, columns, rows=24):
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def read_all(end):
    """Return everything until the other end is closed."""
    shown = bytearray()
    with contextlib.suppress(OSError):  # EIO: nobody has the terminal open any more
        while chunk := os.read(end, 65536):
            shown += chunk
    os.close(end)
    return bytes(shown)


def on_terminal(command, environ, directory, columns=80):
    """Run it to its end; stdout and stderr are the same screen."""
    ours, theirs = opened(columns)
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=directory, env=environ
    )
    os.close(theirs)
    shown = read_all(ours).decode("utf-8", "replace")
    return Ran(code=process.wait(30), stdout=shown, stderr=shown)
