"""Generating the videos listed in a manifest: finished ones are skipped, five run at a time.

Three more wait at the service, so that a place that becomes free is taken at once. Finished
videos are saved on threads, after the next item was submitted.

An output is up to date when its file, the lock's hash and the request's fingerprint agree.
For an output whose equal request is live already, that task is used. For every other output
a task is created.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence

from pixverse_cli.disk.files import reason
from pixverse_cli.domain.catalog import Lane
from pixverse_cli.domain.errors import Charged, NotSentError, StillRunningError, UsageError
from pixverse_cli.domain.events import Ended, Event, Note, Planned, Saved
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.plan import (
    Action,
    BatchItem,
    Destination,
    Order,
    OutputTemplate,
    WaitPolicy,
)
from pixverse_cli.domain.refusals import refuses_all
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.batch_plan import needs_task
from pixverse_cli.flows.create_call import draft
from pixverse_cli.flows.save import Job, Transfers, is_failure, save
from pixverse_cli.flows.submit import MOST_UNREACHABLE, not_submitted, size_problems, submit_one
from pixverse_cli.flows.task_state import is_over, status_error
from pixverse_cli.flows.tools import Tools
from pixverse_cli.flows.watch import Watch
from pixverse_cli.store.manifest_lock import LockEntry, ManifestLock

_AHEAD = 3  # tasks of a lane that wait at the service; with those that run, few enough for queries


def batch(
    items: Sequence[BatchItem], tools: Tools, policy: WaitPolicy, lock: ManifestLock
) -> Iterator[Event]:
    """Generate every output. A failed one stops the others only with ``fail_fast``.

    Nothing more is submitted after the key or the account was refused, or the time limit was
    reached; nor if no connection can be made, unless a task runs whose end shows that it can be
    made again. Tasks that run then are saved, or with ``fail_fast`` left to the service.
    """
    yield Planned(total=len(items))
    items = _with_sizes_checked(items, tools)
    yield from _end_without_task(items, tools, lock)
    missing = [item for item in items if needs_task(item)]
    if missing and policy.fail_fast and any(item.error is not None for item in items):
        yield Note(text=not_submitted(len(missing)))
        return
    yield from _Batch(missing, tools, policy, lock).run()


def _with_sizes_checked(items: Sequence[BatchItem], tools: Tools) -> list[BatchItem]:
    """Return the items; one whose files the service's store would refuse has an error now."""
    new = {item.output: item.order for item in items if item.action is Action.SUBMIT and item.order}
    problems = dict(zip(new, size_problems(list(new.values()), tools), strict=True))
    return [
        item._replace(action=Action.REFUSE, error=UsageError("\n".join(lines)))
        if (lines := problems.get(item.output))
        else item
        for item in items
    ]


def _end_without_task(
    items: Iterable[BatchItem], tools: Tools, lock: ManifestLock
) -> Iterator[Event]:
    """End the items that need no task: invalid ones and those that are up to date."""
    for item in items:
        if item.error is not None:
            yield Ended(record=None, error=item.error, label=item.output)
        elif item.action is Action.UP_TO_DATE and item.order is not None:
            record = replace(
                _known(item, item.order, tools) or draft(item.order, tools),
                number=0,  # this run has done nothing for it
                status=Status.SUCCEEDED,
                task_id=item.task_id,
                file=str(item.path),
                sha256=item.sha256,
                process=None,
            )
            entry = _lock_entry(item, item.sha256 or "", item.task_id)
            if lock.entry(item.output) != entry:  # the process that saved it died just then
                yield from _write_lock(lock, entry)
            yield Ended(record=record)


def _known(item: BatchItem, order: Order, tools: Tools) -> Record | None:
    """Return the store's record of an item's task; None if another machine's has it."""
    record = tools.store.records.of_task(item.task_id) if item.task_id else None
    return record if record and record.fingerprint == order.fingerprint else None


class _Batch:
    """The items that need a task: those that wait, run at the service, or are being saved.

    Running and saved ones are known by their record's number. Items whose task exists come
    first, without a limit: they cost nothing, and whatever stops the command, their tasks are
    reported. ``_stops``: an item failed, and nothing more is submitted. ``_unreachable``: for
    how many items in a row no connection could be made; if these are too many, no other one is
    tried before a task has ended.
    """

    def __init__(
        self, items: Sequence[BatchItem], tools: Tools, policy: WaitPolicy, lock: ManifestLock
    ) -> None:
        self._attached = deque(item for item in items if item.action is Action.ATTACH)
        self._queue = deque(item for item in items if item.action is Action.SUBMIT)
        self._running: dict[int, BatchItem] = {}
        self._saving: dict[int, BatchItem] = {}
        self._stops, self._unreachable = False, 0
        self._transfers = Transfers(tools)
        self._watch = Watch(tools, policy, self._transfers)
        self._tools, self._policy, self._lock = tools, policy, lock

    def run(self) -> Iterator[Event]:
        """Keep the service's places busy, watch the tasks, and save finished videos meanwhile."""
        with self._transfers:
            for event in self._steps():
                self._stops = self._stops or (self._policy.fail_fast and is_failure(event))
                yield event
        if self._queue:
            yield Note(text=not_submitted(len(self._queue)))

    def _steps(self) -> Iterator[Event]:
        while self._attached:
            yield from self._start(self._attached.popleft())
        while True:
            while (item := self._next_item()) is not None:
                yield from self._start(item)
            if self._watch.expired:
                yield from self._end_queue()
            if self._stops:
                yield from self._watch.leave()
            if not self._watch and not self._transfers:
                return
            for ended in (yield from self._watch.until_one_ends()):
                self._unreachable = 0
                yield from self._end(ended)
            for event in self._transfers.take():
                yield from self._done(event)

    def _next_item(self) -> BatchItem | None:
        """Remove from the queue the first item whose lane has room, and return it."""
        too_often = self._unreachable == MOST_UNREACHABLE
        if self._stops or too_often or self._watch.expired:
            return None
        at_service = Counter(map(_lane, self._running.values()))
        for item in self._queue:
            lane = _lane(item)
            if lane is None or at_service[lane] < lane.running + _AHEAD:
                self._queue.remove(item)
                return item
        return None

    def _start(self, item: BatchItem) -> Iterator[Event]:
        """Submit an item, or use the task of an equal request."""
        if item.order is None:
            return
        record, error = yield from submit_one(item.order, self._tools)
        self._unreachable = self._unreachable + 1 if isinstance(error, NotSentError) else 0
        gone = self._unreachable == MOST_UNREACHABLE and not self._watch
        if self._queue and (gone or (error is not None and refuses_all(error))):
            yield Note(text=not_submitted(len(self._queue)))
            self._queue.clear()
        if record is None:
            return
        self._running[record.number] = item
        if is_over(record):
            yield from self._end(Ended(record=record, error=status_error(record)))
        else:
            yield from self._watch.join(record)

    def _end_queue(self) -> Iterator[Event]:
        """End the items that were not submitted before the time limit."""
        while self._queue:
            error = StillRunningError(
                "not submitted: the time limit was reached", charged=Charged.NO
            )
            yield Ended(record=None, error=error, label=self._queue.popleft().output)

    def _end(self, ended: Ended) -> Iterator[Event]:
        """Begin to save an ended task's video, or pass its error on."""
        record = ended.record
        if record is None:
            # its task belonged to another request, and a search has not found the right one
            self._drop_lost()
            yield ended
            return
        item = self._running.pop(record.number)
        if ended.error is not None:
            yield ended
            return
        self._saving[record.number] = item
        more = self._attached or self._queue or self._watch or self._transfers
        for event in self._transfers.run(_saving(item, record), here=not more):
            yield from self._done(event)

    def _drop_lost(self) -> None:
        """Remove the items whose task was released and not found again."""
        for number in list(self._running):
            if self._tools.store.records.get(number).task_id is None:
                del self._running[number]

    def _done(self, event: Event) -> Iterator[Event]:
        """Pass on what a transfer has done; write a saved video to the lock file."""
        if isinstance(event, Saved) and event.record.sha256:
            item = self._saving[event.record.number]
            entry = _lock_entry(item, event.record.sha256, event.record.task_id)
            yield from _write_lock(self._lock, entry)
        yield event


def _lane(item: BatchItem) -> Lane | None:
    return item.order.request.model.lane if item.order else None


def _saving(item: BatchItem, record: Record) -> Job:
    """Return a job that saves a task's video as the item's output."""
    template = OutputTemplate(text=str(item.path), name=(str(item.path),))
    destination = Destination(template=template, force=item.replaces)
    return lambda tools: save(record, tools, destination)


def _write_lock(lock: ManifestLock, entry: LockEntry) -> Iterator[Event]:
    try:
        lock.keep(entry)
    except OSError as error:
        yield Note(text=f"the video is saved, but the lock file cannot be written: {reason(error)}")
    except UsageError as error:
        yield Note(text=f"the video is saved, but the lock file is not changed: {error.message}")


def _lock_entry(item: BatchItem, sha256: str, task_id: str | None) -> LockEntry:
    fingerprint = item.order.fingerprint if item.order else ""
    return LockEntry(output=item.output, fingerprint=fingerprint, sha256=sha256, task_id=task_id)
