"""Sending requests again that cost nothing and are over: failed, cancelled, or never accepted.

The inputs must still be what they were: the order that is made again has the fingerprint of
the record. It is the same take, which was never made; if one was made meanwhile, that is used.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pixverse_cli.disk.files import kind_at, reason
from pixverse_cli.domain.catalog import Model
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.hosts import ServiceHost
from pixverse_cli.domain.plan import Input, Order, Plan
from pixverse_cli.domain.request import VideoRequest, inputs_of, request_of
from pixverse_cli.domain.task import Record, RecordInput, Status
from pixverse_cli.domain.text import lines_of
from pixverse_cli.flows.earlier import Earlier
from pixverse_cli.flows.plan import (
    cost_problems,
    destination_of,
    saving_folders,
    wait_policy,
)
from pixverse_cli.flows.stored import reference_of, stored_records
from pixverse_cli.flows.video_request import InputReader, recorded_input
from pixverse_cli.media.inputs.source import STDIN, local_path
from pixverse_cli.settings.values import Settings
from pixverse_cli.store import Store

_AGAIN = "submit it again"
_HOW_TO_NAME = (
    "`pixverse list` shows the ids of failed requests; `pixverse list --json` also the number"
    " of one without an id: '#NUMBER'"
)


class RetryInputs(NamedTuple):
    """What a retry is planned from; ``service`` is the address that commands use now.

    ``host`` says whether list prices are known there; ``reader`` reads the inputs of a model.
    """

    settings: Settings
    store: Store
    service: str
    host: ServiceHost
    earlier: Earlier
    reader: Callable[[Model], InputReader]
    now: datetime


def plan_retry(
    references: Sequence[str], inputs: RetryInputs, *, saves: bool, force: bool, stdout_taken: bool
) -> Plan:
    """Return the plan that sends the requests of records again.

    ``saves``: each video is waited for and saved. ``stdout_taken``: no video can go there.

    :raises UsageError: an id names no record, a record may not be sent again, an input has
        changed, a limit of cost forbids it, or the output cannot be used; with a line for each
        problem.
    """
    if not references:
        raise UsageError("give ids of records", hint=_HOW_TO_NAME)
    inputs.store.take_back()
    orders, problems = list[Order](), list[str]()
    for record in stored_records(references, inputs.store):
        try:
            _insist_that_it_is_free(record, inputs.service)
            order = _order(record, inputs)
            orders.append(order._replace(position=len(orders) + 1))
        except UsageError as error:
            name = reference_of(record)
            problems += [f"{name}: {line}" for line in lines_of(error.message)]
    settings = inputs.settings
    unknown_ok = settings.flag("cost-unknown-ok")
    problems += cost_problems(orders, settings, inputs.host, unknown_ok=unknown_ok)
    problems += inputs.earlier.over_budget(orders, settings.budget(), unknown_ok=unknown_ok)
    policy, destination = wait_policy(settings), None
    if saves:
        destination = destination_of(settings, force=force, stdout_is_taken=stdout_taken)
    folders = saving_folders(orders, destination, settings, inputs.now, inputs.earlier, problems)
    problems += settings.problems
    if problems:
        raise UsageError("\n".join(dict.fromkeys(problems)), hint="nothing was sent")
    return Plan(orders, policy if saves else None, destination, [], folders)


def _insist_that_it_is_free(record: Record, service: str) -> None:
    """Check that the record's request cost nothing and is over.

    :raises UsageError: it does not, or it was sent to another service.
    """
    if record.provisional or record.status is Status.UNCLEAR:
        raise UsageError("it may be paid for: its answer was lost; run pixverse recover")
    match record.status:
        case Status.SUCCEEDED:
            raise UsageError(f"it was paid for: pixverse download {record.task_id} saves its video")
        case Status.PENDING | Status.RUNNING:
            raise UsageError(f"it is {record.status}: pixverse wait {record.task_id} waits for it")
        case Status.UNKNOWN:
            raise UsageError("it may be paid for: the service does not know the task any more")
        case Status.FAILED | Status.CANCELED | Status.NOT_SENT:
            if record.fingerprint is None:
                raise UsageError("another machine submitted it: its request is not known here")
            if record.service != service:
                raise UsageError(
                    f"it was sent to {record.service}, and commands use {service} now;"
                    " set DASHSCOPE_HTTP_BASE_URL"
                )


def _order(record: Record, inputs: RetryInputs) -> Order:
    """Return the order that makes the record's request again.

    :raises UsageError: that is not possible, or an input is not what it was.
    """
    settings, request = inputs.settings, _request_of(record)
    reader = inputs.reader(request.model)
    # on unless it is switched off here: a retry that is repeated must not pay twice
    once = settings.flag("once") if settings.typed("once") else True
    order = Order(
        request=request,
        inputs=tuple(_input(each, reader) for each in inputs_of(record)),
        take=record.take,
        upload_command=settings.text("upload-command"),
        once=once,
        priced=inputs.host.priced,
        budget=settings.budget(),
    )
    if order.fingerprint != record.fingerprint:
        raise UsageError(_difference(order))
    return order


def _request_of(record: Record) -> VideoRequest:
    """Return the record's request.

    :raises UsageError: this version cannot make it again.
    """
    try:
        request = request_of(record)
    except ValueError:  # a value of another version
        request = None
    if request is None:
        raise UsageError(f"this version does not know its model or parameters: {_AGAIN}")
    return request


def _input(each: RecordInput, reader: InputReader) -> Input:
    """Return an input as it is now.

    :raises UsageError: it is gone, has changed, or is not kept.
    """
    if each.source == STDIN:
        raise UsageError(f"its image came from stdin and is not kept: {_AGAIN}")
    path = local_path(each.source)
    if each.sha256 is not None and not path.startswith("/") and not _exists(path):
        raise UsageError(
            f"{each.source}: no such file here; run it in the folder where it was submitted"
        )
    found = reader.read_one(recorded_input(each))
    if each.sha256 is not None and each.sha256 != found.identity:
        raise UsageError(f"{each.source}: has changed since it was sent: {_AGAIN}")
    return found


def _exists(path: str) -> bool:
    try:
        return kind_at(Path(path)) is not None
    except OSError as error:
        raise UsageError(f"{path}: {reason(error)}") from error


def _difference(order: Order) -> str:
    """Return why an order is not that of its record."""
    urls = [each.source for each in order.inputs if each.file is None]
    if urls:
        return (
            f"{urls[0]} was sent with a user, query or fragment, which is not kept:"
            " submit it again with the whole URL"
        )
    return f"its inputs have changed since it was sent: {_AGAIN}"
