"""Calls within the rate limits that all processes share, and retries with backoff."""

from collections.abc import Callable, Generator
from enum import Enum
from typing import TypeVar

from pixverse_cli.domain.errors import PixverseError, ThrottledError
from pixverse_cli.domain.events import Event, Retrying
from pixverse_cli.domain.terms import CALLS_PER_SECOND, CREATES_PER_SECOND
from pixverse_cli.flows.tools import Tools

T = TypeVar("T")

_TRIES = 4
_SLOT_TRIES = 4
_LATE_AFTER = 0.1
_FIRST_BACKOFF = 0.5
_LONGEST_BACKOFF = 20.0
_LONGEST_RETRY_AFTER = 60.0  # a longer one is a mistake or an attack


class RateLimit(Enum):
    """The calls that share one limit at the service, and how many it allows per second."""

    CREATE = ("create", CREATES_PER_SECOND)
    QUERY = ("query", CALLS_PER_SECOND)
    LIST = ("list", CALLS_PER_SECOND)
    CANCEL = ("cancel", CALLS_PER_SECOND)
    POLICY = ("policy", CALLS_PER_SECOND)


def wait_for_slot(
    rate: RateLimit, tools: Tools, *, of: str = "", last: PixverseError | None = None
) -> None:
    """Wait for this call's slot; ``of`` names the model where the service counts per model.

    ``last`` is the error of the try before this one.

    On an overloaded machine a process may wake up after its slot. A call made then would
    collide with the calls of later slots, so the process takes another slot.

    :raises TimeLimitError: the slot comes after the command's time limit.
    """
    name, per_second = rate.value
    for _ in range(_SLOT_TRIES):
        delay = tools.store.rate_slots.take(name + of, per_second, tools.clock.now().timestamp())
        if delay >= tools.time_left():
            raise tools.out_of_time(last)
        due = tools.clock.monotonic() + delay
        if delay:
            tools.clock.sleep(delay)
        if tools.clock.monotonic() - due < _LATE_AFTER:
            return


def slow_down(
    rate: RateLimit, tools: Tools, error: PixverseError | None, delay: float, *, of: str = ""
) -> None:
    """Make all processes wait for ``delay`` seconds if the service's rate limit was exceeded."""
    if isinstance(error, ThrottledError):
        until = tools.clock.now().timestamp() + delay
        tools.store.rate_slots.hold_back(rate.value[0] + of, until)


def with_retries(
    rate: RateLimit, call: Callable[[], T], tools: Tools, *, task_id: str | None = None
) -> Generator[Event, None, T]:
    """Make a call that changes nothing, up to four times; yield ``Retrying`` before a retry.

    :raises TimeLimitError: the next try would come after the command's time limit.
    :raises PixverseError: the error of the last try, or one that a retry cannot solve.
    """
    failures, last = 0, None
    while True:
        wait_for_slot(rate, tools, last=last)
        try:
            return call()
        except PixverseError as error:
            failures, last = failures + 1, error
            if not error.retryable or (failures == _TRIES and not tools.time_is_up()):
                raise
            delay = backoff(failures, error.retry_after)
            slow_down(rate, tools, error, delay)
            if delay >= tools.time_left():
                raise tools.out_of_time(error) from error
            yield Retrying(reason=error.message, delay=delay, task_id=task_id)
            tools.clock.sleep(delay)


def backoff(failures: int, retry_after: float | None = None) -> float:
    """Return the seconds to wait after this many failures in a row: exponential, with jitter.

    It is at least what the service's ``Retry-After`` asks for, up to a minute.
    """
    import random  # noqa: PLC0415  rare

    longest: float = min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2 ** min(failures, 10))
    jittered = longest * random.uniform(0.5, 1.0)  # noqa: S311  spreads calls; not a secret
    return max(jittered, min(retry_after or 0.0, _LONGEST_RETRY_AFTER))
