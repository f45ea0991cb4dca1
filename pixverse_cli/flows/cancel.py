"""Cancelling queued tasks. The service does not cancel running tasks."""

from collections.abc import Generator, Iterator, Sequence

from pixverse_cli.domain.errors import PixverseError, UnexpectedError, UsageError
from pixverse_cli.domain.events import Event, Known, Planned
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.identity import require_account
from pixverse_cli.flows.lookup import find_records, to_its_end
from pixverse_cli.flows.rate_limited import RateLimit, wait_for_slot, with_retries
from pixverse_cli.flows.task_state import query_task, store_checked
from pixverse_cli.flows.tools import Tools

_REFUSAL = "UnsupportedOperation"


def cancel(references: Sequence[str], tools: Tools) -> Iterator[Event]:
    """Cancel each task that is still PENDING; a task that is refused ends with the reason."""
    records = yield from find_records(references, tools)
    yield Planned(total=len(records))
    yield from (Known(record=record) for record in records)
    for record in records:
        yield from to_its_end(record, _cancel_one(record, tools))


def _cancel_one(record: Record, tools: Tools) -> Generator[Event, None, Record]:
    if record.provisional:
        raise UsageError(
            f"task {record.task_id} may belong to another request: it was found in the account's"
            " list and is not confirmed yet",
            hint=f"`pixverse wait {record.task_id}` shows whether it is this request's",
        )
    yield from require_account(record, tools)
    client, task_id = tools.connect(), record.task_id or ""
    wait_for_slot(RateLimit.CANCEL, tools)
    refusal = None
    try:
        client.cancel(task_id)
    except UsageError as error:
        if error.service_code != _REFUSAL:
            raise
        refusal = error
    task = yield from with_retries(
        RateLimit.QUERY, lambda: query_task(record, tools), tools, task_id=task_id
    )
    current = yield from store_checked(record, task, tools)
    if refusal is not None and current.status is not Status.CANCELED:
        raise _not_cancellable(current, refusal)
    return current


def _not_cancellable(record: Record, refusal: UsageError) -> PixverseError:
    running = f"the task keeps running at the service: pixverse wait {record.task_id}"
    return UnexpectedError(
        f"task {record.task_id} cannot be cancelled: it is {record.status},"
        f" and the service cancels only PENDING tasks ({refusal.service_code})",
        hint=running if record.status.unfinished else None,
        service_code=refusal.service_code,
        request_id=refusal.request_id,
        http_status=refusal.http_status,
    )
