"""The command run in this process: the same entry and streams in a tenth of the time.

Signals, exec and closed descriptors need a separate process, see ``processes.py``.
"""

import io
import logging
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pixverse_cli.app.context import Runtime
from pixverse_cli.domain.clock import SystemClock
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.main import main
from tests.faults.terminal import opened, read_all
from tests.isolation import set_environ
from tests.processes import Pixverse, Ran

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_inside(words, environ, directory, *, clock, stdin=""):
    """Run one command line to its end and return its code and output.

    ``stdin`` is a text, or an open binary file such as the end of a pipe; it is closed.
    """
    if isinstance(stdin, str):
        stdin = io.BytesIO(stdin.encode("utf-8", "surrogateescape"))
    streams = [_text(file) for file in (stdin, io.BytesIO(), io.BytesIO())]
    with streams[0]:
        code = _run(words, environ, directory, streams, clock)
    stdout, stderr = (each.buffer.getvalue() for each in streams[1:])
    return Ran(code=code, stdout=_decoded(stdout), stderr=_decoded(stderr))


def run_on_terminal(words, environ, directory, *, clock, columns=80, rows=24):
    """Run one command line on a terminal; stdout and stderr are what a person sees there."""
    master, slave = opened(columns, rows)
    with ThreadPoolExecutor(1) as pool:
        output = pool.submit(read_all, master)
        with ExitStack() as stack:
            files = [os.fdopen(os.dup(slave), mode) for mode in ("rb", "wb", "wb")]
            os.close(slave)
            streams = [stack.enter_context(_text(file, by_line=True)) for file in files]
            code = _run(words, environ, directory, streams, clock)
    shown = output.result().decode("utf-8", "replace")
    return Ran(code=code, stdout=shown, stderr=shown)


def _run(words, environ, directory, streams, clock):
    with _environment_of(environ, directory), _streams(*streams):
        runtime = Runtime(environ=environ, clock=clock, interrupts=Interrupts(clock))
        return main([os.fsdecode(word) for word in words], runtime)


def _text(file, *, by_line=False):
    return io.TextIOWrapper(file, encoding="utf-8", line_buffering=by_line)


def _decoded(output):
    return output.decode("utf-8", "surrogateescape")


class Inside(Pixverse):
    """Runs ``pixverse`` as :class:`Pixverse` does, but in this process."""

    def __call__(self, *words, stdin="", cwd=None, **variables):
        environ, directory = self._environment(variables), cwd or self.directory
        return run_inside(words, environ, directory, clock=SystemClock(), stdin=stdin)

    def on_terminal(self, *words, columns=80, rows=24, clock=None, **variables):
        """Run on a terminal; what a person sees is in ``stdout`` and ``stderr``."""
        environ = self._environment({"TERM": "xterm-256color"} | variables)
        return run_on_terminal(
            *(words, environ, self.directory),
            clock=clock or SystemClock(),
            columns=columns,
            rows=rows,
        )

    def against(self, sandbox):
        return Inside(self.home, self.directory, sandbox)


@contextmanager
def _environment_of(environ, directory):
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    unraisable_hook, environ_before, directory_before = (
        sys.unraisablehook,
        dict(os.environ),
        Path.cwd(),
    )
    try:
        set_environ(environ)
        os.chdir(directory)
        yield
    finally:
        set_environ(environ_before)
        os.chdir(directory_before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        sys.unraisablehook = unraisable_hook
        logging.getLogger("pixverse.http").handlers.clear()


@contextmanager
def _streams(*streams):
    before = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout, sys.stderr = streams
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = before
