"""Signals as an argument: when a signal stops the program, and when it has to wait.

Outside :meth:`Interrupts.held` the first SIGINT, SIGTERM or SIGHUP raises
:class:`~pixverse_cli.domain.errors.Stopped` in the main thread. Inside it is noted, and the
next :meth:`Interrupts.check` raises it: from the start of the create call until its task id
is on disk and reported, nothing may be interrupted. A second signal is raised at once.

After that the program is exiting. Its last messages take milliseconds, and a signal that was
sent twice (to a process and to its group) must not suppress them; a signal that comes more
than a second later ends the process immediately.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from pixverse_cli.domain.clock import Clock, TimeLimit
from pixverse_cli.domain.errors import Charged, Stopped

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # SIGHUP does not exist on Windows
_EXIT_SECONDS = 1.0  # how long the last messages may take
_RESEND_SECONDS = 0.01  # before a signal that was lost is sent again


class Interrupts:
    """Turns signals into :class:`Stopped`, when that is safe.

    ``end`` ends the process immediately, with an exit code.
    """

    def __init__(self, clock: Clock, end: Callable[[int], object] = os._exit) -> None:
        self._clock = clock
        self._end = end
        self._holding = False
        self._noted: Stopped | None = None
        self._noted_at = 0.0
        self._exiting_since: float | None = None

    def install(self) -> None:
        """Install the signal handlers; call once, in the main thread."""
        for name in _NAMES:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self.hear)
        self._resend_lost_signals()

    def hear(self, number: int, _frame: FrameType | None = None) -> None:
        """Handle one signal: raise it, or note it while held."""
        stopped = Stopped(number, signal.Signals(number).name)
        if self._exiting_since is not None:
            if self._clock.monotonic() - self._exiting_since > _EXIT_SECONDS:
                self._end(stopped.exit_code)
        elif self._holding and self._noted is None:
            self._noted_at = self._clock.monotonic()
            self._noted = stopped
        else:
            if self._holding:
                stopped = stopped.but(charged=Charged.UNKNOWN)  # the create call may have been sent
            self.leave()
            raise stopped

    def leave(self) -> None:
        """Raise nothing from now on: the program is exiting and writes its last messages."""
        self._exiting_since = self._clock.monotonic()

    def seconds_since_noted(self) -> float:
        """Return the seconds since a signal was noted; 0 if there was none."""
        return self._clock.monotonic() - self._noted_at if self._noted else 0.0

    def shortened(self, limit: TimeLimit, grace: float) -> Callable[[], bool]:
        """Return a check whether to stop: at the limit, or ``grace`` seconds after a signal."""

        def is_over() -> bool:
            return limit.is_reached() or self.seconds_since_noted() > grace

        return is_over

    @property
    def noted(self) -> bool:
        """Whether a signal is noted and not raised yet."""
        return self._noted is not None

    def check(self) -> None:
        """Raise the signal that was noted, if any."""
        noted, self._noted = self._noted, None
        if noted is not None:
            self.leave()
            raise noted

    @contextmanager
    def held(self) -> Iterator[None]:
        """Run the block to its end, even if a first signal comes."""
        before, self._holding = self._holding, True
        try:
            yield
        finally:
            self._holding = before

    def _resend_lost_signals(self) -> None:
        """Resend a signal that came inside a destructor, where Python drops exceptions."""
        previous_hook = sys.unraisablehook

        def hook(unraisable: "UnraisableHookArgs") -> None:
            if isinstance(unraisable.exc_value, Stopped):
                import threading  # noqa: PLC0415  very few runs need it

                number = unraisable.exc_value.exit_code - 128
                threading.Thread(target=self._resend, args=(number,), daemon=True).start()
            else:
                previous_hook(unraisable)

        sys.unraisablehook = hook

    def _resend(self, number: int) -> None:
        self._clock.sleep(_RESEND_SECONDS)
        self._exiting_since = None
        os.kill(os.getpid(), number)
