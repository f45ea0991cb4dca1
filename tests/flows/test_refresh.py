"""Asking once about every unfinished task: by the list where there are many."""

import pytest

from pixverse_cli.domain.errors import UnreachableError
from pixverse_cli.domain.events import Ended, Known, Note, Planned, Seen
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.plan import Destination
from pixverse_cli.domain.task import Status
from pixverse_cli.flows.local_list import Filters
from pixverse_cli.flows.lookup import look
from pixverse_cli.flows.pipelines import save_every
from pixverse_cli.flows.refresh import refresh, unfinished
from pixverse_cli.flows.remote_tasks import remote_tasks
from pixverse_cli.media.output_names import parse_template
from tests.flows.test_watch import World


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.store.close()


def result_of(flow):
    events = []
    try:
        while True:
            events.append(next(flow))
    except StopIteration as end:
        return events, end.value


def test_up_to_eight_tasks_are_asked_about_one_by_one_oldest_first(world):
    tasks = [world.task(run=900.0) for _ in range(8)]
    world.clock.advance(5.0)
    _, asked = result_of(refresh(world.tools))
    assert [record.task_id for record in asked] == [task.task_id for task in tasks]
    assert {record.status for record in asked} == {Status.RUNNING}
    assert world.account.listings == []


def test_of_more_tasks_only_those_are_queried_of_which_the_list_is_not_enough(world):
    waiting = [world.task(wait=900.0) for _ in range(5)]
    begun = world.task(wait=1.0, run=900.0)
    ended = world.task(wait=1.0, run=1.0)
    unlisted = world.task(wait=900.0)
    provisional = world.task(wait=900.0)
    world.store.records.adopt(
        world.store.records.intend(world.draft()).number,
        world.account.query(provisional.task_id),
        world.clock.now(),
        provisional=True,
    )
    world.account.queried.clear()
    world.account.unlisted = {unlisted.task_id}
    world.clock.advance(5.0)
    before = world.clock.now()
    _, asked = result_of(refresh(world.tools))
    expected = {task.task_id for task in (begun, ended, unlisted, provisional)}
    assert {task_id for _, task_id in world.account.queried} == expected
    assert {record.task_id for record in asked} == expected
    assert all(
        world.store.records.get(task.number).seen_at.timestamp() >= before.timestamp() - 0.001
        for task in waiting
    )


def test_tasks_of_another_service_and_ended_ones_are_not_asked_about(world):
    first, second = world.task(run=900.0), world.task(run=900.0)
    answer = world.account.query(second.task_id)
    number = world.store.records.intend(
        replace(world.draft(), service="https://other.example")
    ).number
    there = replace(answer, task_id="t-1")
    world.store.records.accepted(number, there, world.clock.now())
    world.store.records.seen(second.number, replace(answer, status=Status.FAILED))
    _, asked = result_of(refresh(world.tools))
    assert [record.task_id for record in asked] == [first.task_id]
    assert [record.number for record in unfinished(world.tools)] == [first.number, number]


def test_if_the_service_does_not_answer_that_is_told_at_the_end(world, tmp_path):
    world.task(run=900.0)
    world.account.next_calls.extend(["unreachable"] * 4)
    destination = Destination(template=parse_template(f"{tmp_path}/{{task_id}}.mp4"))
    *_, ended = save_every(world.tools, destination, again="")
    assert isinstance(ended, Ended)
    assert type(ended.error) is UnreachableError
    assert (ended.record, ended.label) == (None, "unfinished tasks")


def test_if_there_is_nothing_to_save_that_is_told(world, tmp_path):
    destination = Destination(template=parse_template(f"{tmp_path}/{{task_id}}.mp4"))
    told, planned = save_every(world.tools, destination, again="")
    assert told == Note(text="no video to save: every finished one is saved")
    assert planned.total == 0
    world.task(run=900.0)
    told, *_ = [
        event for event in save_every(world.tools, destination, again="") if isinstance(event, Note)
    ]
    assert told.text == "1 task is not finished yet: add --wait, or run this again"


def test_a_task_that_another_process_released_meanwhile_is_noted(world):
    first, second = world.task(run=900.0), world.task(run=900.0)
    query = world.account.query

    def released(task_id):
        if task_id == first.task_id:
            world.store.records.let_go(first.number, task_id)
        return query(task_id)

    world.account.query = released
    events, asked = result_of(refresh(world.tools))
    [told] = [event.text for event in events if isinstance(event, Note)]
    assert told.startswith(f"task {first.task_id} belongs to another request")
    assert [record.task_id for record in asked] == [second.task_id]


def test_the_list_of_the_service_has_the_newest_status_of_a_known_task(world):
    known = world.task(wait=1.0, run=900.0)
    world.clock.advance(5.0)
    foreign = world.account.accept({"model": "m", "input": {}, "parameters": {}}, None)
    found = list(remote_tasks(world.tools, Filters()))
    assert [(each.record.task_id, each.record.status, each.known) for each in found] == [
        (foreign.task_id, Status.PENDING, False),
        (known.task_id, Status.RUNNING, True),
    ]
    assert found[1].record.number == known.number
    assert world.store.records.get(known.number).status is Status.PENDING


def test_a_look_at_a_task_tells_its_status(world):
    record = world.task(wait=1.0, run=900.0)
    world.clock.advance(5.0)
    events = list(look([record.task_id], world.tools, judging=False))
    assert [type(event) for event in events] == [Planned, Known, Seen, Ended]
    assert {event.record.status for event in events[2:]} == {Status.RUNNING}
