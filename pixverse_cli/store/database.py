"""Opens the SQLite file, runs statements, and explains errors.

Rollback journal, full synchronisation, no implicit transactions: every statement is its
own transaction and is on the disk when it returns. By measurement this is as fast as a
write-ahead log for commands that write a row or two; it is also readable on a read-only
disk, and has no race at the first start.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from pixverse_cli.disk.files import (
    Kind,
    Link,
    NoLocksError,
    kind_of,
    lock_as_sqlite,
    look,
    name_new,
    reason,
    rename_in_turn,
)
from pixverse_cli.domain.errors import PixverseError, TimeLimitError, UnexpectedError
from pixverse_cli.store.schema import MIGRATIONS

T = TypeVar("T")
Value = str | int | float | None
Row = dict[str, Any]  # the values by the names of their columns
TryLock = Callable[[int], None]

_BUSY_SECONDS = 0.25  # one wait inside SQLite, which neither a signal nor a time limit interrupts
_BUSY_WAITS = 120
_LOCK_FAILURES = {
    sqlite3.SQLITE_IOERR_LOCK,
    sqlite3.SQLITE_IOERR_RDLOCK,
    sqlite3.SQLITE_IOERR_UNLOCK,
    sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK,
}


class Database:
    """One open store file; statements wait up to half a minute for other processes.

    ``time_is_up`` returns whether the command's time limit is reached: then a statement waits
    a quarter of a second. ``link`` makes a hard link, ``try_lock`` locks an open file: not
    every file system can.
    """

    def __init__(
        self,
        path: Path,
        *,
        time_is_up: Callable[[], bool] = lambda: False,
        link: Link = os.link,
        try_lock: TryLock = lock_as_sqlite,
    ) -> None:
        self.path = path
        self._time_is_up = time_is_up
        self._try_lock = try_lock
        with self._translated():
            exists = _exists(path)
            if not exists:
                _create(path, link, try_lock)
            self._connection = self._retry_while_busy(lambda: _connect(path))
            try:
                version: int = self._retry_while_busy(
                    lambda: self._connection.execute("PRAGMA user_version").fetchone()[0]
                )
                self._migrate(version)
            except BaseException:
                self._connection.close()
                raise

    def rows(self, statement: str, **values: Value) -> list[Row]:
        """Run one statement as its own transaction and return all its rows."""
        with self._translated():
            parameters = {name: _storable(value) for name, value in values.items()}
            return self._retry_while_busy(
                lambda: _rows(self._connection.execute(statement, parameters))
            )

    def row(self, statement: str, **values: Value) -> Row | None:
        """Run one statement as its own transaction and return its first row, if any."""
        return next(iter(self.rows(statement, **values)), None)

    def value(self, statement: str, **values: Value) -> Any:  # noqa: ANN401  of the statement
        """Run one statement that always returns a row of one value, and return the value."""
        return next(iter(self.rows(statement, **values)[0].values()))

    def transaction(self, *statements: str, **values: Value) -> Row | None:
        """Run statements as one transaction and return the last one's first row, if any."""
        parameters = {name: _storable(value) for name, value in values.items()}
        with self._translated():
            return self._retry_while_busy(
                lambda: _run_transaction(self._connection, statements, parameters)
            )

    def close(self) -> None:
        """Close the file; committed rows are already on the disk."""
        self._connection.close()

    def damage(self) -> str | None:
        """Return what SQLite's quick check finds wrong, or None."""
        result = self.value("PRAGMA quick_check(1)")
        return None if result == "ok" else str(result)

    def _migrate(self, version: int) -> None:
        if version > len(MIGRATIONS):
            raise UnexpectedError(
                f"the store {self.path} was made by a newer pixverse"
                f" (format {version}; this version supports {len(MIGRATIONS)})",
                hint="upgrade pixverse, or set PIXVERSE_STATE_DIR to another directory",
            )
        if version < len(MIGRATIONS):
            self._retry_while_busy(lambda: _apply(self._connection))

    def _retry_while_busy(self, action: Callable[[], T]) -> T:
        """Repeat ``action`` while another process holds the lock; signals are handled in between.

        :raises TimeLimitError: the command's time limit was reached.
        """
        for attempt in range(_BUSY_WAITS - 1):
            try:
                return action()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
                if attempt == 0:
                    self._require_locks()
                if self._time_is_up():
                    raise TimeLimitError(
                        f"the time limit was reached while another process kept the store"
                        f" {self.path} locked",
                        hint="a longer --timeout gives it more time",
                    ) from error
        return action()

    def _require_locks(self) -> None:
        """Check that a file beside the store can be locked: SQLite reports both as "busy".

        :raises NoLocksError: it cannot.
        """
        import tempfile  # noqa: PLC0415  slow to load, and rarely needed

        try:
            file = tempfile.TemporaryFile(dir=self.path.parent)  # noqa: SIM115  closed below
        except OSError:  # a folder that cannot be written does not say anything about locks
            return
        with file:
            self._try_lock(file.fileno())

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            # a full or read-only disk, a lock held for half a minute, a damaged file
            raise _explained(self.path, error) from error


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = FULL")  # reads the file too, which may be locked
    except BaseException:
        connection.close()
        raise
    return connection


def _storable(value: Value) -> Value | bytes:
    """Return text that is not valid UTF-8 as bytes; file names and the service may contain it."""
    if not isinstance(value, str) or value.isascii():
        return value
    encoded = value.encode("utf-8", "surrogatepass")
    return value if encoded.decode("utf-8", "ignore") == value else encoded


def _rows(cursor: sqlite3.Cursor) -> list[Row]:
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, _as_text(values), strict=True)) for values in cursor]


def _as_text(values: tuple[object, ...]) -> Iterable[object]:
    """Return values with the bytes of :func:`_storable` converted back to text."""
    if bytes not in map(type, values):
        return values
    return (
        value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else value
        for value in values
    )


def _run_transaction(
    connection: sqlite3.Connection, statements: Sequence[str], values: Mapping[str, Value | bytes]
) -> Row | None:
    row: Row | None = None
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        for statement in statements:
            row = next(iter(_rows(connection.execute(statement, values))), None)
    return row


def _apply(connection: sqlite3.Connection) -> None:
    """Migrate the store to the newest format, unless another process has already done it."""
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        for number, migration in enumerate(MIGRATIONS[version:], version + 1):
            for statement in migration.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")


def _create(path: Path, link: Link, try_lock: TryLock) -> None:
    """Create an empty store under another name, and rename it to the store's when complete.

    A process that dies here leaves nothing under the store's name; of two processes only one
    succeeds. An empty file under that name is therefore always damage.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    with suppress(FileNotFoundError):
        draft.unlink()  # left by a process that died here and had the same process id
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        try:
            try_lock(descriptor)
        finally:
            os.close(descriptor)
        with closing(_connect(draft)) as connection:
            _apply(connection)
        with suppress(FileExistsError):
            name_new(draft, path, link, without_links=rename_in_turn)
    finally:
        draft.unlink(missing_ok=True)


def _exists(path: Path) -> bool:
    """Return whether the store exists.

    :raises UnexpectedError: it is not a store file. :raises OSError: the system cannot say.
    """
    status = look(path, follow=False)
    if status is None:
        return False
    kind = kind_of(status.st_mode)
    if kind is not Kind.FILE:
        raise _broken(path, f"is {kind}")
    if status.st_size == 0:
        raise _broken(path, "is empty (0 bytes)")
    return True


def _broken(path: Path, what: str) -> PixverseError:
    return UnexpectedError(
        f"the store {path} {what}",
        hint=f"it was not changed; move it away (mv '{path}' '{path}.damaged'), then"
        " `pixverse list --remote` shows the account's tasks at the service;"
        " saved videos are not affected",
    )


def _explained(path: Path, error: sqlite3.Error | OSError) -> PixverseError:
    code = getattr(error, "sqlite_errorcode", None)
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return _broken(path, f"is damaged or not a store ({error})")
    if isinstance(error, NoLocksError) or code in _LOCK_FAILURES:
        return UnexpectedError(
            f"the store {path} cannot be used: files cannot be locked there"
            f" ({_reason(error, path)})",
            hint="set PIXVERSE_STATE_DIR to a directory on a local disk",
        )
    if code == sqlite3.SQLITE_BUSY:
        return UnexpectedError(
            f"the store {path} cannot be used: another process keeps it locked",
            hint="end that process, or close the store in it",
        )
    return UnexpectedError(
        f"the store {path} cannot be used: {_reason(error, path)}",
        hint="free disk space or correct the permissions there,"
        " or set PIXVERSE_STATE_DIR to a writable directory",
    )


def _reason(error: sqlite3.Error | OSError, path: Path) -> str:
    """Return the system's reason; SQLite says only that it cannot open the file."""
    if isinstance(error, OSError):
        return reason(error)
    unopened = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_CANTOPEN
    effective = os.access in os.supports_effective_ids  # the rights with which it was opened
    if unopened and not os.access(path, os.R_OK, effective_ids=effective):
        return "permission denied"
    return str(error)
