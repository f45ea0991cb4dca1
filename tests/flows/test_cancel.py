"""Why a task cannot be cancelled, and what to do then."""

import pytest

from pixverse_cli.domain.errors import UnreachableError, UsageError
from pixverse_cli.domain.events import Ended, Known, Planned
from pixverse_cli.domain.task import Status
from pixverse_cli.flows.cancel import cancel
from pixverse_cli.flows.pipelines import submit_all
from tests.flows.test_states import order_of, plan_of


@pytest.fixture
def task_id(world):
    """Return the id of a task that was just submitted."""
    world.orders.append(order_of("A turtle.", "https://images.example/1.png", once=False))
    world.account.sender = 0
    world.drain(submit_all(plan_of(world.orders), world.tools))
    [task_id] = world.account.jobs
    return task_id


@pytest.mark.parametrize(
    ("seconds", "status", "hint"),
    [
        (5.0, "RUNNING", "the task keeps running at the service: pixverse wait {}"),
        (60.0, "SUCCEEDED", None),
    ],
)
def test_a_task_that_is_not_queued_is_told_with_its_status(world, task_id, seconds, status, hint):
    world.time_passes(seconds)
    *_, ended = cancel([task_id], world.tools)
    assert isinstance(ended, Ended)
    assert ended.error.message == (
        f"task {task_id} cannot be cancelled: it is {status}, and the service cancels only"
        " PENDING tasks (UnsupportedOperation)"
    )
    assert ended.error.hint == (hint and hint.format(task_id))
    assert [record.status for record in world.records] == [Status(status)]


def test_a_task_that_is_cancelled_already_is_no_error(world, task_id):
    for _ in range(2):
        *_, ended = cancel([task_id], world.tools)
        assert (ended.error, ended.record.status) == (None, Status.CANCELED)


def test_a_cancelled_task_that_a_replica_still_calls_queued_is_no_error(world, task_id):
    world.account.cancel = lambda _: None
    *_, ended = cancel([task_id], world.tools)
    assert (ended.error, ended.record.status) == (None, Status.PENDING)


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        (UsageError("no such task", service_code="InvalidParameter"), False),
        (UnreachableError("lost"), False),
        (UsageError("not PENDING", service_code="UnsupportedOperation"), True),
    ],
)
def test_only_a_task_that_is_not_queued_any_more_is_asked_about(world, task_id, error, asked):
    def refused(_task_id):
        raise error

    world.account.cancel = refused
    before = world.clock.monotonic()
    *_, ended = cancel([task_id], world.tools)
    assert (ended.error.message == error.message) is not asked
    assert (world.clock.monotonic() > before) is asked  # each query takes its time


def test_each_task_is_told_in_turn_and_an_error_does_not_stop_the_others(world, task_id):
    world.time_passes(5.0)  # the first one runs now
    world.drain(submit_all(plan_of(world.orders), world.tools))
    second = next(each for each in world.account.jobs if each != task_id)
    planned, *events = cancel([task_id, second], world.tools)
    assert planned == Planned(total=2)
    assert [(type(event), event.record.task_id) for event in events] == [
        (Known, task_id),
        (Known, second),
        (Ended, task_id),
        (Ended, second),
    ]
    assert [event.error is None for event in events[2:]] == [False, True]


def test_a_task_that_another_process_released_meanwhile_is_unclear(world, task_id):
    [record] = world.records
    world.account.cancel = lambda _: world.store.records.let_go(record.number, task_id)
    *_, known, ended = cancel([task_id], world.tools)
    assert (type(known), known.record.task_id) == (Known, None)
    assert (ended.record, ended.label, ended.error.code) == (None, record.label, "unclear")
