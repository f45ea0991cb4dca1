"""Saving finished videos: download → verify → rename → store → Saved, each on a thread.

The error class of a failed download decides what to do next. After a dead link or wrong
content, ask the service once for a new URL. After an interrupted transfer, resume it. After
an error on this machine, stop. Saving is free: nothing here costs money.

A few threads save, so that other tasks are watched and created meanwhile. Each has a client and
an open store of its own. The events of all threads come out in one stream, on the thread that
asks for them; only that thread shows anything, and only there a signal stops the command. A
thread that is stopped keeps the part of its video, as after a kill.
"""

import os
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import NamedTuple, Self

from pixverse_cli.disk.files import has_sha256, reason
from pixverse_cli.domain.catalog import find_model
from pixverse_cli.domain.clock import local_time
from pixverse_cli.domain.endings import failed
from pixverse_cli.domain.errors import NotSavedError, PixverseError
from pixverse_cli.domain.events import Downloading, Ended, Event, Note, Retrying, Saved
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.plan import Destination, OutputTemplate
from pixverse_cli.domain.task import Record
from pixverse_cli.domain.terms import RUNNING_TASKS
from pixverse_cli.domain.threads import threads_left
from pixverse_cli.flows.rate_limited import RateLimit, backoff, with_retries
from pixverse_cli.flows.task_state import query_task, store_answer
from pixverse_cli.flows.tools import Tools
from pixverse_cli.media.output_names import image_name, resolve
from pixverse_cli.media.video.download import (
    Checked,
    Fetched,
    Progress,
    TransferLimits,
    download,
    download_to_stdout,
)
from pixverse_cli.media.video.failures import (
    BrokenOffError,
    LinkDeadError,
    TakenError,
    WrongContentError,
)

_MAX_BREAKS = 6  # in a row, without one new byte


def save(
    record: Record, tools: Tools, destination: Destination, *, position: int = 1
) -> Iterator[Event]:
    """Save one task's video and end the task; ``Ended`` has the error, if there was one.

    ``position`` is the task's place among those of the command, for ``{index}`` in the name.
    """
    try:
        saved, already = yield from _save(record, tools, destination, position)
    except PixverseError as error:
        yield Ended(record=record, error=failed(record, error))
    else:
        yield Saved(record=saved, already=already)
        yield Ended(record=saved)


def is_failure(event: Event) -> bool:
    """Return whether a task has ended with an error."""
    return isinstance(event, Ended) and event.error is not None


def _save(
    record: Record, tools: Tools, destination: Destination, position: int
) -> Generator[Event, None, tuple[Record, bool]]:
    if destination.template.stdout:
        done = yield from _transfer(record, tools, None, force=False)
        yield from _notes(record, done)
        return record, False
    path = video_path(record, destination.template, position, tools.clock.now())
    for place in _places(record, path, destination):
        if record.sha256 and has_sha256(place, record.sha256):
            known = replace(record, file=str(place))
            # a record without a file: its process died after the rename, before the store's row
            return (known if record.file else (yield from _store_file(known, tools))), True
    try:
        done = yield from _transfer(record, tools, path, force=destination.force)
    except TakenError:
        existing = _saved_meanwhile(record, path, tools)
        if existing is None:
            raise
        return existing, True
    saved = replace(record, file=str(path), sha256=done.sha256)
    stored = yield from _store_file(saved, tools)
    if done.state is not None:
        with suppress(PixverseError):  # `batch` reads the file again then
            tools.store.hashed_files.keep(path, done.state, done.sha256)
    yield from _notes(record, done)
    return stored, done.already


def video_path(record: Record, template: OutputTemplate, position: int, now: datetime) -> Path:
    """Return the absolute path for the video of one accepted task.

    :raises NotSavedError: the current directory was deleted.
    """
    try:
        return resolve(template, field_values(record, position, now)).absolute()
    except OSError as error:
        raise NotSavedError(
            f"the current directory cannot be used: {reason(error)}",
            hint="change to another directory, then `pixverse download` again",
        ) from error


def field_values(record: Record, position: int, now: datetime) -> dict[str, str]:
    """Return the values of the fields of an output name, for one accepted task."""
    model = find_model(record.model)
    return {
        "task_id": record.task_id or "",
        "image": image_name(record.label or "video"),
        "model": model.alias if model else "unknown",
        "resolution": record.resolution or "unknown",
        "duration": _known(record.duration),
        "seed": _known(record.seed),
        "index": str(position),
        "take": str(record.take),
        "date": local_time(now).strftime("%Y-%m-%d"),
    }


def _known(number: int | None) -> str:
    return "unknown" if number is None else str(number)


def _places(record: Record, path: Path, destination: Destination) -> list[Path]:
    """Return where the video counts as saved: at its path, and where it was saved before.

    If the user chose a folder now, it must be that folder; if a name, only that name counts.
    """
    if record.file is None:
        return [path]
    earlier = Path(record.file)
    same_folder = os.path.realpath(earlier.parent) == os.path.realpath(path.parent)
    counts = same_folder and destination.template.folder_only
    return [path, earlier] if counts or not destination.chosen else [path]


def _saved_meanwhile(record: Record, target: Path, tools: Tools) -> Record | None:
    """Return the record if another process has just saved this task's video as ``target``.

    Each process stores the hash before the video gets its name.
    """
    current = tools.store.records.get(record.number)
    mine = current.sha256 is not None and has_sha256(target, current.sha256)
    return replace(current, file=str(target)) if mine else None


def _store_file(saved: Record, tools: Tools) -> Generator[Event, None, Record]:
    """Store the video's path and hash; if the store fails, yield a note and continue."""
    try:
        return tools.store.records.saved(saved.number, saved.file or "", saved.sha256 or "")
    except PixverseError as error:
        yield Note(text=f"the video is saved, but the store cannot be written: {error.message}")
        return saved


def _notes(record: Record, done: Fetched) -> Iterator[Event]:
    for note in done.notes:
        yield Note(text=f"{(record.task_id or '')[:8]}: the video is complete, but {note}")


def _transfer(
    record: Record, tools: Tools, target: Path | None, *, force: bool
) -> Generator[Event, None, Fetched]:
    url, refreshed, breaks, received = record.video_url or "", False, 0, -1
    while True:
        try:
            for step in _attempt(url, target, tools, force=force):
                if isinstance(step, Fetched):
                    return step
                if isinstance(step, Checked):
                    with suppress(PixverseError):  # the hash is stored again after the rename
                        tools.store.records.saved(record.number, None, step.sha256)
                    continue
                breaks = breaks if step.received <= received else 0
                received = step.received
                yield Downloading(record=record, received=step.received, total=step.total)
        except (LinkDeadError, WrongContentError) as error:
            if refreshed:
                raise
            refreshed = True
            why = f"{error.message}; asking the service for a new link"
            yield Retrying(reason=why, delay=0.0, task_id=record.task_id)
            url = yield from _fresh_url(record, tools, error)
        except BrokenOffError as error:
            breaks += 1
            delay = backoff(breaks, error.retry_after)
            if delay >= tools.time_left():
                raise tools.out_of_time(error) from error
            if breaks > _MAX_BREAKS:
                raise
            yield Retrying(reason=error.message, delay=delay, task_id=record.task_id)
            tools.clock.sleep(delay)


def _attempt(
    url: str, target: Path | None, tools: Tools, *, force: bool
) -> Iterator[Progress | Checked | Fetched]:
    clock, limits = tools.clock, TransferLimits(deadline=tools.deadline)
    if target is None:
        return download_to_stdout(url, sys.stdout.buffer, clock=clock, limits=limits)
    return download(url, target, clock=clock, force=force, limits=limits)


def _fresh_url(record: Record, tools: Tools, error: NotSavedError) -> Generator[Event, None, str]:
    """Return a new video URL from the service, which knows a task for 24 hours.

    :raises NotSavedError: ``error``, if the service gives no URL.
    """
    try:
        task = yield from with_retries(
            RateLimit.QUERY, lambda: query_task(record, tools), tools, task_id=record.task_id
        )
    except PixverseError as failure:
        raise error from failure
    if not task.video_url:
        raise error
    store_answer(record, task, tools)
    return task.video_url


Job = Callable[[Tools], Iterator[Event]]
THREADS = RUNNING_TASKS  # these may end together: then none waits for another's download
_STOP_SECONDS = 1.0  # how long a stopped command waits for all its threads


class Step(NamedTuple):
    """What one job did: an event, its end (both None), or the exception that ended it."""

    event: Event | None = None
    error: BaseException | None = None


class Transfers:
    """The running and waiting jobs of one command.

    The end of its ``with`` block stops them.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._steps: SimpleQueue[Step] = SimpleQueue()
        self._next: Step | None = None  # taken from the queue by wait()
        self._threads: list[threading.Thread] = []
        self._unfinished = 0
        self._stopped = threading.Event()

    def __len__(self) -> int:
        """Return the number of jobs that have not ended."""
        return self._unfinished

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, job: Job, *, here: bool) -> Iterator[Event]:
        """Run a job ``here`` to its end and yield its events, or soon on a thread."""
        if here:
            yield from job(self._tools)
        else:
            self.start(job)

    def start(self, job: Job) -> None:
        """Run a job soon: on a thread, or here if the system has not enough threads."""
        self._unfinished += 1
        self._jobs.put(job)
        if len(self._threads) < min(self._most_threads, self._unfinished):
            thread = threading.Thread(target=self._work, daemon=True)
            with suppress(RuntimeError):  # another program has taken the last one
                thread.start()
                self._threads.append(thread)
        if not self._threads:
            self._run(self._jobs.get() or job, self._tools)

    @cached_property
    def _most_threads(self) -> int:
        """How many threads may save, so that each network call finds a thread, too.

        There is one call at a time on each of them, and one on this thread.
        """
        return min(THREADS, (threads_left(2 * THREADS + 1) - 1) // 2)

    def wait(self, seconds: float) -> bool:
        """Wait at most this long, and return whether there is something to take."""
        if self._next is None:
            try:
                self._next = self._steps.get(timeout=max(0.0, seconds))
            except Empty:
                return False
        return True

    def take(self) -> Iterator[Event]:
        """Yield the events of the jobs so far, without waiting, and count their ends.

        An exception of a job is raised here.
        """
        while self.wait(0.0):
            step, self._next = self._next, None
            if step is None:
                return
            if step.error is not None:
                raise step.error
            if step.event is None:
                self._unfinished -= 1
            else:
                yield step.event

    def stop(self) -> None:
        """Stop all threads; those that do not notice it within a second end with the process."""
        self._stopped.set()
        for _ in self._threads:
            self._jobs.put(None)
        clock = self._tools.clock
        end = clock.monotonic() + _STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, end - clock.monotonic()))

    def _work(self) -> None:
        try:
            tools = self._tools.for_thread()
        except BaseException as error:  # noqa: BLE001  raised again where the steps are taken
            self._steps.put(Step(error=error))
            return
        try:
            while (waiting := self._jobs.get()) is not None and not self._stopped.is_set():
                self._run(waiting, tools)
        finally:
            tools.store.close()

    def _run(self, job: Job, tools: Tools) -> None:
        try:
            for event in job(tools):
                self._steps.put(Step(event))
                if self._stopped.is_set():
                    return
            self._steps.put(Step())
        except BaseException as error:  # noqa: BLE001  as above
            self._steps.put(Step(error=error))
