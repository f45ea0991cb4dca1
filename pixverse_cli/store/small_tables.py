"""The tables beside that of the tasks: accounts, uploads, hashed files, rate slots."""

from datetime import datetime, timedelta
from pathlib import Path

from pixverse_cli.disk.files import FileState
from pixverse_cli.domain.clock import rfc3339
from pixverse_cli.domain.terms import UPLOAD_LIFE_SECONDS
from pixverse_cli.store.database import Database

_MARGIN = 0.8  # of the documented rate: calls may arrive closer together than they were sent
# Seconds; a time so far in the future means that the clock was changed: `hold_back` delays by at
# most one minute, and a queue of processes by at most another.
_CLOCK_WAS_CHANGED = 120.0


class Accounts:
    """The ``account`` table: keys that sent requests, and which of them are of one account.

    A key is never stored: an account's ``name`` is a hash of key and service. Two keys may
    belong to one account. That is learnt from the service: from the account's id in the rows
    of a task list, or because one key is answered about a task that the other one sent.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, name: str, ending: str) -> None:
        """Write a key's name and its last four characters, unless they are known."""
        self._database.rows(
            "INSERT INTO account (name, ending, owner) VALUES (:name, :ending, :name)"
            " ON CONFLICT (name) DO NOTHING",
            name=name,
            ending=ending,
        )

    def ending(self, name: str | None) -> str | None:
        """Return the last four characters of a key, if they are known."""
        row = self._database.row("SELECT ending FROM account WHERE name = :name", name=name)
        return row["ending"] if row else None

    def learn_uid(self, name: str, uid: str) -> None:
        """Write the service's id of the account that a key belongs to."""
        self._database.rows(
            "UPDATE account SET owner = 'uid:' || :uid WHERE owner NOT LIKE 'uid:%'"
            " AND owner = (SELECT owner FROM account WHERE name = :name)",
            name=name,
            uid=uid,
        )

    def join(self, name: str, other: str) -> None:
        """Write that two keys belong to one account."""
        self._database.rows(
            # 'uid:…' is greater than a name, which is hexadecimal
            "UPDATE account SET owner ="
            " (SELECT max(owner) FROM account WHERE name IN (:name, :other))"
            " WHERE owner IN (SELECT owner FROM account WHERE name IN (:name, :other))",
            name=name,
            other=other,
        )

    def are_one(self, name: str, other: str) -> bool:
        """Return whether two keys are known to belong to one account."""
        one = self._database.value(
            "SELECT count(DISTINCT owner) = 1 AND count(*) = 2 FROM account"
            " WHERE name IN (:name, :other)",
            name=name,
            other=other,
        )
        return name == other or bool(one)


class Uploads:
    """The ``upload`` table: files that are already in the service's temporary store.

    ``account`` is a hash of key and service, never the key.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, sha256: str, model: str, account: str, now: datetime) -> str | None:
        """Return the ``oss://`` URL of these bytes, if it is at most 47 of its 48 hours old."""
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


class HashedFiles:
    """The ``hashed_file`` table: the hash of a file, and the file's state when it was hashed.

    Paths are absolute; hashes are SHA-256, hexadecimal.
    """

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


class RateSlots:
    """The ``slot`` table: when calls may be sent, shared by all processes of one store.

    The service counts requests for the whole account (20 a second for queries, 5 for creates).
    Each caller takes the next free time in one atomic statement and waits for it, so that no
    call is refused and every caller gets its turn: first come, first served. Times are in
    seconds since 1970.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, name: str, per_second: float, now: float) -> float:
        """Take the next free time for a call of this kind, and return the seconds until then."""
        moment = self._database.value(
            "INSERT INTO slot (name, next_at) VALUES (:name, :now + :gap)"
            " ON CONFLICT (name) DO UPDATE SET next_at = :gap +"
            " iif(next_at > :now + :limit, :now, max(next_at, :now))"
            " RETURNING next_at - :gap",
            name=name,
            gap=1 / (per_second * _MARGIN),
            now=now,
            limit=_CLOCK_WAS_CHANGED,
        )
        return max(0.0, float(moment) - now)

    def hold_back(self, name: str, until: float) -> None:
        """Let no call start before ``until``: the service asked to slow down."""
        self._database.rows(
            "INSERT INTO slot (name, next_at) VALUES (:name, :until)"
            " ON CONFLICT (name) DO UPDATE SET next_at = max(next_at, :until)",
            name=name,
            until=until,
        )
