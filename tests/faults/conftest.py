"""A world for each fault; and at its end a search for secrets in all that was written."""

import contextlib
import re
from pathlib import Path

import pytest

from tests.faults.case import Way
from tests.faults.service import KEY, LINK_SIGNATURE, POLICY, PROXY_PASSWORD, SIGNATURE
from tests.faults.world import World

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_LARGEST = 4 * 1024 * 1024


@pytest.fixture
def way():
    return Way.PIPE


@pytest.fixture
def world(home, tmp_path, way, open_sandbox, request):
    """Return the place where a fault happens."""
    parameters = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    directory = tmp_path / "here"
    directory.mkdir()
    with contextlib.ExitStack() as stack:
        made = World(home, directory, way, open_sandbox, stack)
        made.alone = getattr(parameters.get("case"), "leads", True)
        made.pixverse.environ["TMPDIR"] = str(directory.parent)
        made.pixverse.environ["DASHSCOPE_API_KEY"] = KEY
        yield made


@pytest.fixture(autouse=True)
def _nothing_secret_or_foul_gets_out(world):
    """Search what the test printed and wrote."""
    yield
    secrets = [KEY, world.key, POLICY, SIGNATURE, PROXY_PASSWORD]
    for ran in world.heard:
        assert not _found(secrets, ran.stdout.encode("utf-8", "surrogateescape"))
        assert not _found([*secrets, LINK_SIGNATURE], ran.stderr.encode("utf-8", "surrogateescape"))
        assert "Traceback" not in ran.stderr
        if world.way is not Way.TERMINAL:
            assert not _CONTROLS.search(ran.stdout + ran.stderr), (ran.stdout, ran.stderr)
    assert not [line for line in world.command_lines if _found(secrets, line)]
    for root in (world.home, world.directory.parent):
        assert not [path for path in _files(root) if _found(secrets, _read(path))]


def _files(root):
    return [path for path in root.rglob("*") if path.is_file() and path.name != "api_key"]


def _found(secrets, written):
    return [secret for secret in secrets if secret.encode() in written]


def _read(path: Path):
    with path.open("rb") as file:
        return file.read(_LARGEST)
