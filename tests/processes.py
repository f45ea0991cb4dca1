"""The command as users run it: as a separate process, with its own home."""

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
    """The exit code and the output of a command."""

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
    """Runs ``pixverse`` in ``directory`` with the home directory ``home``.

    Its calls go to ``sandbox``, or to a closed port if there is none. ``prefix`` is a command
    that starts it, such as ``setpriv``.
    """

    def __init__(self, home: Path, directory: Path, sandbox=None, *, prefix=()):
        self.home = home
        self.directory = directory
        self.prefix = prefix
        self.environ = isolated(os.environ, home) | coverage_variables()
        self.environ["DASHSCOPE_HTTP_BASE_URL"] = "http://127.0.0.1:9"
        self.environ["PIXVERSE_INTERVAL"] = "0.1"  # the usual first query comes after a second
        if sandbox is not None:
            self.environ |= sandbox.environment

    def against(self, sandbox):
        """Return the command with the same home for another sandbox."""
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

    def start(
        self, *arguments, cwd=None, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **variables
    ):
        """Start the command and return the running process."""
        return subprocess.Popen(
            [*self.prefix, *COMMAND, *map(os.fspath, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            encoding="utf-8",
            cwd=cwd or self.directory,
            env=self._environment(variables),
        )

    def _environment(self, changes):
        together = self.environ | changes
        return {name: str(value) for name, value in together.items() if value is not None}


def coverage_variables():
    """Return the variables for measuring child processes if the test run is measured."""
    names = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG", "COVERAGE_FILE")
    return {name: os.environ[name] for name in names if name in os.environ}
