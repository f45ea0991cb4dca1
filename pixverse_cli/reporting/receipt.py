"""The receipt beside each saved video: what was asked for, what it cost, what came of it."""

import json
from collections.abc import Callable, Generator, Iterable
from pathlib import Path

from pixverse_cli import __version__
from pixverse_cli.dashscope.wire import create_body
from pixverse_cli.domain.catalog import Media, Model, Role
from pixverse_cli.domain.endings import failed
from pixverse_cli.domain.errors import NotSavedError
from pixverse_cli.domain.events import Ended, Event, Saved
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.hosts import without_secrets
from pixverse_cli.domain.plan import Input
from pixverse_cli.domain.request import inputs_of, request_of
from pixverse_cli.domain.task import Record, RecordInput
from pixverse_cli.flows.preview import PLACEHOLDER
from pixverse_cli.flows.video_request import media_of_ending
from pixverse_cli.media.receipts import is_missing, write_receipt
from pixverse_cli.reporting.shapes import SCHEMA, record_json
from pixverse_cli.reporting.types import ReceiptJson, SentJson

Known = Callable[[str], Record | None]


def with_receipts(
    events: Iterable[Event], *, force: bool, known: Known | None = None
) -> Generator[Event, None, None]:
    """Pass events on; write a receipt as soon as a video has its name.

    A receipt that cannot be written ends its task as not saved (11): the video is there.
    ``force`` allows replacing the receipt of an earlier video of the same name. With ``known``,
    which returns the store's record of a task, a video that was up to date (its record is not
    from the store) gets a receipt if it has none.
    """
    failures: dict[str | None, NotSavedError] = {}  # by task id
    for event in events:
        record = _due(event, known)
        if record is not None:
            try:
                _write(record, Path(record.file or ""), force=force)
            except NotSavedError as error:
                failures[record.task_id] = error
        if isinstance(event, Ended) and event.record and event.error is None:
            failure = failures.pop(event.record.task_id, None)
            if failure is not None:
                yield replace(event, error=failed(event.record, failure))
                continue
        yield event


def _due(event: Event, known: Known | None) -> Record | None:
    """Return the record of a video whose receipt is to be written now."""
    match event:
        case Saved(record=record) if record.file:
            return record
        case Ended(record=Record(number=0, file=str(file)) as record) if known:
            stored = known(record.task_id or "") or record
            return (
                replace(stored, file=file, sha256=record.sha256) if is_missing(Path(file)) else None
            )
        case _:
            return None


def _write(record: Record, video: Path, *, force: bool) -> None:
    # escaped: a name or prompt may hold what is not valid Unicode
    text = json.dumps(_receipt_json(record), indent=2) + "\n"
    write_receipt(video, text.encode(), record.task_id, force=force)


def _receipt_json(record: Record) -> ReceiptJson:
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
            (_input(each, request.model), PLACEHOLDER if each.sha256 else each.source)
            for each in inputs_of(record)
        ]
        body = create_body(request, media)
    except ValueError:  # a value that this version does not know: the video is there all the same
        return None
    return {"model": request.model.name, "input": body["input"], "parameters": body["parameters"]}


def _media(each: RecordInput, model: Model) -> Media:
    """Return what an input is: what the model takes in its role, or else what its name says.

    :raises ValueError: neither tells it.
    """
    taken = [rule.media for rule in model.inputs if rule.role == each.role]
    media = taken[0] if len(taken) == 1 else media_of_ending(each.source)
    if media not in taken:
        raise ValueError(each.source)
    return media


def _input(each: RecordInput, model: Model) -> Input:
    return Input(
        Role(each.role),
        each.source,
        without_secrets(each.source),
        name=each.name,
        media=_media(each, model),
    )
