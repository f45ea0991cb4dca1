import os
import shutil

import pytest

from pixverse_cli.domain.task import Status, Task
from pixverse_cli.store import Store
from tests.isolation import isolated
from tests.manual.shells import Bash, Fish, Zsh

SHELLS = {"bash": Bash, "zsh": Zsh, "fish": Fish}
PICTURES = ("a.png", "b c.JPG", "d.jpeg", "e.webp")


class World:
    """A home with pictures and a store, and a PATH with harmless programs only."""

    def __init__(self, root):
        self.home = root / "home"
        self.programs = root / "programs"
        self.log = root / "started"
        self.scratch = root / "workshop"
        for directory in (self.home, self.programs, self.scratch, self.home / "sub dir"):
            directory.mkdir()
        for name in (*PICTURES, "notes.txt", "plan.toml"):
            (self.home / name).touch()
        for name in ("python", "python3", "pixverse"):
            self.program(name, f'echo "{name} $*" >> "{self.log}"')
        require("sqlite3")
        (self.programs / "sqlite3").symlink_to(shutil.which("sqlite3"))

    def program(self, name, script):
        """Put a program on PATH."""
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    @property
    def environ(self):
        return isolated(os.environ, self.home) | {"PATH": str(self.programs), "SHELL": "/bin/sh"}

    @property
    def started_programs(self):
        """The command lines of every started python and pixverse."""
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def open(self, shell, **variables):
        environ = {name: text for name, text in (self.environ | variables).items() if text}
        return SHELLS[shell](environ, self.home, self.scratch)

    def write_store(self, *prompts, directory=None):
        """Write a store of tasks with these prompts; their ids are 00000001-… and so on."""
        directory = directory or self.home / ".local" / "state" / "pixverse"
        store = Store(directory)
        for number, prompt in enumerate(prompts, 1):
            store.records.remember(task(number, prompt), "http://127.0.0.1/")
        store.close()
        return directory / "tasks.db"


def task(number, prompt):
    return Task(
        task_id=task_id(number), status=Status.RUNNING, raw_status="RUNNING", orig_prompt=prompt
    )


def task_id(number):
    return f"{number:08x}-5ff8-4d82-bcb6-0123456789ab"


def require(program):
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Return a world that the tests of one module share and do not change."""
    made = World(tmp_path_factory.mktemp("world"))
    made.write_store("The camera rises", None, "a" * 100)
    return made


@pytest.fixture
def empty_world(tmp_path):
    """Return a new world without a store."""
    return World(tmp_path)


@pytest.fixture(scope="module")
def open_shell(world):
    """Return a function that opens a shell in the world, with the completion loaded."""
    opened = {}

    def opener(name):
        require(name)
        if name not in opened:
            opened[name] = world.open(name)
        return opened[name]

    yield opener
    for each in opened.values():
        each.close()


@pytest.fixture(params=SHELLS)
def shell(request, open_shell):
    """Return each shell in turn."""
    return open_shell(request.param)


@pytest.fixture(params=["zsh", "fish"])
def describing_shell(request, open_shell):
    """Return each shell that shows descriptions of words; bash does not."""
    return open_shell(request.param)


@pytest.fixture(params=["bash", "zsh"])
def typed_shell(request, open_shell):
    """Return each shell in which a line can be typed; fish only prints its completions."""
    return open_shell(request.param)


@pytest.fixture(params=SHELLS)
def shell_name(request):
    """Return the name of each shell in turn."""
    require(request.param)
    return request.param
