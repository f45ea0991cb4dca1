"""Opens the SQLite file, runs statements, and explains errors.

Rollback journal, full synchronisation, no implicit transactions: every statement is its
own transaction and is on the disk when it returns. By measurement this is as fast as a
write-ahead log for commands that write a row or two; it is also readable on a read-only
disk, and has no race at the first start.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from pixverse_cli.disk.files import Kind, kind_of, look
from pixverse_cli.domain.errors import PixverseError, UnexpectedError
from pixverse_cli.store.schema import MIGRATIONS

T = TypeVar("T")
Value = str | int | float | None

_BUSY_SECONDS = 0.5  # one wait inside SQLite, which a signal cannot interrupt
_BUSY_WAITS = 60


class Database:
    """One open store file; statements wait up to half a minute for other processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._translated():
            exists = _exists(path)
            if not exists:
                _create(path)
            self._connection = _connect(path)
            try:
                version: int = _retry_while_busy(
                    lambda: self._connection.execute("PRAGMA user_version").fetchone()[0]
                )
                self._migrate(version)
            except BaseException:
                self._connection.close()
                raise

    def rows(self, statement: str, **values: Value) -> list[sqlite3.Row]:
        """Run one statement as its own transaction and return all its rows."""
        with self._translated():
            parameters = {name: _storable(value) for name, value in values.items()}
            return _retry_while_busy(
                lambda: self._connection.execute(statement, parameters).fetchall()
            )

    def row(self, statement: str, **values: Value) -> sqlite3.Row | None:
        """Run one statement as its own transaction and return its first row, if any."""
        return next(iter(self.rows(statement, **values)), None)

    def transaction(self, *statements: str, **values: Value) -> sqlite3.Row | None:
        """Run statements as one transaction and return the last one's first row, if any."""
        parameters = {name: _storable(value) for name, value in values.items()}
        with self._translated():
            return _retry_while_busy(
                lambda: _run_transaction(self._connection, statements, parameters)
            )

    def close(self) -> None:
        """Close the file; committed rows are already on the disk."""
        self._connection.close()

    def damage(self) -> str | None:
        """Return what SQLite's quick check finds wrong, or None."""
        result = self.rows("PRAGMA quick_check(1)")[0][0]
        return None if result == "ok" else str(result)

    def _migrate(self, version: int) -> None:
        if version > len(MIGRATIONS):
            raise UnexpectedError(
                f"the store {self.path} was made by a newer pixverse"
                f" (format {version}; this version supports {len(MIGRATIONS)})",
                hint="upgrade pixverse, or set PIXVERSE_STATE_DIR to another directory",
            )
        if version < len(MIGRATIONS):
            _retry_while_busy(lambda: _apply(self._connection))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            # a full or read-only disk, a lock held for half a minute, a damaged file
            raise _explained(self.path, error) from error


def _retry_while_busy(action: Callable[[], T]) -> T:
    for _ in range(_BUSY_WAITS - 1):
        try:
            return action()
        except sqlite3.OperationalError as error:
            # another process holds the lock; between two waits signals are handled
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
    return action()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    connection.row_factory = _row
    try:
        # this statement reads the file too, which may be locked
        _retry_while_busy(lambda: connection.execute("PRAGMA synchronous = FULL"))
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


def _row(cursor: sqlite3.Cursor, values: tuple[object, ...]) -> sqlite3.Row:
    """Return a row with the bytes of :func:`_storable` converted back to text."""
    if bytes not in map(type, values):
        return sqlite3.Row(cursor, values)
    return sqlite3.Row(
        cursor,
        tuple(
            value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else value
            for value in values
        ),
    )


def _run_transaction(
    connection: sqlite3.Connection, statements: Sequence[str], values: Mapping[str, Value | bytes]
) -> sqlite3.Row | None:
    row: sqlite3.Row | None = None
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        for statement in statements:
            row = next(iter(connection.execute(statement, values).fetchall()), None)
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


def _create(path: Path) -> None:
    """Create an empty store under another name, and link it to the store's name when complete.

    A process that dies here leaves nothing under the store's name; of two processes only one
    succeeds. An empty file under that name is therefore always damage.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    with suppress(FileNotFoundError):
        draft.unlink()  # left by a process that died here and had the same process id
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with closing(_connect(draft)) as connection:
            _apply(connection)
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


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
        f"the store {path} {what}; nothing was changed or sent",
        hint=f"move it away (mv '{path}' '{path}.damaged'), then `pixverse list --remote`"
        " shows the account's tasks at the service; saved videos are not affected",
    )


def _explained(path: Path, error: Exception) -> PixverseError:
    code = getattr(error, "sqlite_errorcode", None)
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return _broken(path, f"is damaged or not a store ({error})")
    return UnexpectedError(
        f"the store {path} cannot be used: {error}",
        hint="free disk space or correct the permissions there,"
        " or set PIXVERSE_STATE_DIR to a writable directory",
    )
