"""The hashes of files, each with the file's state when it was hashed."""

from pathlib import Path

from pixverse_cli.disk.files import FileState
from pixverse_cli.store.database import Database


class HashedFiles:
    """The ``hashed_file`` table. Paths are absolute; hashes are SHA-256, hexadecimal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, path: Path, state: FileState) -> str | None:
        """Return the file's hash; None if it is not known, or the file was in another state."""
        row = self._database.row(
            "SELECT sha256 FROM hashed_file WHERE path = :path AND state = :state",
            path=str(path),
            state=_text(state),
        )
        return row["sha256"] if row else None

    def keep(self, path: Path, state: FileState, sha256: str) -> None:
        """Store a file's hash; it replaces an earlier one."""
        self._database.rows(
            "INSERT OR REPLACE INTO hashed_file VALUES (:path, :state, :sha256)",
            path=str(path),
            state=_text(state),
            sha256=sha256,
        )

    def forget(self, path: str) -> None:
        """Remove a file's hash."""
        self._database.rows("DELETE FROM hashed_file WHERE path = :path", path=path)


def _text(state: FileState) -> str:
    return " ".join(map(str, state))  # an inode may be too large for an integer of SQLite
