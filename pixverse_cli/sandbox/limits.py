"""How many calls a second the service takes."""

from collections import deque


class Rate:
    """At most so many calls in any second; refused calls do not count."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._taken: deque[float] = deque(maxlen=per_second)

    def allows(self, now: float) -> bool:
        """Whether a call at this monotonic time passes; if so it is counted."""
        full = len(self._taken) == self._per_second
        if full and now - self._taken[0] < 1.0:
            return False
        self._taken.append(now)
        return True
