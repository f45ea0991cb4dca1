"""Making a set of videos true: only what is missing is generated, five at a time.

An output is up to date when its file, the lock's hash and the request's fingerprint agree.
One whose equal request is live is attached to. The rest is bought.
"""

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from pixverse_cli.domain.catalog import RUNNING_TASKS
from pixverse_cli.domain.errors import PixverseError
from pixverse_cli.domain.events import Ended, Event, Known, Note, Saved
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.create_call import Order, draft
from pixverse_cli.flows.save import Destination, fetch
from pixverse_cli.flows.submit import submit
from pixverse_cli.flows.tools import Tools
from pixverse_cli.flows.verdict import is_over, verdict
from pixverse_cli.flows.watch import WaitPolicy, watch
from pixverse_cli.media import output_names
from pixverse_cli.store.manifest_lock import LockEntry, ManifestLock


class Action(StrEnum):
    """What an output needs."""

    UP_TO_DATE = "up-to-date"
    ATTACH = "attach"
    SUBMIT = "submit"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchItem:
    """One output of the manifest, and what it needs; ``error`` if it can have nothing.

    ``replaces``: the file there is ours by an earlier request, and may be replaced.
    """

    output: str
    action: Action
    path: Path
    order: Order | None = None
    sha256: str | None = None
    replaces: bool = False
    error: PixverseError | None = None


def batch(
    items: Sequence[BatchItem],
    tools: Tools,
    policy: WaitPolicy,
    lock: ManifestLock,
) -> Iterator[Event]:
    """Make every item true. One that fails does not stop the others, unless told to."""
    yield from _told_at_once(items, tools, lock)
    queue = deque(item for item in items if item.action in (Action.ATTACH, Action.SUBMIT))
    running: dict[int, tuple[BatchItem, Record]] = {}
    while queue or running:
        while queue and len(running) < RUNNING_TASKS:
            item = queue.popleft()
            failed = yield from _start(item, tools, running)
            if failed and policy.fail_fast:
                queue.clear()
        failed = yield from _advance(running, tools, policy, lock)
        if failed and policy.fail_fast:
            return


def _told_at_once(items: Iterable[BatchItem], tools: Tools, lock: ManifestLock) -> Iterator[Event]:
    """End the stories that need no task."""
    for item in items:
        if item.error is not None:
            yield Ended(record=None, error=item.error, label=item.output)
        elif item.action is Action.UP_TO_DATE and item.order is not None:
            known = lock.made(item.output)
            record = replace(
                draft(item.order, tools),
                status=Status.SUCCEEDED,
                task_id=known.task_id if known else None,
                file=str(item.path),
                sha256=item.sha256,
                process=None,
            )
            if known is None and item.sha256:
                yield from _noted(lock, _made(item, item.sha256, None))
            yield Ended(record=record)


def _start(
    item: BatchItem, tools: Tools, running: dict[int, tuple[BatchItem, Record]]
) -> Generator[Event, None, bool]:
    """Submit a item, or attach it; return whether that failed."""
    if item.order is None:
        return False
    accepted = yield from submit([item.order], tools, {})
    running |= {record.number: (item, record) for record in accepted}
    return not accepted


def _advance(
    running: dict[int, tuple[BatchItem, Record]],
    tools: Tools,
    policy: WaitPolicy,
    lock: ManifestLock,
) -> Generator[Event, None, bool]:
    """Watch until a task ends, and save its video; return whether anything failed."""
    failed = False
    for event in _until_one_ends([record for _, record in running.values()], tools, policy):
        if not isinstance(event, Ended):
            yield event
            continue
        if event.record is None:  # what a search had found was not ours, and ours is not found
            failed = True
            _drop_lost(running, tools)
            yield event
            continue
        item, _ = running.pop(event.record.number)
        if event.error is None:
            failed = (yield from _save(event.record, item, tools, lock)) or failed
        else:
            failed = True
            yield event
    return failed


def _drop_lost(running: dict[int, tuple[BatchItem, Record]], tools: Tools) -> None:
    for number in list(running):
        if tools.store.records.get(number).task_id is None:
            del running[number]


def _until_one_ends(records: Sequence[Record], tools: Tools, policy: WaitPolicy) -> Iterator[Event]:
    over = next((record for record in records if is_over(record)), None)
    if over is not None:
        yield Known(record=over)
        yield Ended(record=over, error=verdict(over))
    elif records:
        yield from watch(records, tools, replace(policy, any_one=True))


def _save(
    record: Record, item: BatchItem, tools: Tools, lock: ManifestLock
) -> Generator[Event, None, bool]:
    """Save a item's video under its name and note it in the lock; return whether that failed."""
    failed = False
    literal = str(item.path).replace("{", "{{").replace("}", "}}")
    destination = Destination(template=output_names.plan(literal), force=item.replaces)
    for event in fetch(record, tools, destination):
        if isinstance(event, Saved) and event.record.sha256:
            yield from _noted(lock, _made(item, event.record.sha256, record.task_id))
        failed = failed or (isinstance(event, Ended) and event.error is not None)
        yield event
    return failed


def _noted(lock: ManifestLock, made: LockEntry) -> Iterator[Event]:
    try:
        lock.keep(made)
    except OSError as error:
        yield Note(text=f"the video is saved, but the lock file cannot be written: {error}")


def _made(item: BatchItem, sha256: str, task_id: str | None) -> LockEntry:
    fingerprint = item.order.fingerprint if item.order else ""
    return LockEntry(output=item.output, fingerprint=fingerprint, sha256=sha256, task_id=task_id)
