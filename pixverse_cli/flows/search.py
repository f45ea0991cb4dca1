"""After an unclear create call: looking for its task in the service's own list.

A candidate has the model and the time of the call and is nobody's in the store. The one
that proves to be ours by its prompt is adopted. A single one that cannot prove it yet is
adopted provisionally, and let go if it ends with another prompt. What cannot be told apart
is shown, never guessed. A search never creates a task.
"""

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial

from pixverse_cli.domain.errors import PixverseError, UnclearError
from pixverse_cli.domain.events import Event, Note
from pixverse_cli.domain.task import ListedTask, Record, Status, Task
from pixverse_cli.flows.calls import Rate, repeated
from pixverse_cli.flows.evidence import Evidence, is_conclusive, judge, may_be
from pixverse_cli.flows.listed import list_tasks
from pixverse_cli.flows.tools import Tools

SEARCH_SECONDS = 30.0
_SETTLING_SECONDS = 4.0  # a new task may be missing from the list so long
_PAUSE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search came to: ``record`` has a task id if one was adopted.

    Else ``candidates`` are those that cannot be told apart, and ``conclusive`` says whether
    an accepted task would have been seen.
    """

    record: Record
    candidates: tuple[str, ...] = ()
    conclusive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """One look: the tasks that prove to be ours, those that do not say, and how sure it is."""

    ours: tuple[Task, ...]
    silent: tuple[Task, ...]
    contested: bool
    whole: bool


def search(
    record: Record, tools: Tools, *, seconds: float = SEARCH_SECONDS
) -> Generator[Event, None, Found]:
    """Look for the task of an unclear call, for so long or until it is certain."""
    started, not_ours = tools.clock.monotonic(), set[str]()
    while True:
        found = yield from _look(record, tools, not_ours)
        waited = tools.clock.monotonic() - started
        conclusive = found.whole and not found.contested
        conclusive = conclusive and is_conclusive(record, tools.clock.now())
        adopted = _adopt(record, found, tools, settled=waited >= _SETTLING_SECONDS or conclusive)
        if adopted is not None:
            yield Note(text=f"found by search: task {adopted.task_id}")
            return Found(record=adopted)
        candidates = tuple(task.task_id for task in (*found.ours, *found.silent))
        if conclusive or waited + _PAUSE > seconds:
            return Found(record=record, candidates=candidates, conclusive=conclusive)
        tools.clock.sleep(_PAUSE)


def _look(record: Record, tools: Tools, not_ours: set[str]) -> Generator[Event, None, _Round]:
    try:
        rows, contested, whole = yield from _candidates(record, tools, not_ours)
        tasks = yield from _ask_all(rows, tools)
    except PixverseError as error:
        yield Note(text=f"the search goes on: {error.message}")
        return _Round(ours=(), silent=(), contested=False, whole=False)
    judged = [(task, judge(record, task)) for task in tasks]
    not_ours |= {task.task_id for task, evidence in judged if evidence is Evidence.NOT_OURS}
    return _Round(
        ours=tuple(task for task, evidence in judged if evidence is Evidence.OURS),
        silent=tuple(task for task, evidence in judged if evidence is Evidence.NONE),
        contested=contested,
        whole=whole,
    )


def _candidates(
    record: Record, tools: Tools, not_ours: set[str]
) -> Generator[Event, None, tuple[list[ListedTask], bool, bool]]:
    """Return rows that may be ours, whether others' searches touch them, whether that is all."""
    listing = yield from list_tasks(tools, model=record.model)
    rows = [row for row in listing.tasks if may_be(record, row, listing)]
    held = {other.task_id for other in tools.store.records.unsettled() if other.task_id}
    known = tools.store.records.known_ids()
    free = [row for row in rows if row.task_id not in known and row.task_id not in not_ours]
    return free, any(row.task_id in held for row in rows), listing.whole


def _ask_all(rows: list[ListedTask], tools: Tools) -> Generator[Event, None, list[Task]]:
    client, tasks = tools.connect(), list[Task]()
    for row in rows:
        ask = partial(client.query, row.task_id)
        task = yield from repeated(Rate.QUERY, ask, tools, task_id=row.task_id)
        tasks.append(task)
    return tasks


def _adopt(record: Record, found: _Round, tools: Tools, *, settled: bool) -> Record | None:
    """Adopt what may be adopted without guessing; None if there is nothing, or too much."""
    rivals = _rivals(record, tools)
    equal = 1 + sum(rival.fingerprint == record.fingerprint for rival in rivals)
    if found.ours and not found.silent and len(found.ours) <= equal:
        return _take(record, found.ours, tools, provisional=False)
    alone = len(found.silent) == 1 and not found.ours and not rivals and not found.contested
    if alone and settled:
        failed = found.silent[0].status is Status.FAILED
        certain = is_conclusive(record, tools.clock.now())
        if not failed or certain:
            return _take(record, found.silent, tools, provisional=not certain)
    return None


def _rivals(record: Record, tools: Tools) -> list[Record]:
    """Return the other requests that may be looking for the same task."""
    others = tools.store.records.unsettled()
    return [
        other
        for other in others
        if other.number != record.number and other.model == record.model and not other.task_id
    ]


def _take(
    record: Record, tasks: tuple[Task, ...], tools: Tools, *, provisional: bool
) -> Record | None:
    """Adopt the first task that no other process has taken meanwhile."""
    for task in tasks:
        adopted = tools.store.records.adopt(record.number, task, provisional=provisional)
        if adopted is not None:
            return adopted
    return None


def unclear(found: Found) -> UnclearError:
    """Return the error for a search that adopted nothing."""
    if found.candidates:
        listed = ", ".join(found.candidates)
        error = UnclearError(
            "the create call was sent and its answer is lost; on the account these tasks may"
            f" be it, and cannot be told apart yet: {listed}",
            hint="run `pixverse recover` once they have ended, or `pixverse recover --adopt ID`",
        )
    else:
        error = UnclearError(
            "the create call was sent and its answer is lost; no task of it is on the account"
            " so far",
            hint="run `pixverse recover` in a minute: it says whether it is safe to submit again",
        )
    error.candidates = found.candidates
    return error
