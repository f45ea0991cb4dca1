"""Records as rows of the ``task`` table, and back."""

import json
import sqlite3
from dataclasses import fields
from decimal import Decimal

from pixverse_cli.domain.clock import from_rfc3339, rfc3339
from pixverse_cli.domain.errors import UnexpectedError
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.store.database import Value

_COLUMNS = tuple(field.name for field in fields(Record))
REQUEST = tuple(name for name in _COLUMNS if name != "number")
_TIMES = ("intent_at", "submitted_at", "scheduled_at", "ended_at")
_FLAGS = ("audio", "watermark", "provisional")


_HINT = (
    "`pixverse list --remote` shows what the account has on the service;"
    " PIXVERSE_STATE_DIR takes another store"
)


def usage_json(usage: dict[str, object]) -> str | None:
    """Return ``usage`` as JSON text; None for an empty one."""
    return json.dumps(usage, ensure_ascii=False) if usage else None


def to_row(record: Record) -> dict[str, Value]:
    """Return the values of every column that a new row is written with."""
    row: dict[str, Value] = {name: getattr(record, name) for name in REQUEST}
    row |= {name: rfc3339(getattr(record, name)) for name in _TIMES}
    row["usage"] = usage_json(record.usage)
    row["estimate"] = None if record.estimate is None else str(record.estimate)
    return row


def required(row: sqlite3.Row | None) -> Record:
    """Return the record in a row that must be there."""
    record = from_row(row)
    if record is None:
        raise UnexpectedError("a record vanished from the store", hint=_HINT)
    return record


def from_row(row: sqlite3.Row | None) -> Record | None:
    """Return the record in a row, or None for no row.

    :raises UnexpectedError: what stands there was not written by this program.
    """
    if row is None:
        return None
    try:
        return _read(row)
    except (ValueError, TypeError, ArithmeticError) as error:
        # a state, time, amount or JSON text that is none: damage, or somebody else's hand
        number = row["number"]
        raise UnexpectedError(
            f"record {number} of the store cannot be read: {error}", hint=_HINT
        ) from error


def _read(row: sqlite3.Row) -> Record:
    values = {name: row[name] for name in _COLUMNS}
    values |= {name: from_rfc3339(values[name]) for name in _TIMES}
    values |= {name: None if values[name] is None else bool(values[name]) for name in _FLAGS}
    values["status"] = Status(values["status"])
    values["usage"] = json.loads(values["usage"]) if values["usage"] else {}
    values["estimate"] = None if values["estimate"] is None else Decimal(values["estimate"])
    return Record(**values)
