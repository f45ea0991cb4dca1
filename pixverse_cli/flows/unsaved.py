"""Finished videos that this machine has not saved yet, and what became of unfinished tasks."""

from collections.abc import Generator, Sequence
from datetime import datetime, timedelta

from pixverse_cli.domain.events import Event, Note
from pixverse_cli.domain.hosts import host_of, is_sandbox, link_expires_at
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.domain.terms import TASK_LIFE_SECONDS
from pixverse_cli.flows.identity import was_sent_here
from pixverse_cli.flows.task_state import has_video, status_error
from pixverse_cli.flows.tools import Tools


def unsaved(tools: Tools) -> list[Record]:
    """Return the finished tasks whose videos can be fetched and are not saved, oldest first.

    A video can be fetched while the service in use keeps its task, or from everywhere while its
    link holds. Videos of a sandbox, which may have ended, are none of the real service.
    """
    now = tools.clock.now()
    finished = tools.store.records.newest(-1, statuses=(Status.SUCCEEDED,), unsaved=True)[::-1]
    return [each for each in finished if _can_be_fetched(each, tools, now)]


def tell_others(asked: Sequence[Record]) -> Generator[Event, None, None]:
    """Say which of the tasks that were asked about have no video: they run, or ended without."""
    running = [each for each in asked if each.status.unfinished]
    if running:
        verb = "task is" if len(running) == 1 else "tasks are"
        yield Note(text=f"{len(running)} {verb} not finished yet: add --wait, or run this again")
    for record in asked:
        error = None if record.status.unfinished else status_error(record)
        if error is not None:
            yield Note(text=f"{record.title}: {error.message}")


def _can_be_fetched(record: Record, tools: Tools, now: datetime) -> bool:
    if not was_sent_here(record, tools):
        ended_sandbox = is_sandbox(record.service) and not is_sandbox(tools.service)
        if ended_sandbox or not has_video(record):
            return False
    oldest = now - timedelta(seconds=TASK_LIFE_SECONDS)
    at = record.ended_at or record.submitted_at
    return (at is not None and at >= oldest) or _link_holds(record, now)


def _link_holds(record: Record, now: datetime) -> bool:
    """Return whether the record has a link to the video that may still work."""
    link = record.video_url or ""
    expires = link_expires_at(link)
    return has_video(record) and host_of(link) != "" and (expires is None or expires > now)
