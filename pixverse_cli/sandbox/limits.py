"""The limit of calls a second."""

from collections import deque


class Rate:
    """Allows at most ``per_second`` calls within any second; refused calls do not count."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._taken: deque[float] = deque(maxlen=per_second)

    def allows(self, now: float) -> bool:
        """Whether a call at this monotonic time is allowed; if so, it is counted."""
        full = len(self._taken) == self._per_second
        if full and now - self._taken[0] < 1.0:
            return False
        self._taken.append(now)
        return True
