"""From the ids that the user typed to records of this store; nothing is asked of the service."""

import re
from collections.abc import Iterable

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.store import Store

_SHORTEST_PREFIX = 4
_MOST_SHOWN = 10  # candidates
_NUMBER = re.compile(r"#([0-9]{1,18})")


def reference_of(record: Record) -> str:
    """Return what names a record: its task id, or ``#NUMBER`` if it has none."""
    return record.task_id or f"#{record.number}"


def stored_records(references: Iterable[str], store: Store) -> list[Record]:
    """Return the records for ids, unique prefixes or ``#NUMBER``, in order, each once.

    :raises UsageError: one of them names no record, or several; lists all such.
    """
    found: dict[int, Record] = {}
    problems = []
    for reference in references:
        records = _candidates(reference, store)
        if len(records) == 1:
            found[records[0].number] = records[0]
        else:
            problems.append(_problem(reference, records))
    if problems:
        raise UsageError("\n".join(problems), hint="`pixverse list --all` shows every id")
    return list(found.values())


def _candidates(reference: str, store: Store) -> list[Record]:
    return numbered(reference, store) or fitting(reference, store)


def numbered(reference: str, store: Store) -> list[Record]:
    """Return the record that ``#NUMBER`` names; none for other references."""
    number = _NUMBER.fullmatch(reference)
    return store.records.numbered(int(number[1])) if number else []


def fitting(reference: str, store: Store) -> list[Record]:
    """Return the record with this task id, or else those whose id starts with this text.

    No record for a text that is too short; of many records only the first ones.
    """
    records = store.records.by_prefix(reference, limit=_MOST_SHOWN + 1)
    exact = [record for record in records if record.task_id == reference]
    return exact or (records if len(reference) >= _SHORTEST_PREFIX else [])


def _problem(reference: str, records: list[Record]) -> str:
    return unfit(reference, records)


def without_task(record: Record) -> str:
    """Return why a record without a task id cannot be asked about, and what can be done."""
    name = reference_of(record)
    if record.status is Status.UNCLEAR:
        return f"{name}: the answer of its submit was lost: run `pixverse recover`"
    return f"{name}: has no task, it was never accepted; `pixverse retry '{name}'` sends it again"


def unfit(reference: str, records: list[Record]) -> str:
    """Return why a prefix of an id names no record: it is too short, or fits none or several."""
    if _NUMBER.fullmatch(reference):
        return f"No known request has the number {reference!r}"
    if len(reference) < _SHORTEST_PREFIX:
        return f"{reference!r}: type at least {_SHORTEST_PREFIX} characters of a task id"
    if not records:
        return f"No known task id starts with {reference!r}"
    candidates = ", ".join(str(record.task_id) for record in records[:_MOST_SHOWN])
    more = ", …" if len(records) > _MOST_SHOWN else ""
    return f"several task ids start with {reference!r}: {candidates}{more}"
