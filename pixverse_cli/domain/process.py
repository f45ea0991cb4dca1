"""Which process is in a create call, and whether it still lives."""

import os
import socket
from pathlib import Path


def this_process() -> str:
    """Return a name for this process that no other ever has: host, number, start."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def may_be_alive(process: str | None) -> bool:
    """Return whether the process may still be at work; true where nobody can tell."""
    if process is None:
        return False
    host, number, started = process.rsplit(":", 2)
    if host != socket.gethostname() or os.name != "posix":
        return True
    try:
        os.kill(int(number), 0)  # asks only; signal 0 is never delivered
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return started == _started(int(number))


def _started(number: int) -> str:
    """Return when a process started, in clock ticks since boot; empty where that is not told."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]
