"""Names of processes that send create calls, and whether such a process is still alive."""

import os
import re
import socket
from pathlib import Path

_NAME = re.compile(r"(?P<host>.+):(?P<number>[0-9]{1,9}):(?P<started>[0-9]*)")


def this_process() -> str:
    """Return a name that is unique to this process: host, process id, start time."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def may_be_alive(process: str | None) -> bool:
    """Return whether the process may still be running; true if this cannot be determined."""
    if process is None:
        return False
    name = _NAME.fullmatch(process)
    if name is None or name["host"] != socket.gethostname() or os.name != "posix":
        return True
    number = int(name["number"])
    try:
        os.kill(number, 0)  # only checks; signal 0 is never delivered
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # another user's; when it started is told all the same, on most machines
    started = _started(number)
    return not started or name["started"] == started


def _started(number: int) -> str:
    """Return when a process started, in clock ticks since boot; empty where this is unknown."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]
