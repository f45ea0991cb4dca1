"""The receipt beside each saved video: what was asked for, what it cost, what came of it."""

import json
from collections.abc import Generator, Iterable
from pathlib import Path

from pixverse_cli import __version__
from pixverse_cli.dashscope.wire import create_body
from pixverse_cli.domain.catalog import Media, Role
from pixverse_cli.domain.endings import failed
from pixverse_cli.domain.errors import NotSavedError
from pixverse_cli.domain.events import Ended, Event, Saved
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.hosts import without_secrets
from pixverse_cli.domain.plan import Input
from pixverse_cli.domain.request import inputs_of, request_of
from pixverse_cli.domain.task import Record, RecordInput
from pixverse_cli.flows.preview import PLACEHOLDER
from pixverse_cli.media.receipts import write_receipt
from pixverse_cli.reporting.shapes import SCHEMA, record_json
from pixverse_cli.reporting.types import ReceiptJson, SentJson


def with_receipts(events: Iterable[Event], *, force: bool) -> Generator[Event, None, None]:
    """Pass events on; write a receipt as soon as a video has its name.

    A receipt that cannot be written ends its task as not saved (11): the video is there.
    ``force`` allows replacing the receipt of an earlier video of the same name.
    """
    missing: dict[int, NotSavedError] = {}
    for event in events:
        if isinstance(event, Saved) and event.record.file:
            try:
                _write(event.record, Path(event.record.file), force=force)
            except NotSavedError as error:
                missing[event.record.number] = error
        if isinstance(event, Ended) and event.record and event.error is None:
            error_of_receipt = missing.pop(event.record.number, None)
            if error_of_receipt is not None:
                yield replace(event, error=failed(event.record, error_of_receipt))
                continue
        yield event


def _write(record: Record, video: Path, *, force: bool) -> None:
    # escaped: a name or prompt may hold what is not valid Unicode
    text = json.dumps(receipt_json(record), indent=2) + "\n"
    write_receipt(video, text.encode(), record.task_id, force=force)


def receipt_json(record: Record) -> ReceiptJson:
    """Return the receipt of a saved video; the folder it stands in may be moved."""
    return {
        "schema": SCHEMA,
        "program": {"name": "pixverse", "version": __version__},
        "record": record_json(record),
        "request": _request(record),
        "inputs": [
            {
                "role": each.role,
                "name": each.name,
                "source": each.source,
                "sha256": each.sha256,
            }
            for each in inputs_of(record)
        ],
        "video": {"file": Path(record.file or "").name, "sha256": record.sha256},
    }


def _request(record: Record) -> SentJson | None:
    """Return the body of the create call, as far as the store knows it.

    A placeholder stands for the URL of a local file; other URLs are without their query.
    """
    try:
        request = request_of(record)
        if request is None:
            return None
        media = [
            (_input(each), PLACEHOLDER if each.sha256 else each.source)
            for each in inputs_of(record)
        ]
        body = create_body(request, media)
    except ValueError:  # a value that this version does not know: the video is there all the same
        return None
    return {"model": request.model.name, "input": body["input"], "parameters": body["parameters"]}


def _media(each: RecordInput) -> Media:
    """Return what an input is.

    :raises ValueError: neither its role nor its name tells it.
    """
    by_role = {Role.VIDEO: Media.VIDEO, Role.AUDIO: Media.AUDIO}
    if each.role != Role.REFERENCE:
        return by_role.get(Role(each.role), Media.IMAGE)
    name = each.source.lower()
    if name.endswith((".jpg", ".jpeg", ".png", ".webp")):
        return Media.IMAGE
    if name.endswith((".mp4", ".mov")):
        return Media.VIDEO
    raise ValueError(each.source)


def _input(each: RecordInput) -> Input:
    return Input(
        Role(each.role),
        each.source,
        without_secrets(each.source),
        name=each.name,
        media=_media(each),
    )
