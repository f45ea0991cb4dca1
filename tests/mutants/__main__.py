"""``python -m tests.mutants ROOM``: put faults into ``pixverse_cli/ROOM``, one at a time.

The faults are a random sample, which depends on a seed. Each one is put into a copy of the
project, where the room's tests (``rooms.toml``) run: a fault is killed if a test fails or the
tests take too long. Survivors are printed; the run fails if fewer than nine in ten are killed.
The tests that execute the faulty line run first, because most faults are killed by one of them.

Two libraries were tried. mutmut 3 skips decorated functions (every property and context
manager), replaces functions by others with the same name, which breaks Typer and start-up, and
has no samples. Cosmic Ray has no samples either, changes the files in the working tree, and
puts faults into annotations as well. Neither one removes a statement.
"""

import argparse
import difflib
import os
import random
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
import tomllib
import venv
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

import pytest

from tests.mutants.covering import Covering
from tests.mutants.operators import Mutation, mutations

ROOT = Path(__file__).parents[2]
MIN_KILLED = 0.9
_MEMORY_DIRECTORY = Path("/dev/shm")
_ROOMS = tomllib.loads((Path(__file__).parent / "rooms.toml").read_text(encoding="utf-8"))["rooms"]
# a fault that makes a test hang must not take the two minutes that a slow machine may need
_OPTIONS = (
    *("-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--no-header", "--timeout=30"),
    "--hypothesis-profile=unshrunk",
)
_VARIABLES = {"CI": "true", "TEST_SEED": "0", "PYTHONDONTWRITEBYTECODE": ""}


class Mutant(NamedTuple):
    """One fault in one module; ``module`` is a path inside the project, ``source`` its text."""

    module: Path
    source: bytes
    mutation: Mutation

    @property
    def faulty(self) -> bytes:
        """The text with the fault."""
        return self.mutation.apply(self.source)

    def __str__(self) -> str:
        before, after = (text.decode().split("\n") for text in (self.source, self.faulty))
        diff = [*difflib.unified_diff(before, after, n=1, lineterm="")][2:]
        return "\n".join([f"survived: {self.module}:{self.mutation.line}", *diff, ""])


class Copy:
    """A copy of the project in a folder, with a Python that imports the package from there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = subprocess.check_output(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT
        )
        for name in filter(None, names.decode().split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, folder / name)
        self._make_python()
        (folder / "temporary").mkdir()

    def _make_python(self) -> None:
        """Make the environment, with the files that an installation puts beside the package."""
        folder = self.folder
        venv.create(folder / ".venv", symlinks=True)
        self.python = folder / ".venv" / "bin" / "python"
        site = Path(f"lib/python{sysconfig.get_python_version()}/site-packages")
        # The copy comes first. The libraries are those of the running Python, also if its own
        # .pth file names the folder that they stand in.
        paths = (folder, *(path for path in sys.path if path.endswith("-packages")))
        pth = folder / ".venv" / site / "copy.pth"
        pth.write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
        for source, place in wheel["shared-data"].items():
            (folder / ".venv" / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / ".venv" / place).symlink_to(folder / source)

    def run(
        self, tests: Sequence[str], limit: float | None = None, python: Sequence[str] = ()
    ) -> int:
        """Return pytest's exit code for the tests, or that of a kill after ``limit`` seconds.

        ``python`` are options of Python.
        """
        running = subprocess.Popen(
            [self.python, *python, "-m", "pytest", *_OPTIONS, *tests],
            cwd=self.folder,
            env=os.environ | _VARIABLES | {"PYTEST_DEBUG_TEMPROOT": str(self.folder / "temporary")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        with suppress(subprocess.TimeoutExpired):
            running.wait(limit)
        _end(running)
        return running.returncode

    def survives(self, mutant: Mutant, first: list[str], tests: list[str], limit: float) -> bool:
        """Whether the tests pass with the fault; ``first`` are those that may notice it at once."""
        module = self.folder / mutant.module
        _write(module, mutant.faulty)
        try:
            # a name that pytest does not know this time says nothing about the fault
            unnoticed = (pytest.ExitCode.OK, pytest.ExitCode.USAGE_ERROR)
            if first and self.run(first, limit) not in unnoticed:
                return False
            return self.run(tests, limit) == pytest.ExitCode.OK
        finally:
            _write(module, mutant.source)


def _write(module: Path, source: bytes) -> None:
    """Write a module, and remove its bytecode, which the clock of the file system may hide."""
    for bytecode in (module.parent / "__pycache__").glob(f"{module.stem}.*"):
        bytecode.unlink()
    module.write_bytes(source)


def _end(running: subprocess.Popen[bytes]) -> None:
    """Kill the tests, if they still run, and all processes that they started."""
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def sample(room: str, count: int, seed: int) -> list[Mutant]:
    """Return ``count`` random faults of a room, or all if there are fewer."""
    every = []
    for module in sorted((ROOT / "pixverse_cli" / room).rglob("*.py")):
        name, source = module.relative_to(ROOT), module.read_bytes()
        every += [Mutant(name, source, mutation) for mutation in mutations(source)]
    print(f"{room}: {min(count, len(every))} of {len(every)} faults, seed {seed}", flush=True)
    return random.Random(seed).sample(every, min(count, len(every)))


def tests_of(room: str) -> list[str]:
    """Return the files and folders of the tests that must notice a fault in a room."""
    found = [sorted(ROOT.glob(pattern)) for pattern in _ROOMS[room]]
    return [str(path.relative_to(ROOT)) for paths in found for path in paths]


def survivors(room: str, mutants: list[Mutant], jobs: int, folder: Path) -> list[Mutant]:
    """Return the faults that no test notices; print the result of each fault."""
    tests = tests_of(room)
    copies = [Copy(folder / str(number)) for number in range(jobs)]
    covering = Covering(copies[0].folder, room)
    start = time.monotonic()
    if copies[0].run([*covering.pytest, *tests], python=covering.python) != pytest.ExitCode.OK:
        raise SystemExit(f"without any fault these tests fail: pytest -n 0 {' '.join(tests)}")
    seconds = time.monotonic() - start
    limit = 3 * seconds + 10
    print(f"the tests take {seconds:.0f} s; a fault is killed after {limit:.0f} s", flush=True)
    free: SimpleQueue[Copy] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def survives(mutant: Mutant) -> bool:
        first = covering.tests_of(mutant.module, mutant.mutation.line)
        copy = free.get()
        try:
            survived = copy.survives(mutant, first, tests, limit)
        finally:
            free.put(copy)
        print(mutant if survived else f"killed: {mutant.module}:{mutant.mutation.line}", flush=True)
        return survived

    with ThreadPoolExecutor(jobs) as pool:
        outcomes = pool.map(survives, mutants)
        return [mutant for mutant, outcome in zip(mutants, outcomes, strict=True) if outcome]


def main() -> int:
    """Return 0 if at least nine faults in ten are killed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("room", choices=_ROOMS)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--jobs", type=int, choices=(1, 2), default=2)
    options = parser.parse_args()
    mutants = sample(options.room, options.count, options.seed)
    memory = _MEMORY_DIRECTORY if _MEMORY_DIRECTORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="mutants-", dir=memory) as folder:
        survived = survivors(options.room, mutants, options.jobs, Path(folder))
    killed = len(mutants) - len(survived)
    ratio = killed / len(mutants)
    print(f"seed {options.seed}: {killed} of {len(mutants)} killed ({ratio:.0%})")
    return 0 if ratio >= MIN_KILLED else 1


if __name__ == "__main__":
    sys.exit(main())
