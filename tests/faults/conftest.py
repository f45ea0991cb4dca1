"""A world for each fault; after each test its whole output is searched for secrets."""

import contextlib
import re
from pathlib import Path

import pytest

from tests.faults.case import Way
from tests.faults.service import KEY, LINK_SIGNATURE, POLICY, PROXY_PASSWORD, SIGNATURE
from tests.faults.world import World

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MAX_BYTES_READ = 4 * 1024 * 1024


@pytest.fixture
def way():
    return Way.PIPE


@pytest.fixture
def world(home, tmp_path, way, open_sandbox, clock, request):
    """Return the home, directory and service in which a fault happens."""
    parameters = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    directory = tmp_path / "here"
    directory.mkdir()
    with contextlib.ExitStack() as stack:
        place = World(home, directory, way, open_sandbox, stack, clock)
        place.own_process = getattr(parameters.get("case"), "first", True)
        place.pixverse.environ["TMPDIR"] = str(directory.parent)
        place.pixverse.environ["DASHSCOPE_API_KEY"] = KEY
        yield place


@pytest.fixture(autouse=True)
def _no_secrets_and_no_control_characters(world):
    """Search the output and the files of the test for secrets and control characters."""
    yield
    secrets = [KEY, world.key, POLICY, SIGNATURE, PROXY_PASSWORD]
    for ran in world.heard:
        assert not _secrets_in(secrets, ran.stdout.encode("utf-8", "surrogateescape"))
        assert not _secrets_in(
            [*secrets, LINK_SIGNATURE], ran.stderr.encode("utf-8", "surrogateescape")
        )
        assert "Traceback" not in ran.stderr
        if world.way is not Way.TERMINAL:
            assert not _CONTROLS.search(ran.stdout + ran.stderr), (ran.stdout, ran.stderr)
    assert not [line for line in world.command_lines if _secrets_in(secrets, line)]
    for root in (world.home, world.directory.parent):
        assert not [path for path in _files(root) if _secrets_in(secrets, _read(path))]


def _files(root):
    return [path for path in root.rglob("*") if path.is_file() and path.name != "api_key"]


def _secrets_in(secrets, written):
    return [secret for secret in secrets if secret.encode() in written]


def _read(path: Path):
    with path.open("rb") as file:
        return file.read(_MAX_BYTES_READ)
