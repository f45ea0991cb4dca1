"""Records of paid requests: written before the call, completed after it."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from pixverse_cli.domain.clock import Uptime, from_rfc3339, rfc3339
from pixverse_cli.domain.errors import UnexpectedError
from pixverse_cli.domain.task import Record, RecordInput, Status, Task
from pixverse_cli.domain.terms import TASK_LIFE_SECONDS
from pixverse_cli.store.database import Database, Row, Value
from pixverse_cli.store.ownership import RELEASE, TAKE_FROM_ANY, TAKE_FROM_QUERIED

if TYPE_CHECKING:
    from decimal import Decimal

    from pixverse_cli.domain.budget import Budget

# A request is live if its task has succeeded or may still succeed. A task that is UNKNOWN before
# its day is over may be known again, and is paid for.
_LIVE = (
    "(status IN ('UNCLEAR', 'PENDING', 'RUNNING', 'SUCCEEDED')"
    " OR (status = 'UNKNOWN' AND submitted_at > :day_ago))"
)
_ENDED = "('SUCCEEDED', 'FAILED', 'CANCELED')"

# Requests to a sandbox (`domain.hosts.is_sandbox`) are free, and are kept apart from all others.
_SAME_WORLD = "(service LIKE 'http://%') = ({} LIKE 'http://%')"

# What requests since a time may cost, in millionths of 1 CNY: sums of whole numbers are exact.
# A provisional task may be another request's, so its failure does not prove that this was free.
_MILLIONTHS = "CAST(round(coalesce({}, 0) * 1000000) AS INTEGER)"
_SPENT = (
    f"(SELECT coalesce(sum({_MILLIONTHS.format('estimate')}), 0) FROM task"
    " WHERE intent_at >= :since AND fingerprint IS NOT NULL"
    " AND (provisional OR status NOT IN ('FAILED', 'CANCELED', 'NOT_SENT'))"
    f" AND {_SAME_WORLD.format(':service')})"
)

_COLUMNS = Record._fields
_REQUEST = tuple(name for name in _COLUMNS if name != "number")
_TIMES = ("intent_at", "submitted_at", "scheduled_at", "ended_at", "seen_at")
_FLAGS = ("audio", "watermark", "provisional")
_NEWEST = 50
_SHORT_ID = 8
_MILLIONTH_DIGITS = 6
_BLOCK = 50  # records read at once; of more, each leaves the processor's cache before its use
_ABOVE_ALL = 2**63 - 1

# Writes the service's answer about a task; fields that it no longer reports are kept.
_SEE = (
    "UPDATE task SET"
    # after 24 hours the service reports an ended task as UNKNOWN; and another
    # process may write an older answer after the final one
    f" status = iif(status IN {_ENDED} AND :status NOT IN {_ENDED}, status, :status),"
    " submitted_at = coalesce(:submitted_at, submitted_at),"
    " scheduled_at = coalesce(:scheduled_at, scheduled_at),"
    " ended_at = coalesce(:ended_at, ended_at),"
    " video_url = coalesce(:video_url, video_url),"
    " usage = coalesce(:usage, usage),"
    # a request of this store has its own prompt, or certainly none
    " prompt = iif(fingerprint IS NULL, coalesce(prompt, :prompt), prompt),"
    " error_code = coalesce(:error_code, error_code),"
    " error_message = coalesce(:error_message, error_message),"
    " seen_at = coalesce(:at, seen_at), account = coalesce(account, :account)"
)
_SEEN = f"{_SEE} WHERE number = :number AND task_id = :task_id RETURNING *"

_HINT = (
    "`pixverse list --remote` shows the account's tasks at the service;"
    " set PIXVERSE_STATE_DIR to use another store"
)


class Records:
    """The ``task`` table; each method is atomic, and its change is on the disk when it returns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def intend(
        self, record: Record, *, once: bool = False, budget: "Budget | None" = None
    ) -> Record | None:
        """Write a request that is about to be sent, and return it with its number.

        None if ``budget`` does not allow it, or with ``once`` if an equal request is live. It is
        one statement: of two processes with the same request only one gets a record, and many
        processes together stay within the budget.
        """
        row = self._database.row(
            f"INSERT INTO task ({', '.join(_REQUEST)})"
            f" SELECT {', '.join(':' + name for name in _REQUEST)}"
            " WHERE NOT (:once AND EXISTS (SELECT 1 FROM task WHERE fingerprint = :fingerprint"
            f" AND {_SAME_WORLD.format(':service')} AND take = :take AND {_LIVE}))"
            f" AND (:most IS NULL OR {_MILLIONTHS.format(':estimate')} + {_SPENT} <= :most)"
            " RETURNING *",
            once=once,
            day_ago=_day_before(record.intent_at),
            **_limits(budget, record.intent_at),
            **_to_row(record),
        )
        return _from_row(row)

    def spent(self, budget: "Budget", service: str, now: datetime) -> "Decimal":
        """Return the estimates, in CNY, of all requests that count in the running period.

        Those that failed, were cancelled or refused do not count. ``service`` says whether the
        requests to a sandbox are counted, or all others.
        """
        from decimal import Decimal  # noqa: PLC0415  slows the start, and is rarely needed

        limits = _limits(budget, now)
        spent = self._database.value(f"SELECT {_SPENT}", service=service, since=limits["since"])
        return Decimal(spent).scaleb(-_MILLIONTH_DIGITS)

    def resend(
        self,
        number: int,
        process: str,
        now: datetime,
        *,
        once: bool,
        budget: "Budget | None" = None,
        uptime: Uptime | None = None,
    ) -> Record | None:
        """Write that a refused request is about to be sent again.

        None as in :meth:`intend`, for what has changed meanwhile.
        """
        return _from_row(
            self._database.row(
                "UPDATE task AS mine SET status = 'UNCLEAR', process = :process,"
                " intent_at = :now, ended_at = NULL, error_code = NULL, error_message = NULL,"
                " boot = :boot, began_at_uptime = :seconds, ended_at_uptime = NULL"
                " WHERE number = :number AND NOT (:once AND EXISTS (SELECT 1 FROM task"
                f" WHERE fingerprint = mine.fingerprint AND {_SAME_WORLD.format('mine.service')}"
                f" AND take = mine.take AND number <> mine.number AND {_LIVE}))"
                f" AND (:most IS NULL OR {_MILLIONTHS.format('mine.estimate')}"
                f" + {_SPENT.replace(':service', 'mine.service')} <= :most) RETURNING *",
                **_limits(budget, now),
                number=number,
                process=process,
                now=rfc3339(now),
                once=once,
                day_ago=_day_before(now),
                boot=uptime and uptime.boot,
                seconds=uptime and uptime.seconds,
            )
        )

    def live(
        self,
        fingerprint: str,
        service: str,
        take: int = 1,
        account: str | None = None,
        *,
        now: datetime | None = None,
    ) -> Record | None:
        """Return the newest live record of an equal request's take.

        If possible one that was sent to this service, by ``account``. One that was sent to another
        address counts too: to pay again because the address has changed is to pay twice. Without
        ``now``, one that is UNKNOWN does not count.
        """
        return _from_row(
            self._database.row(
                "SELECT * FROM task WHERE fingerprint = :fingerprint AND take = :take"
                f" AND {_SAME_WORLD.format(':service')} AND {_LIVE}"
                " ORDER BY service = :service DESC, account IS :account DESC,"
                " status = 'SUCCEEDED' DESC, number DESC LIMIT 1",
                fingerprint=fingerprint,
                service=service,
                take=take,
                account=account,
                day_ago=_day_before(now),
            )
        )

    def accepted(
        self, number: int, task: Task, submitted_at: datetime, uptime: Uptime | None = None
    ) -> Record:
        """Write the task id from the service, even if a search gave it to another record."""
        return required(
            self._database.transaction(
                *TAKE_FROM_ANY,
                "UPDATE task SET task_id = :task_id, status = :status, request_id = :request_id,"
                " submitted_at = :submitted_at, process = NULL, ended_at_uptime = :seconds"
                " WHERE number = :number RETURNING *",
                number=number,
                seconds=uptime and uptime.seconds,
                task_id=task.task_id,
                status=task.status,
                request_id=task.request_id,
                submitted_at=rfc3339(task.submitted_at or submitted_at),
            )
        )

    def not_accepted(
        self,
        number: int,
        status: Status,
        now: datetime,
        code: str | None,
        message: str | None,
        uptime: Uptime | None = None,
    ) -> Record:
        """Write that no task id came: ``NOT_SENT`` if that is certain, else ``UNCLEAR``.

        ``ended_at`` becomes the time when the call ended.
        """
        return required(
            self._database.row(
                "UPDATE task SET task_id = NULL, status = :status, process = NULL,"
                " provisional = NULL, ended_at = :now,"
                " ended_at_uptime = coalesce(:seconds, ended_at_uptime),"
                " error_code = :code, error_message = :message"
                " WHERE number = :number RETURNING *",
                number=number,
                status=status,
                now=rfc3339(now),
                seconds=uptime and uptime.seconds,
                code=code,
                message=message,
            )
        )

    def adopt(
        self,
        number: int,
        task: Task,
        at: datetime | None = None,
        *,
        provisional: bool,
        account: str | None = None,
    ) -> Record | None:
        """Write a found task to an unclear request; None if another record has the task.

        ``account`` is written to a record that has none.
        """
        return _from_row(
            self._database.transaction(
                *TAKE_FROM_QUERIED,
                "UPDATE OR IGNORE task SET task_id = :task_id, provisional = :provisional,"
                " process = NULL, ended_at = NULL, error_code = NULL, error_message = NULL"
                " WHERE number = :number AND task_id IS NULL",
                _SEEN,
                number=number,
                provisional=provisional or None,
                **_answer(task, at, account),
            )
        )

    def rule_out(self, record: Record, at: datetime, code: str, message: str) -> Record:
        """Write that the service did not accept the call of an unclear request; return its record.

        ``at`` is when the call ended. Nothing is written if another process has found the task or
        has sent the request again since ``record`` was read.
        """
        row = self._database.row(
            "UPDATE task SET status = 'NOT_SENT', process = NULL, ended_at = :at,"
            " error_code = :code, error_message = :message"
            " WHERE number = :number AND status = 'UNCLEAR' AND task_id IS NULL"
            " AND process IS :process AND intent_at IS :intent_at RETURNING *",
            number=record.number,
            process=record.process,
            intent_at=rfc3339(record.intent_at),
            at=rfc3339(at),
            code=code,
            message=message,
        )
        return required(row) if row else self.get(record.number)

    def confirm(self, number: int, task_id: str) -> Record:
        """Write that a found task certainly belongs to this request, if it still has the task."""
        row = self._database.row(
            "UPDATE task SET provisional = NULL"
            " WHERE number = :number AND task_id = :task_id RETURNING *",
            number=number,
            task_id=task_id,
        )
        return required(row) if row else self.get(number)

    def let_go(self, number: int, task_id: str) -> Record:
        """Remove a found task that belongs to another request, if the record still has it."""
        row = self._database.row(
            f"UPDATE task SET {RELEASE} WHERE number = :number AND task_id = :task_id RETURNING *",
            number=number,
            task_id=task_id,
        )
        return required(row) if row else self.get(number)

    def unsettled(self) -> list[Record]:
        """Return requests whose task is not known for certain, oldest first."""
        rows = self._database.rows(
            "SELECT * FROM task WHERE status = 'UNCLEAR' OR provisional = 1 ORDER BY number"
        )
        return [required(row) for row in rows]

    def seen(
        self, number: int, task: Task, at: datetime | None = None, account: str | None = None
    ) -> Record:
        """Write the service's answer about a task; fields that it no longer reports are kept.

        ``at`` is when it was received, ``account`` the account of a record that has none yet.
        Nothing is written if the record has lost the task to another one meanwhile.
        """
        row = self._database.row(_SEEN, number=number, **_answer(task, at, account))
        return required(row) if row else self.get(number)

    def remember(
        self, task: Task, service: str, at: datetime | None = None, account: str | None = None
    ) -> Record:
        """Write a task that this machine did not submit, and return its record."""
        return required(
            self._database.transaction(
                "INSERT OR IGNORE INTO task (task_id, status, service)"
                " VALUES (:task_id, :status, :service)",
                f"{_SEE} WHERE task_id = :task_id RETURNING *",
                service=service,
                **_answer(task, at, account),
            )
        )

    def saved(self, number: int, file: str | None, sha256: str) -> Record:
        """Write the path of the checked video; ``file`` is None just before it gets its name."""
        return required(
            self._database.row(
                "UPDATE task SET sha256 = iif(:file IS NULL AND file NOTNULL, sha256, :sha256),"
                " file = coalesce(:file, file) WHERE number = :number RETURNING *",
                number=number,
                file=file,
                sha256=sha256,
            )
        )

    def of_run(self, run: str) -> list[Record]:
        """Return the requests that one run of the program sent, oldest first."""
        rows = self._database.rows("SELECT * FROM task WHERE run = :run ORDER BY number", run=run)
        return [required(row) for row in rows]

    def get(self, number: int) -> Record:
        """Return one record in its current state."""
        return required(
            self._database.row("SELECT * FROM task WHERE number = :number", number=number)
        )

    def numbered(self, number: int) -> list[Record]:
        """Return the record with this number, or none."""
        rows = self._database.rows("SELECT * FROM task WHERE number = :number", number=number)
        return [required(row) for row in rows]

    def older_than(self, before: datetime) -> list[Record]:
        """Return records whose request was sent before a time, or whose time is not known."""
        rows = self._database.rows(
            "SELECT * FROM task WHERE coalesce(submitted_at, intent_at, '') < :before"
            " ORDER BY number",
            before=rfc3339(before),
        )
        return [required(row) for row in rows]

    def forget(self, record: Record) -> bool:
        """Remove a record unless another process has changed its task or status meanwhile."""
        row = self._database.row(
            "DELETE FROM task WHERE number = :number AND status = :status"
            " AND task_id IS :task_id AND process IS :process RETURNING number",
            number=record.number,
            status=record.status,
            task_id=record.task_id,
            process=record.process,
        )
        return row is not None

    def of_task(self, task_id: str) -> Record | None:
        """Return the record of a task; None if the store does not have it."""
        return _from_row(
            self._database.row("SELECT * FROM task WHERE task_id = :task_id", task_id=task_id)
        )

    def by_prefix(self, prefix: str, *, limit: int) -> list[Record]:
        """Return the records whose task id starts with ``prefix``; uses the index, never a scan."""
        rows = self._database.rows(
            "SELECT * FROM task WHERE task_id >= :low AND task_id < :high"
            " ORDER BY task_id LIMIT :limit",
            low=prefix,
            high=prefix + "\U0010ffff",
            limit=limit,
        )
        return [required(row) for row in rows]

    def unique_prefix(self, task_id: str) -> str:
        """Return the first 8 characters of a task id, or more where others start like it."""
        for length in range(_SHORT_ID, len(task_id)):
            if len(self.by_prefix(task_id[:length], limit=2)) < 2:
                return task_id[:length]
        return task_id

    def newest(
        self,
        limit: int,
        *,
        statuses: tuple[Status, ...] = (),
        since: datetime | None = None,
        submitted: bool = False,
        unsaved: bool = False,
        before: int = _ABOVE_ALL,
    ) -> list[Record]:
        """Return records, newest first; ``limit`` -1: all, ``submitted``: only those with ids.

        ``unsaved``: only those without a file, ``before``: only those with a lower number.
        """
        rows = self._database.rows(
            f"SELECT * FROM task WHERE {_selected(statuses, since)}"
            " AND (task_id IS NOT NULL OR NOT :submitted) AND (file IS NULL OR NOT :unsaved)"
            " AND number < :before ORDER BY number DESC LIMIT :limit",
            since=rfc3339(since),
            submitted=submitted,
            unsaved=unsaved,
            before=before,
            limit=limit,
        )
        return [required(row) for row in rows]

    def each_newest(
        self, limit: int, *, statuses: tuple[Status, ...] = (), since: datetime | None = None
    ) -> Iterator[Record]:
        """Yield what :meth:`newest` returns, and hold only one block of it in memory.

        The store is not locked between blocks: whoever reads the output may be slow.
        """
        before, left = _ABOVE_ALL, limit
        while left:
            wanted = _BLOCK if left < 0 else min(left, _BLOCK)
            block = self.newest(wanted, statuses=statuses, since=since, before=before)
            yield from block
            if len(block) < wanted:
                return
            before = block[-1].number
            left -= wanted if left > 0 else 0

    def count(self, *, statuses: tuple[Status, ...] = (), since: datetime | None = None) -> int:
        """Return how many records :meth:`newest` would return without a limit."""
        return int(
            self._database.value(
                f"SELECT count(*) FROM task WHERE {_selected(statuses, since)}",
                since=rfc3339(since),
            )
        )

    def past_run_seconds(self, record: Record) -> list[float]:
        """Return the seconds that the newest 50 finished tasks of a kind ran, shortest first.

        The kind: model, resolution, duration and audio, and whether it was made on this machine
        (plain http: a sandbox). Measured by the service's clock from the start of the run, or
        from submission where the start is unknown, to the end.
        """
        rows = self._database.rows(
            "SELECT (julianday(ended_at) - julianday(coalesce(scheduled_at, submitted_at)))"
            " * 86400 AS seconds FROM"
            " (SELECT submitted_at, scheduled_at, ended_at FROM task WHERE status = 'SUCCEEDED'"
            " AND model = :model AND resolution = :resolution AND duration = :duration"
            f" AND audio IS :audio AND {_SAME_WORLD.format(':service')}"
            " AND submitted_at IS NOT NULL AND ended_at IS NOT NULL"
            " ORDER BY number DESC LIMIT :newest) ORDER BY seconds",
            model=record.model,
            resolution=record.resolution,
            duration=record.duration,
            audio=record.audio,
            service=record.service,
            newest=_NEWEST,
        )
        return [max(0.0, row["seconds"]) for row in rows]

    def known_ids(self, *, requested: bool = False) -> frozenset[str]:
        """Return every task id in the store, or only those of its own requests."""
        rows = self._database.rows(
            "SELECT task_id FROM task WHERE task_id IS NOT NULL"
            " AND (fingerprint IS NOT NULL OR NOT :requested)",
            requested=requested,
        )
        return frozenset(row["task_id"] for row in rows)


def _selected(statuses: tuple[Status, ...], since: datetime | None) -> str:
    """Return the condition of these records: only what is asked, so that an index can serve it."""
    conditions = list[str]()
    if statuses:
        names = ", ".join(f"'{status}'" for status in statuses)
        conditions.append(f"status IN ({names})")
    if since:
        conditions.append("coalesce(submitted_at, intent_at, '') >= :since")
    return " AND ".join(conditions) or "true"


def _day_before(moment: datetime | None) -> str | None:
    """Return when the oldest task was submitted that the service still knows at this moment."""
    return rfc3339(moment - timedelta(seconds=TASK_LIFE_SECONDS)) if moment else None


def _limits(budget: "Budget | None", now: datetime | None) -> dict[str, Value]:
    """Return what a request may bring the sum of a period to, and when the period began."""
    if budget is None or now is None:
        return {"most": None, "since": None}
    most = int(budget.amount.scaleb(_MILLIONTH_DIGITS))
    return {"most": most, "since": rfc3339(budget.began(now))}


def _object_json(value: Mapping[str, object]) -> str | None:
    """Return an object as JSON text; None for an empty one."""
    return json.dumps(dict(value)) if value else None


def _to_row(record: Record) -> dict[str, Value]:
    """Return the values of all columns of a new row."""
    row: dict[str, Value] = {name: getattr(record, name) for name in _REQUEST}
    row |= {name: rfc3339(getattr(record, name)) for name in _TIMES}
    row["usage"] = _object_json(record.usage)
    row["parameters"] = _object_json(record.parameters)
    row["inputs"] = json.dumps(record.inputs) if record.inputs else None
    row["estimate"] = None if record.estimate is None else str(record.estimate)
    return row


def _answer(task: Task, at: datetime | None, account: str | None) -> dict[str, Value]:
    """Return the values of an answer about a task, as ``_SEE`` names them."""
    return {
        "task_id": task.task_id,
        "status": task.status,
        "submitted_at": rfc3339(task.submitted_at),
        "scheduled_at": rfc3339(task.scheduled_at),
        "ended_at": rfc3339(task.ended_at),
        "video_url": task.video_url,
        "usage": _object_json(task.usage),
        "prompt": task.orig_prompt,
        "error_code": task.error_code,
        "error_message": task.error_message,
        "at": rfc3339(at),
        "account": account,
    }


def required(row: Row | None) -> Record:
    """Return the record in a row that must be there."""
    record = _from_row(row)
    if record is None:
        raise UnexpectedError("a record is missing from the store", hint=_HINT)
    return record


def _from_row(row: Row | None) -> Record | None:
    """Return the record in a row, or None for no row.

    :raises UnexpectedError: the row was not written by this program.
    """
    if row is None:
        return None
    try:
        return _read(row)
    except (ValueError, TypeError, ArithmeticError) as error:
        # an invalid status, time, amount or JSON: damage, or changed by another program
        number = row["number"]
        raise UnexpectedError(
            f"record {number} of the store cannot be read: {error}", hint=_HINT
        ) from error


def _read(row: Row) -> Record:
    values = {name: row[name] for name in _COLUMNS}
    for name in _TIMES:
        values[name] = from_rfc3339(values[name])
    for name in _FLAGS:
        values[name] = None if values[name] is None else bool(values[name])
    usage, parameters = row["usage"], row["parameters"]
    inputs, estimate = row["inputs"], row["estimate"]
    values["status"] = Status(values["status"])
    values["usage"] = json.loads(usage) if usage else {}
    values["parameters"] = json.loads(parameters) if parameters else {}
    values["inputs"] = tuple(RecordInput(*each) for each in json.loads(inputs)) if inputs else ()
    values["estimate"] = None if estimate is None else _amount(estimate)
    return Record(**values)


@lru_cache(maxsize=64)  # many records have the same estimate
def _amount(text: str) -> "Decimal":
    from decimal import Decimal  # noqa: PLC0415  slows the start, and is rarely needed

    return Decimal(text)
