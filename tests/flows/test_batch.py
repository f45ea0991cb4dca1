"""``batch`` over the time of many tasks: what makes room for the next video, and what stops it."""

import pytest

from pixverse_cli.domain.catalog import MODELS
from pixverse_cli.domain.clock import TimeLimit
from pixverse_cli.domain.errors import AuthError, Charged
from pixverse_cli.domain.events import Ended, Note, Seen, Submitted
from pixverse_cli.domain.plan import Action, BatchItem, WaitPolicy
from pixverse_cli.flows.batch import batch
from pixverse_cli.flows.pipelines import submit_all
from pixverse_cli.flows.recover import recover
from pixverse_cli.store.manifest_lock import ManifestLock
from tests.flows.test_states import order_of, plan_of
from tests.flows.test_unclear import foreign_task

AT_SERVICE = MODELS[0].lane.running + 3  # tasks of one lane, running or waiting there
LONG = {"run": 9000.0}


def items_of(world, *prompts, action=Action.SUBMIT):
    items = []
    for prompt in prompts:
        world.orders.append(order_of(prompt, f"https://images.example/{prompt}", once=True))
        path = world.directory / f"{prompt}.mp4"
        items.append(BatchItem(path.name, action, path, order=world.orders[-1]))
    return items


def events_of(world, items, timeout, *, fail_fast=False):
    lock = ManifestLock(world.directory / "videos.jsonl", TimeLimit(world.clock))
    policy = WaitPolicy(timeout=timeout, fail_fast=fail_fast)
    return list(batch(items, world.tools, policy, lock))


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def lost_item(world):
    """Return an item whose task is the only candidate for its call, and somebody else's."""
    (item,) = items_of(world, "lost", action=Action.ATTACH)
    world.account.next_creates.append("killed-before")
    world.drain(submit_all(plan_of([item.order]), world.tools))
    foreign_task(world, run=300.0)
    world.time_passes(130.0)
    world.drain(recover(world.tools))
    assert [record.provisional for record in world.records] == [True]
    return item


def test_an_item_whose_task_was_somebody_elses_makes_room_for_the_next(world):
    lost = lost_item(world)
    world.account.next_job = LONG
    items = [lost, *items_of(world, *map(str, range(AT_SERVICE)))]
    events = events_of(world, items, timeout=400.0)
    assert len(of(events, Submitted)) == AT_SERVICE
    first, *others = of(events, Ended)
    assert (first.record, first.label, first.error.charged) == (
        None,
        lost.order.label,
        Charged.NO,
    )
    assert {event.error.code for event in others} == {"still-running"}
    assert len(others) == AT_SERVICE


def test_no_more_tasks_of_a_lane_are_at_the_service_than_it_can_use(world):
    world.account.next_job = LONG
    items = items_of(world, *map(str, range(AT_SERVICE + 1)))
    events = events_of(world, items, timeout=60.0)
    assert len(of(events, Submitted)) == len(world.account.jobs) == AT_SERVICE
    (left,) = [event for event in of(events, Ended) if event.record is None]
    assert left.label == f"{AT_SERVICE}.mp4"
    assert left.error.charged is Charged.NO
    assert left.error.message == "not submitted: the time limit was reached"


@pytest.mark.parametrize(("more", "words"), [(2, "2 more videos"), (1, "1 more video")])
def test_nothing_is_submitted_after_the_account_was_refused(world, more, words):
    world.account.next_creates.append(AuthError("the key is not valid"))
    items = items_of(world, *map(str, range(1 + more)))
    events = events_of(world, items, timeout=60.0)
    assert [note.text for note in of(events, Note)] == [f"not submitted: {words}"]
    assert [event.error.message for event in of(events, Ended)] == ["the key is not valid"]
    assert world.account.jobs == {}


def test_nothing_more_is_submitted_if_no_connection_can_be_made_and_no_task_runs(world):
    world.account.next_creates.extend(["not-sent"] * 8)
    events = events_of(world, items_of(world, *map(str, range(9))), timeout=60.0)
    assert [note.text for note in of(events, Note)] == ["not submitted: 7 more videos"]
    assert [event.error.code for event in of(events, Ended)] == ["unreachable"] * 2
    assert world.account.jobs == {}


def test_one_video_for_which_no_connection_can_be_made_does_not_stop_the_others(world):
    lost = ["not-sent"] * 4
    world.account.next_creates.extend([*lost, "fine", *lost, "fine"])
    events = events_of(world, items_of(world, "one", "two", "three", "four"), timeout=60.0)
    assert of(events, Note) == []
    assert len(world.account.jobs) == 2


def test_videos_are_submitted_again_when_a_task_has_ended_after_a_lost_connection(world):
    world.account.next_creates.extend(["fine", *["not-sent"] * 8])
    events = events_of(world, items_of(world, "one", "two", "three", "four"), timeout=600.0)
    assert of(events, Note) == []
    assert [event.label for event in of(events, Ended) if event.error] == [
        "https://images.example/two",
        "https://images.example/three",
    ]
    assert len(world.account.jobs) == 2
    saved = {path.name for path in world.directory.glob("*.mp4")}
    assert saved == {"one.mp4", "four.mp4"}
    kinds = [type(event) for event in events if isinstance(event, (Submitted, Seen, Ended))]
    assert kinds.index(Seen) < len(kinds) - kinds[::-1].index(Submitted), "it was waited for"


def test_a_refused_video_does_not_stop_the_others(world):
    world.account.next_creates.append("refused")
    events = events_of(world, items_of(world, "one", "two"), timeout=60.0)
    assert [event.error is None for event in of(events, Ended)] == [False, True]
    assert (world.directory / "two.mp4").is_file()


def test_with_fail_fast_nothing_is_submitted_after_a_failure(world):
    world.account.next_creates.append("refused")
    events = events_of(world, items_of(world, "one", "two"), timeout=60.0, fail_fast=True)
    assert [note.text for note in of(events, Note)] == ["not submitted: 1 more video"]
    assert world.account.jobs == {}
