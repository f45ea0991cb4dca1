"""Calls at the rate that all processes share, and what follows a call that did not work."""

from collections.abc import Callable, Generator
from enum import Enum
from typing import TypeVar

from pixverse_cli.domain.catalog import CALLS_PER_SECOND, CREATES_PER_SECOND
from pixverse_cli.domain.errors import PixverseError, ThrottledError
from pixverse_cli.domain.events import Event, Retrying
from pixverse_cli.flows.tools import Tools

T = TypeVar("T")

_TRIES = 4
_TURNS = 4
_LATE_SECONDS = 0.1
_FIRST_BACKOFF = 0.5
_LONGEST_BACKOFF = 20.0
_LONGEST_OBEYED = 60.0  # a longer Retry-After is a mistake, or an attack


class RateLimit(Enum):
    """Calls that the service counts together, and how many a second it takes."""

    CREATE = ("create", CREATES_PER_SECOND)
    QUERY = ("query", CALLS_PER_SECOND)
    LIST = ("list", CALLS_PER_SECOND)
    CANCEL = ("cancel", CALLS_PER_SECOND)
    POLICY = ("policy", CALLS_PER_SECOND)


def wait_for_slot(rate: RateLimit, tools: Tools, *, of: str = "") -> None:
    """Wait for this call's turn; ``of`` tells apart what the service counts apart (models).

    Who wakes late, on a machine that has more to do than it can, would call together with
    those whose turn it is now, and takes another turn instead.
    """
    name, per_second = rate.value
    for _ in range(_TURNS):
        moment = tools.store.rate_slots.take(name + of, per_second, tools.clock.now().timestamp())
        due = tools.clock.monotonic() + moment
        if moment:
            tools.clock.sleep(moment)
        if tools.clock.monotonic() - due < _LATE_SECONDS:
            return


def slow_down(
    rate: RateLimit, tools: Tools, error: PixverseError | None, delay: float, *, of: str = ""
) -> None:
    """Make every process hold back if the service said that it is asked too often."""
    if isinstance(error, ThrottledError):
        until = tools.clock.now().timestamp() + delay
        tools.store.rate_slots.hold_back(rate.value[0] + of, until)


def repeated(
    rate: RateLimit, call: Callable[[], T], tools: Tools, *, task_id: str | None = None
) -> Generator[Event, None, T]:
    """Make a call that changes nothing, up to four times; yield a word about each repeat.

    :raises PixverseError: what the last try raised, or what no repeat can mend.
    """
    for failures in range(1, _TRIES):
        wait_for_slot(rate, tools)
        try:
            return call()
        except PixverseError as error:
            if not error.retryable:
                raise
            delay = backoff(failures, error.retry_after)
            slow_down(rate, tools, error, delay)
            yield Retrying(reason=error.message, delay=delay, task_id=task_id)
            tools.clock.sleep(delay)
    wait_for_slot(rate, tools)
    return call()


def backoff(failures: int, retry_after: float | None = None) -> float:
    """Return the seconds to wait after so many failures in a row: doubled each time, with jitter.

    What the service asks for by ``Retry-After`` is the least, up to a minute.
    """
    import random  # noqa: PLC0415  only trouble needs it

    longest: float = min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2 ** min(failures, 10))
    jittered = longest * random.uniform(0.5, 1.0)  # noqa: S311  spreads calls, hides nothing
    return max(jittered, min(retry_after or 0.0, _LONGEST_OBEYED))
