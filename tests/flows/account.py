"""An account on the service, as an object that flows use as their client.

It keeps every accepted task with the request for which it was accepted, so that a test can
compare the store with what was really bought.
"""

import itertools
import json
import threading
import uuid
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pixverse_cli.dashscope.wire import Page
from pixverse_cli.domain.errors import (
    ContentRefusedError,
    NotSentError,
    PixverseError,
    ThrottledError,
    UnclearError,
    UnreachableError,
    UsageError,
)
from pixverse_cli.domain.task import ListedTask, Status, Task
from tests.media.video.boxes import video

DAY = timedelta(hours=24)


class ServiceClock:
    """The service's clock: it is right, whatever the machine's clock is set to."""

    def __init__(self, clock):
        self._clock, self._start = clock, clock.wall - timedelta(seconds=clock.ticks)

    def now(self):
        return self._start + timedelta(seconds=self._clock.ticks)

    def advance(self, seconds):
        self._clock.advance(seconds)


class Connected:
    """Returns the same account as the client of every thread."""

    def __init__(self, account):
        self._account = account

    def __call__(self):
        return self._account

    def another(self):
        return self


class Killed(BaseException):
    """The process was killed; no code of the program may catch this."""


@dataclass(kw_only=True)
class Job:
    """One accepted task; ``sender`` is the number of its submit, None for a foreign task."""

    task_id: str
    body: dict
    at: datetime
    sender: int | None
    fails: bool = False
    hidden: float = 0.0  # seconds until queries and lists return it
    wait: float = 1.0
    run: float = 20.0
    canceled: bool = False
    seconds: int = 3  # billed where the request does not set a duration

    @property
    def prompt(self):
        return self.body["input"].get("prompt")

    @property
    def image(self):
        return self.body["input"]["media"][0]["url"]

    def age(self, now):
        return (now - self.at).total_seconds()

    def status(self, now):
        if not self.hidden <= self.age(now) < DAY.total_seconds():
            return Status.UNKNOWN
        if self.canceled:
            return Status.CANCELED
        if self.age(now) < self.wait:
            return Status.PENDING
        if self.age(now) < self.wait + self.run:
            return Status.RUNNING
        return Status.FAILED if self.fails else Status.SUCCEEDED

    @property
    def free(self):
        """Whether it is never billed."""
        return self.fails or self.canceled


@dataclass(kw_only=True)
class Account:
    """``next_creates`` are the results of the next create calls, ``next_calls`` of the others."""

    clock: object
    origin: str
    jobs: dict[str, Job] = field(default_factory=dict)
    next_creates: deque = field(default_factory=deque)
    next_calls: deque = field(default_factory=deque)
    sender: int | None = None
    next_job: dict = field(default_factory=dict)
    on_accept: object = None  # called after a task is accepted and before its answer arrives
    page_size: int = 100
    uid: str = "1000000000000001"
    on_loopback = True
    numbers: itertools.count = field(default_factory=itertools.count)

    def accept(self, body, sender, **how):
        task_id = str(uuid.UUID(int=next(self.numbers) * 7919**8 % 2**128, version=4))
        job = Job(task_id=task_id, body=body, at=self.clock.now(), sender=sender, **how)
        self.jobs[task_id] = job
        return job

    def create(self, body, *, give_up):
        assert not give_up()
        result = self.next_creates.popleft() if self.next_creates else "fine"
        self._refuse(result)
        job = self.accept(json.loads(body), self.sender, **self.next_job)
        if self.on_accept:
            self.on_accept()
        if result == "killed-after":
            raise Killed
        if result == "lost-reply":
            raise UnclearError("closed")
        if result == "late-504":
            self.clock.advance(55.0)
            raise UnclearError("HTTP 504, HTML")
        self.clock.advance(0.3)
        return Task(
            task_id=job.task_id, status=Status.PENDING, raw_status="PENDING", request_id="r"
        )

    def _refuse(self, result):
        match result:
            case PixverseError():
                raise result
            case "killed-before":
                raise Killed
            case "not-sent":
                raise NotSentError("no connection")
            case "throttled":
                raise ThrottledError("too many", service_code="Throttling.RateQuota")
            case "refused":
                raise ContentRefusedError("no", service_code="DataInspectionFailed")
            case "never-arrived":
                raise UnclearError("reset")
            case "timed-out":
                self.clock.advance(60.0)
                raise UnclearError("no whole answer within 60 s")

    def _before_call(self):
        self.clock.advance(0.05)
        match self.next_calls.popleft() if self.next_calls else "fine":
            case "killed":
                raise Killed
            case "unreachable":
                raise UnreachableError("HTTP 502, HTML")
            case "throttled":
                raise ThrottledError("too many")

    def query(self, task_id):
        self._before_call()
        job, now = self.jobs.get(task_id), self.clock.now()
        status = job.status(now) if job else Status.UNKNOWN
        if status is Status.UNKNOWN:
            return Task(task_id=task_id, status=status, raw_status=status)
        done = status is Status.SUCCEEDED
        parameters = job.body["parameters"]
        usage = {
            "duration": parameters.get("duration", job.seconds),
            "SR": parameters.get("resolution", "4K").rstrip("P"),
            "audio": parameters.get("audio"),
        }
        return Task(
            task_id=task_id,
            status=status,
            raw_status=status,
            submitted_at=job.at,
            scheduled_at=None if status is Status.PENDING else job.at + timedelta(seconds=job.wait),
            ended_at=job.at + timedelta(seconds=job.wait + job.run) if status.final else None,
            orig_prompt=job.prompt if done else None,
            video_url=f"{self.origin}/{task_id}.mp4" if done else None,
            usage=usage if done else {},
            error_code="InvalidParameter" if status is Status.FAILED else None,
        )

    def listed(self, *, page, page_size, model=None):
        self._before_call()
        if page_size > self.page_size:
            raise UsageError("page_size exceeds the length limit")
        now = self.clock.now()
        rows = [
            ListedTask(
                task_id=job.task_id,
                status=job.status(now),
                model=job.body["model"],
                request_id="r",
                submitted_at=job.at,
            )
            for job in sorted(self.jobs.values(), key=lambda job: job.at, reverse=True)
            if job.status(now) is not Status.UNKNOWN and model in (None, job.body["model"])
        ]
        first = (page - 1) * page_size
        return Page(
            tasks=tuple(rows[first : first + page_size]),
            total=len(rows),
            total_pages=-(-len(rows) // page_size),
            uid=self.uid if rows else None,
            date=now.replace(microsecond=0),
        )

    def cancel(self, task_id):
        self._before_call()
        job = self.jobs.get(task_id)
        if job is None or job.status(self.clock.now()) is not Status.PENDING:
            raise UsageError("not PENDING", service_code="UnsupportedOperation")
        job.canceled = True


class VideoHost:
    """Serves the same complete video under every path."""

    def __init__(self):
        film = video(500)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "video/mp4")
                self.send_header("Content-Length", str(len(film)))
                self.end_headers()
                self.wfile.write(film)

            def log_message(self, *_):
                """Print nothing."""

        self.film = film
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
