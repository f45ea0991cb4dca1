"""The account: all its tasks, also those of other clients, and the queries about them."""

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
from pixverse_cli.sandbox.orders import VideoOrder, sample_failure, somebody_elses
from pixverse_cli.sandbox.refusals import (
    NOT_ACTIVATED,
    UNSAFE_OUTPUT,
    Failure,
    invalid,
    throttled,
    unresolved_image,
)
from pixverse_cli.sandbox.scenarios import ActiveScenarios
from pixverse_cli.sandbox.studio import Film, Studio
from pixverse_cli.sandbox.tasks import Job, Lane, Pace

_QUEUE_LIMIT = 500  # the console's model data: async_user_queue_limit
_LATE_SECONDS = 2

_QUERY_WAIT = 5.0  # seconds that a query waits for a film that is due
_LIST_WAIT = 1.0
_DOWNLOAD_WAIT = 60.0  # seconds that a download waits for the film of another client's task
_EXTENSION = timedelta(seconds=0.2)
_FAILING_SHARE = 0.25  # of a good task's time: checks fail early


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedTask:
    """One task that the sandbox accepted, even if its client never received the answer."""

    task_id: str
    model: str
    prompt: str | None
    status: Status
    order: VideoOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job with its current status, and its film once that is ready."""

    job: Job
    status: Status
    film: Film | None = None


class Account:
    """The state of all tasks; thread-safe. The time comes from ``clock``."""

    def __init__(
        self, *, clock: Clock, seed: int, pace: Pace, scenarios: ActiveScenarios, studio: Studio
    ) -> None:
        self._clock = clock
        self._pace = pace
        self._scenarios = scenarios
        self._studio = studio
        self._random = random.Random(seed)
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._lanes: dict[str, Lane] = {}
        self._reported_successes: set[str] = set()
        self.links = Links(self.new_id)
        self.creates = 0
        self.key = f"sk-sandbox-{self._random.getrandbits(128):032x}"

    def new_id(self) -> str:
        """Return a new UUID; runs with the same seed get the same UUIDs in the same order."""
        with self._lock:
            return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def count_create(self) -> None:
        """Count a create call, whatever its result."""
        with self._lock:
            self.creates += 1

    @property
    def tasks(self) -> tuple[AcceptedTask, ...]:
        """The tasks accepted from the sandbox's own clients, in order of acceptance."""
        return tuple(_accepted(view) for view in self._all() if view.job.ours)

    def accept(self, order: VideoOrder, request_id: str) -> Job:
        """Accept a task and put it in the queue of its lane.

        :raises Refused: 500 tasks of the lane are waiting already (429).
        """
        with self._lock:
            lane = self._lane(order)
            if lane.length >= _QUEUE_LIMIT:
                raise throttled()
            failure = order.failure or self._planned_failure(order)
            job = self._new_job(order, request_id, failure)
            lane.join(job)
            self._jobs[job.task_id] = job
            if self._scenarios.active("foreign-tasks"):
                self._add_foreign(job)
        if failure is None:
            self._studio.order(job)
        return job

    def _lane(self, order: VideoOrder) -> Lane:
        shared = order.model.lane
        return self._lanes.setdefault(shared.name, Lane(self._pace.queue, shared.running))

    def _new_job(self, order: VideoOrder, request_id: str, failure: Failure | None) -> Job:
        run = self._random.uniform(*self._pace.run)
        return Job(
            task_id=self.new_id(),
            request_id=request_id,
            order=order,
            submitted_at=self._clock.now(),
            run=run * _FAILING_SHARE if failure else run,
            seed=self._random.randint(0, MAX_SEED) if order.seed is None else order.seed,
            failure=failure,
        )

    def _planned_failure(self, order: VideoOrder) -> Failure | None:
        failures: dict[str, Callable[[], Failure]] = {
            "not-activated": lambda: invalid(NOT_ACTIVATED),
            "fail": lambda: sample_failure(order),
            "content-failed": lambda: Failure(code="DataInspectionFailed", message=UNSAFE_OUTPUT),
        }
        for name, failure in failures.items():
            if self._scenarios.applies(name):
                return failure()
        if order.uploaded and self._scenarios.applies("oss-refused-late"):
            return invalid(unresolved_image().message)
        return None

    def _add_foreign(self, job: Job) -> None:
        """Add two tasks of another client: one sent now, and one sent a minute ago."""
        for age in (0, 60):
            sent = job.submitted_at - timedelta(seconds=age)
            other = replace(
                job,
                task_id=self.new_id(),
                request_id=self.new_id(),
                order=somebody_elses(job.order),
                submitted_at=sent,
                scheduled_at=sent,
                ends_at=sent + timedelta(seconds=30),
                failure=None,
                ours=False,
            )
            self._jobs[other.task_id] = other

    def query(self, task_id: str) -> JobView | None:
        """Return a task with its status; None if it is unknown, or no longer known."""
        with self._lock:
            if task_id not in self._jobs:
                return None
            job, now = self._current(task_id), self._clock.now()
        view = JobView(job=job, status=job.status(now))
        if view.status is Status.SUCCEEDED:
            film = self._studio.film(job, wait=_QUERY_WAIT)  # outside the lock, which others need
            with self._lock:
                view = self._with_film(job, film)
        if self._hidden(view):
            return None
        if view.status is Status.SUCCEEDED:
            self._reported_successes.add(task_id)
        return view

    def _hidden(self, view: JobView) -> bool:
        if view.status is Status.UNKNOWN:
            return True
        if self._scenarios.active("expired") and view.job.task_id in self._reported_successes:
            return True
        age = (self._clock.now() - view.job.submitted_at).total_seconds()
        return view.job.ours and self._scenarios.active("late") and age < _LATE_SECONDS

    def _current(self, task_id: str) -> Job:
        now = self._clock.now()
        for lane in self._lanes.values():
            self._jobs.update((job.task_id, job) for job in lane.start(now))
        return self._jobs[task_id]

    def _view(self, task_id: str) -> JobView:
        job = self._current(task_id)
        status = job.status(self._clock.now())
        if status is not Status.SUCCEEDED or not job.ours:
            return JobView(job=job, status=status)
        return self._with_film(job, self._studio.film(job, wait=0.0))

    def _with_film(self, job: Job, film: Film | Failure | None) -> JobView:
        """Return the view of a job that is due.

        The task keeps running until its film is ready, and fails if the film failed.
        """
        if isinstance(film, Film):
            return JobView(job=job, status=Status.SUCCEEDED, film=film)
        later = self._clock.now() + _EXTENSION
        job = replace(job, ends_at=later) if film is None else replace(job, failure=film)
        self._jobs[job.task_id] = job
        return JobView(job=job, status=job.status(self._clock.now()))

    def _all(self) -> list[JobView]:
        """Return all tasks in order of acceptance, after waiting for films that are due."""
        with self._lock:
            now = self._clock.now()
            jobs = [self._current(task_id) for task_id in self._jobs]
        due = (job for job in jobs if job.ours and job.status(now) is Status.SUCCEEDED)
        self._studio.await_films(due, seconds=_LIST_WAIT)
        with self._lock:
            return [self._view(job.task_id) for job in jobs]

    def known(self, first: datetime, last: datetime) -> list[JobView]:
        """Return the tasks submitted between two times, the newest first."""
        views = sorted(self._all(), key=lambda view: view.job.submitted_at, reverse=True)
        return [
            view
            for view in views
            if first <= view.job.submitted_at <= last and not self._hidden(view)
        ]

    def cancel(self, task_id: str) -> bool:
        """Cancel a task; False if it is unknown or not PENDING."""
        with self._lock:
            now = self._clock.now()
            if task_id not in self._jobs:
                return False
            job = self._current(task_id)
            if job.status(now) is not Status.PENDING:
                return False
            self._lane(job.order).leave(job)
            self._jobs[task_id] = replace(job, canceled_at=now)
            return True

    def linked_film(self, name: str) -> Film | None:
        """Return the film of a link; it outlives the task ("does not currently expire")."""
        with self._lock:
            job = self._jobs.get(self.links.task_id(name))
        film = self._studio.film(job, wait=_DOWNLOAD_WAIT) if job else None
        return film if isinstance(film, Film) else None


def _accepted(view: JobView) -> AcceptedTask:
    return AcceptedTask(
        task_id=view.job.task_id,
        model=view.job.model,
        prompt=view.job.prompt,
        status=view.status,
        order=view.job.order,
    )
