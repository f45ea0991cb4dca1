"""From what the user typed to the records that it means, and how their tasks stand now."""

import re
from collections.abc import Generator, Iterable, Iterator, Sequence

from pixverse_cli.domain.endings import failed
from pixverse_cli.domain.errors import (
    Charged,
    PixverseError,
    UnclearError,
    UnknownTaskError,
    UsageError,
)
from pixverse_cli.domain.events import Ended, Event, Known, Seen
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.rate_limited import RateLimit, repeated
from pixverse_cli.flows.task_state import is_not_known_yet, is_over, sure_of, verdict
from pixverse_cli.flows.tools import Tools

_SHORTEST_PREFIX = 4
_SHOWN = 10
_FULL_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{23,127}")  # the service's are UUIDs of 36


def meant(references: Sequence[str] | None, tools: Tools) -> Generator[Event, None, list[Record]]:
    """Return the records that the user means: the named ones, else the latest.

    :raises UsageError: nothing was named and nothing was ever submitted.
    """
    if references is not None:
        return (yield from find(references, tools))
    latest = tools.store.records.newest(1, submitted=True)
    if not latest:
        raise UsageError(
            "no task was submitted from this machine yet",
            hint='pixverse submit IMAGE -p "…" --wait',
        )
    return latest


def find(references: Iterable[str], tools: Tools) -> Generator[Event, None, list[Record]]:
    """Return the records that ids or unique prefixes mean, in order, each once.

    A full id that the store does not know is asked of the service, and then remembered.

    :raises UsageError: a prefix is too short, or fits none or several; all are told at once.
    :raises UnknownTaskError: the service does not know a full id either.
    """
    found: dict[int, Record] = {}
    problems = []
    for reference in references:
        records = tools.store.records.by_prefix(reference, limit=_SHOWN + 1)
        exact = [record for record in records if record.task_id == reference]
        if len(exact or records) == 1 and (exact or len(reference) >= _SHORTEST_PREFIX):
            record = (exact or records)[0]
        elif not records and _FULL_ID.fullmatch(reference):
            record = yield from _ask(reference, tools)
        else:
            problems.append(_problem(reference, records))
            continue
        found[record.number] = record
    if problems:
        raise UsageError("\n".join(problems), hint="`pixverse list --all` shows every id")
    return list(found.values())


def _problem(reference: str, records: list[Record]) -> str:
    if len(reference) < _SHORTEST_PREFIX:
        return f"{reference!r}: a task id needs {_SHORTEST_PREFIX} characters or more"
    if not records:
        return f"No known task id starts with {reference!r}"
    candidates = ", ".join(str(record.task_id) for record in records[:_SHOWN])
    more = ", …" if len(records) > _SHOWN else ""
    return f"{reference!r} fits several tasks: {candidates}{more}"


def _ask(task_id: str, tools: Tools) -> Generator[Event, None, Record]:
    client = tools.connect()
    task = yield from repeated(
        RateLimit.QUERY, lambda: client.query(task_id), tools, task_id=task_id
    )
    if task.status is Status.UNKNOWN:
        raise UnknownTaskError(
            f"neither the store nor the service knows task {task_id}",
            hint="ids live for 24 hours at the service; `pixverse list` shows what is known here",
            task_id=task_id,
            charged=Charged.UNKNOWN,  # an older task may well have been paid for
        )
    return tools.store.records.remember(task, tools.service)


def look(references: Sequence[str] | None, tools: Tools, *, judging: bool) -> Iterator[Event]:
    """Ask once how each task stands; an ended one is told from the store.

    With ``judging``, a task that has not ended well ends in the error it stands for.
    """
    for record in (yield from meant(references, tools)):
        yield Known(record=record)
        try:
            current = yield from _asked(record, tools)
        except UnclearError as error:
            yield Ended(record=None, error=error, label=record.image)
        except PixverseError as error:
            yield Ended(record=record, error=failed(record, error))
        else:
            yield Ended(record=current, error=verdict(current) if judging else None)


def _asked(record: Record, tools: Tools) -> Generator[Event, None, Record]:
    if is_over(record) or record.task_id is None:
        return record
    client, task_id = tools.connect(), record.task_id
    task = yield from repeated(
        RateLimit.QUERY, lambda: client.query(task_id), tools, task_id=task_id
    )
    if is_not_known_yet(record, task, tools.clock.now()):
        return record
    current = yield from sure_of(record, task, tools)
    yield Seen(record=current)
    return current
