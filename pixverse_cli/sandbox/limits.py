"""The limit of calls in a span of time."""

from collections import deque


class Rate:
    """Allows at most ``calls`` calls within any ``seconds``; refused calls do not count."""

    def __init__(self, calls: int, seconds: int = 1) -> None:
        self._calls = calls
        self._seconds = seconds
        self._taken: deque[float] = deque(maxlen=calls)

    def allows(self, now: float) -> bool:
        """Whether a call at this monotonic time is allowed; if so, it is counted."""
        full = len(self._taken) == self._calls
        if full and now - self._taken[0] < self._seconds:
            return False
        self._taken.append(now)
        return True
