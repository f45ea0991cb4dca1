"""Records as tab-separated lines, one each, for pipes."""

from pathlib import Path

from pixverse_cli.disk.files import is_file
from pixverse_cli.domain.clock import rfc3339
from pixverse_cli.domain.task import Record, RemoteTask
from pixverse_cli.domain.text import harmless


def row(record: Record) -> str:
    """Return the tab-separated line of ``status`` and ``list``."""
    cells = (
        record.task_id,
        record.status,
        record.model,
        rfc3339(record.submitted_at),
        _outcome(record),
    )
    return "\t".join(harmless(cell or "") for cell in cells)


def _outcome(record: Record) -> str | None:
    """Return the video's file if it exists, else the error code or the video's URL."""
    return record.file if is_saved(record) else record.error_code or record.video_url


def is_saved(record: Record) -> bool:
    """Return whether the video was saved and its file is still there."""
    return record.file is not None and is_file(Path(record.file))


def remote_row(row: RemoteTask) -> str:
    """Return the tab-separated line of ``list --remote``."""
    record = row.record
    cells = (
        record.task_id,
        record.status,
        record.model,
        rfc3339(record.submitted_at),
        "known" if row.known else "unknown",
    )
    return "\t".join(harmless(cell or "") for cell in cells)
