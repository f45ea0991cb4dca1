"""Watching tasks until they end: look → store → Seen → sleep as long as polling says.

One watch serves a whole command: tasks join it while it runs and leave it when they end.
Trouble on the way is waited out for as long as the time limit allows; only what can never
get better ends a task's watch early.
"""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.endings import failed
from pixverse_cli.domain.errors import (
    PixverseError,
    StillRunningError,
    ThrottledError,
    UnreachableError,
)
from pixverse_cli.domain.events import Ended, Event, Expected, Known, Note, Retrying, Seen
from pixverse_cli.domain.plan import WaitPolicy
from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.flows.polling import until_next_look
from pixverse_cli.flows.rate_limited import RateLimit, backoff, slow_down, wait_for_slot
from pixverse_cli.flows.task_state import has_video, is_not_known_yet, settle, verdict
from pixverse_cli.flows.tools import Tools

_SLICE = 5.0  # seconds asleep before looking whether the machine itself has slept
_SUSPENDED = 30.0  # seconds that the wall clock must have gained to tell
_LOOKS_FOR_URL = 3
_LEAST_HISTORY = 3


@dataclass(slots=True, kw_only=True)
class _Watched:
    """One task under watch: when to look again (monotonic), and what has gone wrong since."""

    record: Record
    due: float
    failures: int = 0
    without_url: int = 0
    strange_status: str = ""
    trouble: PixverseError | None = None


def watch(records: Iterable[Record], tools: Tools, policy: WaitPolicy) -> Iterator[Event]:
    """Yield ``Seen`` for every look and ``Ended`` for every task, in the order they end."""
    together = Watch(tools, policy)
    for record in records:
        yield from together.join(record)
    while together:
        for ended in (yield from together.until_one_ends()):
            yield ended
            if policy.any_one or (policy.fail_fast and ended.error):
                return


class Watch:
    """The tasks that one command watches; its time limit counts from the start."""

    def __init__(self, tools: Tools, policy: WaitPolicy) -> None:
        self._tools = tools
        self._policy = policy
        self._deadline = tools.clock.monotonic() + (policy.timeout or float("inf"))
        self._watched: list[_Watched] = []

    def __len__(self) -> int:
        return len(self._watched)

    def join(self, record: Record) -> Iterator[Event]:
        """Watch one more task; tell how long earlier ones of its kind took."""
        self._watched.append(_Watched(record=record, due=self._tools.clock.monotonic()))
        past = self._tools.store.records.past_seconds(record)
        if len(past) >= _LEAST_HISTORY:
            trim = len(past) // 10  # the middle eight tenths
            yield Expected(record=record, low=past[trim], high=past[-1 - trim], count=len(past))

    def until_one_ends(self) -> Generator[Event, None, list[Ended]]:
        """Look until a task ends, and return its end; all of them where the time is over."""
        clock = self._tools.clock
        while True:
            task = min(self._watched, key=lambda one: one.due)
            if task.due > self._deadline:
                _sleep_until(self._deadline, clock)
                left, self._watched = self._watched, []
                return [_out_of_time(one, self._policy) for one in left]
            if not _sleep_until(task.due, clock):
                for one in self._watched:
                    one.due = clock.monotonic()
            ended = yield from self._look(task)
            if ended is not None:
                self._watched.remove(task)
                return [ended]

    def _look(self, task: _Watched) -> Generator[Event, None, Ended | None]:
        """Ask once how the task stands; return how it ended, if it did."""
        tools, record = self._tools, task.record
        wait_for_slot(RateLimit.QUERY, tools)
        try:
            answer = tools.connect().query(record.task_id or "")
        except (UnreachableError, ThrottledError) as error:
            yield from _wait_out(task, error, tools)
            return None
        except PixverseError as error:
            return Ended(record=record, error=failed(record, error))
        task.failures, task.trouble = 0, None
        task.due = tools.clock.monotonic() + self._pause(record)
        if is_not_known_yet(record, answer, tools.clock.now()):
            return None
        current = settle(tools.store.records.seen(record.number, answer), answer, tools)
        if current.task_id is None:
            return (yield from _search_again(task, current, tools))
        task.record = current
        yield Seen(record=current, note=_strange(task, answer))
        return _ended(task, answer)

    def _pause(self, record: Record) -> float:
        if self._policy.interval:
            return self._policy.interval
        now = self._tools.clock.now()
        age = (now - (record.submitted_at or now)).total_seconds()
        return until_next_look(max(0.0, age), watched=len(self))


def _sleep_until(due: float, clock: Clock) -> bool:
    """Return whether it slept through; false as soon as the machine was suspended meanwhile."""
    while (left := due - clock.monotonic()) > 0:
        wall, monotonic = clock.now(), clock.monotonic()
        clock.sleep(min(left, _SLICE))
        slept = clock.monotonic() - monotonic
        if (clock.now() - wall).total_seconds() - slept > _SUSPENDED:
            return False
    return True


def _search_again(
    task: _Watched, record: Record, tools: Tools
) -> Generator[Event, None, Ended | None]:
    """The task that a search had found is somebody else's: look for ours."""
    from pixverse_cli.flows.search import search_to_the_end, unfound  # noqa: PLC0415  trouble only

    yield Known(record=record)
    yield Note(text=f"task {task.record.task_id} is not ours after all; searching on")
    found = yield from search_to_the_end(record, tools)
    if found.record.task_id is None:
        return Ended(record=None, error=unfound(found), label=record.image)
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
    """Tell once about a status that nobody knows; it counts as still running."""
    if answer.raw_status.upper() == answer.status or answer.raw_status == task.strange_status:
        return None
    task.strange_status = answer.raw_status
    return f"the service calls the task {answer.raw_status or 'nothing'!r}; taken as still running"


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
    return Ended(record=record, error=failed(record, error))
