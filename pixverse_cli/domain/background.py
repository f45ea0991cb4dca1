"""Waiting for a blocking call while signals are heard and a deadline holds.

Name resolution, connects and reads block in C, some of them without any limit of their
own: a server that sends one byte every half second outlives every socket time-out. So
each network exchange runs on a helper thread, and whoever waits for it stays in control.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

_SLICE = 0.1  # seconds; platforms whose waits no signal interrupts still hear it this soon


class Background(Generic[T]):
    """A call under way on a daemon thread, which never keeps the process alive."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._done = threading.Event()
        self._result: T
        self._error: BaseException | None = None
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self._result = self._call()
        except BaseException as error:  # noqa: BLE001  handed over whole to whoever waits
            self._error = error
        finally:
            self._done.set()

    def wait(self, seconds: float) -> bool:
        """Return whether the call has ended, waiting for that at most so long."""
        return self._done.wait(seconds)

    def result(self) -> T:
        """Return what the ended call returned, or raise what it raised."""
        if self._error is not None:
            raise self._error
        return self._result


def within(
    seconds: float, call: Callable[[], T], *, give_up: Callable[[], bool] | None = None
) -> T:
    """Run ``call`` on a helper thread and return its result.

    :raises TimeoutError: after ``seconds``, or as soon as ``give_up()`` says so; the call
        itself goes on unheard.
    """
    background = Background(call)
    slices = max(1, round(seconds / _SLICE))
    for _ in range(slices):
        if background.wait(_SLICE):
            return background.result()
        if give_up is not None and give_up():
            break
    raise TimeoutError(f"no answer within {seconds:g} s")
