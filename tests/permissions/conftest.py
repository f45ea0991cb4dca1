"""The command without root's right to ignore file permissions.

CI runs as root, for whom permissions are not checked: EACCES would never happen. This thread, and
the threads that it starts meanwhile, lose the two capabilities with which root ignores them.
"""

import ctypes
import os
import sys
from contextlib import contextmanager

import pytest

from tests.inside import Inside

# Source: capabilities(7) and capset(2) of Linux.
_VERSION_3 = 0x20080522
_DAC_OVERRIDE, _DAC_READ_SEARCH = 1 << 1, 1 << 2


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("thread", ctypes.c_int)]


class _Sets(ctypes.Structure):
    """32 capabilities; the numbers from 32 on follow in a second one."""

    _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


@contextmanager
def checked_permissions():
    """Let the system check file permissions in this block, for root too."""
    if os.geteuid() != 0:
        yield
        return
    if sys.platform != "linux":
        pytest.skip("root ignores permissions, and gives that up on Linux only")
    header, sets = _Header(_VERSION_3, 0), (_Sets * 2)()
    _call("capget", header, sets)
    before = sets[0].effective
    sets[0].effective = before & ~(_DAC_OVERRIDE | _DAC_READ_SEARCH)
    _call("capset", header, sets)
    try:
        yield
    finally:
        sets[0].effective = before
        _call("capset", header, sets)


def _call(name, header, sets):
    if getattr(ctypes.CDLL(None, use_errno=True), name)(ctypes.byref(header), sets) != 0:
        raise OSError(ctypes.get_errno(), name)


class WithoutRights(Inside):
    """Runs ``pixverse`` in this process, where file permissions are checked."""

    def __call__(self, *words, **options):
        with checked_permissions():
            return super().__call__(*words, **options)


@pytest.fixture
def pixverse(home, tmp_path, sandbox):
    """Return the command, for which file permissions are checked."""
    return WithoutRights(home, tmp_path, sandbox)


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
