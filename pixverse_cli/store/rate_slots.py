"""The times at which calls may be sent, shared by all processes that use the same store.

The service counts requests for the whole account (20 a second for queries, 5 for creates).
Each caller takes the next free time in one atomic statement and waits for it, so that no call
is refused and every caller gets its turn: first come, first served.
"""

from pixverse_cli.store.database import Database

_MARGIN = 0.8  # of the documented rate: calls may arrive closer together than they were sent
# Seconds; a time so far in the future means that the clock was changed: `hold_back` delays by at
# most one minute, and a queue of processes by at most another.
_CLOCK_WAS_CHANGED = 120.0


class RateSlots:
    """The ``slot`` table; times in seconds since 1970."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, name: str, per_second: float, now: float) -> float:
        """Take the next free time for a call of this kind, and return the seconds until then."""
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
        """Let no call start before ``until``: the service asked to slow down."""
        self._database.rows(
            "INSERT INTO slot (name, next_at) VALUES (:name, :until)"
            " ON CONFLICT (name) DO UPDATE SET next_at = max(next_at, :until)",
            name=name,
            until=until,
        )
