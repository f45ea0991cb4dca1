"""The status of a task over time, and the queue in which at most five tasks run at once."""

import heapq
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pixverse_cli.domain.task import Status
from pixverse_cli.domain.terms import TASK_LIFE_SECONDS
from pixverse_cli.sandbox.orders import VideoOrder
from pixverse_cli.sandbox.refusals import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long a task waits, and its shortest and longest running time, in seconds."""

    queue: float
    run: tuple[float, float]

    def slower(self, factor: float) -> "Pace":
        """Return the pace of tasks that run ``factor`` times as long."""
        return replace(self, run=(self.run[0] * factor, self.run[1] * factor))


FAST = Pace(queue=0.3, run=(1.5, 2.5))
REALISTIC = Pace(queue=0.05, run=(60.0, 300.0))  # the page: "typically 1 to 5 minutes"
INSTANT = Pace(queue=0.0, run=(0.0, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One accepted task; times aware, UTC. ``run`` is how long it will run, in seconds.

    ``request_id`` is that of the create call; ``ours`` is False for tasks that another client
    of the account sent.
    """

    task_id: str
    request_id: str
    order: VideoOrder
    submitted_at: datetime
    run: float
    seed: int
    scheduled_at: datetime | None = None
    ends_at: datetime | None = None
    canceled_at: datetime | None = None
    failure: Failure | None = None
    ours: bool = True

    @property
    def model(self) -> str:
        """The full name of the model."""
        return self.order.model.name

    @property
    def prompt(self) -> str | None:
        """The prompt as the service keeps it: cut if it was too long."""
        return self.order.prompt

    def status(self, now: datetime) -> Status:
        """Return the status of the task at that time."""
        if (now - self.submitted_at).total_seconds() >= TASK_LIFE_SECONDS:
            return Status.UNKNOWN
        if self.canceled_at is not None:
            return Status.CANCELED
        if self.scheduled_at is None or self.scheduled_at > now:
            return Status.PENDING
        if self.ends_at is None or self.ends_at > now:
            return Status.RUNNING
        return Status.FAILED if self.failure else Status.SUCCEEDED

    def started(self, at: datetime) -> "Job":
        """Return the job as started at that time."""
        return replace(self, scheduled_at=at, ends_at=at + timedelta(seconds=self.run))


class Lane:
    """The queue of the models that share places: first come, first served, ``running`` at a time.

    "Running tasks: 5, shared per API key within a generation" (Model Studio, "Rate limits").
    """

    def __init__(self, queue: float, running: int) -> None:
        self._running = running
        self._queue = timedelta(seconds=queue)
        self._waiting: deque[Job] = deque()
        self._ends: list[datetime] = []  # a heap of the latest ends, one for each runner

    @property
    def length(self) -> int:
        """The number of waiting tasks."""
        return len(self._waiting)

    def join(self, job: Job) -> None:
        """Put a task at the end of the queue."""
        self._waiting.append(job)

    def leave(self, job: Job) -> None:
        """Remove a task that has not started."""
        self._waiting.remove(job)

    def start(self, now: datetime) -> list[Job]:
        """Start all tasks whose start time has come, and return them as started."""
        started = []
        while self._waiting and (start := self._start_time(self._waiting[0])) <= now:
            job = self._waiting.popleft().started(start)
            started.append(job)
            if job.ends_at is not None:
                self._occupy(job.ends_at)
        return started

    def _start_time(self, job: Job) -> datetime:
        ready = job.submitted_at + self._queue
        return ready if len(self._ends) < self._running else max(ready, self._ends[0])

    def _occupy(self, until: datetime) -> None:
        if len(self._ends) < self._running:
            heapq.heappush(self._ends, until)
        else:
            heapq.heapreplace(self._ends, until)
