"""The keys that sent requests, and which of them belong to one account of the service.

A key is never stored: an account's ``name`` is a hash of key and service. Two keys may belong
to one account. That is learnt from the service: from the account's id in the rows of a task
list, or because one key is answered about a task that the other one sent.
"""

from pixverse_cli.store.database import Database


class Accounts:
    """The ``account`` table."""

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
        row = self._database.row(
            "SELECT count(DISTINCT owner) = 1 AND count(*) = 2 AS one FROM account"
            " WHERE name IN (:name, :other)",
            name=name,
            other=other,
        )
        return name == other or bool(row and row["one"])
