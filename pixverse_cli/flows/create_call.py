"""The create call, which costs money: one intent row, ONE call, one task id row.

The call is retried only if it certainly did not arrive, or was certainly refused by a rate
limit. A process that dies at any point here leaves a row that shows how far it got.
"""

from collections.abc import Generator, Sequence
from contextlib import suppress
from typing import NamedTuple

from pixverse_cli.dashscope import wire
from pixverse_cli.domain.errors import (
    Charged,
    NotSentError,
    PixverseError,
    ThrottledError,
    UnclearError,
    UnexpectedError,
    UsageError,
)
from pixverse_cli.domain.events import Event, Retrying
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.plan import Order
from pixverse_cli.domain.process import this_process
from pixverse_cli.domain.refusals import Refusal
from pixverse_cli.domain.request import further_parameters
from pixverse_cli.domain.task import Record, RecordInput, Status, Task
from pixverse_cli.flows.call_time import CALL_SECONDS, SIGNAL_GRACE_SECONDS
from pixverse_cli.flows.identity import this_account
from pixverse_cli.flows.rate_limited import RateLimit, backoff, slow_down, wait_for_slot
from pixverse_cli.flows.tools import Tools

_NOT_SENT_TRIES = 4
_THROTTLED_SECONDS = 60.0


class Outcome(NamedTuple):
    """The result of an order: ``error`` is None if its task was accepted.

    ``record`` is None if no call was made because an equal request is live. ``attached``:
    the task is that of an equal request, and nothing was charged now.
    """

    record: Record | None
    error: PixverseError | None = None
    attached: bool = False


def create(order: Order, urls: Sequence[str], tools: Tools) -> Generator[Event, None, Outcome]:
    """Create the order's task; ``urls`` are those of its inputs."""
    body = wire.encode(wire.create_body(order.request, list(zip(order.inputs, urls, strict=True))))
    started, failures, error = tools.clock.monotonic(), 0, None
    record = draft(order, tools)
    this_account(tools)  # the end of the key, so that a later error can name it
    tools.connect()  # import the HTTP client now: on a busy machine it takes longer than a slot
    while True:
        wait_for_slot(RateLimit.CREATE, tools, of=order.request.model.name, last=error)
        outcome = _attempt(body, record, order, tools)
        failures += 1
        error = outcome.error
        delay = backoff(failures, error.retry_after if error else None)
        seconds = tools.clock.monotonic() - started + delay
        stops = tools.interrupts.noted or delay >= tools.time_left()
        if stops or not _may_retry(error, failures, seconds):
            if isinstance(error, UsageError):
                for url in urls:
                    tools.store.uploads.forget(url)  # the next submit must upload the image again
            return outcome
        record = outcome.record or record
        slow_down(RateLimit.CREATE, tools, error, delay, of=order.request.model.name)
        yield Retrying(reason=str(error), delay=delay)
        tools.clock.sleep(delay)


def draft(order: Order, tools: Tools) -> Record:
    """Return the record to write before the call."""
    request = order.request
    return Record(
        number=0,
        status=Status.UNCLEAR,
        service=tools.service,
        account=tools.account(),
        model=request.model.name,
        kind=request.model.kind,
        image=order.image,
        inputs=tuple(
            RecordInput(each.role, each.name, each.source, each.file and each.file.sha256)
            for each in order.inputs
        ),
        take=order.take,
        prompt=request.prompt,
        resolution=request.resolution,
        duration=request.duration,
        audio=request.audio,
        watermark=request.watermark,
        shot_type=request.shot_type,
        seed=request.seed,
        parameters=further_parameters(request),
        fingerprint=order.fingerprint,
        estimate=order.estimate,
        process=this_process(),
        run=tools.run,
    )


def _may_retry(error: PixverseError | None, failures: int, seconds: float) -> bool:
    """Return whether the call certainly created no task and may succeed a little later."""
    if isinstance(error, ThrottledError):
        # another 429 may come from a proxy, and the service may have accepted the call
        refusal = Refusal(code=error.service_code or "", message="")
        return refusal.throttled and seconds <= _THROTTLED_SECONDS
    return isinstance(error, NotSentError) and error.retryable and failures < _NOT_SENT_TRIES


def _attempt(body: bytes, record: Record, order: Order, tools: Tools) -> Outcome:
    """Write the intent, make the one call, write its result; signals are held until then."""
    client = tools.connect()
    with tools.interrupts.held():
        intent = _write_intent(record, order, tools)
        if intent is None:
            from pixverse_cli.flows.budget import insist_on_budget  # noqa: PLC0415  imports decimal; rare

            insist_on_budget(order, tools)
            return Outcome(record=None)
        try:
            limit = tools.time_limit.within(CALL_SECONDS)
            give_up = tools.interrupts.shortened(limit, SIGNAL_GRACE_SECONDS)
            task = client.create(body, give_up=give_up)
        except PixverseError as error:
            return Outcome(record=_not_accepted(intent, error, tools), error=error)
        return _store_task_id(intent, task, tools)


def _write_intent(record: Record, order: Order, tools: Tools) -> Record | None:
    """Write the request's row; None if the budget or an equal request forbids the call."""
    records, now, uptime = tools.store.records, tools.clock.now(), tools.clock.uptime()
    once, budget = order.once, order.budget
    if record.number:
        return records.resend(
            record.number, this_process(), now, once=once, budget=budget, uptime=uptime
        )
    dated = replace(
        record,
        intent_at=now,
        boot=uptime and uptime.boot,
        began_at_uptime=uptime and uptime.seconds,
    )
    return records.intend(dated, once=once, budget=budget)


def _not_accepted(record: Record, error: PixverseError, tools: Tools) -> Record:
    unclear = isinstance(error, UnclearError)
    status = Status.UNCLEAR if unclear else Status.NOT_SENT
    code = error.service_code or error.code
    now, uptime = tools.clock.now(), tools.clock.uptime()
    with suppress(PixverseError):  # if the store fails now, the intent row is still there
        return tools.store.records.not_accepted(
            record.number, status, now, code, error.message, uptime
        )
    return replace(record, status=status)


def _store_task_id(record: Record, task: Task, tools: Tools) -> Outcome:
    """Store the task id; if the store fails, write it to the fallback log and return an error."""
    now, uptime = tools.clock.now(), tools.clock.uptime()
    try:
        return Outcome(record=tools.store.records.accepted(record.number, task, now, uptime))
    except PixverseError as error:
        known = replace(
            record,
            task_id=task.task_id,
            status=task.status,
            request_id=task.request_id,
            submitted_at=now,
        )
        return Outcome(record=known, error=_store_failed(known, error, tools))


def _store_failed(record: Record, error: PixverseError, tools: Tools) -> PixverseError:
    log = tools.store.keep_in_fallback_log(record)
    where = f"the id is kept in {log};" if log else "write the id down;"
    return UnexpectedError(
        f"task {record.task_id} was accepted, but the store failed: {error.message}",
        hint=f"{where} when the store works again,"
        f" `pixverse download {record.task_id} --wait` saves the video (for 24 hours)",
        task_id=record.task_id,
        charged=Charged.YES,
    )
