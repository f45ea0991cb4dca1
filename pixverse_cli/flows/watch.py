"""Watching tasks until they end: query → store → Seen → sleep for the polling interval.

One watch serves a whole command: tasks join it while it runs and leave it when they end.
Errors that may pass are retried until the time limit; other errors end the watch of their
task at once.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.endings import failed
from pixverse_cli.domain.errors import (
    PixverseError,
    StillRunningError,
    ThrottledError,
    TimeLimitError,
    UnreachableError,
)
from pixverse_cli.domain.events import (
    Ended,
    Event,
    Expected,
    Known,
    LeftRunning,
    Note,
    Retrying,
    Seen,
)
from pixverse_cli.domain.plan import WaitPolicy
from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.flows.polling import query_interval
from pixverse_cli.flows.rate_limited import RateLimit, backoff, slow_down
from pixverse_cli.flows.task_state import (
    confirm_or_release,
    has_video,
    is_not_known_yet,
    query_task,
    status_error,
    store_answer,
)
from pixverse_cli.flows.tools import Tools

_SLICE = 5.0  # seconds; sleep in steps of this length to notice that the machine was suspended
_SUSPENDED = 30.0  # seconds; the machine was suspended if the wall clock gained more than this
_MAX_ANSWERS_WITHOUT_URL = 3
_MIN_HISTORY = 3


@dataclass(slots=True, kw_only=True)
class _Watched:
    """One watched task: the time of its next query (monotonic), and recent failures."""

    record: Record
    due: float
    failures: int = 0
    answers_without_url: int = 0
    reported_status: str = ""
    last_error: PixverseError | None = None


class Watch:
    """The tasks that one command watches, until the command's time limit or the policy's."""

    def __init__(self, tools: Tools, policy: WaitPolicy) -> None:
        self._tools = tools.until(policy)
        self._policy = policy
        self._deadline = self._tools.deadline
        self._watched: list[_Watched] = []

    def __len__(self) -> int:
        return len(self._watched)

    @property
    def expired(self) -> bool:
        """Whether the time limit is over."""
        return self._tools.clock.monotonic() >= self._deadline

    def leave(self) -> Iterator[Event]:
        """Stop watching: the tasks keep running at the service."""
        left, self._watched = self._watched, []
        yield from (LeftRunning(record=task.record) for task in left)

    def join(self, record: Record) -> Iterator[Event]:
        """Watch one more task; yield how long earlier tasks of its kind took."""
        self._watched.append(_Watched(record=record, due=self._tools.clock.monotonic()))
        past = self._tools.store.records.past_seconds(record)
        if len(past) >= _MIN_HISTORY:
            trim = len(past) // 10  # keep the middle eight tenths
            yield Expected(record=record, low=past[trim], high=past[-1 - trim], count=len(past))

    def until_one_ends(self) -> Generator[Event, None, list[Ended]]:
        """Query until a task ends, and return its end; at the time limit, return all tasks."""
        clock = self._tools.clock
        while True:
            task = min(self._watched, key=lambda one: one.due)
            if task.due > self._deadline:
                _sleep_until(self._deadline, clock)
                left, self._watched = self._watched, []
                return [_timed_out(one, self._policy) for one in left]
            if not _sleep_until(task.due, clock):
                for one in self._watched:
                    one.due = clock.monotonic()
            ended = yield from self._query(task)
            if ended is not None:
                self._watched.remove(task)
                return [ended]

    def _query(self, task: _Watched) -> Generator[Event, None, Ended | None]:
        """Query the task's status once; return the end of the task, if it has ended."""
        tools, record = self._tools, task.record
        try:
            wait_for_slot(RateLimit.QUERY, tools)
            answer = query_task(record, tools)
        except TimeLimitError:
            task.due = float("inf")  # no further query fits into the time that is left
            return None
        except (UnreachableError, ThrottledError) as error:
            yield from _schedule_retry(task, error, tools)
            return None
        except PixverseError as error:
            return Ended(record=record, error=failed(record, error))
        task.failures, task.last_error = 0, None
        task.due = tools.clock.monotonic() + self._pause(record)
        if is_not_known_yet(record, answer, tools.clock):
            return None
        current = confirm_or_release(store_answer(record, answer, tools), answer, tools)
        if current.task_id is None:
            return (yield from _search_again(task, current, tools))
        task.record = current
        yield Seen(record=current, note=_unknown_status_note(task, answer))
        return _ended(task, answer)

    def _pause(self, record: Record) -> float:
        if self._policy.interval:
            return self._policy.interval
        now = self._tools.clock.now()
        age = (now - (record.submitted_at or now)).total_seconds()
        return query_interval(max(0.0, age), watched=len(self))


def _sleep_until(due: float, clock: Clock) -> bool:
    """Sleep until ``due``; return False early if the machine was suspended in the meantime."""
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
    """Search again, because the task that was found belongs to another request."""
    from pixverse_cli.flows.search import not_found_error, search_until_conclusive  # noqa: PLC0415  rare

    yield Known(record=record)
    yield Note(text=f"task {task.record.task_id} belongs to another request; the search continues")
    found = yield from search_until_conclusive(record, tools)
    if found.record.task_id is None:
        return Ended(record=None, error=not_found_error(found), label=record.image)
    task.record, task.due = found.record, tools.clock.monotonic()
    return None


def _schedule_retry(task: _Watched, error: PixverseError, tools: Tools) -> Iterator[Event]:
    task.failures += 1
    task.last_error = error
    delay = backoff(task.failures, error.retry_after)
    slow_down(RateLimit.QUERY, tools, error, delay)
    task.due = tools.clock.monotonic() + delay
    if task.due < tools.deadline:
        yield Retrying(reason=error.message, delay=delay, task_id=task.record.task_id)


def _unknown_status_note(task: _Watched, answer: Task) -> str | None:
    """Return a note about an unknown status, once; the task counts as still running."""
    if answer.raw_status.upper() == answer.status or answer.raw_status == task.reported_status:
        return None
    task.reported_status = answer.raw_status
    return f"the service reports an unknown status {answer.raw_status!r}; treated as running"


def _ended(task: _Watched, answer: Task) -> Ended | None:
    """Return the end of the task if it has ended; a success may lack its video URL at first."""
    if answer.status.unfinished:
        return None
    if answer.status is Status.SUCCEEDED and not has_video(task.record):
        task.answers_without_url += 1
        if task.answers_without_url < _MAX_ANSWERS_WITHOUT_URL:
            return None
    return Ended(record=task.record, error=status_error(task.record, answer.status))


def _timed_out(task: _Watched, policy: WaitPolicy) -> Ended:
    record = task.record
    last_error = f"; the last error: {task.last_error.message}" if task.last_error else ""
    error = StillRunningError(
        f"task {record.task_id} is still {record.status} after {policy.timeout:g} s{last_error};"
        " it keeps running at the service",
    )
    return Ended(record=record, error=failed(record, error))
