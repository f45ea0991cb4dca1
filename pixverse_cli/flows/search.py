"""After an unclear create call: looking for its task in the service's own list.

A candidate has the model and the time of the call and is nobody's in the store. The one
that proves to be ours by its prompt is adopted. A single one that cannot prove it yet is
adopted provisionally, and let go if it ends with another prompt. What cannot be told apart
is shown, never guessed. A search never creates a task.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from functools import partial

from pixverse_cli.domain.errors import PixverseError, UnclearError, UnreachableError
from pixverse_cli.domain.events import Event, Note
from pixverse_cli.domain.task import ListedTask, Record, Status, Task
from pixverse_cli.flows.matching import (
    CONCLUSIVE_SECONDS,
    Evidence,
    call_end,
    compare,
    is_conclusive,
    may_be,
)
from pixverse_cli.flows.rate_limited import RateLimit, repeated
from pixverse_cli.flows.remote_tasks import Listing, list_tasks
from pixverse_cli.flows.tools import Tools

_SEARCH_SECONDS = 30.0
_SETTLING_SECONDS = 4.0  # a new task may be missing from the list so long
_PAUSE = 1.0
_CLOCK_ERROR = 3900.0  # an hour of summer time or of a wrong zone, and a little


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search came to: ``record`` has a task id if one was adopted.

    Else it is NOT_SENT if that is certain; else ``candidates`` cannot be told apart.
    """

    record: Record
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """One look: the tasks that prove to be ours, and those that do not say.

    ``disputed`` may as well belong to another unclear request, which is not equal to ours;
    ``equals`` is how many requests, ours among them, would be content with the same task.
    ``conclusive``: a task of ours would have been seen.
    """

    ours: tuple[Task, ...] = ()
    silent: tuple[Task, ...] = ()
    disputed: tuple[Task, ...] = ()
    equals: int = 1
    conclusive: bool = False

    @property
    def candidates(self) -> tuple[str, ...]:
        return tuple(task.task_id for task in (*self.ours, *self.silent, *self.disputed))


def search(
    record: Record, tools: Tools, *, seconds: float = _SEARCH_SECONDS
) -> Generator[Event, None, Found]:
    """Look for the task of an unclear call, for so long or until it is certain.

    That nothing was accepted is certain as well in the end: then the record says NOT_SENT.
    """
    started, not_ours = tools.clock.monotonic(), set[str]()
    while True:
        record = tools.store.records.get(record.number)
        if record.task_id is not None or record.status is not Status.UNCLEAR:
            return Found(record=record)  # another process has settled it
        waited = tools.clock.monotonic() - started
        found = yield from _look(record, tools, not_ours)
        settled = found.conclusive or waited >= _SETTLING_SECONDS
        adopted = _adopt(record, found, tools, settled=settled)
        if adopted is not None:
            yield Note(text=f"found by search: task {adopted.task_id}")
            return Found(record=adopted)
        if found.conclusive and not found.candidates:
            # before it is called safe to pay again: not by the word of a clock that was set
            found = yield from _look(record, tools, not_ours, clock_error=_CLOCK_ERROR)
            if found.conclusive and not found.candidates:
                return Found(record=_not_accepted(record, tools))
            return Found(record=record, candidates=found.candidates)
        if found.conclusive or tools.clock.monotonic() - started + _PAUSE > seconds:
            return Found(record=record, candidates=found.candidates)
        tools.clock.sleep(_PAUSE)


def search_to_the_end(record: Record, tools: Tools) -> Generator[Event, None, Found]:
    """Search until the service's list is conclusive."""
    return search(record, tools, seconds=_SEARCH_SECONDS + CONCLUSIVE_SECONDS)


def _not_accepted(record: Record, tools: Tools) -> Record:
    return tools.store.records.not_accepted(
        record.number,
        Status.NOT_SENT,
        call_end(record) or tools.clock.now(),
        "not-accepted",
        "the service's list has no such task: it is safe to submit again",
    )


def _look(
    record: Record, tools: Tools, not_ours: set[str], *, clock_error: float = 0.0
) -> Generator[Event, None, _Round]:
    late_enough = is_conclusive(record, tools.clock.now())
    try:
        listing = yield from list_tasks(tools, model=record.model)
        rows = [
            row for row in listing.tasks if may_be(record, row, listing, clock_error=clock_error)
        ]
        taken = tools.store.records.known_ids(requested=True) | not_ours
        free = [row for row in rows if row.task_id not in taken]
        tasks = yield from _ask_all(free, tools)
    except PixverseError as error:
        yield Note(text=f"the search goes on: {error.message}")
        return _Round()
    others = _others(record, tools)
    held = {other.task_id for other in others if other.task_id}
    contested = any(row.task_id in held for row in rows)
    judged = [(row, task, compare(record, task)) for row, task in zip(free, tasks, strict=True)]
    not_ours |= {task.task_id for _, task, evidence in judged if evidence is Evidence.NOT_OURS}
    sorted_out = _sorted_out(record, others, judged, listing)
    return replace(sorted_out, conclusive=late_enough and listing.whole and not contested)


def _others(record: Record, tools: Tools) -> list[Record]:
    """Return the other requests that look for a task, or hold one that they may let go."""
    return [
        other
        for other in tools.store.records.unsettled()
        if other.number != record.number
        and (other.model, other.service) == (record.model, record.service)
    ]


def _sorted_out(
    record: Record,
    others: list[Record],
    judged: list[tuple[ListedTask, Task, Evidence]],
    listing: Listing,
) -> _Round:
    ours, silent, disputed, equals = list[Task](), list[Task](), list[Task](), set[int]()
    for row, task, evidence in judged:
        if evidence is Evidence.NOT_OURS:
            continue
        claims = [
            other
            for other in others
            if may_be(other, row, listing) and compare(other, task) is not Evidence.NOT_OURS
        ]
        equals |= {other.number for other in claims if other.fingerprint == record.fingerprint}
        if any(other.fingerprint != record.fingerprint for other in claims):
            disputed.append(task)
        elif evidence is Evidence.OURS:
            ours.append(task)
        else:
            silent.append(task)
    return _Round(
        ours=tuple(ours), silent=tuple(silent), disputed=tuple(disputed), equals=1 + len(equals)
    )


def _ask_all(rows: list[ListedTask], tools: Tools) -> Generator[Event, None, list[Task]]:
    client, tasks = tools.connect(), list[Task]()
    for row in rows:
        ask = partial(client.query, row.task_id)
        task = yield from repeated(RateLimit.QUERY, ask, tools, task_id=row.task_id)
        tasks.append(task)
    return tasks


def _adopt(record: Record, found: _Round, tools: Tools, *, settled: bool) -> Record | None:
    """Adopt what may be adopted without guessing; None if there is nothing, or too much.

    A single silent task is adopted until it tells more. One that is over and will never tell
    does not stand in the way of one that does, and is adopted when nothing else can come.
    """
    if found.disputed:
        return None
    mute = [task for task in found.silent if task.status in (Status.FAILED, Status.CANCELED)]
    if found.ours and len(found.silent) == len(mute) and len(found.ours) <= found.equals:
        return _take(record, found.ours, tools, provisional=False)
    if len(found.silent) == 1 and not found.ours and settled and (found.conclusive or not mute):
        return _take(record, found.silent, tools, provisional=not mute)
    return None


def _take(
    record: Record, tasks: tuple[Task, ...], tools: Tools, *, provisional: bool
) -> Record | None:
    """Adopt the first task that no other process has taken meanwhile."""
    for task in tasks:
        adopted = tools.store.records.adopt(record.number, task, provisional=provisional)
        if adopted is not None:
            return adopted
    return None


def unfound(found: Found) -> PixverseError:
    """Return the error for a search that adopted nothing."""
    if found.record.status is Status.NOT_SENT:
        return UnreachableError(
            "the create call was not accepted: the service's list has no such task",
            hint="it is safe to submit again",
        )
    if found.candidates:
        return UnclearError(
            "the create call was sent and its answer is lost; on the account these tasks may"
            f" be it, and cannot be told apart yet: {', '.join(found.candidates)}",
            hint="run `pixverse recover` once they have ended, or `pixverse recover --adopt ID`",
            candidates=found.candidates,
        )
    return UnclearError(
        "the create call was sent and its answer is lost; no task of it is on the account so far",
        hint="run `pixverse recover` in a minute: it says whether it is safe to submit again",
    )
