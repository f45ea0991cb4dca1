"""A blocking call on a helper thread, so that whoever waits for it can stop waiting.

Name resolution, connects and reads block in C, some of them without any limit of their
own: a server that sends one byte every half second outlives every socket time-out.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Background(Generic[T]):
    """A call under way on a daemon thread, which never keeps the process alive.

    :raises RuntimeError: the system starts no more threads.
    """

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
