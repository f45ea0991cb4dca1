"""Finding the result of submits whose answer was lost. Nothing here creates a task."""

from collections.abc import Generator, Iterator

from pixverse_cli.domain.clock import rfc3339
from pixverse_cli.domain.endings import failed
from pixverse_cli.domain.errors import (
    Charged,
    NetworkSettingsError,
    PixverseError,
    UnclearError,
    UnknownTaskError,
    UsageError,
)
from pixverse_cli.domain.events import Ended, Event, Known, Note
from pixverse_cli.domain.process import may_be_alive
from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.flows.call_time import call_age, is_forgotten, must_be_over, read_clocks
from pixverse_cli.flows.identity import (
    may_be_other_account,
    require_account,
    sent_by_this_key,
    this_account,
)
from pixverse_cli.flows.lookup import is_task_id
from pixverse_cli.flows.matching import Evidence, compare
from pixverse_cli.flows.rate_limited import RateLimit, with_retries
from pixverse_cli.flows.search import (
    Found,
    look_at_any_time,
    not_found_error,
    search,
    search_until_conclusive,
    seconds_between_looks,
)
from pixverse_cli.flows.task_state import confirm_or_release, query_task, store_answer
from pixverse_cli.flows.tools import Tools


def recover(tools: Tools) -> Iterator[Event]:
    """Search for the task of every request that is unclear or whose process died in the call.

    Each request ends with a task id in its record, as not accepted (``NOT_SENT``), or with an
    :class:`UnclearError` that lists the candidates.
    """
    for record in tools.store.take_back():
        yield Note(text=f"task {record.task_id} was accepted earlier; it is in the store now")
        yield Ended(record=record)
    unsettled = tools.store.records.unsettled()
    if not unsettled:
        yield Note(text="No lost submits: the result of each one is known")
    records = [each for each in unsettled if _is_recoverable(each, tools)]
    for record in unsettled:
        if record not in records:
            yield Note(text=f"{record.title}: its create call may still be in progress")
    for record in records:
        yield Known(record=record)
        try:
            yield (yield from _resolve(record, tools))
        except NetworkSettingsError:
            raise
        except PixverseError as error:
            yield Ended(record=None, error=failed(record, error), label=record.label)


def _is_recoverable(record: Record, tools: Tools) -> bool:
    """Return whether no process is working on the request any more.

    Where the process cannot be checked (the machine's name has changed, the process number
    was reused), it counts as ended once the longest possible call is over.
    """
    over = must_be_over(record, read_clocks(tools.clock))
    return over or not may_be_alive(record.process)


def _resolve(record: Record, tools: Tools) -> Generator[Event, None, Ended]:
    record = yield from require_account(record, tools)
    if record.provisional:
        task = yield from with_retries(RateLimit.QUERY, lambda: query_task(record, tools), tools)
        record = confirm_or_release(store_answer(record, task, tools), task, tools)
        if record.task_id is not None:
            return Ended(record=record)
    found = yield from _searched(record, tools)
    if found.record.status is Status.NOT_SENT:
        yield Note(text=_not_sent_sentence(found.record))
    return _ended(found, tools)


def _searched(record: Record, tools: Tools) -> Generator[Event, None, Found]:
    """Search as long as needed; where the wall clock may have been set, look at any time as well.

    A task that is found without its time is only a candidate: the user decides.
    """
    found, age = Found(record=record), call_age(record, read_clocks(tools.clock))
    certain = age is not None and age.certain
    if not is_forgotten(record, read_clocks(tools.clock)):
        if certain or not sent_by_this_key(record, tools):
            found = yield from search(record, tools)
        else:
            yield Note(
                text="the time of the call is not certain: looking at the service's list for"
                f" {seconds_between_looks(record):g} s"
            )
            found = yield from search_until_conclusive(record, tools)
    lost = found.record.status is Status.UNCLEAR and not found.candidates
    if lost and found.record.task_id is None and not certain:
        return (yield from look_at_any_time(found.record, tools))
    return found


def _not_sent_sentence(record: Record) -> str:
    return (
        f"{record.title}: the request of {rfc3339(record.intent_at)} was not accepted:"
        " the service has no such task, and nothing was charged; it is safe to submit again"
    )


def _ended(found: Found, tools: Tools) -> Ended:
    record = found.record
    if record.task_id is not None or record.status is Status.NOT_SENT:
        return Ended(record=record)
    if not found.candidates and is_forgotten(record, read_clocks(tools.clock)):
        return Ended(record=None, error=failed(record, _too_old(record)), label=record.label)
    error = not_found_error(found)
    if not found.candidates and not sent_by_this_key(record, tools):
        error = error.but(hint=_other_key_hint(record, tools))
    return Ended(record=None, error=failed(record, error), label=record.label)


def _other_key_hint(record: Record, tools: Tools) -> str:
    """Return why nothing can be ruled out: "not in the list" counts only for the key that sent."""
    ending = tools.store.accounts.ending(record.account)
    if ending is None:
        return (
            "an older version did not note which key sent the request, so that it cannot be"
            " ruled out that it was accepted; the account's bill shows whether it was charged"
        )
    return f"run `pixverse recover` with the key that sent the request (…{ending})"


def _too_old(record: Record) -> UnclearError:
    return UnclearError(
        f"the request of {rfc3339(record.intent_at)} for {record.title} is too old to be found:"
        " the service lists tasks for 24 hours only",
        hint="the account's bill shows whether it was charged",
    )


def adopt(task_id: str, tools: Tools) -> Iterator[Event]:
    """Assign a task that the user names to the one unclear request that it matches.

    :raises UsageError: it is not a task id, no unclear request matches, or several do.
    :raises UnknownTaskError: the service does not know the task.
    """
    if not is_task_id(task_id):
        raise UsageError(f"{task_id!r} is not a full task id")
    client = tools.connect()
    task = yield from with_retries(
        RateLimit.QUERY, lambda: client.query(task_id), tools, task_id=task_id
    )
    if task.status is Status.UNKNOWN:
        raise UnknownTaskError(
            f"the service does not know task {task_id}",
            task_id=task_id,
            charged=Charged.UNKNOWN,  # as `status` reports
        )
    record = _matching_request(task, tools)
    adopted = tools.store.records.adopt(
        record.number,
        task,
        tools.clock.now(),
        provisional=False,
        account=this_account(tools),
    )
    if adopted is None:
        raise UsageError(f"task {task_id} already belongs to another request")
    yield Ended(record=adopted)


def _matching_request(task: Task, tools: Tools) -> Record:
    matching = [
        record
        for record in tools.store.records.unsettled()
        if record.task_id is None
        and _is_recoverable(record, tools)
        and not may_be_other_account(record, tools)
        and compare(record, task) is not Evidence.NOT_OURS
    ]
    proven = [record for record in matching if compare(record, task) is Evidence.OURS]
    candidates = proven or matching
    fingerprints = {record.fingerprint for record in candidates}
    if len(fingerprints) == 1:
        return candidates[0]
    count = "several submits" if candidates else "no submit"
    raise UsageError(
        f"task {task.task_id} matches {count} whose answer was lost",
        hint="`pixverse list --status UNCLEAR` shows these submits",
    )
