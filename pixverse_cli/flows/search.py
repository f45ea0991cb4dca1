"""The search for the task of a create call whose answer was lost, in the service's task list.

A candidate has the model and the time of the call and belongs to no other record in the
store. A candidate that reports the request's prompt is adopted. A single candidate that
reports no prompt yet is adopted provisionally, and released if it ends with another prompt.
Candidates that cannot be distinguished are shown to the user; the program does not guess.
A search never creates a task.
"""

from collections.abc import Generator
from functools import partial

from pixverse_cli.domain.errors import (
    NetworkSettingsError,
    PixverseError,
    UnclearError,
    UnreachableError,
)
from pixverse_cli.domain.events import Event, Note
from pixverse_cli.domain.frozen import Frozen, replace
from pixverse_cli.domain.process import may_be_alive
from pixverse_cli.domain.task import ListedTask, Record, Status, Task
from pixverse_cli.flows.call_time import (
    CONCLUSIVE_SECONDS,
    CREATE_SECONDS,
    call_age,
    call_end,
    is_in_reach,
    is_settled,
    read_clocks,
)
from pixverse_cli.flows.identity import sent_by_this_key, this_account
from pixverse_cli.flows.matching import Evidence, compare, has_other_length, may_be
from pixverse_cli.flows.rate_limited import RateLimit, with_retries
from pixverse_cli.flows.remote_tasks import Listing, list_tasks
from pixverse_cli.flows.tools import Tools

_SEARCH_SECONDS = 30.0
_SETTLING_SECONDS = 4.0  # a new task may be missing from the list for this long
_PAUSE = 1.0
_SERVICE_CLOCK_ERROR = 3900.0  # one hour (summer time) and five minutes


class Found(Frozen):
    """The result of a search: ``record`` has a task id if a task was adopted.

    Otherwise ``record`` is NOT_SENT if certainly no task was created. Otherwise
    ``candidates`` are the ids of the tasks that cannot be distinguished.
    """

    record: Record
    candidates: tuple[str, ...] = ()


class _Candidates(Frozen):
    """The candidates that one pass over the list found.

    ``matching`` tasks report the request's prompt, ``unproven`` tasks report nothing to
    compare yet. ``disputed`` tasks may also belong to another unclear request, with another
    fingerprint. ``equal_requests`` counts the unclear requests with this fingerprint, this
    one included, that may own one of the tasks. ``whole``: the list certainly goes back to the
    call and holds every task. ``conclusive``: a task of this request would have been in it.
    """

    matching: tuple[Task, ...] = ()
    unproven: tuple[Task, ...] = ()
    disputed: tuple[Task, ...] = ()
    equal_requests: int = 1
    whole: bool = False
    conclusive: bool = False

    @property
    def candidates(self) -> tuple[str, ...]:
        tasks = (*self.matching, *self.unproven, *self.disputed)
        return tuple(task.task_id for task in tasks)


def search(
    record: Record, tools: Tools, *, seconds: float = _SEARCH_SECONDS
) -> Generator[Event, None, Found]:
    """Search for the task of an unclear call until the result is certain or time is up.

    If the service certainly accepted no task, the returned record is NOT_SENT.
    """
    started, excluded, first_whole = tools.clock.monotonic(), set[str](), float("inf")
    seconds = min(seconds, tools.time_left())
    while True:
        record = tools.store.records.get(record.number)
        if record.task_id is not None or record.status is not Status.UNCLEAR:
            return Found(record=record)  # another process has found it, or ruled it out
        now = tools.clock.monotonic()
        late = _is_late(record, now - first_whole, tools)
        found = yield from _scan_list(record, tools, excluded, late=late)
        first_whole = min(first_whole, now) if found.whole else first_whole
        list_settled = found.conclusive or now - started >= _SETTLING_SECONDS
        adopted = _adopt(record, found, tools, list_settled=list_settled)
        if adopted is not None:
            yield Note(text=_found_sentence(adopted))
            return Found(record=adopted)
        if found.conclusive and not found.candidates:
            return (yield from _rule_out(record, tools, excluded))
        if found.conclusive or tools.clock.monotonic() - started + _PAUSE > seconds:
            return Found(record=record, candidates=found.candidates)
        tools.clock.sleep(_PAUSE)


def search_until_conclusive(record: Record, tools: Tools) -> Generator[Event, None, Found]:
    """Search until the service's list is conclusive."""
    return search(record, tools, seconds=_SEARCH_SECONDS + seconds_between_looks(record))


def look_at_any_time(record: Record, tools: Tools) -> Generator[Event, None, Found]:
    """Return all tasks in the list that may be the request's if no clock can be trusted."""
    found = yield from _scan_list(record, tools, set(), late=False, clock_error=None)
    return Found(record=record, candidates=found.candidates)


def seconds_between_looks(record: Record) -> float:
    """Return how far apart two looks at the list must be, where no clock is certain."""
    running = CREATE_SECONDS if may_be_alive(record.process) else 0.0
    return CONCLUSIVE_SECONDS + running


def _is_late(record: Record, since_first_look: float, tools: Tools) -> bool:
    """Return whether a task of the call would be in the list by now.

    Either the machine's uptime proves it, or an earlier look of this search: the wall clock
    alone does not, because it may have been set.
    """
    settled = is_settled(record, read_clocks(tools.clock))
    return settled or since_first_look >= seconds_between_looks(record)


def _rule_out(record: Record, tools: Tools, excluded: set[str]) -> Generator[Event, None, Found]:
    """Write that the call was not accepted, unless a task in the list may still be its task.

    The times of tasks may be wrong by the service's clock; where this machine's clock may have
    been set as well, they are not looked at.
    """
    age = call_age(record, read_clocks(tools.clock))
    error = _SERVICE_CLOCK_ERROR if age is not None and age.certain else None
    found = yield from _scan_list(record, tools, excluded, late=True, clock_error=error)
    if found.conclusive and not found.candidates:
        return Found(record=_not_accepted(record, tools))
    return Found(record=record, candidates=found.candidates)


def _found_sentence(record: Record) -> str:
    unconfirmed = "; what it reports when it ends will show whether it is this request's"
    found = f"found in the account's list: task {record.task_id}"
    return found + unconfirmed if record.provisional else found


def _not_accepted(record: Record, tools: Tools) -> Record:
    return tools.store.records.rule_out(
        record,
        call_end(record) or tools.clock.now(),
        "not-accepted",
        "the service's list has no such task: it is safe to submit again",
    )


def _scan_list(
    record: Record,
    tools: Tools,
    excluded: set[str],
    *,
    late: bool,
    clock_error: float | None = 0.0,
) -> Generator[Event, None, _Candidates]:
    """Go through the list once; ids of tasks of other requests are added to ``excluded``.

    ``late``: a task of the call would be in the list by now.
    """
    try:
        listing = yield from list_tasks(tools, model=record.model)
        rows = [
            row for row in listing.tasks if may_be(record, row, listing, clock_error=clock_error)
        ]
        owned = tools.store.records.known_ids(requested=True) | excluded
        candidates = [row for row in rows if row.task_id not in owned]
        tasks = yield from _query_all(candidates, tools)
    except NetworkSettingsError:
        raise
    except PixverseError as error:
        yield Note(text=f"the search continues: {error.message}")
        return _Candidates()
    others = _other_requests(record, tools)
    provisional = {other.task_id for other in others if other.task_id}
    contested = any(row.task_id in provisional for row in rows)
    compared = [
        (row, task, compare(record, task)) for row, task in zip(candidates, tasks, strict=True)
    ]
    excluded |= {task.task_id for _, task, evidence in compared if evidence is Evidence.NOT_OURS}
    found = _classify(record, others, compared, listing)
    whole = listing.whole and not contested and is_in_reach(record, listing.read_at, listing.skew)
    conclusive = whole and late and sent_by_this_key(record, tools)
    return replace(found, whole=whole, conclusive=conclusive)


def _other_requests(record: Record, tools: Tools) -> list[Record]:
    """Return the other requests that have no task yet, or only a provisional one."""
    return [
        other
        for other in tools.store.records.unsettled()
        if other.number != record.number
        and (other.model, other.service) == (record.model, record.service)
    ]


def _classify(
    record: Record,
    others: list[Record],
    compared: list[tuple[ListedTask, Task, Evidence]],
    listing: Listing,
) -> _Candidates:
    matching, unproven, disputed = list[Task](), list[Task](), list[Task]()
    equal_requests = {record.number}
    for row, task, evidence in compared:
        if evidence is Evidence.NOT_OURS:
            continue
        claims = [
            other
            for other in others
            if may_be(other, row, listing) and compare(other, task) is not Evidence.NOT_OURS
        ]
        equal_requests |= {
            other.number for other in claims if other.fingerprint == record.fingerprint
        }
        if any(other.fingerprint != record.fingerprint for other in claims):
            disputed.append(task)
        elif evidence is Evidence.OURS:
            matching.append(task)
        else:
            unproven.append(task)
    return _Candidates(
        matching=tuple(matching),
        unproven=tuple(unproven),
        disputed=tuple(disputed),
        equal_requests=len(equal_requests),
    )


def _query_all(rows: list[ListedTask], tools: Tools) -> Generator[Event, None, list[Task]]:
    client, tasks = tools.connect(), list[Task]()
    for row in rows:
        query = partial(client.query, row.task_id)
        task = yield from with_retries(RateLimit.QUERY, query, tools, task_id=row.task_id)
        tasks.append(task)
    return tasks


def _adopt(
    record: Record, found: _Candidates, tools: Tools, *, list_settled: bool
) -> Record | None:
    """Adopt a task without guessing; None if there is no candidate, or more than one.

    A single unproven task is adopted provisionally, unless it was billed for another length. A
    failed or cancelled task never reports its prompt: it does not prevent the adoption of a
    matching one, and is itself adopted only when no other task can appear.
    """
    if found.disputed:
        return None
    matching, unproven = found.matching, found.unproven
    promptless = [task for task in unproven if task.status in (Status.FAILED, Status.CANCELED)]
    only_promptless = len(unproven) == len(promptless)
    if matching and only_promptless and len(matching) <= found.equal_requests:
        return _adopt_first(record, matching, tools, provisional=False)
    may_take_unproven = list_settled and (found.conclusive or not promptless)
    fits = not any(has_other_length(record, task) for task in unproven)
    if len(unproven) == 1 and fits and not matching and may_take_unproven:
        return _adopt_first(record, unproven, tools, provisional=not promptless)
    return None


def _adopt_first(
    record: Record, tasks: tuple[Task, ...], tools: Tools, *, provisional: bool
) -> Record | None:
    """Adopt the first task that no other process has adopted in the meantime."""
    account = None if provisional else this_account(tools)  # for a record of an older store
    for task in tasks:
        adopted = tools.store.records.adopt(
            record.number, task, tools.clock.now(), provisional=provisional, account=account
        )
        if adopted is not None:
            return adopted
    return None


def not_found_error(found: Found) -> PixverseError:
    """Return the error for a search that adopted nothing."""
    if found.record.status is Status.NOT_SENT:
        return UnreachableError(
            "the create call was not accepted: the service's list has no such task",
            hint="it is safe to submit again",
        )
    if found.candidates:
        return UnclearError(
            "the create call was sent, but its answer was lost; any of these tasks of the"
            f" account may be the result: {', '.join(found.candidates)}",
            hint="run `pixverse recover` after they have ended, or `pixverse recover --adopt ID`",
            candidates=found.candidates,
        )
    return UnclearError(
        "the create call was sent, but its answer was lost; the account's list does not show"
        " its task yet",
        hint="run `pixverse recover` in a minute: it says whether it is safe to submit again",
    )
