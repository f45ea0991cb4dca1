"""The store of this machine: an SQLite file that many processes may use at once."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pixverse_cli.domain.task import Record
from pixverse_cli.store.database import Database
from pixverse_cli.store.records import Records
from pixverse_cli.store.small_tables import Accounts, HashedFiles, RateSlots, Uploads

if TYPE_CHECKING:
    from pixverse_cli.store.fallback_log import Unrecorded


class Store:
    """The store file ``tasks.db`` in ``directory``, created on first use (0600, directory 0700).

    ``time_is_up`` returns whether the command's time limit is reached: then nothing waits for
    other processes any longer.

    :raises TimeLimitError: the limit was reached while another process kept the file locked.
    :raises UnexpectedError: it is not a store, is damaged, was made by a newer version, or
        cannot be written.
    """

    def __init__(self, directory: Path, *, time_is_up: Callable[[], bool] = lambda: False) -> None:
        self._directory = directory
        self._time_is_up = time_is_up
        self._database = Database(directory / "tasks.db", time_is_up=time_is_up)
        self.accounts = Accounts(self._database)
        self.hashed_files = HashedFiles(self._database)
        self.records = Records(self._database)
        self.uploads = Uploads(self._database)
        self.rate_slots = RateSlots(self._database)

    def keep_in_fallback_log(self, record: Record) -> Path | None:
        """Write an accepted task's id to a plain file; return its path, or None on failure."""
        from pixverse_cli.store import fallback_log  # noqa: PLC0415  rarely needed

        return fallback_log.put(self._directory, record)

    def take_back(self) -> list[Record]:
        """Move the ids of the fallback log into the database, and return their records."""
        from pixverse_cli.store import fallback_log  # noqa: PLC0415  as above

        taken = fallback_log.take(self._directory)
        restored = [self._restore(line) for line in fallback_log.read(taken, self._directory)]
        fallback_log.remove(taken, self._directory)
        return restored

    def _restore(self, line: "Unrecorded") -> Record:
        """Write an id to its request's record, or to a new one if the request is not here."""
        record = None
        row = self._database.row("SELECT intent_at FROM task WHERE number = :n", n=line.number)
        if row and line.intent_at in (None, row["intent_at"]):
            record = self.records.adopt(
                line.number, line.task, provisional=False, account=line.account
            )
        return record or self.records.remember(line.task, line.service, account=line.account)

    def damage(self) -> str | None:
        """Return what SQLite's quick check finds wrong, or None."""
        return self._database.damage()

    def reopened(self) -> "Store":
        """Return the same store opened once more, for another thread."""
        return Store(self._directory, time_is_up=self._time_is_up)

    def close(self) -> None:
        """Close the store file."""
        self._database.close()
