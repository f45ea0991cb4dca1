"""Images that are already in the service's temporary store."""

from datetime import datetime, timedelta

from pixverse_cli.domain.clock import rfc3339
from pixverse_cli.store.database import Database


class Uploads:
    """The ``upload`` table. ``account`` is a hash of key and service, never the key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, sha256: str, model: str, account: str, now: datetime) -> str | None:
        """Return the ``oss://`` URL of these bytes, if it is at most 47 of its 48 hours old."""
        from pixverse_cli.domain.catalog import UPLOAD_LIFE_SECONDS  # noqa: PLC0415  slow to load

        row = self._database.row(
            "SELECT url FROM upload WHERE sha256 = :sha256 AND model = :model"
            " AND account = :account AND uploaded_at > :oldest AND uploaded_at <= :now",
            sha256=sha256,
            model=model,
            account=account,
            oldest=rfc3339(now - timedelta(seconds=UPLOAD_LIFE_SECONDS)),
            now=rfc3339(now),
        )
        return row["url"] if row else None

    def keep(self, sha256: str, model: str, account: str, url: str, now: datetime) -> None:
        """Store an upload; it replaces an earlier one of the same bytes."""
        self._database.rows(
            "INSERT OR REPLACE INTO upload VALUES (:sha256, :model, :account, :url, :now)",
            sha256=sha256,
            model=model,
            account=account,
            url=url,
            now=rfc3339(now),
        )

    def forget(self, url: str) -> None:
        """Remove an upload that the service refused, so that it is not used again."""
        self._database.rows("DELETE FROM upload WHERE url = :url", url=url)

    def forget_image(self, sha256: str) -> None:
        """Remove every upload of these bytes; the next request uploads them again."""
        self._database.rows("DELETE FROM upload WHERE sha256 = :sha256", sha256=sha256)
