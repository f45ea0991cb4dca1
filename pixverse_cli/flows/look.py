"""Which tasks are meant, and how they stand: one look each, no waiting."""

from collections.abc import Generator, Iterator, Sequence

from pixverse_cli.domain.errors import PixverseError, UnclearError, UsageError
from pixverse_cli.domain.events import Ended, Event, Known, Seen
from pixverse_cli.domain.task import Record
from pixverse_cli.flows.find import find
from pixverse_cli.flows.rate_limited import RateLimit, repeated
from pixverse_cli.flows.settle import sure_of
from pixverse_cli.flows.tools import Tools
from pixverse_cli.flows.verdict import is_not_known_yet, is_over, verdict


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
            error.charged = record.charged
            yield Ended(record=record, error=error.about(record.task_id))
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
