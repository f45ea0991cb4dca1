"""Saving a finished video: download → verify → rename → store → Saved.

How a download failed says what helps: a dead link or a wrong file is worth one question to
the service for a fresh URL, a broken transfer is taken up where it ended, trouble on this
machine ends it. Saving is free, so nothing here can cost money twice.
"""

import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from pixverse_cli.disk.files import verify
from pixverse_cli.domain.catalog import find_model
from pixverse_cli.domain.errors import NotSavedError, PixverseError
from pixverse_cli.domain.events import Downloading, Ended, Event, Note, Retrying, Saved
from pixverse_cli.domain.task import Record
from pixverse_cli.flows.create_call import Order
from pixverse_cli.flows.polling import backoff
from pixverse_cli.flows.rate_limited import RateLimit, repeated
from pixverse_cli.flows.settle import noted
from pixverse_cli.flows.tools import Tools
from pixverse_cli.media.output_names import Template, image_name, resolve
from pixverse_cli.media.video import download
from pixverse_cli.media.video.failures import (
    BrokenOffError,
    LinkDeadError,
    TakenError,
    WrongContentError,
)
from pixverse_cli.media.video.progress import Checked, Fetched, Progress
from pixverse_cli.media.video.to_stdout import fetch_to_stream

_MOST_BREAKS = 6  # in a row without a byte of progress
_LOOKS_FOR_OTHERS = 4
_PAUSE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where videos go; ``positions`` tells ``{index}`` by record number, counted from 1.

    Where the place was not ``chosen`` now, a video that is saved elsewhere is saved already.
    """

    template: Template
    force: bool = False
    chosen: bool = True
    positions: Mapping[int, int] = field(default_factory=dict)


def known_values(order: Order, now: datetime) -> dict[str, str]:
    """Return the template's values that are known before the task is accepted."""
    request = order.request
    return {
        "image": image_name(order.image),
        "model": request.model.alias,
        "resolution": request.resolution,
        "duration": str(request.duration),
        "seed": _word(request.seed),
        "index": str(order.index),
        "date": now.astimezone().strftime("%Y-%m-%d"),
    }


def values(record: Record, destination: Destination, now: datetime) -> dict[str, str]:
    """Return the template's values for one accepted task."""
    model = find_model(record.model)
    return {
        "task_id": record.task_id or "",
        "image": image_name(record.image or "video"),
        "model": model.alias if model else "unknown",
        "resolution": record.resolution or "unknown",
        "duration": _word(record.duration),
        "seed": _word(record.seed),
        "index": str(destination.positions.get(record.number, 1)),
        "date": now.astimezone().strftime("%Y-%m-%d"),
    }


def _word(number: int | None) -> str:
    return "unknown" if number is None else str(number)


def fetch(record: Record, tools: Tools, destination: Destination) -> Iterator[Event]:
    """Save one task's video and end its story; ``Ended`` says what went wrong, if anything."""
    try:
        saved, already = yield from _saved(record, tools, destination)
    except PixverseError as error:
        error.charged = record.charged
        yield Ended(record=record, error=error.about(record.task_id))
    else:
        yield Saved(record=saved, already=already)
        yield Ended(record=saved)


def _saved(
    record: Record, tools: Tools, destination: Destination
) -> Generator[Event, None, tuple[Record, bool]]:
    if destination.template.stdout:
        yield from _transfer(record, tools, None, force=False)
        return record, False
    target = resolve(
        destination.template, values(record, destination, tools.clock.now())
    ).absolute()
    places = [target] if destination.chosen else [target, Path(record.file or target)]
    for place in places:
        if record.sha256 and verify(place, record.sha256):
            known = replace(record, file=str(place))
            # without a file: its process died between the name and the line in the store
            return (known if record.file else (yield from _noted(known, tools))), True
    try:
        done = yield from _transfer(record, tools, target, force=destination.force)
    except TakenError:
        theirs = _saved_meanwhile(record, target, tools)
        if theirs is None:
            raise
        return theirs, True
    saved = replace(record, file=str(target), sha256=done.sha256)
    return (yield from _noted(saved, tools)), done.already


def _noted(saved: Record, tools: Tools) -> Generator[Event, None, Record]:
    """Put into the store where the video is; without a store it is saved all the same."""
    try:
        return tools.store.records.saved(saved.number, saved.file or "", saved.sha256 or "")
    except PixverseError as error:
        yield Note(text=f"the video is saved, but the store could not note it: {error.message}")
        return saved


def _saved_meanwhile(record: Record, target: Path, tools: Tools) -> Record | None:
    """Return the record if another process has just saved this task's video as ``target``.

    Between the file's name and its line in the store lies a moment.
    """
    for _ in range(_LOOKS_FOR_OTHERS):
        current = tools.store.records.get(record.number)
        if current.sha256 is not None:
            mine = verify(target, current.sha256)
            return replace(current, file=str(target)) if mine else None
        tools.clock.sleep(_PAUSE)
    return None


def _transfer(
    record: Record, tools: Tools, target: Path | None, *, force: bool
) -> Generator[Event, None, Fetched]:
    url, asked, breaks, received = record.video_url or "", False, 0, -1
    while True:
        try:
            for step in _attempt(url, target, tools, force=force):
                if isinstance(step, Fetched):
                    return step
                if isinstance(step, Checked):
                    with suppress(PixverseError):  # then the file is known a moment later
                        tools.store.records.saved(record.number, None, step.sha256)
                    continue
                breaks = breaks if step.received <= received else 0
                received = step.received
                yield Downloading(record=record, received=step.received, total=step.total)
        except (LinkDeadError, WrongContentError) as error:
            if asked:
                raise
            asked = True
            yield Retrying(reason=error.message, delay=0.0, task_id=record.task_id)
            url = yield from _fresh_url(record, tools, error)
        except BrokenOffError as error:
            breaks += 1
            if breaks > _MOST_BREAKS:
                raise
            delay = backoff(breaks, error.retry_after)
            yield Retrying(reason=error.message, delay=delay, task_id=record.task_id)
            tools.clock.sleep(delay)


def _attempt(
    url: str, target: Path | None, tools: Tools, *, force: bool
) -> Iterator[Progress | Checked | Fetched]:
    if target is None:
        return fetch_to_stream(url, sys.stdout.buffer, clock=tools.clock)
    return download.fetch(url, target, clock=tools.clock, force=force)


def _fresh_url(record: Record, tools: Tools, error: NotSavedError) -> Generator[Event, None, str]:
    """Ask the service for the video's URL again, for as long as it knows the task."""
    client, task_id = tools.connect(), record.task_id or ""
    try:
        task = yield from repeated(
            RateLimit.QUERY, lambda: client.query(task_id), tools, task_id=task_id
        )
    except PixverseError as unanswered:
        raise error from unanswered
    if not task.video_url:
        raise error
    noted(record, task, tools)
    return task.video_url
