"""The environment of a fault: a home, a directory, a service, and how the output is read."""

import contextlib
import os
import resource
import signal
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from pixverse_cli.domain.clock import SystemClock
from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.settings.key import Key
from pixverse_cli.store import Store
from tests.clocks import FakeClock
from tests.faults.case import Way
from tests.faults.service import KEY, TASK, Service
from tests.inside import run_inside, run_on_terminal
from tests.processes import COMMAND, Pixverse, Ran

IMAGE_URL = "https://example.com/turtle.webp"
DATA = Path(__file__).parent.parent / "data"
TURTLE = DATA / "turtle.webp"
_READ_AT_START = {"LC_ALL", "PYTHONIOENCODING"}
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
V6 = "pixverse/pixverse-v6-it2v"


class World:
    """Runs the command and reads the state that it left; ``heard`` has all ended commands."""

    def __init__(
        self, home: Path, directory: Path, way: Way, open_sandbox, stack, clock: FakeClock
    ):
        self.pixverse = Pixverse(home, directory)
        self.home, self.directory, self.way = home, directory, way
        self._open_sandbox, self._stack = open_sandbox, stack
        self.service = self.sandboxed = None
        self.own_process = True
        self.clock = clock
        self.file_limit = 0  # largest size of a process's files in bytes; 0: no limit
        self.heard: list[Ran] = []
        self.command_lines: set[bytes] = set()

    # The service

    def sandbox(self, *scenarios, **options):
        """Open a sandbox and point the command to it."""
        self.sandboxed = self._open_sandbox(*scenarios, **options)
        self.pixverse.environ |= self.sandboxed.environment
        return self.sandboxed

    def serve(self, **routes):
        """Open a scripted service and point the command to it."""
        self.service = self._stack.enter_context(Service(**routes))
        self.pixverse.environ |= self.service.environment
        return self.service

    @property
    def key(self):
        return self.sandboxed.api_key if self.sandboxed else KEY

    @property
    def creates(self):
        if self.sandboxed:
            return self.sandboxed.account.creates
        return self.service.counts["create"] if self.service else 0

    @property
    def exists(self):
        return len(self.sandboxed.account.tasks) if self.sandboxed else None

    # The store and the disk

    @property
    def database(self):
        return self.pixverse.state / "tasks.db"

    def rows(self):
        """Return all records, oldest first, as dictionaries."""
        if not self.database.is_file():
            return []
        with contextlib.closing(sqlite3.connect(self.database)) as connection:
            connection.row_factory = sqlite3.Row
            found = connection.execute("SELECT * FROM task ORDER BY number").fetchall()
        return [dict(row) for row in found]

    def execute(self, statement):
        """Run a statement in the store, as an older version or another program would."""
        with contextlib.closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(statement)

    @property
    def statuses(self):
        try:
            return tuple(row["status"] for row in self.rows())
        except sqlite3.DatabaseError:
            return ("DAMAGED",)

    @property
    def videos(self):
        return sorted(path for path in self.directory.rglob("*.mp4") if path.is_file())

    def add_task(self, task_id=TASK, status=Status.RUNNING, *, submitted=None, **fields):
        """Add an accepted task to the store, as an earlier command would leave it."""
        submitted = submitted or datetime.now(UTC)
        service = self.pixverse.environ["DASHSCOPE_HTTP_BASE_URL"]
        draft = Record(
            number=0,
            status=Status.UNCLEAR,
            service=service,
            account=Key(value=self.key, source="").account(service),
            model=V6,
            image=IMAGE_URL,
            prompt="A turtle",
            intent_at=submitted,
        )
        store = Store(self.pixverse.state)
        number = store.records.intend(draft).number
        task = Task(
            task_id=task_id, status=status, raw_status=status, submitted_at=submitted, **fields
        )
        store.records.accepted(number, task, submitted)
        store.records.seen(number, task)
        store.close()

    def set_file(self, path):
        """Note another file for every saved video, as if it had been moved there."""
        with contextlib.closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute("UPDATE task SET file = ?", (path,))

    # Running

    @property
    def flags(self):
        return ("--json",) if self.way is Way.JSON else ()

    def submit(self, *options, inside=False, **variables):
        """Run ``submit`` for an image on the internet."""
        words = ("submit", IMAGE_URL, "-p", "A turtle", *options)
        return (self.run_inside if inside else self.run)(*words, **variables)

    def run(self, *words, timeout=60, flags=None, preexec_fn=None, **variables):
        """Run to the end; the output goes to a script, a pipe or a terminal, depending on ``way``.

        For a script, the first case of each file runs as a separate process. All others run in
        this process, which takes a tenth of the time, unless the fault needs a process.
        """
        process_needed = self.file_limit or preexec_fn or _READ_AT_START & variables.keys()
        own_process = (self.way is Way.JSON and self.own_process) or flags
        if self.way is Way.TERMINAL:
            return self.on_terminal(*words, **variables)
        if not (process_needed or own_process):
            return self.run_inside(*words, clock=SystemClock(), **variables)
        arguments = [*map(os.fspath, words), *(self.flags if flags is None else flags)]
        process = self.start(*arguments, flags=(), preexec_fn=preexec_fn, **variables)
        return self.ended(process, timeout)

    def on_terminal(self, *words, **variables):
        """Run in this process on a terminal, whose lines are in ``stdout`` and ``stderr``."""
        environ = self.environment({"TERM": "xterm-256color"} | variables)
        return self.hear(run_on_terminal(words, environ, self.directory, clock=SystemClock()))

    def start(self, *words, flags=None, stdin=None, **given):
        """Start a process and return it; arguments in lower case go to ``Popen``."""
        options = {name: value for name, value in given.items() if name.islower()}
        variables = {name: value for name, value in given.items() if not name.islower()}
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        if self.file_limit:
            both = (self.file_limit, self.file_limit)
            streams["preexec_fn"] = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, both)
        arguments = [*words, *(self.flags if flags is None else flags)]
        process = subprocess.Popen(
            [*COMMAND, *map(os.fspath, arguments)],
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            cwd=self.directory,
            env=self.environment(variables),
            **streams,
        )
        self._record_command_line(process)
        return process

    def ended(self, process, timeout=30):
        """Wait for a process and return its code and output."""
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            stdout, stderr = process.communicate()
            raise AssertionError(f"still running: {stdout!r} {stderr!r}") from None
        return self.hear(Ran(code=process.returncode, stdout=_text(stdout), stderr=_text(stderr)))

    def run_inside(self, *words, clock=None, stdin="", **variables):
        """Run in this process with the fake clock, which never really sleeps."""
        environ = self.environment(variables)
        arguments = [*map(os.fsdecode, words), *self.flags]
        if clock is None:
            environ.pop("PIXVERSE_INTERVAL", None)  # the usual pauses cost no time here
        clock = clock or self.clock
        return self.hear(run_inside(arguments, environ, self.directory, clock=clock, stdin=stdin))

    def environment(self, changes):
        together = self.pixverse.environ | changes
        return {name: str(value) for name, value in together.items() if value is not None}

    def hear(self, ran):
        self.heard.append(ran)
        return ran

    def _record_command_line(self, process):
        with contextlib.suppress(OSError):
            self.command_lines.add(Path(f"/proc/{process.pid}/cmdline").read_bytes())


def _text(output):
    return (output or b"").decode("utf-8", "surrogateescape")
