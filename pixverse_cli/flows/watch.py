"""Watching tasks until they end: look → store → Seen → sleep as long as pace says.

One process watches many tasks. Trouble on the way is waited out for as long as the time
limit allows; only what can never get better ends a watch early.
"""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.errors import (
    PixverseError,
    StillRunningError,
    ThrottledError,
    UnreachableError,
)
from pixverse_cli.domain.events import Ended, Event, Expected, Known, Note, Retrying, Seen
from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.flows.matching import CONCLUSIVE_SECONDS
from pixverse_cli.flows.polling import backoff, until_next_look
from pixverse_cli.flows.rate_limited import RateLimit, slow_down, wait_for_slot
from pixverse_cli.flows.search import SEARCH_SECONDS, search, unfound
from pixverse_cli.flows.settle import settle
from pixverse_cli.flows.tools import Tools
from pixverse_cli.flows.verdict import has_video, is_not_known_yet, verdict

DEFAULT_TIMEOUT = 1800.0
_SLICE = 5.0  # seconds asleep before looking whether the machine itself has slept
_SUSPENDED = 30.0  # seconds that the wall clock must have gained to tell
_LOOKS_FOR_URL = 3
_LEAST_HISTORY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitPolicy:
    """How long to wait and how often to look, in seconds.

    ``timeout`` 0 is no limit, ``interval`` 0 leaves it to the schedule. ``any_one`` ends the
    watch with the first task, ``fail_fast`` with the first that fails.
    """

    timeout: float = DEFAULT_TIMEOUT
    interval: float = 0.0
    any_one: bool = False
    fail_fast: bool = False


@dataclass(slots=True, kw_only=True)
class _Watched:
    """One task under watch: when to look again (monotonic), and what has gone wrong since."""

    record: Record
    due: float
    failures: int = 0
    without_url: int = 0
    strange_word: str = ""
    trouble: PixverseError | None = None


def watch(records: Iterable[Record], tools: Tools, policy: WaitPolicy) -> Iterator[Event]:
    """Yield ``Seen`` for every look and ``Ended`` for every task, in the order they end."""
    started = tools.clock.monotonic()
    deadline = started + policy.timeout if policy.timeout else float("inf")
    watched = [_Watched(record=record, due=started) for record in records]
    for task in watched:
        yield from _expectation(task.record, tools)
    while watched:
        task = min(watched, key=lambda one: one.due)
        if task.due > deadline:
            _sleep_until(deadline, tools.clock)
            yield from (_out_of_time(one, policy) for one in watched)
            return
        if not _sleep_until(task.due, tools.clock):
            for one in watched:
                one.due = tools.clock.monotonic()
        ended = yield from _look(task, tools, policy, len(watched))
        if ended is None:
            continue
        watched.remove(task)
        yield ended
        if policy.any_one or (policy.fail_fast and ended.error):
            return


def _expectation(record: Record, tools: Tools) -> Iterator[Event]:
    """Tell how long earlier tasks of the kind took; nothing where too few are known."""
    past = tools.store.past_seconds(record)
    if len(past) >= _LEAST_HISTORY:
        trim = len(past) // 10  # the middle eight tenths
        yield Expected(record=record, low=past[trim], high=past[-1 - trim], count=len(past))


def _sleep_until(due: float, clock: Clock) -> bool:
    """Return whether it slept through; false as soon as the machine was suspended meanwhile."""
    while (left := due - clock.monotonic()) > 0:
        wall, monotonic = clock.now(), clock.monotonic()
        clock.sleep(min(left, _SLICE))
        slept = clock.monotonic() - monotonic
        if (clock.now() - wall).total_seconds() - slept > _SUSPENDED:
            return False
    return True


def _look(
    task: _Watched, tools: Tools, policy: WaitPolicy, watched: int
) -> Generator[Event, None, Ended | None]:
    """Ask once how the task stands; return how it ended, if it did."""
    record = task.record
    wait_for_slot(RateLimit.QUERY, tools)
    try:
        answer = tools.connect().query(record.task_id or "")
    except (UnreachableError, ThrottledError) as error:
        yield from _wait_out(task, error, tools)
        return None
    except PixverseError as error:
        error.charged = record.charged
        return Ended(record=record, error=error.about(record.task_id))
    task.failures, task.trouble = 0, None
    task.due = tools.clock.monotonic() + (
        policy.interval or until_next_look(_age(record, tools), watched=watched)
    )
    if is_not_known_yet(record, answer, tools.clock.now()):
        return None
    current = settle(tools.store.records.seen(record.number, answer), answer, tools)
    if current.task_id is None:
        return (yield from _search_again(task, current, tools))
    task.record = current
    yield Seen(record=current, note=_strange(task, answer))
    return _ended(task, answer)


def _search_again(
    task: _Watched, record: Record, tools: Tools
) -> Generator[Event, None, Ended | None]:
    """The task that a search had found is somebody else's: look for ours."""
    yield Known(record=record)
    yield Note(text=f"task {task.record.task_id} is not ours after all; searching on")
    found = yield from search(record, tools, seconds=SEARCH_SECONDS + CONCLUSIVE_SECONDS)
    if found.record.task_id is None:
        return Ended(record=None, error=unfound(found))
    task.record, task.due = found.record, tools.clock.monotonic()
    return None


def _wait_out(task: _Watched, error: PixverseError, tools: Tools) -> Iterator[Event]:
    task.failures += 1
    task.trouble = error
    delay = backoff(task.failures, error.retry_after)
    slow_down(RateLimit.QUERY, tools, error, delay)
    task.due = tools.clock.monotonic() + delay
    yield Retrying(reason=error.message, delay=delay, task_id=task.record.task_id)


def _strange(task: _Watched, answer: Task) -> str | None:
    """Tell once about a state that nobody knows; it counts as still running."""
    if answer.raw_status.upper() == answer.status or answer.raw_status == task.strange_word:
        return None
    task.strange_word = answer.raw_status
    return f"the service calls the task {answer.raw_status or 'nothing'!r}; taken as still running"


def _age(record: Record, tools: Tools) -> float:
    since = record.submitted_at or tools.clock.now()
    return max(0.0, (tools.clock.now() - since).total_seconds())


def _ended(task: _Watched, answer: Task) -> Ended | None:
    """Return the end of the story if this answer is one; a success may lack its URL at first."""
    if answer.status.unfinished:
        return None
    if answer.status is Status.SUCCEEDED and not has_video(task.record):
        task.without_url += 1
        if task.without_url < _LOOKS_FOR_URL:
            return None
    return Ended(record=task.record, error=verdict(task.record, answer.status))


def _out_of_time(task: _Watched, policy: WaitPolicy) -> Ended:
    record = task.record
    trouble = f"; the last answer: {task.trouble.message}" if task.trouble else ""
    error = StillRunningError(
        f"task {record.task_id} is still {record.status} after {policy.timeout:g} s{trouble}",
        hint=f"it goes on at the service: pixverse wait {record.task_id}",
    )
    return Ended(record=record, error=error.about(record.task_id))
