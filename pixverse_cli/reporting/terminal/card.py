"""Everything that is known of one task, for ``status`` of a single one."""

from collections.abc import Iterator
from datetime import datetime

from pixverse_cli.domain.catalog import CURRENCY, Parameter, find_model
from pixverse_cli.domain.clock import local_time
from pixverse_cli.domain.errors import Charged
from pixverse_cli.domain.task import Record
from pixverse_cli.domain.text import harmless
from pixverse_cli.reporting.rows import is_saved
from pixverse_cli.reporting.sentences import coarse, elapsed, model_name, span, video_facts
from pixverse_cli.reporting.streams import BOLD, coloured
from pixverse_cli.reporting.terminal.cells import wrap
from pixverse_cli.reporting.terminal.colours import STATUS_COLOURS
from pixverse_cli.reporting.terminal.commands import command_lines
from pixverse_cli.reporting.terminal.record_table import Now, asked, kept_for, next_command, place

_LABEL = 12  # cells
_LEAST_ROOM = 20  # cells for the values beside their labels

_CHARGES = {
    Charged.NO: "nothing",
    Charged.UNKNOWN: "not known yet",
}


def card(record: Record, now: Now, room: int) -> Iterator[str]:
    """Yield the lines of the card. Path and URL are whole, each on one line, to be copied."""
    yield coloured(harmless(record.task_id or f"#{record.number} (no task id)"), BOLD)
    for label, value in _facts(record, now):
        colour = STATUS_COLOURS[record.status] if label == "status" else ""
        yield from _pair(label, harmless(value), room, colour)
    for address in _addresses(record):
        yield harmless(address)


def _pair(label: str, value: str, room: int, colour: str) -> Iterator[str]:
    beside = room - _LABEL >= _LEAST_ROOM
    head, indent = (f"{label:<{_LABEL}}", " " * _LABEL) if beside else ("", "  ")
    if not beside:
        yield label
    for line in (command_lines if label == "next" else wrap)(value, room - len(indent)):
        yield (head or indent) + (coloured(line, colour) if colour else line)
        head = ""


def _facts(record: Record, now: Now) -> Iterator[tuple[str, str]]:
    """Yield the label and the value of each fact that is known."""
    facts = (
        ("status", record.status),
        ("kind", record.kind),
        *((each.name or each.role, each.source) for each in record.inputs),
        ("image", None if record.inputs else record.image),
        ("prompt", record.prompt),
        *((name, str(record.parameters.get(name) or "")) for name in ("text", "voice")),
        ("model", f"{model_name(record)} ({record.model})" if record.model else None),
        ("parameters", ", ".join(_parameters(record))),
        ("take", str(record.take) if record.take > 1 else None),
        *_times(record, now.time),
        ("video", video_facts(record)),
        ("cost", _cost(record)),
        ("error", ": ".join(filter(None, (record.error_code, record.error_message)))),
        ("request id", record.request_id),
        ("service", f"{record.service} ({place(record)})" if record.service else None),
        ("account", "not confirmed: may be another request's" if record.provisional else None),
        ("next", "" if is_saved(record) else next_command(record, now)),
    )
    yield from ((label, value) for label, value in facts if value)


def _parameters(record: Record) -> Iterator[str]:
    if record.resolution:
        yield record.resolution
    if ratio := record.parameters.get("aspect_ratio"):
        yield str(ratio)
    if record.seconds:
        yield f"{record.seconds:g} s"
    model = find_model(record.model)
    if record.audio is not None and (model is None or model.takes(Parameter.AUDIO)):
        yield "with audio" if record.audio else "silent"
    if record.watermark is not None:
        yield "with watermark" if record.watermark else "no watermark"
    if record.shot_type:
        yield f"{record.shot_type} shot"
    if record.seed is not None:
        yield f"seed {record.seed}"


def _times(record: Record, now: datetime) -> Iterator[tuple[str, str | None]]:
    """Yield when it was submitted, started and ended, in local time."""
    submitted, started, ended = record.submitted_at, record.scheduled_at, record.ended_at
    if submitted:
        yield "submitted", f"{_local(submitted)} ({coarse((now - submitted).total_seconds())} ago)"
    if started:
        waited = max(0.0, (started - submitted).total_seconds()) if submitted else 0.0
        yield "started", f"{_local(started)} ({span(waited)} in the queue)"
    if ended:
        yield "ended", f"{_local(ended)} ({span(elapsed(record, ended))} after it was submitted)"
    yield "asked", asked(record, now)
    yield "kept for", kept_for(record, now)


def _local(moment: datetime) -> str:
    return local_time(moment).strftime("%Y-%m-%d %H:%M:%S")


def _cost(record: Record) -> str | None:
    if record.charged in _CHARGES:
        return _CHARGES[record.charged]
    if (cost := record.actual_cost) is not None:
        return f"{cost} {CURRENCY} at list prices"
    return None if record.estimate is None else f"{record.estimate} {CURRENCY} by estimate"


def _addresses(record: Record) -> Iterator[str]:
    if record.file:
        yield record.file + ("" if is_saved(record) else " (not there any more)")
    if record.sha256 and record.file:
        yield f"sha256 {record.sha256}"
    if record.video_url and not is_saved(record):  # it is signed: whoever has it has the video
        yield record.video_url
