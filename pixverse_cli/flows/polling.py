"""How long to wait between two queries of a task's status.

The service's documentation advises 15 seconds; most tasks take one to five minutes. Short
intervals for a new task and longer ones later cost few requests and little delay. All
numbers are seconds.
"""

# (the task is younger than this, the interval until its next query)
SCHEDULE = ((10.0, 1.0), (30.0, 2.0), (120.0, 3.0), (600.0, 5.0), (float("inf"), 15.0))

_MAX_QUERIES_PER_SECOND = 10.0  # half of the service's limit: other processes query as well


def query_interval(age: float, *, watched: int = 1) -> float:
    """Return the interval before the next query of a task; ``watched`` is how many are watched."""
    interval = next(interval for younger_than, interval in SCHEDULE if age < younger_than)
    return max(interval, watched / _MAX_QUERIES_PER_SECOND)
