"""Records as a table, with a total: ``list``, and ``status`` of several tasks."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from pixverse_cli.domain.errors import Charged
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.domain.text import harmless
from pixverse_cli.reporting.rows import is_saved
from pixverse_cli.reporting.sentences import (
    coarse,
    elapsed,
    model_name,
    short_id,
    shorter_path,
    span,
    total_cost,
    total_length,
)
from pixverse_cli.reporting.terminal.cells import cut_middle, wrap
from pixverse_cli.reporting.terminal.colours import STATUS_COLOURS
from pixverse_cli.reporting.terminal.layout import Cell, Column, table

_NOTHING_TO_FETCH = (Status.FAILED, Status.CANCELED, Status.UNKNOWN, Status.NOT_SENT)
_NAME = 40  # cells of an image's name, at most: the rest of a wide terminal is for the prompt
_LONGEST_PROMPT = 400  # characters: more than a line of any terminal shows


class Now(NamedTuple):
    """The time, and the service's address that commands use now (None if it is not valid)."""

    time: datetime
    service: str | None = None


def record_table(records: Sequence[Record], now: Now, room: int) -> Iterator[str]:
    """Yield the table's lines, and the total of several records."""
    rows = [[cell(record, now) for _, cell in _COLUMNS] for record in records]
    yield from table([column for column, _ in _COLUMNS], rows, room)
    if len(records) > 1:
        yield from wrap(_total(records), room)


def _next_step(record: Record, now: Now) -> str:
    """Return where the video is, or the command to run next; an error's code if neither."""
    if record.file and is_saved(record):
        return harmless(shorter_path(record.file))
    return next_command(record, now) or harmless(record.error_code or "")


def next_command(record: Record, now: Now) -> str:
    """Return the command that goes on with the task without paying; empty if there is none."""
    command = _command(record)
    if not command or not _is_elsewhere(record, now):
        return command
    from pixverse_cli.domain.hosts import is_sandbox  # noqa: PLC0415  rare

    # of a sandbox that has ended nothing can be asked any more
    ended = is_sandbox(record.service)
    return "" if ended else f"DASHSCOPE_HTTP_BASE_URL={harmless(record.service)} {command}"


def _command(record: Record) -> str:
    if record.status is Status.UNCLEAR:
        return "pixverse recover"
    if record.status.unfinished:
        return f"pixverse wait {short_id(record)}"
    return f"pixverse download {short_id(record)}" if record.status is Status.SUCCEEDED else ""


def kept_for(record: Record, now: datetime) -> str:
    """Return how long the service keeps a task whose video is not saved; empty for others."""
    if record.expires_at is None or record.file or record.status in _NOTHING_TO_FETCH:
        return ""
    return coarse(max(0.0, (record.expires_at - now).total_seconds()))


def _took(record: Record) -> str:
    """Return how long an ended task took; empty if that is not known."""
    if record.submitted_at is None or record.ended_at is None or not record.status.final:
        return ""
    return span(elapsed(record, record.ended_at))


def asked(record: Record, now: datetime) -> str:
    """Return how old the service's answer about a task is, if the task may have changed since."""
    seconds = _answer_age(record, now)
    if seconds is None:
        return ""
    return f"{coarse(seconds)} ago" if seconds >= 1 else "now"


def _answer_age(record: Record, now: datetime) -> float | None:
    """Return the seconds since the service's last answer about a task that may have changed since.

    The first answer is the one to the create call.
    """
    at = record.seen_at or record.submitted_at
    if at is None or not record.status.unfinished:
        return None
    return max(0.0, (now - at).total_seconds())


def old_answers(records: Sequence[Record], now: Now) -> str:
    """Return how old the answers about unfinished tasks are, and the command that asks again."""
    here = (record for record in records if not _is_elsewhere(record, now))
    ages = [age for record in here if (age := _answer_age(record, now.time)) is not None]
    if not ages or max(ages) < 1:
        return ""
    return f"unfinished tasks: as of {coarse(max(ages))} ago; to ask now: pixverse list --refresh"


def _is_elsewhere(record: Record, now: Now) -> bool:
    """Return whether the record belongs to another address than commands use now."""
    return now.service is not None and record.service != now.service


def place(record: Record) -> str:
    """Return ``sandbox`` for a service on this machine, else the service's host."""
    from pixverse_cli.domain.hosts import host_of, is_sandbox  # noqa: PLC0415  rare

    return "sandbox" if is_sandbox(record.service) else harmless(host_of(record.service))


def _age(record: Record, now: Now) -> str:
    if record.submitted_at is None:
        return ""
    return coarse(max(0.0, (now.time - record.submitted_at).total_seconds()))


def _total(records: Sequence[Record]) -> str:
    states = Counter(record.status for record in records)
    parts = [", ".join(f"{count} {status}" for status, count in states.items())]
    seconds = total_length(records)
    paid = [record for record in records if record.charged is Charged.YES]
    cost = total_cost([(record.actual_cost, record.estimate) for record in paid])
    parts.append(", ".join(filter(None, (f"{seconds:g} s of video" if seconds else "", cost))))
    return f"{len(records)} tasks: {'; '.join(filter(None, parts))}"


_COLUMNS: tuple[tuple[Column, Callable[[Record, Now], Cell]], ...] = (
    (Column("task"), lambda record, _: Cell(short_id(record))),
    (Column("status"), lambda record, _: Cell(record.status, STATUS_COLOURS[record.status])),
    (
        Column("sent to", gives_way=8, labelled=True),
        lambda record, now: Cell(place(record) if _is_elsewhere(record, now) else ""),
    ),
    (Column("model", gives_way=6), lambda record, _: Cell(model_name(record))),
    (Column("age", gives_way=4, labelled=True), lambda record, now: Cell(_age(record, now))),
    (Column("took", gives_way=2, labelled=True), lambda record, _: Cell(_took(record))),
    (
        Column("asked", gives_way=3, labelled=True),
        lambda record, now: Cell(asked(record, now.time)),
    ),
    (
        Column("kept for", gives_way=7, labelled=True),
        lambda record, now: Cell(kept_for(record, now.time)),
    ),
    (
        Column("image", gives_way=5, least=10, middle=True),
        lambda record, _: Cell(cut_middle(harmless(record.label or ""), _NAME)),
    ),
    (
        Column("take", gives_way=9, labelled=True),
        lambda record, _: Cell(str(record.take) if record.take > 1 else ""),
    ),
    (
        Column("prompt", gives_way=1, least=10),
        lambda record, _: Cell(harmless((record.prompt or "")[:_LONGEST_PROMPT])),
    ),
    (Column("result or next step"), lambda record, now: Cell(_next_step(record, now))),
)
