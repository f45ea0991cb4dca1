"""The account: every task of it, whoever sent them, and what may be asked about them."""

import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pixverse_cli.domain.catalog import MAX_SEED
from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.task import Status
from pixverse_cli.sandbox.links import Links
from pixverse_cli.sandbox.orders import Order
from pixverse_cli.sandbox.refusals import (
    NOT_ACTIVATED,
    UNSAFE_OUTPUT,
    Failure,
    invalid,
    throttled,
    unresolved_image,
)
from pixverse_cli.sandbox.scenarios import Troubles
from pixverse_cli.sandbox.studio import Film, Studio
from pixverse_cli.sandbox.tasks import Job, Lane, Pace

QUEUE_LIMIT = 500  # the console's model data: async_user_queue_limit
LATE_SECONDS = 2

_PATIENCE = 5.0  # seconds that a query waits for a film whose time is over
_PATIENCE_OF_LISTS = 1.0
_DOWNLOAD_PATIENCE = 60.0  # seconds that a download waits for somebody else's film
_A_LITTLE = timedelta(seconds=0.2)
_FAILING = 0.25  # of a good task's time: checks fail early


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedTask:
    """One task that a client of the sandbox was promised, whether it heard so or not."""

    task_id: str
    model: str
    prompt: str | None
    status: Status
    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How a job stands now; with the film once that is ready."""

    job: Job
    status: Status
    film: Film | None = None


class Account:
    """All state of tasks behind one lock; time is the clock's."""

    def __init__(
        self, *, clock: Clock, seed: int, pace: Pace, troubles: Troubles, studio: Studio
    ) -> None:
        self._clock = clock
        self._pace = pace
        self._troubles = troubles
        self._studio = studio
        self._random = random.Random(seed)
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._lanes: dict[str, Lane] = {}
        self._told: set[str] = set()
        self.links = Links(self.new_id)
        self.creates = 0
        self.key = f"sk-sandbox-{self._random.getrandbits(128):032x}"

    def new_id(self) -> str:
        """Return a new UUID, the same in the same place of every run with this seed."""
        with self._lock:
            return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def count_create(self) -> None:
        """Count a create call, whatever becomes of it."""
        with self._lock:
            self.creates += 1

    @property
    def tasks(self) -> tuple[AcceptedTask, ...]:
        """The tasks accepted from clients, in order; other people's are left out."""
        return tuple(_accepted(seen) for seen in self._all() if seen.job.ours)

    def accept(self, order: Order, request_id: str) -> Job:
        """Take a task on.

        :raises Refused: 500 tasks of the model are waiting already (429).
        """
        with self._lock:
            lane = self._lanes.setdefault(order.model.name, Lane(self._pace.queue))
            if lane.length >= QUEUE_LIMIT:
                raise throttled()
            failure = order.failure or self._planned_failure(order)
            job = self._new_job(order, request_id, failure)
            lane.join(job)
            self._jobs[job.task_id] = job
            if self._troubles.on("foreign-tasks"):
                self._add_foreign(job)
        if failure is None:
            self._studio.order(job)
        return job

    def _new_job(self, order: Order, request_id: str, failure: Failure | None) -> Job:
        run = self._random.uniform(*self._pace.run)
        return Job(
            task_id=self.new_id(),
            request_id=request_id,
            order=order,
            submitted_at=self._clock.now(),
            run=run * _FAILING if failure else run,
            seed=self._random.randint(0, MAX_SEED) if order.seed is None else order.seed,
            failure=failure,
        )

    def _planned_failure(self, order: Order) -> Failure | None:
        plans: dict[str, Callable[[], Failure]] = {
            "not-activated": lambda: invalid(NOT_ACTIVATED),
            "fail": lambda: invalid(f"The size is not match {order.resolution}"),
            "content-failed": lambda: Failure(code="DataInspectionFailed", message=UNSAFE_OUTPUT),
        }
        for name, plan in plans.items():
            if self._troubles.strikes(name):
                return plan()
        if order.url.startswith("oss://") and self._troubles.strikes("oss-refused-late"):
            return invalid(unresolved_image().message)
        return None

    def _add_foreign(self, job: Job) -> None:
        """Somebody else sends a task in the same moment, and had sent one a minute before."""
        for age in (0, 60):
            sent = job.submitted_at - timedelta(seconds=age)
            order = Order(
                model=job.order.model, prompt="Somebody else's prompt.", url="https://example.com/"
            )
            other = replace(
                job,
                task_id=self.new_id(),
                request_id=self.new_id(),
                order=order,
                submitted_at=sent,
                scheduled_at=sent,
                ends_at=sent + timedelta(seconds=30),
                failure=None,
                ours=False,
            )
            self._jobs[other.task_id] = other

    def look(self, task_id: str) -> Seen | None:
        """Return how a task stands; None if the service knows no such task (any more)."""
        with self._lock:
            if task_id not in self._jobs:
                return None
            job, now = self._current(task_id), self._clock.now()
        seen = Seen(job=job, status=job.status(now))
        if seen.status is Status.SUCCEEDED:
            film = self._studio.film(job, patience=_PATIENCE)  # outside the lock: others go on
            with self._lock:
                seen = self._settled(job, film)
        if self._forgotten(seen):
            return None
        if seen.status is Status.SUCCEEDED:
            self._told.add(task_id)
        return seen

    def _forgotten(self, seen: Seen) -> bool:
        if seen.status is Status.UNKNOWN:
            return True
        if self._troubles.on("expired") and seen.job.task_id in self._told:
            return True
        age = (self._clock.now() - seen.job.submitted_at).total_seconds()
        return seen.job.ours and self._troubles.on("late") and age < LATE_SECONDS

    def _current(self, task_id: str) -> Job:
        now = self._clock.now()
        for lane in self._lanes.values():
            self._jobs.update((job.task_id, job) for job in lane.start(now))
        return self._jobs[task_id]

    def _seen(self, task_id: str) -> Seen:
        job = self._current(task_id)
        status = job.status(self._clock.now())
        if status is not Status.SUCCEEDED or not job.ours:
            return Seen(job=job, status=status)
        return self._settled(job, self._studio.film(job, patience=0.0))

    def _settled(self, job: Job, film: Film | Failure | None) -> Seen:
        """A task whose time is over runs on until its film is ready, or fails as that did."""
        if isinstance(film, Film):
            return Seen(job=job, status=Status.SUCCEEDED, film=film)
        later = self._clock.now() + _A_LITTLE
        job = replace(job, ends_at=later) if film is None else replace(job, failure=film)
        self._jobs[job.task_id] = job
        return Seen(job=job, status=job.status(self._clock.now()))

    def _all(self) -> list[Seen]:
        """Return every task in the order of acceptance, once films that are due are ready."""
        with self._lock:
            now = self._clock.now()
            jobs = [self._current(task_id) for task_id in self._jobs]
        due = (job for job in jobs if job.ours and job.status(now) is Status.SUCCEEDED)
        self._studio.await_films(due, seconds=_PATIENCE_OF_LISTS)
        with self._lock:
            return [self._seen(job.task_id) for job in jobs]

    def known(self, first: datetime, last: datetime) -> list[Seen]:
        """Return the tasks submitted between two times, the newest first."""
        rows = sorted(self._all(), key=lambda seen: seen.job.submitted_at, reverse=True)
        return [
            seen
            for seen in rows
            if first <= seen.job.submitted_at <= last and not self._forgotten(seen)
        ]

    def cancel(self, task_id: str) -> bool:
        """Cancel a task; False if it is not PENDING, or not there."""
        with self._lock:
            now = self._clock.now()
            if task_id not in self._jobs:
                return False
            job = self._current(task_id)
            if job.status(now) is not Status.PENDING:
                return False
            self._lanes[job.model].leave(job)
            self._jobs[task_id] = replace(job, canceled_at=now)
            return True

    def linked(self, name: str) -> Film | None:
        """Return the film behind a link; it outlives the task ("does not currently expire")."""
        with self._lock:
            job = self._jobs.get(self.links.task_id(name))
        film = self._studio.film(job, patience=_DOWNLOAD_PATIENCE) if job else None
        return film if isinstance(film, Film) else None


def _accepted(seen: Seen) -> AcceptedTask:
    return AcceptedTask(
        task_id=seen.job.task_id,
        model=seen.job.model,
        prompt=seen.job.prompt,
        status=seen.status,
        order=seen.job.order,
    )
