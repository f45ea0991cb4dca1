"""The command on a pseudo-terminal: the output that a person sees."""

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import termios

from tests.processes import Ran


def opened(columns=80, rows=24):
    """Return both ends of a new terminal: the test's and the command's."""
    master, slave = pty.openpty()
    resize(master, columns, rows)
    return master, slave


def resize(end, columns, rows=24):
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def read_all(end):
    """Return everything until the other end is closed."""
    output = bytearray()
    with contextlib.suppress(OSError):  # EIO: the other end is closed
        while chunk := os.read(end, 65536):
            output += chunk
    os.close(end)
    return bytes(output)


def on_terminal(command, environ, directory, columns=80):
    """Run the command to its end; stdout and stderr are the same terminal."""
    master, slave = opened(columns)
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, cwd=directory, env=environ
    )
    os.close(slave)
    output = read_all(master).decode("utf-8", "replace")
    return Ran(code=process.wait(30), stdout=output, stderr=output)
