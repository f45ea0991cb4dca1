"""The command without root's power over file permissions.

CI runs as root, whom no mode refuses anything: EACCES would never happen. Another user could
not start this Python, which may be installed below root's own home. So the command keeps the
user, and loses the two capabilities that set root apart here: then a mode holds for its owner.
"""

import os
import shutil
import sys

import pytest

from tests.processes import Pixverse

WITHOUT_POWER = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--")


def prefix():
    """Return what starts a command as somebody whom permissions refuse."""
    if os.geteuid() != 0:
        return ()
    if sys.platform != "linux" or shutil.which("setpriv") is None:
        pytest.skip("root loses its power by setpriv, a program of Linux")
    return WITHOUT_POWER


@pytest.fixture
def pixverse(home, tmp_path, sandbox):
    """Return the command as a process that file permissions hold for."""
    return Pixverse(home, tmp_path, sandbox, prefix=prefix())


@pytest.fixture
def forbid():
    """Return a function that sets a mode on a path for the time of a test."""
    before = []

    def forbidden(path, mode=0o000):
        before.append((path, path.stat().st_mode))
        path.chmod(mode)

    yield forbidden
    for path, mode in reversed(before):
        if path.exists():
            path.chmod(mode)
