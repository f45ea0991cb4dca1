"""How long tasks of a kind have taken on this account: the store's own history."""

from pixverse_cli.domain.task import Record
from pixverse_cli.store.database import Database

_NEWEST = 50


def past_seconds(database: Database, record: Record) -> list[float]:
    """Return the seconds that the newest 50 finished tasks of the same kind took, shortest first.

    The kind: model, resolution and duration. Counted from submission to end, by the
    service's own clock.
    """
    rows = database.rows(
        "SELECT (julianday(ended_at) - julianday(submitted_at)) * 86400 AS seconds FROM"
        " (SELECT submitted_at, ended_at FROM task WHERE status = 'SUCCEEDED'"
        " AND model = :model AND resolution = :resolution AND duration = :duration"
        " AND submitted_at IS NOT NULL AND ended_at IS NOT NULL"
        " ORDER BY number DESC LIMIT :newest) ORDER BY seconds",
        model=record.model,
        resolution=record.resolution,
        duration=record.duration,
        newest=_NEWEST,
    )
    return [max(0.0, row["seconds"]) for row in rows]
