"""Saving videos on a few threads, so that other tasks are watched and created meanwhile.

Each thread has a client and an open store of its own. The events of all threads come out in
one stream, on the thread that asks for them; only that thread shows anything, and only there a
signal stops the command. A thread that is stopped keeps the part of its video, as after a kill.
"""

import threading
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import NamedTuple, Self

from pixverse_cli.domain.events import Ended, Event
from pixverse_cli.domain.terms import RUNNING_TASKS
from pixverse_cli.flows.tools import Tools

THREADS = RUNNING_TASKS  # these may end together: then none waits for another's download
_STOP_SECONDS = 1.0  # how long a stopped command waits for all its threads

Job = Callable[[Tools], Iterator[Event]]


def is_failure(event: Event) -> bool:
    """Return whether a task has ended with an error."""
    return isinstance(event, Ended) and event.error is not None


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
        """Run a job soon: on a thread, or here if the system gives no thread."""
        self._unfinished += 1
        self._jobs.put(job)
        if len(self._threads) < min(THREADS, self._unfinished):
            thread = threading.Thread(target=self._work, daemon=True)
            try:
                thread.start()
            except RuntimeError:
                if not self._threads:
                    self._run(self._jobs.get() or job, self._tools)
            else:
                self._threads.append(thread)

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
