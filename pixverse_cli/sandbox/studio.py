"""Where videos are made, in the background, and kept until the sandbox closes."""

import hashlib
import tempfile
import threading
from collections.abc import Iterable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from pixverse_cli.sandbox import camera
from pixverse_cli.sandbox.pictures import Unusable, decoded, fetched, placeholder
from pixverse_cli.sandbox.refusals import Failure
from pixverse_cli.sandbox.tasks import Job
from pixverse_cli.sandbox.video import Plan, Stopped, render

_WORKERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A finished video: ``size`` in pixels, ``length`` in bytes."""

    path: Path
    size: tuple[int, int]
    length: int
    etag: str


class Studio:
    """Makes one film for each job; ``tiny`` ones of 64 by 64 pixels, if time matters more."""

    def __init__(self, *, tiny: bool = False, index_first: bool = True) -> None:
        self._tiny = tiny
        self._index_first = index_first
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._films: dict[str, Future[Film | Failure]] = {}
        self._workers: ThreadPoolExecutor | None = None
        self._room: tempfile.TemporaryDirectory[str] | None = None

    def order(self, job: Job) -> "Future[Film | Failure]":
        """Begin with the film of a job, unless that has been done."""
        with self._lock:
            if self._stop.is_set():
                return _never()
            if job.task_id not in self._films:
                if self._workers is None:
                    self._workers = ThreadPoolExecutor(_WORKERS, "sandbox-video")
                    self._room = tempfile.TemporaryDirectory(prefix="pixverse-sandbox-")
                self._films[job.task_id] = self._workers.submit(self._make, job)
            return self._films[job.task_id]

    def film(self, job: Job, *, patience: float) -> Film | Failure | None:
        """Return the film, or why there is none, or None if it takes longer (``patience`` in s)."""
        try:
            return self.order(job).result(patience)
        except (TimeoutError, CancelledError):  # not yet, or no more
            return None

    def await_films(self, jobs: Iterable[Job], *, seconds: float) -> None:
        """Wait until the films of these jobs are ready, or so long."""
        wait([self.order(job) for job in jobs], timeout=seconds)

    def close(self) -> None:
        """Stop all work and throw the films away."""
        with self._lock:
            self._stop.set()
            if self._workers is not None:
                self._workers.shutdown(wait=True, cancel_futures=True)
            if self._room is not None:
                self._room.cleanup()

    def _make(self, job: Job) -> Film | Failure:
        try:
            return self._film(job)
        except Unusable as unusable:
            return unusable.failure
        except Stopped:
            return Failure(code="InternalError", message="The sandbox was closed.")

    def _film(self, job: Job) -> Film:
        order = job.order
        data = order.picture if order.picture is not None else fetched(order.url)
        pixels = camera.TINY_AREA if self._tiny else camera.area(order.resolution)
        image = decoded(data) if data is not None else placeholder(order.url)
        plan = Plan(
            size=camera.frame_size(pixels, *image.size),
            shots=camera.shots(order.duration, order.shots, job.seed),
            audio=order.audio,
            watermark=order.watermark,
            index_first=self._index_first,
        )
        path = Path(self._room.name if self._room else "", f"{job.task_id}.mp4")
        render(image, plan, path, self._stop.is_set)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Film(
            path=path, size=plan.size, length=path.stat().st_size, etag=f'"{digest[:32].upper()}"'
        )


def _never() -> "Future[Film | Failure]":
    future: Future[Film | Failure] = Future()
    future.cancel()
    future.set_running_or_notify_cancel()
    return future
