"""Whose a record is: the service and the key that its create call was sent to and with.

A service may be asked about every record that was sent to it: a question costs nothing. But
only the key that sent a request is believed when its answer is "no": under another key an
UNKNOWN task may be running, and a list without it proves nothing. Another service is never
asked. Two keys may belong to one account (Model Studio, "Manage asynchronous tasks": a query
or list shows all tasks of the main account); that is learnt from answers and lists.
"""

from collections.abc import Generator, Iterable

from pixverse_cli.domain.errors import ElsewhereError
from pixverse_cli.domain.events import Event, Note
from pixverse_cli.domain.hosts import is_sandbox
from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.flows.rate_limited import RateLimit, with_retries
from pixverse_cli.flows.tools import Tools


def was_sent_here(record: Record, tools: Tools) -> bool:
    """Return whether the request was sent to the service that is in use."""
    return record.service == tools.service


def sent_by_this_key(record: Record, tools: Tools) -> bool:
    """Return whether the key that is in use sent the request: only then "no" is believed."""
    return was_sent_here(record, tools) and record.account == tools.account()


def may_be_other_account(record: Record, tools: Tools) -> bool:
    """Return whether the request was sent by a key that is not known to be of this account.

    Of a record of an older store the key is not known; it counts as one of this account.
    """
    if not was_sent_here(record, tools):
        return True
    if record.account is None:
        return False
    return not tools.store.accounts.are_one(record.account, this_account(tools))


def this_account(tools: Tools) -> str:
    """Return the name of the key in use, after writing its ending to the store."""
    name = tools.account()
    tools.store.accounts.keep(name, tools.key_ending())
    return name


def learn(record: Record, task: Task, tools: Tools) -> str | None:
    """Learn from an answer about a record's task; return the account that the record is of.

    An answer other than UNKNOWN shows that the key in use belongs to the account of the key
    that sent the request. None: that is not certain, because the answer is UNKNOWN, or
    because the task is provisional and the record does not say which key sent it.
    """
    if task.status is Status.UNKNOWN or (record.provisional and record.account is None):
        return None
    if record.account is None:
        return this_account(tools)
    if record.account != tools.account():
        tools.store.accounts.join(record.account, this_account(tools))
    return record.account


def elsewhere(record: Record, tools: Tools) -> ElsewhereError:
    """Return the error for a record that was sent to another service or with another key."""
    what = f"task {record.task_id}" if record.task_id else f"the request for {record.title}"
    ending = tools.store.accounts.ending(record.account)
    key = f" with the key …{ending}" if ending else " with another key"
    there = f"{what} was sent to {record.service}{'' if record.account is None else key}"
    if was_sent_here(record, tools):
        return ElsewhereError(
            f"{there}; the key in use (…{tools.key_ending()}) cannot show what became of it",
            hint="use the key that sent it; nothing in the store was changed",
        )
    way_out = f"set DASHSCOPE_HTTP_BASE_URL={record.service} and use its key"
    if is_sandbox(record.service):
        name = record.task_id or f"'#{record.number}'"
        way_out += f", or `pixverse forget --force {name}` if that sandbox has ended"
    return ElsewhereError(
        f"{there}; the service in use is {tools.service}",
        hint=f"{way_out}; nothing in the store was changed",
    )


def require_service(record: Record, tools: Tools) -> None:
    """Check that the request was sent to the service in use, before that is asked.

    :raises ElsewhereError: it was sent to another service.
    """
    if not was_sent_here(record, tools):
        raise elsewhere(record, tools)


def require_account(record: Record, tools: Tools) -> Generator[Event, None, Record]:
    """Return the record if the key in use belongs to the account that sent it.

    If that is not known yet, the service is asked: about the task, or for the task list.

    :raises ElsewhereError: it was sent elsewhere, or that cannot be found out.
    """
    require_service(record, tools)
    if not may_be_other_account(record, tools):
        return record
    client, task_id = tools.connect(), record.task_id
    if task_id is None:
        from pixverse_cli.flows.remote_tasks import list_tasks  # noqa: PLC0415  rare

        yield from list_tasks(tools)
        if may_be_other_account(record, tools):
            raise elsewhere(record, tools)
        return record
    task = yield from with_retries(
        RateLimit.QUERY, lambda: client.query(task_id), tools, task_id=task_id
    )
    if learn(record, task, tools) is None:
        raise elsewhere(record, tools)
    return record


def of_this_account(
    records: Iterable[Record], tools: Tools
) -> Generator[Event, None, list[Record]]:
    """Return the records of the account in use; one note says how many others are skipped.

    :raises PixverseError: the service had to be asked whose a record is, and did not answer.
    """
    own, reasons = list[Record](), list[str]()
    for record in records:
        try:
            own.append((yield from require_account(record, tools)))
        except ElsewhereError as error:
            reasons.append(error.message)
    if reasons:
        more = f"; {len(reasons) - 1} more are skipped as well" if len(reasons) > 1 else ""
        yield Note(text=f"skipped: {reasons[0]}{more}")
    return own
