"""Generating the videos listed in a manifest: finished ones are skipped, five run at a time.

An output is up to date when its file, the lock's hash and the request's fingerprint agree.
For an output whose equal request is live already, that task is used. For every other output
a task is created.
"""

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace

from pixverse_cli.domain.catalog import RUNNING_TASKS
from pixverse_cli.domain.events import Ended, Event, Note, Planned, Saved
from pixverse_cli.domain.plan import Action, BatchItem, Destination, OutputTemplate, WaitPolicy
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.create_call import draft
from pixverse_cli.flows.save import save
from pixverse_cli.flows.submit import submit
from pixverse_cli.flows.task_state import is_over, status_error
from pixverse_cli.flows.tools import Tools
from pixverse_cli.flows.watch import Watch
from pixverse_cli.store.manifest_lock import LockEntry, ManifestLock


def batch(
    items: Sequence[BatchItem], tools: Tools, policy: WaitPolicy, lock: ManifestLock
) -> Iterator[Event]:
    """Generate every output. A failed one stops the others only with ``fail_fast``."""
    yield Planned(total=len(items))
    yield from _end_without_task(items, tools, lock)
    yield from _Batch(items, tools, policy, lock).run()


def _end_without_task(
    items: Iterable[BatchItem], tools: Tools, lock: ManifestLock
) -> Iterator[Event]:
    """End the items that need no task: invalid ones and those that are up to date."""
    for item in items:
        if item.error is not None:
            yield Ended(record=None, error=item.error, label=item.output)
        elif item.action is Action.UP_TO_DATE and item.order is not None:
            known = lock.entry(item.output)
            record = replace(
                draft(item.order, tools),
                status=Status.SUCCEEDED,
                task_id=known.task_id if known else None,
                file=str(item.path),
                sha256=item.sha256,
                process=None,
            )
            if known is None and item.sha256:
                yield from _write_lock(lock, _lock_entry(item, item.sha256, None))
            yield Ended(record=record)


class _Batch:
    """The items that need a task: a queue, and the running ones by their record's number."""

    def __init__(
        self, items: Sequence[BatchItem], tools: Tools, policy: WaitPolicy, lock: ManifestLock
    ) -> None:
        need_task = (Action.ATTACH, Action.SUBMIT)
        self._queue = deque(item for item in items if item.action in need_task)
        self._running: dict[int, BatchItem] = {}
        self._watch = Watch(tools, policy)
        self._tools, self._policy, self._lock = tools, policy, lock

    def run(self) -> Iterator[Event]:
        """Start items up to the limit of running tasks, watch them, and save finished videos."""
        while self._queue or self._running:
            while self._queue and len(self._running) < RUNNING_TASKS:
                failed = yield from self._start(self._queue.popleft())
                if failed and self._policy.fail_fast:
                    self._queue.clear()
            if not self._watch:
                continue
            for ended in (yield from self._watch.until_one_ends()):
                failed = yield from self._end(ended)
                if failed and self._policy.fail_fast:
                    return

    def _start(self, item: BatchItem) -> Generator[Event, None, bool]:
        """Submit an item, or use the task of an equal request; return whether that failed."""
        if item.order is None:
            return False
        accepted = yield from submit([item.order], self._tools)
        for task in accepted:
            self._running[task.record.number] = item
            if is_over(task.record):
                ended = Ended(record=task.record, error=status_error(task.record))
                return (yield from self._end(ended))
            yield from self._watch.join(task.record)
        return not accepted

    def _end(self, ended: Ended) -> Generator[Event, None, bool]:
        """Save an ended task's video, or pass its error on; return whether the item failed."""
        record = ended.record
        if record is None:
            # its task belonged to another request, and a search has not found the right one
            self._drop_lost()
            yield ended
            return True
        item = self._running.pop(record.number)
        if ended.error is None:
            return (yield from self._save(record, item))
        yield ended
        return True

    def _drop_lost(self) -> None:
        """Remove the items whose task was released and not found again."""
        for number in list(self._running):
            if self._tools.store.records.get(number).task_id is None:
                del self._running[number]

    def _save(self, record: Record, item: BatchItem) -> Generator[Event, None, bool]:
        """Save a video as the item's output and write the lock; return whether that failed."""
        failed = False
        template = OutputTemplate(text=str(item.path), name=(str(item.path),))
        destination = Destination(template=template, force=item.replaces)
        for event in save(record, self._tools, destination):
            if isinstance(event, Saved) and event.record.sha256:
                entry = _lock_entry(item, event.record.sha256, record.task_id)
                yield from _write_lock(self._lock, entry)
            failed = failed or (isinstance(event, Ended) and event.error is not None)
            yield event
        return failed


def _write_lock(lock: ManifestLock, entry: LockEntry) -> Iterator[Event]:
    try:
        lock.keep(entry)
    except OSError as error:
        yield Note(text=f"the video is saved, but the lock file cannot be written: {error}")


def _lock_entry(item: BatchItem, sha256: str, task_id: str | None) -> LockEntry:
    fingerprint = item.order.fingerprint if item.order else ""
    return LockEntry(output=item.output, fingerprint=fingerprint, sha256=sha256, task_id=task_id)
