"""How long to wait between two looks at a task.

The page advises 15 seconds; most tasks take one to five minutes. Looking often while a
task is young and less often later costs few requests and little delay. All numbers are
seconds.
"""

# (the task is younger than, so long until the next look)
SCHEDULE = ((10.0, 1.0), (30.0, 2.0), (120.0, 3.0), (600.0, 5.0), (float("inf"), 15.0))

_ALL_TASKS_PER_SECOND = 10.0  # half of what the service allows, whoever else is asking


def until_next_look(age: float, *, watched: int = 1) -> float:
    """Return the pause before a task of that age is looked at again, of so many watched."""
    pause = next(pause for younger_than, pause in SCHEDULE if age < younger_than)
    return max(pause, watched / _ALL_TASKS_PER_SECOND)
