"""Why a task cannot be cancelled, and what to do then."""

import pytest

from pixverse_cli.domain.events import Ended
from pixverse_cli.domain.task import Status
from pixverse_cli.flows.cancel import cancel
from pixverse_cli.flows.pipelines import submit_all
from tests.flows.test_states import World, order_of, plan_of


@pytest.fixture
def world(host):
    World.host = host
    made = World()
    yield made
    made.teardown()


@pytest.mark.parametrize(
    ("seconds", "status", "hint"),
    [
        (5.0, "RUNNING", "the task keeps running at the service: pixverse wait {}"),
        (60.0, "SUCCEEDED", None),
    ],
)
def test_a_task_that_is_not_queued_is_told_with_its_status(world, seconds, status, hint):
    world.orders.append(order_of("A turtle.", "https://images.example/1.png", once=False))
    world.account.sender = 0
    world.drain(submit_all(plan_of(world.orders), world.tools))
    [task_id] = world.account.jobs
    world.time_passes(seconds)
    *_, ended = cancel([task_id], world.tools)
    assert isinstance(ended, Ended)
    assert ended.error.message == (
        f"task {task_id} cannot be cancelled: it is {status}, and the service cancels only"
        " PENDING tasks (UnsupportedOperation)"
    )
    assert ended.error.hint == (hint and hint.format(task_id))
    assert [record.status for record in world.records] == [Status(status)]
