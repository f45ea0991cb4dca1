"""What this machine remembers: SQLite, made for many processes at once."""

from pathlib import Path

from pixverse_cli.store.database import Database
from pixverse_cli.store.records import Records
from pixverse_cli.store.slots import Slots
from pixverse_cli.store.uploads import Uploads


class Store:
    """The store file ``tasks.db`` in ``directory``, made on first use (0600, directory 0700).

    :raises UnexpectedError: when it is not a store, is damaged, comes from a newer version,
        or cannot be written.
    """

    def __init__(self, directory: Path) -> None:
        self._database = Database(directory / "tasks.db")
        self.records = Records(self._database)
        self.uploads = Uploads(self._database)
        self.slots = Slots(self._database)

    def damage(self) -> str | None:
        """Return what SQLite's own check finds wrong, or None."""
        return self._database.damage()

    def close(self) -> None:
        """Close the file."""
        self._database.close()
