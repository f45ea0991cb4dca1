"""Watching tasks until they end: query → store → Seen → sleep for the polling interval.

When to query comes from the run times of earlier tasks (``polling.py``). Of more than eight
tasks only those are queried that the service's list reports as ended (``sweep.py``). One watch
serves a whole command: tasks join it while it runs and leave it when they end.
Errors that may pass are retried until the time limit; other errors end the watch of their
task at once.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from pixverse_cli.domain.endings import failed
from pixverse_cli.domain.errors import (
    NetworkSettingsError,
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
from pixverse_cli.domain.hosts import is_sandbox
from pixverse_cli.domain.plan import WaitPolicy
from pixverse_cli.domain.task import ListedTask, Record, Status, Task
from pixverse_cli.flows.polling import (
    MAX_INTERVAL,
    RunTimes,
    first_query,
    query_interval,
    run_times,
    usual,
)
from pixverse_cli.flows.rate_limited import RateLimit, backoff, slow_down, wait_for_slot
from pixverse_cli.flows.save import Transfers
from pixverse_cli.flows.sweep import MAX_SINGLE_QUERIES, Sweep
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
    """One watched task: the time of its next query (monotonic), and recent failures.

    ``submitted_at`` is by this machine's clock for a task that this run submitted, ``queued``
    the seconds that it then waited in the queue. ``times`` is what is known of the run times
    of its kind, ``earliest`` the seconds of running before which it has hardly ended.
    ``single``: it is queried next even if the list is read for the others.
    """

    record: Record
    due: float
    submitted_at: datetime
    times: RunTimes
    earliest: float
    queued: float = 0.0
    single: bool = False
    failures: int = 0
    answers_without_url: int = 0
    reported_status: str = ""
    last_error: PixverseError | None = None


class Watch:
    """The tasks that one command watches, until the command's time limit or the policy's.

    ``transfers`` are the command's downloads: the watch sleeps no longer than they have nothing
    to tell.
    """

    def __init__(self, tools: Tools, policy: WaitPolicy, transfers: Transfers) -> None:
        self._tools = tools.until(policy)
        self._policy = policy
        self._transfers = transfers
        self._deadline = self._tools.deadline
        self._watched: list[_Watched] = []

    @cached_property
    def _sweep(self) -> Sweep:
        return Sweep(self._tools, self._deadline, gap=self._policy.interval)

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
        """Watch one more task; yield how long tasks of its kind usually run."""
        past = self._tools.store.records.past_run_seconds(record)
        times = run_times(past, sandbox=is_sandbox(record.service))
        task = _Watched(
            record=record,
            due=0.0,
            submitted_at=record.submitted_at or self._tools.clock.now(),
            times=times,
            earliest=first_query(times),
        )
        task.due = self._tools.clock.monotonic() + self._first_pause(task)
        self._watched.append(task)
        if len(past) >= _MIN_HISTORY:
            low, high = usual(times)
            yield Expected(record=record, low=low, high=high, count=len(past))

    def until_one_ends(self) -> Generator[Event, None, list[Ended]]:
        """Query until a task ends, and return its end; at the time limit, return all tasks.

        Return nothing as soon as a transfer has something to take.
        """
        clock, transfers = self._tools.clock, self._transfers
        while self._watched:
            task = min(self._watched, key=self._due)
            late = max(self._due(task), clock.monotonic()) > self._deadline
            if not self._sleep_until(self._deadline if late else self._due(task)):
                return []
            if late:
                left, self._watched = self._watched, []
                return [_timed_out(one, self._policy) for one in left]
            ended = yield from self._look_at(task)
            if ended is not None:
                self._watched.remove(task)
                return [ended]
            if transfers.wait(0.0):  # asked after a query, so that neither keeps the other waiting
                return []
        if transfers:
            transfers.wait(_SLICE)
        return []

    def _look_at(self, task: _Watched) -> Generator[Event, None, Ended | None]:
        """Read the list, or query the task; return its end, if it has ended."""
        if self._is_listed(task):
            yield from self._read_list()
            return None
        return (yield from self._query(task))

    def _sleep_until(self, due: float) -> bool:
        """Sleep until then; return False early if a transfer has something to take.

        Also if the machine was suspended in the meantime: then all tasks are due.
        """
        clock = self._tools.clock
        while (left := due - clock.monotonic()) > 0:
            wall, monotonic = clock.now(), clock.monotonic()
            if not self._transfers:
                clock.sleep(min(left, _SLICE))
            elif self._transfers.wait(min(left, _SLICE)):
                return False
            slept = clock.monotonic() - monotonic
            if (clock.now() - wall).total_seconds() - slept > _SUSPENDED:
                for task in self._watched:
                    task.due = clock.monotonic()
                return False
        return True

    def _is_listed(self, task: _Watched) -> bool:
        """Return whether the next news of a task comes from the list, not from a query."""
        return len(self) > MAX_SINGLE_QUERIES and not task.single and not self._sweep.refused

    def _due(self, task: _Watched) -> float:
        return max(task.due, self._sweep.next_at) if self._is_listed(task) else task.due

    def _read_list(self) -> Iterator[Event]:
        """Read the list; tasks that it reports as ended, or does not have, are queried next."""
        now = self._tools.clock.monotonic()
        ids = [task.record.task_id or "" for task in self._watched]
        models = {task.record.model for task in self._watched}
        rows = yield from self._sweep.read(ids, models.pop() if len(models) == 1 else None)
        for task, task_id in zip(self._watched, ids, strict=True):
            row = rows.get(task_id)
            if row is None or task.record.provisional or row.status is Status.UNKNOWN:
                task.single = task.single or task.due <= now
            elif row.status.final:
                task.single, task.due = True, 0.0  # before all others
            else:
                yield from self._still_unfinished(task, row)

    def _still_unfinished(self, task: _Watched, row: ListedTask) -> Iterator[Event]:
        """Note what the list says of an unfinished task, and look again after its interval."""
        known = task.record.status
        if row.status is Status.RUNNING and known in (Status.PENDING, Status.UNKNOWN):
            task.queued = self._age(task)
            answer = Task(task_id=row.task_id, status=row.status, raw_status=row.status)
            current = store_answer(task.record, answer, self._tools)
            if current.task_id is not None:  # else the query at its end tells what has become of it
                task.record = current
                yield Seen(record=current)
        pause = self._pause(task)
        if not self._policy.interval and task.record.status is not Status.PENDING:
            # one reading serves all tasks: it is worth its call when any of them may have ended
            pause = min(MAX_INTERVAL, task.earliest - self._running_seconds(task))
        task.due = self._tools.clock.monotonic() + pause

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
        except NetworkSettingsError:
            raise
        except PixverseError as error:
            return Ended(record=record, error=failed(record, error))
        task.failures, task.last_error, task.single = 0, None, False
        task.due = tools.clock.monotonic() + self._pause(task)
        if is_not_known_yet(record, answer, tools.clock):
            return None
        current = confirm_or_release(store_answer(record, answer, tools), answer, tools)
        if current.task_id is None:
            return (yield from _search_again(task, current, tools))
        task.record, task.queued = current, _queued_seconds(current) or task.queued
        task.due = tools.clock.monotonic() + self._pause(task)
        yield Seen(record=current, note=_unknown_status_note(task, answer))
        return _ended(task, answer)

    def _first_pause(self, task: _Watched) -> float:
        """Return the seconds until the first query: none for a task of an earlier run."""
        if task.record.run != self._tools.run:
            return 0.0
        left = self._deadline - self._tools.clock.monotonic()
        pause = self._policy.interval or task.earliest - self._age(task)
        return max(0.0, min(pause, left / 2.0))  # a short time limit still allows a query

    def _pause(self, task: _Watched) -> float:
        """Return the seconds until the next query."""
        if self._policy.interval:
            return self._policy.interval
        if task.record.status is Status.PENDING:  # it may start now, and end soon after that
            return min(MAX_INTERVAL, task.earliest)
        return query_interval(task.times, self._running_seconds(task))

    def _running_seconds(self, task: _Watched) -> float:
        return self._age(task) - task.queued

    def _age(self, task: _Watched) -> float:
        return max(0.0, (self._tools.clock.now() - task.submitted_at).total_seconds())


def _queued_seconds(record: Record) -> float:
    """Return how long a task waited in the queue, by the service's clock; 0 if unknown."""
    if record.submitted_at is None or record.scheduled_at is None:
        return 0.0
    return max(0.0, (record.scheduled_at - record.submitted_at).total_seconds())


def _search_again(
    task: _Watched, record: Record, tools: Tools
) -> Generator[Event, None, Ended | None]:
    """Search again, because the task that was found belongs to another request."""
    from pixverse_cli.flows.search import not_found_error, search_until_conclusive  # noqa: PLC0415  rare

    yield Known(record=record)
    yield Note(text=f"task {task.record.task_id} belongs to another request; the search continues")
    found = yield from search_until_conclusive(record, tools)
    if found.record.task_id is None:
        return Ended(record=None, error=not_found_error(found), label=record.label)
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
