"""How long to wait between two looks at a task, and after a call that did not work.

The page advises 15 seconds; most tasks take one to five minutes. Looking often while a
task is young and less often later costs few requests and little delay. All numbers are
seconds.
"""

# (the task is younger than, so long until the next look)
SCHEDULE = ((10.0, 1.0), (30.0, 2.0), (120.0, 3.0), (600.0, 5.0), (float("inf"), 15.0))

_ALL_TASKS_PER_SECOND = 10.0  # half of what the service allows, whoever else is asking
_FIRST_BACKOFF = 0.5
_LONGEST_BACKOFF = 20.0
_LONGEST_OBEYED = 60.0  # a longer Retry-After is a mistake, or an attack


def until_next_look(age: float, *, watched: int = 1) -> float:
    """Return the pause before a task of that age is looked at again, of so many watched."""
    pause = next(pause for younger_than, pause in SCHEDULE if age < younger_than)
    return max(pause, watched / _ALL_TASKS_PER_SECOND)


def backoff(failures: int, retry_after: float | None = None) -> float:
    """Return the pause after so many failures in a row: doubled each time, with jitter.

    What the service asks for by ``Retry-After`` is the least, up to a minute.
    """
    import random  # noqa: PLC0415  only trouble needs it

    longest: float = min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2 ** min(failures, 10))
    jittered = longest * random.uniform(0.5, 1.0)  # noqa: S311  spreads calls, hides nothing
    return max(jittered, min(retry_after or 0.0, _LONGEST_OBEYED))
