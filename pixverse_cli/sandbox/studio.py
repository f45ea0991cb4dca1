"""The studio renders videos in the background and keeps them until the sandbox closes."""

import hashlib
import tempfile
import threading
from collections.abc import Iterable
from concurrent import futures
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pixverse_cli.sandbox.materials import gathered
from pixverse_cli.sandbox.pictures import Unusable
from pixverse_cli.sandbox.refusals import Failure
from pixverse_cli.sandbox.scripts import Scene, written
from pixverse_cli.sandbox.tasks import Job
from pixverse_cli.sandbox.video import RenderingStopped, render

_WORKERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A finished video: ``size`` in pixels, ``length`` in bytes, ``seconds`` as billed."""

    path: Path
    size: tuple[int, int]
    length: int
    seconds: int
    etag: str


class Studio:
    """Renders one film for each job; ``tiny`` films have about 64 by 64 pixels and are fast."""

    def __init__(self, *, tiny: bool = False, index_first: bool = True) -> None:
        self._tiny = tiny
        self._index_first = index_first
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._films: dict[str, Future[Film | Failure]] = {}
        self._workers: ThreadPoolExecutor | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def order(self, job: Job) -> "Future[Film | Failure]":
        """Start rendering the film of a job if that has not been done; return its future."""
        with self._lock:
            if self._stop.is_set():
                return _canceled_future()
            if job.task_id not in self._films:
                if self._workers is None:
                    self._workers = ThreadPoolExecutor(_WORKERS, "sandbox-video")
                    self._folder = tempfile.TemporaryDirectory(prefix="pixverse-sandbox-")
                self._films[job.task_id] = self._workers.submit(self._film_or_failure, job)
            return self._films[job.task_id]

    def film(self, job: Job, *, wait: float) -> Film | Failure | None:
        """Return the film, or why it failed, or None if it is not ready in ``wait`` seconds."""
        try:
            return self.order(job).result(wait)
        except (TimeoutError, CancelledError):  # not ready yet, or the sandbox is closed
            return None

    def await_films(self, jobs: Iterable[Job], *, seconds: float) -> None:
        """Wait until the films of these jobs are ready, at most ``seconds`` seconds."""
        futures.wait([self.order(job) for job in jobs], timeout=seconds)

    def close(self) -> None:
        """Stop all work and delete the films."""
        with self._lock:
            self._stop.set()
            if self._workers is not None:
                self._workers.shutdown(wait=True, cancel_futures=True)
            if self._folder is not None:
                self._folder.cleanup()

    def _film_or_failure(self, job: Job) -> Film | Failure:
        try:
            return self._render(job)
        except Unusable as unusable:
            return unusable.failure
        except RenderingStopped:
            return Failure(code="InternalError", message="The sandbox was closed.")

    def _render(self, job: Job) -> Film:
        scene = Scene(job.order, gathered(job.order), job.seed, self._tiny)
        script = written(scene)
        path = Path(self._folder.name if self._folder else "", f"{job.task_id}.mp4")
        render(
            script,
            path,
            self._stop.is_set,
            marked=job.order.watermark,
            index_first=self._index_first,
        )
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Film(
            path=path,
            size=script.size,
            length=path.stat().st_size,
            seconds=script.billed_seconds,
            etag=f'"{digest[:32].upper()}"',
        )


def _canceled_future() -> "Future[Film | Failure]":
    future: Future[Film | Failure] = Future()
    future.cancel()
    future.set_running_or_notify_cancel()
    return future
