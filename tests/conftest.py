"""Every test gets an empty home, none of the user's variables, and no network but loopback."""

import gc
import os
import random
import resource
import shutil
import socket
import sys
import zlib
from importlib import import_module
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from pixverse_cli.sandbox import Sandbox
from tests.clocks import FakeClock
from tests.inside import Inside
from tests.isolation import LoopbackSocket, isolate, resolver

_TESTS = Path(__file__).parent
_MEMORY_DIRECTORY = Path("/dev/shm")
_NEEDED_BYTES = 2 * 1024**3

IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false")

# No deadline and no check for slow examples, because two workers on two cores make an example
# slow at times. In CI the result must not depend on random examples; elsewhere each run tries
# other ones.
settings.register_profile(
    "ours",
    deadline=None,
    derandomize=IN_CI,
    suppress_health_check=[HealthCheck.too_slow],
)
# `tests.mutants` asks only whether a test fails: no time goes into a small example
settings.register_profile(
    "unshrunk", settings.get_profile("ours"), phases=(Phase.explicit, Phase.generate)
)
settings.load_profile("ours")

# These take most of the time, with real processes and tools; `-m "not slow"` runs the others.
_SLOW = {
    *("concurrency", "faults", "kill", "manual", "permissions", "sandbox", "screens"),
    "signals",
    *("test_packaging.py", "test_structure.py"),
}


def pytest_configure():
    """Keep the tests' files in memory if there is room, because stores wait for each write."""
    # workers inherit it; in CI every run uses the same seed
    os.environ.setdefault("TEST_SEED", "0" if IN_CI else str(random.randrange(10**6)))
    if _MEMORY_DIRECTORY.is_dir() and shutil.disk_usage(_MEMORY_DIRECTORY).free > _NEEDED_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY_DIRECTORY))


def pytest_xdist_auto_num_workers():
    """Return two workers for each core and one more: tests wait for processes and sockets."""
    return 2 * (os.cpu_count() or 1) + 1


def pytest_report_header():
    """Return the line that says how to repeat this run."""
    examples = "are the same in each run" if IN_CI else "are new in each run"
    return f"TEST_SEED={os.environ['TEST_SEED']}; the examples of Hypothesis {examples}"


def pytest_ignore_collect(collection_path, config):
    """Skip the collection of slow tests with ``-m "not slow"``."""
    return (config.option.markexpr == "not slow" and _is_slow(collection_path)) or None


def pytest_collection_modifyitems(items):
    """Mark the slow tests."""
    for item in items:
        if _is_slow(item.path):
            item.add_marker("slow")


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session):
    """In a run of all tests, let each worker compile another part of the modules first.

    It finds the others compiled then; else all workers compile all modules at the same time.
    """
    config = session.config
    whole = config.args_source is config.ArgsSource.TESTPATHS and not config.option.markexpr
    worker = getattr(config, "workerinput", None)
    if whole and worker and not sys.dont_write_bytecode:
        modules = sorted(_TESTS.rglob("test_*.py"))
        start = len(modules) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
        for path in modules[start:] + modules[:start]:
            import_module(".".join(path.relative_to(_TESTS.parent).with_suffix("").parts))


def pytest_collection_finish():
    """Take the collected tests, which live to the end, out of all garbage collections.

    With the usual threshold these are a twentieth of the suite's time.
    """
    gc.freeze()
    gc.set_threshold(20_000)


def _is_slow(path):
    return path != _TESTS and path.relative_to(_TESTS).parts[0] in _SLOW


@pytest.fixture
def seed(request):
    """Return the seed of this test."""
    return zlib.crc32(f"{os.environ['TEST_SEED']} {request.node.nodeid}".encode())


@pytest.fixture(autouse=True)
def _seeded_random(seed):
    """Seed ``random``, so that its values depend only on the run's seed and the test."""
    random.seed(seed)


@pytest.fixture
def no_room():
    """Let no file have a single byte, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture(autouse=True, scope="session")
def _isolated_session(tmp_path_factory):
    yield from isolate(tmp_path_factory.mktemp("nobody"))


@pytest.fixture(autouse=True, scope="session")
def _loopback_only():
    patch = pytest.MonkeyPatch()
    patch.setattr(socket, "socket", LoopbackSocket)
    patch.setattr(socket, "getaddrinfo", resolver(socket.getaddrinfo))
    yield
    patch.undo()


@pytest.fixture(scope="session")
def new_folder(tmp_path_factory):
    """Return a function that makes an empty folder.

    pytest's own numbering reads all folders for each new one: 20 s of CPU time in this suite.
    """
    numbers = count(1)
    return lambda name: tmp_path_factory.mktemp(f"{name}-{next(numbers)}", numbered=False)


@pytest.fixture
def tmp_path(new_folder):
    """Return the folder of this test, which is empty."""
    return new_folder("test")


@pytest.fixture(autouse=True)
def home(new_folder):
    """Return the home directory of this test, which is empty."""
    directory = new_folder("home")
    yield from (directory for _ in isolate(directory))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    return _fail_if_skipped_in_ci((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    return _fail_if_skipped_in_ci((yield))


def _fail_if_skipped_in_ci(report):
    """Let skipped tests fail in CI, where every tool but the browser is installed."""
    allowed = "WITHOUT_BROWSER" in os.environ and "tests/page/" in report.nodeid
    if IN_CI and report.skipped and not allowed and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def open_sandbox():
    """Return a function that opens a sandbox; by default tasks end at the first query."""
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
    """Return the command, run in this process; its ``start`` makes a separate process."""
    return Inside(home, tmp_path, sandbox)
