"""Removing records from this machine's store; files and the service's tasks are left alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from pixverse_cli.domain.clock import seconds_before
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.process import may_be_alive
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.domain.terms import TASK_LIFE_SECONDS
from pixverse_cli.flows.stored import reference_of, stored_records
from pixverse_cli.settings.values import Settings
from pixverse_cli.store import Store


class Forgotten(NamedTuple):
    """The records that were removed, and the number of old ones that were kept."""

    records: tuple[Record, ...]
    kept: int


def forget(
    references: Sequence[str] | None, settings: Settings, store: Store, now: datetime
) -> Forgotten:
    """Remove the named records, or with ``--older-than`` all old ones, and their uploads.

    A task that may still run and a request that is unclear stay, unless ``--force``; a request
    that another process is sending stays always. Named records are all removed, or none.

    :raises UsageError: neither or both were given; an id fits no record; a record must stay.
    """
    force = settings.flag("force")
    age = settings.seconds("older-than", 0.0)
    settings.insist()
    if (references is None) == (settings.text("older-than") is None):
        raise UsageError(
            "give ids of records, or --older-than TIME",
            hint="quote '#12': a shell takes # for the start of a comment",
        )
    store.take_back()
    if references is None:
        return _forget_old(seconds_before(now, age), store, now, force=force)
    records = stored_records(references, store)
    problems = [problem for record in records if (problem := _problem(record, now, force=force))]
    if problems:
        raise UsageError("\n".join(problems), hint=None if force else "--force removes them too")
    return Forgotten(_remove(records, store), kept=0)


def _forget_old(before: datetime, store: Store, now: datetime, *, force: bool) -> Forgotten:
    old = store.records.older_than(before)
    removable = [record for record in old if _problem(record, now, force=force) is None]
    return Forgotten(_remove(removable, store), kept=len(old) - len(removable))


def _remove(records: Sequence[Record], store: Store) -> tuple[Record, ...]:
    removed = tuple(record for record in records if store.records.forget(record))
    for image in {each.sha256 for record in removed for each in record.inputs if each.sha256}:
        store.uploads.forget_image(image)
    for file in {record.file for record in removed if record.file}:
        store.hashed_files.forget(file)
    return removed


def _problem(record: Record, now: datetime, *, force: bool) -> str | None:
    """Return why a record must stay."""
    name = reference_of(record)
    recent = record.intent_at is None or record.intent_at > seconds_before(now, TASK_LIFE_SECONDS)
    if recent and may_be_alive(record.process):
        return f"{name}: another process is sending this request"
    if force:
        return None
    if record.status is Status.UNCLEAR or record.provisional:
        return f"{name}: nobody knows yet whether it was accepted: run pixverse recover"
    expired = record.expires_at is not None and record.expires_at <= now
    if record.status.unfinished and not expired:
        return f"{name}: the task is {record.status}"
    return None
