"""Every test gets an empty home, no variables of its owner's, and no network but loopback."""

import os
import random
import shutil
import socket
import zlib
from pathlib import Path

import pytest
from hypothesis import settings

from pixverse_cli.sandbox import Sandbox
from tests.clocks import FakeClock
from tests.isolation import LoopbackSocket, isolate, resolver
from tests.processes import Pixverse

_TESTS = Path(__file__).parent
_IN_MEMORY = Path("/dev/shm")
_ENOUGH = 2 * 1024**3

IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false")

# Two workers on two cores make any example slow now and then; and what CI says of a commit
# shall not depend on luck, while at a desk each run looks elsewhere.
settings.register_profile("ours", deadline=None, derandomize=IN_CI)
settings.load_profile("ours")

# Most time is spent here, waiting for real processes and for tools; `-m "not slow"` is the rest.
_SLOW = {
    *("concurrency", "faults", "kill", "manual", "permissions", "sandbox", "signals"),
    *("test_packaging.py", "test_structure.py"),
}


def pytest_configure():
    """Keep the tests' files in memory where there is room: stores wait for each write."""
    # workers inherit it; in CI each run draws alike
    os.environ.setdefault("TEST_SEED", "0" if IN_CI else str(random.randrange(10**6)))
    if _IN_MEMORY.is_dir() and shutil.disk_usage(_IN_MEMORY).free > _ENOUGH:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_IN_MEMORY))


def pytest_report_header():
    """Say what to repeat a run with."""
    examples = "are the same in each run" if IN_CI else "are new in each run"
    return f"TEST_SEED={os.environ['TEST_SEED']}; the examples of Hypothesis {examples}"


def pytest_ignore_collect(collection_path, config):
    """Do not even read what is slow where it is not wanted."""
    return (config.option.markexpr == "not slow" and _is_slow(collection_path)) or None


def pytest_collection_modifyitems(items):
    """Mark as slow what takes most of the time."""
    for item in items:
        if _is_slow(item.path):
            item.add_marker("slow")


def _is_slow(path):
    return path != _TESTS and path.relative_to(_TESTS).parts[0] in _SLOW


@pytest.fixture
def seed(request):
    """Return this test's own seed."""
    return zlib.crc32(f"{os.environ['TEST_SEED']} {request.node.nodeid}".encode())


@pytest.fixture(autouse=True)
def _chance_of_its_own(seed):
    """What this process draws by chance depends on the run's seed and the test alone."""
    random.seed(seed)


@pytest.fixture(autouse=True, scope="session")
def _nothing_of_this_machine(tmp_path_factory):
    yield from isolate(tmp_path_factory.mktemp("nobody"))


@pytest.fixture(autouse=True, scope="session")
def _loopback_only():
    patch = pytest.MonkeyPatch()
    patch.setattr(socket, "socket", LoopbackSocket)
    patch.setattr(socket, "getaddrinfo", resolver(socket.getaddrinfo))
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def home(tmp_path_factory):
    """Return this test's own home directory, which is empty."""
    directory = tmp_path_factory.mktemp("home")
    yield from (directory for _ in isolate(directory))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    return _no_silence((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    return _no_silence((yield))


def _no_silence(report):
    """In CI every tool is there, so a test that is skipped has proved nothing: it fails."""
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def open_sandbox():
    """Return a function that opens a sandbox; tasks end at the first look unless told not to."""
    opened = []

    def opener(*scenarios, **options):
        options.setdefault("instant", "pace" not in options and "realistic" not in options)
        opened.append(Sandbox(scenarios=scenarios, **options))
        return opened[-1]

    yield opener
    for sandbox in opened:
        sandbox.close()


@pytest.fixture
def sandbox(open_sandbox):
    return open_sandbox()


@pytest.fixture
def pixverse(home, tmp_path, sandbox):
    """Return the command, run as a process of its own against the sandbox."""
    return Pixverse(home, tmp_path, sandbox)
