"""Signals as an argument: when a request to stop is heard, and when it has to wait.

Outside :meth:`Interrupts.held` the first SIGINT, SIGTERM or SIGHUP raises
:class:`~pixverse_cli.domain.errors.Stopped` in the main thread. Inside it is noted, and
raised by the next :meth:`Interrupts.check`: between "the create call is out" and "its task
id is on disk, and told" nothing may be cut off. A second signal is raised at once.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.errors import Stopped

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # SIGHUP does not exist on Windows


class Interrupts:
    """Turns signals into :class:`Stopped`, at a moment when it is safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._holding = False
        self._noted: Stopped | None = None
        self._noted_at = 0.0

    def install(self) -> None:
        """Hear signals from now on; call once, in the main thread."""
        for name in _NAMES:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self.hear)

    def hear(self, number: int, _frame: FrameType | None = None) -> None:
        """Take one signal: raise it, or note it while held."""
        stopped = Stopped(number, signal.Signals(number).name)
        if not self._holding or self._noted is not None:
            raise stopped
        self._noted = stopped
        self._noted_at = self._clock.monotonic()

    def seconds_since_noted(self) -> float:
        """Return how long ago a signal was noted, in seconds; 0 if there was none."""
        return self._clock.monotonic() - self._noted_at if self._noted else 0.0

    @property
    def noted(self) -> bool:
        """Whether a signal waits to be raised."""
        return self._noted is not None

    def check(self) -> None:
        """Raise the signal that was noted, if any."""
        noted, self._noted = self._noted, None
        if noted is not None:
            raise noted

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let the block run to its end even if a first signal comes."""
        self._holding = True
        try:
            yield
        finally:
            self._holding = False
