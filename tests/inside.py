"""The command run in this process: the same entry and streams in a tenth of the time.

Signals, exec and closed descriptors need a separate process, see ``processes.py``.
"""

import io
import logging
import os
import signal
import sys
from contextlib import contextmanager
from pathlib import Path

from pixverse_cli.app.context import Runtime
from pixverse_cli.domain.clock import SystemClock
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.main import main
from tests.processes import Pixverse, Ran

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_inside(words, environ, directory, *, clock, stdin=""):
    """Run one command line to its end and return its code and output."""
    with _environment_of(environ, directory), _streams(stdin) as streams:
        runtime = Runtime(environ=environ, clock=clock, interrupts=Interrupts(clock))
        code = main([os.fsdecode(word) for word in words], runtime)
        texts = [stream.buffer.getvalue().decode("utf-8", "surrogateescape") for stream in streams]
    return Ran(code=code, stdout=texts[0], stderr=texts[1])


class Inside(Pixverse):
    """Runs ``pixverse`` as :class:`Pixverse` does, but in this process."""

    def __call__(self, *words, stdin="", cwd=None, **variables):
        environ, directory = self._environment(variables), cwd or self.directory
        return run_inside(words, environ, directory, clock=SystemClock(), stdin=stdin)

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
        os.environ.clear()
        os.environ.update(environ)
        os.chdir(directory)
        yield
    finally:
        os.environ.clear()
        os.environ.update(environ_before)
        os.chdir(directory_before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        sys.unraisablehook = unraisable_hook
        logging.getLogger("pixverse.http").handlers.clear()


@contextmanager
def _streams(stdin):
    streams_before = sys.stdin, sys.stdout, sys.stderr
    stdin_bytes = io.BytesIO(stdin.encode("utf-8", "surrogateescape"))
    sys.stdin = io.TextIOWrapper(stdin_bytes, encoding="utf-8")
    sys.stdout, sys.stderr = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in "oe")
    try:
        yield sys.stdout, sys.stderr
    finally:
        sys.stdin, sys.stdout, sys.stderr = streams_before
