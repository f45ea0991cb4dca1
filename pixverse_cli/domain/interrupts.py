"""Signals as an argument: when a request to stop is heard, and when it has to wait.

Outside :meth:`Interrupts.held` the first SIGINT, SIGTERM or SIGHUP raises
:class:`~pixverse_cli.domain.errors.Stopped` in the main thread. Inside it is noted, and
raised by the next :meth:`Interrupts.check`: between "the create call is out" and "its task
id is on disk, and told" nothing may be cut off. A second signal is raised at once.

After that the program is leaving. What it still has to say takes milliseconds, and a signal
that was sent twice (to a process and to its group) must not silence it; one that finds it
still there a second later ends the process on the spot.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.errors import Charged, Stopped

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # SIGHUP does not exist on Windows
_FAREWELL_SECONDS = 1.0
_AGAIN_SECONDS = 0.01  # until a signal that was lost comes once more


class Interrupts:
    """Turns signals into :class:`Stopped`, at a moment when it is safe.

    ``end`` ends the process on the spot, with an exit code.
    """

    def __init__(self, clock: Clock, end: Callable[[int], object] = os._exit) -> None:
        self._clock = clock
        self._end = end
        self._holding = False
        self._noted: Stopped | None = None
        self._noted_at = 0.0
        self._leaving_since: float | None = None

    def install(self) -> None:
        """Hear signals from now on; call once, in the main thread."""
        for name in _NAMES:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self.hear)
        self._catch_lost_ones()

    def hear(self, number: int, _frame: FrameType | None = None) -> None:
        """Take one signal: raise it, or note it while held."""
        stopped = Stopped(number, signal.Signals(number).name)
        if self._leaving_since is not None:
            if self._clock.monotonic() - self._leaving_since > _FAREWELL_SECONDS:
                self._end(stopped.exit_code)
        elif self._holding and self._noted is None:
            self._noted_at = self._clock.monotonic()
            self._noted = stopped
        else:
            if self._holding:
                stopped = stopped.but(charged=Charged.UNKNOWN)  # the create call may be out
            self.leave()
            raise stopped

    def leave(self) -> None:
        """From now on raise nothing: the program is ending, and has its last words to say."""
        self._leaving_since = self._clock.monotonic()

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
            self.leave()
            raise noted

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let the block run to its end even if a first signal comes."""
        before, self._holding = self._holding, True
        try:
            yield
        finally:
            self._holding = before

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Within a held block, let signals cut this part off: nothing is bought in it."""
        before, self._holding = self._holding, False
        try:
            self.check()
            yield
        finally:
            self._holding = before

    def _catch_lost_ones(self) -> None:
        """Send a signal once more that came inside a destructor: Python drops exceptions there."""
        before = sys.unraisablehook

        def hook(unraisable: "UnraisableHookArgs") -> None:
            if isinstance(unraisable.exc_value, Stopped):
                import threading  # noqa: PLC0415  one run in thousands needs it

                number = unraisable.exc_value.exit_code - 128
                threading.Thread(target=self._send_again, args=(number,), daemon=True).start()
            else:
                before(unraisable)

        sys.unraisablehook = hook

    def _send_again(self, number: int) -> None:
        self._clock.sleep(_AGAIN_SECONDS)
        self._leaving_since = None
        os.kill(os.getpid(), number)
