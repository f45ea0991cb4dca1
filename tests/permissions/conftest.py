"""The command without root's right to ignore file permissions.

CI runs as root, for whom permissions are not checked: EACCES would never happen. Another user
might not be able to start this Python, which may be installed in root's home. The command
therefore keeps the user and loses the two capabilities with which root ignores permissions.
"""

import os
import shutil
import sys

import pytest

from tests.processes import Pixverse

WITHOUT_CAPABILITIES = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--")


def prefix():
    """Return the words that start a command for which permissions are checked."""
    if os.geteuid() != 0:
        return ()
    if sys.platform != "linux" or shutil.which("setpriv") is None:
        pytest.skip("without setpriv, a Linux program, root ignores permissions")
    return WITHOUT_CAPABILITIES


@pytest.fixture
def pixverse(home, tmp_path, sandbox):
    """Return the command as a process for which file permissions are checked."""
    return Pixverse(home, tmp_path, sandbox, prefix=prefix())


@pytest.fixture
def forbid():
    """Return a function that sets the mode of a path until the end of the test."""
    before = []

    def forbidden(path, mode=0o000):
        before.append((path, path.stat().st_mode))
        path.chmod(mode)

    yield forbidden
    for path, mode in reversed(before):
        if path.exists():
            path.chmod(mode)
