"""When to query a running task next: often when it is likely to end, rarely when it is not.

A query that comes late makes a person wait; one that comes early costs a request. Let ``c`` be
the seconds of delay that one request is worth, and ``h(t)`` the hazard rate: the probability per
second that a task which has run for ``t`` seconds ends now. With ``w`` seconds between queries,
a task that ends is noticed ``w / 2`` late on average, so one second of waiting costs ``h w / 2``
in delay and ``c / w`` in requests. The sum is smallest at ``w = sqrt(2 c / h)``. The hazard
changes until then, so the next query is due when the sum of ``dt / w(t)`` has become one. (This
is the inspection schedule of reliability theory: R. Barlow, L. Hunter and F. Proschan, "Optimum
Checking Procedures", Journal of SIAM 11, 1963; the sum: J. Keller, "Optimum Checking Schedules
for Systems Subject to Random Failure", Management Science 21, 1974.)

Run times are learnt from the store. The logarithms of the run times of finished tasks of the
same kind are taken as normal; while few are known they are shrunk towards what the page says
("typically 1 to 5 minutes"), and that broad prior keeps a share of the mixture. A task that
runs longer than the history allows is queried at the page's own interval, so a wrong history
costs no more than the page's advice.

All numbers are seconds. ``tests/bench/polling.py`` chose the constants.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

MIN_INTERVAL = 1.0
MAX_INTERVAL = 15.0  # the page: "a reasonable interval, such as 15 seconds"

_DELAY_PER_REQUEST = 0.2  # c: the seconds of delay that one request is worth
_PRIOR_TASKS = 1.5  # how many known tasks the broad prior counts for
_HISTORY_SHARE = 0.9  # of the mixture; the rest is the broad prior
_LONG_SCORE = 1.5  # standard deviations after which a task is longer than the history allows
_EARLIEST = 0.005  # the quantile before which no query is made
_SHORTEST = 0.1  # a run time of zero has no logarithm
_ROOT_TWO = math.sqrt(2.0)
_BISECTIONS = 40
_STEP = 0.25  # seconds, of the sum over the time until the next query


class LogNormal(NamedTuple):
    """Run times whose natural logarithms are normal, with this mean and standard deviation."""

    mean: float
    deviation: float

    def score(self, seconds: float) -> float:
        """Return how many standard deviations a run time is above the median."""
        return (math.log(seconds) - self.mean) / self.deviation

    def survival(self, seconds: float) -> float:
        """Return the probability that a task runs longer."""
        return 0.5 * math.erfc(self.score(seconds) / _ROOT_TWO)

    def density(self, seconds: float) -> float:
        """Return the probability per second that a task ends at that time."""
        exponent = math.exp(-(self.score(seconds) ** 2) / 2.0)
        return exponent / (seconds * self.deviation * math.sqrt(2.0 * math.pi))


# "typically 1 to 5 minutes": nine of ten within 53 and 320 seconds.
_BROAD = LogNormal(math.log(130.0), 0.55)
# The sandbox makes a video in about two seconds, or with --realistic as slowly as the service.
_SANDBOX = LogNormal(math.log(2.5), 0.5)


class RunTimes(NamedTuple):
    """What is known of run times: shares of distributions, which sum to 1.

    A task that has run for ``long`` seconds is longer than the history allows.
    """

    parts: tuple[tuple[float, LogNormal], ...]
    long: float = math.inf

    def survival(self, seconds: float) -> float:
        """Return the probability that a task runs longer."""
        return sum(share * part.survival(seconds) for share, part in self.parts)

    def density(self, seconds: float) -> float:
        """Return the probability per second that a task ends at that time."""
        return sum(share * part.density(seconds) for share, part in self.parts)

    def quantile(self, probability: float) -> float:
        """Return the run time that this share of all tasks does not exceed."""
        low, high = math.log(1e-6), math.log(1e15)
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2.0
            if 1.0 - self.survival(math.exp(middle)) < probability:
                low = middle
            else:
                high = middle
        return math.exp(low)


def run_times(past: Sequence[float], *, sandbox: bool = False) -> RunTimes:
    """Return the distribution of run times, from those of finished tasks of the same kind."""
    broad = ((0.5, _SANDBOX), (0.5, _BROAD)) if sandbox else ((1.0, _BROAD),)
    if not past:
        return RunTimes(broad)
    fitted = _fitted(past, [part for _, part in broad])
    rest = 1.0 - _HISTORY_SHARE
    others = tuple((rest * share, part) for share, part in broad)
    long = math.exp(fitted.mean + _LONG_SCORE * fitted.deviation)
    return RunTimes(((_HISTORY_SHARE, fitted), *others), long)


def _fitted(past: Sequence[float], priors: Sequence[LogNormal]) -> LogNormal:
    """Return the predictive distribution: normal, with the nearest prior as further known tasks."""
    logs = [math.log(max(seconds, _SHORTEST)) for seconds in past]
    count, mean = len(logs), math.fsum(logs) / len(logs)
    prior = min(priors, key=lambda each: abs(each.mean - mean))
    weight = _PRIOR_TASKS + count
    between = (_PRIOR_TASKS * count / weight) * (mean - prior.mean) ** 2
    within = math.fsum((each - mean) ** 2 for each in logs)
    variance = (_PRIOR_TASKS * prior.deviation**2 + within + between) / weight
    return LogNormal(
        (_PRIOR_TASKS * prior.mean + count * mean) / weight,
        math.sqrt(variance * (1.0 + 1.0 / weight)),
    )


def first_query(times: RunTimes) -> float:
    """Return after how many seconds of running the first query is worth its request."""
    return max(MIN_INTERVAL, times.quantile(_EARLIEST))


def query_interval(times: RunTimes, seconds: float) -> float:
    """Return the interval until the next query of a task that has run for ``seconds``."""
    if seconds > times.long:
        return MAX_INTERVAL
    interval, queries = 0.0, 0.0
    while queries < 1.0 and interval < MAX_INTERVAL:
        queries += _STEP * _queries_per_second(times, max(seconds + interval, _SHORTEST))
        interval += _STEP
    return max(MIN_INTERVAL, interval)


def _queries_per_second(times: RunTimes, seconds: float) -> float:
    """Return 1 / w for a task that has run for so long."""
    running, density = times.survival(seconds), times.density(seconds)
    return math.sqrt(density / (2.0 * _DELAY_PER_REQUEST * running)) if running > 0.0 else 0.0


def usual(times: RunTimes) -> tuple[float, float]:
    """Return the run times between which eight of ten tasks end."""
    return times.quantile(0.1), times.quantile(0.9)
