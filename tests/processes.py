"""The command as users meet it: a process of its own, with a home of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.isolation import isolated

COMMAND = (sys.executable, "-P", "-m", "pixverse_cli")


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a command ended, and what it wrote."""

    code: int
    stdout: str
    stderr: str

    @property
    def lines(self):
        return self.stdout.splitlines()

    @property
    def json(self):
        """Every line of stdout, parsed."""
        return [json.loads(line) for line in self.lines]

    @property
    def error(self):
        """The error object, which is the last line of stderr."""
        return json.loads(self.stderr.splitlines()[-1])["error"]


class Pixverse:
    """Runs ``pixverse`` in ``directory``, as somebody whose home is ``home``.

    ``sandbox`` is the service that it finds; without one its calls reach a closed port.
    ``prefix`` is a command that starts it, as ``setpriv`` does.
    """

    def __init__(self, home: Path, directory: Path, sandbox=None, *, prefix=()):
        self.home = home
        self.directory = directory
        self.prefix = prefix
        self.environ = isolated(os.environ, home) | coverage_variables()
        self.environ["DASHSCOPE_HTTP_BASE_URL"] = "http://127.0.0.1:9"
        if sandbox is not None:
            self.environ |= sandbox.environment

    def against(self, sandbox):
        """Return the same person's command, pointed to another sandbox."""
        return Pixverse(self.home, self.directory, sandbox, prefix=self.prefix)

    @property
    def state(self):
        return self.home / ".local" / "state" / "pixverse"

    def __call__(self, *arguments, stdin=None, timeout=60, cwd=None, **variables):
        """Run to the end; a variable that is None is unset."""
        done = subprocess.run(
            [*self.prefix, *COMMAND, *map(os.fspath, arguments)],
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=timeout,
            cwd=cwd or self.directory,
            env=self._environment(variables),
        )
        return Ran(code=done.returncode, stdout=done.stdout, stderr=done.stderr)

    def start(self, *arguments, cwd=None, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **given):
        """Start it and return the running process."""
        return subprocess.Popen(
            [*self.prefix, *COMMAND, *map(os.fspath, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            encoding="utf-8",
            cwd=cwd or self.directory,
            env=self._environment(given),
        )

    def _environment(self, changes):
        together = self.environ | changes
        return {name: str(value) for name, value in together.items() if value is not None}


def coverage_variables():
    """Return what lets a child process be measured, where the test run itself is."""
    names = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG", "COVERAGE_FILE")
    return {name: os.environ[name] for name in names if name in os.environ}
