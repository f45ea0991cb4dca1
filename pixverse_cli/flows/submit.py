"""From checked orders to accepted tasks that the store knows.

(publish the inputs) → intent row, fsync → ONE create call → task id row, fsync → Submitted

An input that is a URL is used unchanged. A local file is uploaded to the service's temporary
store, or by the user's own upload command. The same bytes for the same model and key are
uploaded once in 47 hours.
"""

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from typing import NamedTuple

from pixverse_cli.domain.endings import Placed
from pixverse_cli.domain.errors import (
    NotSentError,
    PixverseError,
    TimeLimitError,
    UnclearError,
    UnreachableError,
    UsageError,
)
from pixverse_cli.domain.events import (
    Ended,
    Event,
    Known,
    Note,
    Retrying,
    Submitted,
    Uploaded,
    Uploading,
)
from pixverse_cli.domain.plan import Input, InputFile, Order
from pixverse_cli.domain.process import may_be_alive
from pixverse_cli.domain.refusals import refuses_all
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.create_call import Outcome, create
from pixverse_cli.flows.identity import require_account
from pixverse_cli.flows.rate_limited import RateLimit, wait_for_slot, with_retries
from pixverse_cli.flows.task_state import is_over
from pixverse_cli.flows.tools import Tools

_OTHER_CALL_SECONDS = 120.0  # how long another process may need from its intent to its answer
_PAUSE = 0.5
MOST_UNREACHABLE = 2  # orders in a row for which no connection could be made
_SUFFIXES = {"JPEG": ".jpg"}  # of other formats: their name


class Submission(NamedTuple):
    """An accepted task that goes on, or the error with which its order has ended."""

    record: Record | None
    error: PixverseError | None


def submit(orders: Sequence[Order], tools: Tools) -> Generator[Event, None, list[Placed]]:
    """Create one task per order, and return those that were accepted.

    An order that fails ends with its error and the next one is tried, unless the key or the
    account was refused, or no connection could be made for two orders in a row: the others would
    fail alike, each after up to a minute of retries.

    :raises UsageError: files are too large for the service's store; nothing was sent.
    """
    if problems := [line for lines in size_problems(orders, tools) for line in lines]:
        raise UsageError("\n".join(dict.fromkeys(problems)), hint="nothing was sent")
    accepted, waiting, unreachable = list[Placed](), deque(orders), 0
    while waiting:
        order = waiting.popleft()
        record, error = yield from submit_one(order, tools)
        if record is not None:
            accepted.append(Placed(record, order.position))
        unreachable = unreachable + 1 if isinstance(error, NotSentError) else 0
        hopeless = unreachable == MOST_UNREACHABLE or (error is not None and refuses_all(error))
        if waiting and hopeless:
            yield Note(text=not_submitted(len(waiting)))
            break
    return accepted


def not_submitted(videos: int) -> str:
    """Return the sentence for videos whose orders were not tried."""
    return f"not submitted: {videos} more {'video' if videos == 1 else 'videos'}"


def submit_one(order: Order, tools: Tools) -> Generator[Event, None, Submission]:
    """Create the order's task, or use that of an equal request; end the order if that fails."""
    record, error, attached = yield from _outcome(order, tools)
    if record is not None and error is None:
        yield (Known if attached else Submitted)(record=record, position=order.position)
    else:
        known = record if record and record.task_id else None
        yield Ended(record=known, error=error, label=order.label)
        record = None
    tools.interrupts.check()  # raise for a signal that came during the call
    return Submission(record, error)


def _outcome(order: Order, tools: Tools) -> Generator[Event, None, Outcome]:
    """Return the outcome of one create call, or of an equal request that is live already."""
    try:
        while True:
            if order.once and (live := _equal_request(order, tools)):
                outcome = yield from _attach(live, tools)
            else:
                outcome = yield from _create(order, tools)
            if outcome.record is not None:
                return outcome
    except PixverseError as error:
        return Outcome(record=None, error=error)


def _equal_request(order: Order, tools: Tools) -> Record | None:
    """Return the live record of an equal request, if possible one that this key sent."""
    fingerprint, account, now = order.fingerprint, tools.account(), tools.clock.now()
    return tools.store.records.live(fingerprint, tools.service, order.take, account, now=now)


def _create(order: Order, tools: Tools) -> Generator[Event, None, Outcome]:
    """Return the result of the create call; if its answer is lost, search for its task.

    :raises UsageError: the order is over its budget by now; nothing was uploaded for it.
    """
    if order.budget is not None:
        from pixverse_cli.flows.budget import insist_on_budget  # noqa: PLC0415  imports decimal; not always set

        insist_on_budget(order, tools)
    urls = yield from publish(order, tools)
    outcome = yield from create(order, urls, tools)
    record, error, _ = outcome
    if record is None or not isinstance(error, UnclearError) or tools.interrupts.noted:
        return outcome
    return (yield from _search(record, error, tools))


def _attach(record: Record, tools: Tools) -> Generator[Event, None, Outcome]:
    """Use the task of an equal request instead of paying again.

    :raises ElsewhereError: another account sent it, and its video is not finished.
    """
    record = _wait_for_other_call(record, tools)
    if record.status is Status.NOT_SENT:
        return Outcome(record=None)  # the other call was refused: make our own
    if not is_over(record):
        record = yield from require_account(record, tools)
    if record.status is Status.UNCLEAR:
        error = UnclearError(
            "an equal request was sent earlier, but its answer was lost",
            hint="run `pixverse recover`: it checks for a task without paying again",
        )
        outcome = yield from _search(record, error, tools)
        not_sent = outcome.record is None or outcome.record.status is Status.NOT_SENT
        return Outcome(record=None) if not_sent else outcome
    told = f"already submitted as {record.task_id}; not paying again"
    if record.status is Status.UNKNOWN:
        told += f" in its 24 hours, unless it is removed: pixverse forget {record.task_id}"
    yield Note(text=f"{record.title}: {told}")
    return Outcome(record=record, attached=True)


def _wait_for_other_call(record: Record, tools: Tools) -> Record:
    """Wait while another process makes the record's create call; return the record then."""
    limit = tools.time_limit.within(_OTHER_CALL_SECONDS)
    while record.status is Status.UNCLEAR:
        over = not may_be_alive(record.process) or limit.is_reached()
        if not over:
            tools.clock.sleep(_PAUSE)
        record = tools.store.records.get(record.number)  # it may have ended with an answer
        if over:
            break
    return record


def _search(record: Record, error: UnclearError, tools: Tools) -> Generator[Event, None, Outcome]:
    """Search for the task of an unclear call, unless the command's time limit is reached."""
    from pixverse_cli.flows.search import not_found_error, search  # noqa: PLC0415  rare

    if tools.time_is_up():
        return Outcome(record=record, error=error)
    yield Known(record=record)
    lost = error.message.removesuffix(".")  # the service ends its sentences with one
    yield Note(text=f"{lost}; searching the account's tasks for it")
    try:
        found = yield from search(record, tools)
    except PixverseError as broken:  # the store, or the time limit while it was locked
        message = f"{lost}; the search was given up: {broken.message}"
        return Outcome(record=record, error=error.but(message=message))
    if found.record.task_id is not None:
        return Outcome(record=found.record)
    failure = not_found_error(found)
    message = f"{lost}; {failure.message}"
    return Outcome(record=found.record, error=failure.but(message=message))


def publish(order: Order, tools: Tools) -> Generator[Event, None, list[str]]:
    """Return the URLs from which the service can fetch the order's inputs, in their order.

    :raises UnreachableError: one could not be uploaded; nothing was charged.
    :raises TimeLimitError: the command's time limit was reached.
    """
    urls = list[str]()
    for each in order.inputs:
        if tools.time_is_up():
            raise tools.out_of_time()
        try:
            url = yield from _published(each, order, tools)
        except PixverseError as error:
            if tools.time_is_up():
                raise tools.out_of_time(error) from error
            raise
        urls.append(url)
    return urls


def _published(each: Input, order: Order, tools: Tools) -> Generator[Event, None, str]:
    file = each.file
    if file is None:
        return each.link or each.identity
    if order.upload_command:
        from pixverse_cli.media.inputs.upload_command import run_upload_command  # noqa: PLC0415  rare

        url = run_upload_command(order.upload_command, file.path, tools.time_left())
        yield Uploaded(image=each.source, url=url)
        return url
    model, account = order.request.model.name, tools.account()
    uploads = tools.store.uploads
    if cached := uploads.find(file.sha256, model, account, tools.clock.now()):
        yield Uploaded(image=each.source, url=cached, cached=True)
        return cached
    url = yield from _upload(file, each.source, model, tools)
    uploads.keep(file.sha256, model, account, url, tools.clock.now())
    yield Uploaded(image=each.source, url=url)
    return url


def _upload(file: InputFile, image: str, model: str, tools: Tools) -> Generator[Event, None, str]:
    """Upload the file; if the store refuses, try once more with a new policy and name."""
    yield Uploading(image=image, sent=0, total=file.size)
    try:
        return (yield from _upload_once(file, image, model, tools))
    except UnreachableError as error:
        at_the_limit = tools.time_is_up() or isinstance(error, TimeLimitError)
        if at_the_limit or not error.retryable:
            raise
        yield Retrying(reason=error.message, delay=0.0)
    return (yield from _upload_once(file, image, model, tools))


def _upload_once(
    file: InputFile, image: str, model: str, tools: Tools
) -> Generator[Event, None, str]:
    from pixverse_cli.dashscope.upload import object_key, send  # noqa: PLC0415  imports requests
    from pixverse_cli.media.inputs.source import open_for_upload  # noqa: PLC0415  beside its use

    client = tools.connect()
    policy = yield from with_retries(RateLimit.POLICY, lambda: client.policy(model), tools)
    if problem := _size_problem(file, image, policy.max_bytes):
        raise UsageError(problem)
    suffix = _SUFFIXES.get(file.format, f".{file.format.lower()}")
    key = object_key(policy, suffix)
    with open_for_upload(file) as source:
        sending = send(
            policy,
            key,
            source,
            file.size,
            loopback=client.on_loopback,
            give_up=tools.time_limit.is_reached,
        )
        for sent in filter(None, sending):
            yield Uploading(image=image, sent=sent, total=file.size)
    return f"oss://{key}"


def size_problems(orders: Sequence[Order], tools: Tools) -> list[list[str]]:
    """Return for each order what the service's store would refuse as too large.

    Call it before any order is paid. The upload of a single file asks by itself; so does each
    upload where the service does not answer here.
    """
    found = [list(_to_upload(order, tools)) for order in orders]
    problems: list[list[str]] = [[] for _ in orders]
    if sum(map(len, found)) < 2:
        return problems
    limits = dict[str, int | None]()
    for order, files, lines in zip(orders, found, problems, strict=True):
        model = order.request.model.name
        try:
            if files and model not in limits:
                wait_for_slot(RateLimit.POLICY, tools)
                limits[model] = tools.connect().policy(model).max_bytes
        except PixverseError:
            return problems
        each = (_size_problem(file, source, limits[model]) for source, file in files)
        lines.extend(dict.fromkeys(problem for problem in each if problem))
    return problems


def _to_upload(order: Order, tools: Tools) -> Iterator[tuple[str, InputFile]]:
    """Yield the name and the file of each input that has to be uploaded to the service."""
    if order.upload_command or (order.once and _equal_request(order, tools)):
        return
    model, now = order.request.model.name, tools.clock.now()
    for each in order.inputs:
        file = each.file
        if file and not tools.store.uploads.find(file.sha256, model, tools.account(), now):
            yield each.source, file


def _size_problem(file: InputFile, source: str, most: int | None) -> str | None:
    if most is None or file.size <= most:
        return None
    return (
        f"{source}: has {file.size} bytes; the service's temporary store takes at most {most}"
        " bytes for this model: give a smaller file, a public URL, or --upload-command"
    )
