"""What the polling schedule costs: ``python tests/bench/polling.py [TASKS]``.

Simulates tasks and prints for each situation the mean delay (seconds between a task's end and
the query that notices it) and the mean number of queries, beside the page's own advice of one
query every 15 seconds and the aims. Add a round trip to each delay. With ``--choose`` it prints
the same for other values of the constants, which is how they were chosen.
"""

import itertools
import math
import random
import sys

from pixverse_cli.flows import polling

SEED = 7
AIMS = {
    "20 earlier tasks, median 100 s": "<= 2.4 s, <= 10.5 queries",
    "3 earlier tasks, median 100 s": "",
    "no history, median 130 s": "<= 4.2 s, <= 20 queries",
    "no history, any from 1 to 5 min": "",
    "history twice too long": "<= 7.5 s, <= 12 queries",
    "history half as long": "(mean of this and the last: <= 7.5 s, <= 12 queries)",
    "20 earlier tasks, sandbox of 2 s": "",
}


def situations(chance):
    """Yield a name, a function that draws a history, one that draws a task, and the place."""

    def around(median, deviation=0.2):
        return lambda: chance.lognormvariate(math.log(median), deviation)

    def history(count, draw):
        return lambda: [draw() for _ in range(count)]

    names = iter(AIMS)
    yield next(names), history(20, around(100.0)), around(100.0), False
    yield next(names), history(3, around(100.0)), around(100.0), False
    yield next(names), list, around(130.0, 0.5), False
    yield next(names), list, lambda: chance.uniform(60.0, 300.0), False
    yield next(names), history(20, around(200.0)), around(100.0), False
    yield next(names), history(20, around(50.0)), around(100.0), False
    yield next(names), history(20, around(2.0)), around(2.0), True


def watched(times, end):
    """Return the delay and the number of queries for a task that runs until ``end``."""
    at, queries = polling.first_query(times), 1
    while at < end:
        at += polling.query_interval(times, at)
        queries += 1
    return at - end, queries


def every_15_seconds(end):
    queries = math.ceil(end / polling.MAX_INTERVAL)
    return queries * polling.MAX_INTERVAL - end, queries


def mean(pairs):
    delays, queries = zip(*pairs, strict=True)
    return f"{sum(delays) / len(delays):5.2f} s {sum(queries) / len(queries):5.1f} queries"


def table(tasks):
    """Print a line for each situation."""
    chance = random.Random(SEED)
    for name, history, task, sandbox in situations(chance):
        ours, pages = [], []
        for _ in range(tasks):
            end = task()
            ours.append(watched(polling.run_times(history(), sandbox=sandbox), end))
            pages.append(every_15_seconds(end))
        print(f"{name:<34} {mean(ours)}   every 15 s: {mean(pages)}   {AIMS[name]}")


def choose(tasks):
    """Print the table for other constants."""
    for worth, prior, long in itertools.product((0.17, 0.19, 0.21), (1.0, 1.5, 2.0), (1.5, 2.0)):
        constants = {"_DELAY_PER_REQUEST": worth, "_PRIOR_TASKS": prior, "_LONG_SCORE": long}
        vars(polling).update(constants)
        print(f"\nc {worth}, prior counts for {prior} tasks, long after {long} deviations")
        table(tasks)


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    (choose if "--choose" in sys.argv else table)(numbers[0] if numbers else 4000)
