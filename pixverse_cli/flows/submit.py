"""From a checked request to an accepted task that the store knows.

check → (upload) → intent row, fsync → ONE create call → task id row, fsync → Submitted

The create call is repeated only when it certainly did not arrive, or was certainly refused
by a rate limit. A process that dies anywhere in here leaves a row that tells how far it was.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from pixverse_cli.dashscope import wire
from pixverse_cli.domain.errors import (
    AuthError,
    BillingError,
    Charged,
    NotSentError,
    PixverseError,
    Stopped,
    ThrottledError,
    UnclearError,
    UnexpectedError,
    UsageError,
)
from pixverse_cli.domain.events import Ended, Event, Retrying, Submitted
from pixverse_cli.domain.process import this_process
from pixverse_cli.domain.request import VideoRequest
from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.flows.calls import Rate, slow_down, wait_for_slot
from pixverse_cli.flows.pace import backoff
from pixverse_cli.flows.publish import publish
from pixverse_cli.flows.tools import Tools
from pixverse_cli.media.image import Picture

_NOT_SENT_TRIES = 4
_THROTTLED_SECONDS = 60.0
_LAST_WORD_SECONDS = 5.0  # what a create call under way still gets after Ctrl-C


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One video to buy: a request, and its image as a checked picture or as a URL.

    ``image`` is the image as the user named it; ``identity`` its hash, or its URL;
    ``index`` its place on the command line, counted from 1.
    """

    request: VideoRequest
    image: str
    identity: str
    index: int = 1
    picture: Picture | None = None
    upload_command: str | None = None


def submit(
    orders: Iterable[Order], tools: Tools, positions: dict[int, int]
) -> Generator[Event, None, list[Record]]:
    """Create one task per order, and return those that were accepted.

    ``positions`` is filled with each record's place on the command line.

    An order that fails ends with its error and the next one is tried, unless the key or
    the account was refused: then no further call is made.
    """
    accepted = []
    for order in orders:
        record, error = yield from _told(order, tools)
        if record is not None and error is None:
            accepted.append(record)
            positions[record.number] = order.index
            yield Submitted(record=record)
        else:
            yield Ended(record=record, error=error, label=order.image)
        tools.interrupts.check()
        if isinstance(error, (AuthError, BillingError)):
            break
    return accepted


Outcome = tuple[Record | None, PixverseError | None]


def _told(order: Order, tools: Tools) -> Generator[Event, None, Outcome]:
    """Return the record with its task id, if there is one, and the error, if there was one."""
    try:
        record, error = yield from _accept(order, tools)
    except PixverseError as failure:
        return None, failure
    return (record if record.task_id else None), error


def submit_and_leave(orders: Iterable[Order], tools: Tools) -> Iterator[Event]:
    """Create the tasks; each one's story ends when it is accepted."""
    for event in submit(orders, tools, {}):
        yield event
        if isinstance(event, Submitted):
            yield Ended(record=event.record)


def draft(order: Order, tools: Tools) -> Record:
    """Return the record that is written before the call."""
    request = order.request
    return Record(
        number=0,
        status=Status.UNCLEAR,
        service=tools.service,
        model=request.model.name,
        image=order.image,
        prompt=request.prompt,
        resolution=request.resolution,
        duration=request.duration,
        audio=request.audio,
        watermark=request.watermark,
        shot_type=request.shot_type,
        seed=request.seed,
        fingerprint=request.fingerprint(order.identity),
        estimate=request.estimate,
        intent_at=tools.clock.now(),
        process=this_process(),
    )


def _accept(
    order: Order, tools: Tools
) -> Generator[Event, None, tuple[Record, PixverseError | None]]:
    url = yield from publish(order, tools)
    body = wire.encode(wire.create_body(order.request, url))
    started, failures = tools.clock.monotonic(), 0
    record = draft(order, tools)
    while True:
        wait_for_slot(Rate.CREATE, tools, of=order.request.model.name)
        record, error = _attempt(body, record, tools)
        failures += 1
        delay = backoff(failures, error.retry_after if error else None)
        if not _repeatable(error, failures, tools.clock.monotonic() - started + delay):
            if isinstance(error, UsageError):
                tools.store.uploads.forget(url)  # a next try shall not rest on the refused one
            return record, error
        tools.interrupts.check()
        slow_down(Rate.CREATE, tools, error, delay, of=order.request.model.name)
        yield Retrying(reason=str(error), delay=delay)
        tools.clock.sleep(delay)


def _repeatable(error: PixverseError | None, failures: int, seconds: float) -> bool:
    """Return whether the call certainly bought nothing and may work a little later."""
    if isinstance(error, ThrottledError):
        return seconds <= _THROTTLED_SECONDS
    return isinstance(error, NotSentError) and error.retryable and failures < _NOT_SENT_TRIES


def _attempt(body: bytes, record: Record, tools: Tools) -> tuple[Record, PixverseError | None]:
    """Write the intent, make the one call, write what came of it; no signal cuts it in two."""
    client = tools.connect()
    with tools.interrupts.held():
        record = _write_intent(record, tools)
        try:
            task = client.create(body, give_up=lambda: _patience_is_over(tools))
        except Stopped as stopped:
            # a second signal: whether the call has arrived is not known, and the row says so
            stopped.charged = Charged.UNKNOWN
            raise
        except PixverseError as error:
            return _not_accepted(record, error, tools), error
        return _keep(record, task, tools)


def _patience_is_over(tools: Tools) -> bool:
    return tools.interrupts.seconds_since_noted() > _LAST_WORD_SECONDS


def _write_intent(record: Record, tools: Tools) -> Record:
    if record.number:
        return tools.store.records.resend(record.number, this_process(), tools.clock.now())
    return tools.store.records.intend(replace(record, intent_at=tools.clock.now()))


def _not_accepted(record: Record, error: PixverseError, tools: Tools) -> Record:
    unclear = isinstance(error, UnclearError)
    status = Status.UNCLEAR if unclear else Status.NOT_SENT
    with suppress(PixverseError):  # a store that breaks now still holds the intent
        return tools.store.records.not_accepted(
            record.number, status, error.service_code or error.code, error.message
        )
    return record


def _keep(record: Record, task: Task, tools: Tools) -> tuple[Record, PixverseError | None]:
    """Put the task id on disk; if the store fails now, put it aside and tell it with the error."""
    now = tools.clock.now()
    try:
        return tools.store.records.accepted(record.number, task, now), None
    except PixverseError as error:
        known = replace(
            record,
            task_id=task.task_id,
            status=task.status,
            request_id=task.request_id,
            submitted_at=now,
        )
        return known, _unremembered(known, error, tools)


def _unremembered(record: Record, error: PixverseError, tools: Tools) -> PixverseError:
    aside = tools.store.put_aside(record)
    where = f"it is kept in {aside}, and" if aside else "write it down:"
    return UnexpectedError(
        f"task {record.task_id} was accepted, but the store failed: {error.message}",
        hint=f"{where} once the store works,"
        f" `pixverse download {record.task_id} --wait` saves the video (for 24 hours)",
        task_id=record.task_id,
        charged=Charged.YES,
    )
