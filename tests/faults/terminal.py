"""A pseudo-terminal: its two ends, its size, and what was written to it."""

import contextlib
import fcntl
import os
import pty
import struct
import termios


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
