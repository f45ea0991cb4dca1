"""Moments at which a call may go out, shared by all processes that share the store.

The service counts requests for the whole account (20 a second for queries, 5 for creates).
Each caller takes the next free moment in one atomic statement and waits for it, so that
nobody is refused and nobody starves: first come, first served.
"""

from pixverse_cli.store.database import Database

_MARGIN = 0.8  # of the documented rate: calls sent apart may arrive closer together
# Seconds; a moment so far away was taken under another clock: nobody is told to hold back for
# longer than one minute, and no queue of processes is longer than another.
_CLOCK_WAS_CHANGED = 120.0


class RateSlots:
    """The ``slot`` table; times in seconds since 1970."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, name: str, per_second: float, now: float) -> float:
        """Take the next free moment for a call of this kind, and return the seconds until it."""
        row = self._database.row(
            "INSERT INTO slot (name, next_at) VALUES (:name, :now + :gap)"
            " ON CONFLICT (name) DO UPDATE SET next_at = :gap +"
            " iif(next_at > :now + :limit, :now, max(next_at, :now))"
            " RETURNING next_at - :gap AS moment",
            name=name,
            gap=1 / (per_second * _MARGIN),
            now=now,
            limit=_CLOCK_WAS_CHANGED,
        )
        return max(0.0, row["moment"] - now) if row else 0.0

    def hold_back(self, name: str, until: float) -> None:
        """Give out no moment before ``until``: the service asked everybody to slow down."""
        self._database.rows(
            "INSERT INTO slot (name, next_at) VALUES (:name, :until)"
            " ON CONFLICT (name) DO UPDATE SET next_at = max(next_at, :until)",
            name=name,
            until=until,
        )
