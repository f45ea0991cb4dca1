"""What this machine remembers: SQLite, made for many processes at once."""

from pathlib import Path
from typing import TYPE_CHECKING

from pixverse_cli.domain.task import Record
from pixverse_cli.store.database import Database
from pixverse_cli.store.rate_slots import RateSlots
from pixverse_cli.store.records import Records
from pixverse_cli.store.uploads import Uploads

if TYPE_CHECKING:
    from pixverse_cli.store.fallback_log import Unrecorded


class Store:
    """The store file ``tasks.db`` in ``directory``, made on first use (0600, directory 0700).

    :raises UnexpectedError: when it is not a store, is damaged, comes from a newer version,
        or cannot be written.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._database = Database(directory / "tasks.db")
        self.records = Records(self._database)
        self.uploads = Uploads(self._database)
        self.rate_slots = RateSlots(self._database)

    def keep_in_fallback_log(self, record: Record) -> Path | None:
        """Keep an accepted task's id in a plain file, and return it; None if no disk takes it."""
        from pixverse_cli.store import fallback_log  # noqa: PLC0415  for a disaster only

        return fallback_log.put(self._directory, record)

    def take_back(self) -> list[Record]:
        """Move the ids of the fallback log into the database, and return their records."""
        from pixverse_cli.store import fallback_log  # noqa: PLC0415  as above

        taken = [self._taken(each) for each in fallback_log.read(self._directory)]
        if taken:
            fallback_log.clear(self._directory)
        return taken

    def _taken(self, each: "Unrecorded") -> Record:
        """Give an id to its request; one whose request this database lost gets a new record."""
        adopted = None
        row = self._database.row("SELECT intent_at FROM task WHERE number = :n", n=each.number)
        if row and each.intent_at in (None, row["intent_at"]):
            adopted = self.records.adopt(each.number, each.task, provisional=False)
        return adopted or self.records.remember(each.task, each.service)

    def damage(self) -> str | None:
        """Return what SQLite's own check finds wrong, or None."""
        return self._database.damage()

    def close(self) -> None:
        """Close the file."""
        self._database.close()
