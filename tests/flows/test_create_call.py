"""How often the create call is made, and what it leaves in the store."""

import signal
import sqlite3
import uuid

import pytest

from pixverse_cli.domain.catalog import (
    MODELS,
    AspectRatio,
    Resolution,
    Role,
    ShotType,
)
from pixverse_cli.domain.clock import rfc3339
from pixverse_cli.domain.errors import (
    Charged,
    NotSentError,
    ThrottledError,
    UnclearError,
    UnreachableError,
    UsageError,
)
from pixverse_cli.domain.events import Retrying
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.domain.plan import Input, InputFile, Order
from pixverse_cli.domain.process import this_process
from pixverse_cli.domain.request import VideoRequest, further_parameters
from pixverse_cli.domain.task import Record, RecordInput, Status, Task
from pixverse_cli.flows.call_time import CREATE_SECONDS
from pixverse_cli.flows.create_call import create, draft
from pixverse_cli.flows.tools import Tools
from pixverse_cli.store import Store
from tests.flows.test_states import order_of

IMAGE = "https://images.example/1.png"
UPLOAD = ("sha", "model", "account")
NOT_SENT = NotSentError("no connection")
THROTTLED = ThrottledError("too many", service_code="Throttling.RateQuota")


class Scripted:
    """A service whose create calls end as scripted: with an error, or with a task.

    ``during`` is called in each call, with its check whether to give up. After the script every
    call creates a task.
    """

    def __init__(self, *outcomes, during=lambda _give_up: None):
        self.outcomes, self.during, self.bodies = list(outcomes), during, []

    def create(self, body, *, give_up):
        self.bodies.append(body)
        self.during(give_up)
        if self.outcomes:
            raise self.outcomes.pop(0)
        task_id = str(uuid.UUID(int=len(self.bodies)))
        return Task(task_id=task_id, status=Status.PENDING, raw_status="PENDING", request_id="r")


@pytest.fixture
def tools(tmp_path, clock):
    store = Store(tmp_path)
    interrupts = Interrupts(clock)
    yield Tools(lambda: None, store, clock, interrupts, "https://s", lambda: "account")
    store.close()


def called(tools, client, *, once=False):
    """Make the create call of one order; return its outcome and its events."""
    events = []
    flow = create(
        order_of("A turtle.", IMAGE, once=once), [IMAGE], tools._replace(connect=lambda: client)
    )
    try:
        while True:
            events.append(next(flow))
    except StopIteration as end:
        return end.value, events


@pytest.mark.parametrize(
    ("errors", "calls", "status"),
    [
        ([], 1, "PENDING"),
        ([NOT_SENT] * 3, 4, "PENDING"),
        ([NOT_SENT] * 4, 4, "NOT_SENT"),
        ([NOT_SENT, THROTTLED], 3, "PENDING"),
        ([NOT_SENT.but(retryable=False)], 1, "NOT_SENT"),
        ([ThrottledError("HTTP 429, HTML")], 1, "NOT_SENT"),
        ([UnreachableError("refused by the proxy")], 1, "NOT_SENT"),
        ([UnclearError("the answer was lost")], 1, "UNCLEAR"),
    ],
)
def test_only_a_call_that_certainly_created_nothing_is_made_again(tools, errors, calls, status):
    client = Scripted(*errors)
    outcome, events = called(tools, client)
    assert (len(client.bodies), len(set(client.bodies))) == (calls, 1)
    assert [record.status for record in tools.store.records.newest(-1)] == [status]
    assert outcome.record == tools.store.records.newest(1)[0]
    assert outcome.error == (errors[-1] if calls == len(errors) else None)
    assert [type(event) for event in events] == [Retrying] * (calls - 1)
    assert [event.reason for event in events] == [error.message for error in errors[: calls - 1]]


def test_a_rate_limit_is_waited_for_a_minute_at_most(tools):
    client = Scripted(*[THROTTLED.but(retry_after=25.0)] * 9)
    start = tools.clock.monotonic()
    outcome, events = called(tools, client)
    assert [event.delay for event in events] == [25.0, 25.0]
    assert tools.clock.monotonic() - start == pytest.approx(50.0, abs=1.0)
    assert (len(client.bodies), outcome.error.code) == (3, "throttled")


def test_a_rate_limit_holds_back_the_create_calls_of_all_processes(tools):
    flow = create(
        order_of("A turtle.", IMAGE, once=False),
        [IMAGE],
        tools._replace(connect=lambda: client),
    )
    client = Scripted(THROTTLED.but(retry_after=25.0))
    next(flow)
    model = tools.store.records.newest(1)[0].model
    now = tools.clock.now().timestamp()
    assert tools.store.rate_slots.take(f"create{model}", 1, now) == pytest.approx(25.0, abs=0.1)
    flow.close()


def test_after_a_signal_the_call_is_not_made_again(tools):
    client = Scripted(NOT_SENT, during=lambda _: tools.interrupts.hear(signal.SIGINT))
    outcome, _ = called(tools, client)
    assert (len(client.bodies), outcome.record.status) == (1, Status.NOT_SENT)


@pytest.mark.parametrize(("signal_at", "end"), [(None, 60.0), (3.0, 8.5), (59.5, 60.0)])
def test_a_call_may_take_a_minute_and_five_seconds_after_a_signal(tools, signal_at, end):
    def until_it_gives_up(give_up):
        start = tools.clock.monotonic()
        while not give_up():
            if tools.clock.monotonic() - start == signal_at:
                tools.interrupts.hear(signal.SIGINT)
            tools.clock.advance(0.5)
        ends.append(tools.clock.monotonic() - start)

    ends = []
    called(tools, Scripted(NOT_SENT.but(retryable=False), during=until_it_gives_up))
    assert ends == [end]
    assert end < CREATE_SECONDS, "a search would take the call as over"


def test_an_equal_request_of_another_process_is_not_sent_again(tools):
    client = Scripted()
    first, _ = called(tools, client, once=True)
    second, _ = called(tools, client, once=True)
    assert (first.record.status, second.record, second.error) == (Status.PENDING, None, None)
    assert len(client.bodies) == 1


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (UsageError("the image cannot be read", service_code="InvalidParameter"), None),
        (UnclearError("the answer was lost"), "oss://a"),
    ],
)
def test_only_an_upload_of_a_refused_request_is_not_used_again(tools, error, kept):
    tools.store.uploads.keep(*UPLOAD, "oss://a", tools.clock.now())
    client = Scripted(error)
    order = order_of("A turtle.", "oss://a", once=False)
    list(create(order, ["oss://a"], tools._replace(connect=lambda: client)))
    assert tools.store.uploads.find(*UPLOAD, tools.clock.now()) == kept


class TestAStoreThatFailsDuringTheCall:
    @pytest.fixture
    def fail(self, tmp_path):
        """Return a function that lets every change of a row fail, as on a full disk."""

        def failing(_give_up):
            with sqlite3.connect(tmp_path / "tasks.db") as database:
                database.execute(
                    "CREATE TRIGGER full BEFORE UPDATE ON task"
                    " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
                )
            database.close()

        return failing

    def test_an_accepted_task_is_told_with_its_id_and_kept_in_a_log(self, tools, tmp_path, fail):
        outcome, events = called(tools, Scripted(during=fail))
        error, record = outcome.error, outcome.record
        assert (error.charged, error.task_id, error.retryable) == (
            Charged.YES,
            record.task_id,
            False,
        )
        assert f"task {record.task_id} was accepted, but the store failed" in error.message
        assert f"the id is kept in {tmp_path / 'unrecorded-tasks.jsonl'}" in error.hint
        assert f"`pixverse download {record.task_id} --wait`" in error.hint
        assert (record.status, record.request_id, record.submitted_at, events) == (
            Status.PENDING,
            "r",
            tools.clock.now(),
            [],
        )
        with sqlite3.connect(tmp_path / "tasks.db") as database:
            database.execute("DROP TRIGGER full")
        database.close()
        [taken] = tools.store.take_back()
        assert (taken.number, taken.task_id) == (record.number, record.task_id)

    @pytest.mark.parametrize(
        ("error", "status"),
        [(UnclearError("lost"), Status.UNCLEAR), (UnreachableError("refused"), Status.NOT_SENT)],
    )
    def test_the_error_of_the_call_is_told_and_not_that_of_the_store(
        self, tools, fail, error, status
    ):
        outcome, _ = called(tools, Scripted(error, during=fail))
        assert (outcome.error, outcome.record.status) == (error, status)
        assert [record.status for record in tools.store.records.newest(-1)] == [Status.UNCLEAR]


def test_a_call_waits_for_the_slot_of_its_model(tools):
    def first_call(model):
        tools.store.rate_slots.hold_back(f"create{model}", tools.clock.now().timestamp() + 10.0)
        start, at = tools.clock.monotonic(), []
        client = Scripted(during=lambda _: at.append(tools.clock.monotonic() - start))
        called(tools, client)
        return at

    assert first_call("another model") == pytest.approx([0.0], abs=0.5)
    assert first_call(MODELS[0].name) == pytest.approx([10.0], abs=0.5)


def test_the_client_is_made_before_the_slot_is_waited_for(tools):
    tools.store.rate_slots.hold_back(
        f"create{MODELS[0].name}", tools.clock.now().timestamp() + 10.0
    )
    start, client, made = tools.clock.monotonic(), Scripted(), []

    def connect():
        made.append(tools.clock.monotonic() - start)
        return client

    list(create(order_of("A turtle.", IMAGE, once=False), [IMAGE], tools._replace(connect=connect)))
    assert made[0] == 0.0


def test_the_end_of_the_key_is_known_before_the_call(tools):
    def during(_give_up):
        endings.append(tools.store.accounts.ending("account"))

    endings = []
    called(tools._replace(key_ending=lambda: "cdef"), Scripted(during=during))
    assert endings == ["cdef"]


def test_an_input_without_a_url_is_not_sent(tools):
    with pytest.raises(ValueError, match="zip"):
        next(create(order_of("A turtle.", IMAGE, once=False), [], tools))
    assert tools.store.records.newest(-1) == []


def test_the_pause_before_the_next_call_is_the_one_that_was_told(tools):
    _, events = called(tools, Scripted(*[NOT_SENT] * 3))
    assert [delay for delay in tools.clock.slept if delay >= 0.25] == pytest.approx(
        [event.delay for event in events]
    )


@pytest.mark.parametrize(("left", "calls"), [(25.0, 1), (25.2, 2)])
def test_a_call_that_would_come_at_the_time_limit_is_not_waited_for(tools, left, calls):
    client = Scripted(THROTTLED.but(retry_after=25.0))
    limited = tools._replace(deadline=tools.clock.monotonic() + left)
    outcome, _ = called(limited, client)
    assert len(client.bodies) == calls
    assert outcome.record.status is (Status.NOT_SENT if calls == 1 else Status.PENDING)


def test_the_row_before_the_call_holds_the_whole_request(tools, tmp_path):
    request = VideoRequest(
        model=next(model for model in MODELS if model.ratios),
        prompt="A turtle.",
        resolution=Resolution.P540,
        duration=4,
        audio=True,
        watermark=True,
        shot_type=ShotType.MULTI,
        seed=7,
        aspect_ratio=AspectRatio("9:16"),
    )
    file = InputFile(tmp_path / "a.png", "a.png", 9, "PNG", 512, 512, "ab" * 32)
    inputs = (
        Input(Role.REFERENCE, "a.png", "ab" * 32, file, "cat"),
        Input(Role.REFERENCE, IMAGE, f"{IMAGE}?secret"),
    )
    order = Order(request, inputs, take=3, once=True)
    assert draft(order, tools._replace(run="this run")) == Record(
        number=0,
        status=Status.UNCLEAR,
        service="https://s",
        account="account",
        model=request.model.name,
        kind=str(request.model.kind),
        image="a.png",
        inputs=(
            RecordInput("reference", "cat", "a.png", "ab" * 32),
            RecordInput("reference", None, IMAGE, None),
        ),
        take=3,
        prompt="A turtle.",
        resolution="540P",
        duration=4,
        audio=True,
        watermark=True,
        shot_type="multi",
        seed=7,
        parameters=further_parameters(request),
        fingerprint=order.fingerprint,
        estimate=order.estimate,
        process=this_process(),
        run="this run",
    )


def test_each_call_is_dated_before_it_begins(tools):
    """A search for its task begins at these times."""

    def during(_give_up):
        [row] = tools.store.records.newest(-1)
        assert (row.status, row.process) == (Status.UNCLEAR, this_process())
        dated.append((rfc3339(row.intent_at), row.boot, row.began_at_uptime))
        now.append((rfc3339(tools.clock.now()), tools.clock.boot, tools.clock.monotonic()))

    dated, now = [], []
    called(tools, Scripted(NOT_SENT, during=during))
    assert dated == now
    assert len(set(dated)) == 2
