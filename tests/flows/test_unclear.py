"""Create calls without an answer, one case each, and the search for their tasks."""

from hashlib import sha256

import pytest

from pixverse_cli.domain.errors import Charged, UnclearError
from pixverse_cli.domain.events import Known
from pixverse_cli.domain.plan import WaitPolicy
from pixverse_cli.domain.task import Status
from pixverse_cli.flows.cancel import cancel
from pixverse_cli.flows.lookup import look
from pixverse_cli.flows.pipelines import submit_all, wait
from pixverse_cli.flows.recover import recover
from pixverse_cli.flows.search import search
from tests.flows.test_states import World, only, order_of

AT_ONCE = {"run": 0.0}
PROMPT, OTHER = "A turtle rises.", "Somebody else's."


@pytest.fixture
def world(host):
    World.host = host
    made = World()
    yield made
    made.teardown()


@pytest.fixture
def submit(world):
    def submitter(*fates, prompt=PROMPT, image="https://images.example/1.png", once=False, **life):
        before = set(world.account.jobs)
        world.account.fate.extend(fates)
        world.account.next_job = life or AT_ONCE
        world.account.sender = len(world.orders)
        world.orders.append(order_of(prompt, image, once=once))
        ended = world.drain(submit_all(only([world.orders[-1]]), world.tools))
        bought = [job for id_, job in world.account.jobs.items() if id_ not in before]
        return ended, [job.task_id for job in bought if job.sender is not None]

    return submitter


def stranger(world, prompt=OTHER, **life):
    body = {
        "model": world.orders[0].request.model.name,
        "input": {"prompt": prompt, "media": [{"url": "https://others.example/"}]},
        "parameters": {"resolution": "360P", "duration": 5, "audio": False},
    }
    return world.account.accept(body, None, **life).task_id


def returned(generator, into):
    """Pass a generator's values on, and append its return value to a list."""
    into.append((yield from generator))


def found_by(world):
    """Recover, and return the ended records and the errors."""
    ended = world.drain(recover(world.tools))
    return [each.record for each in ended if each.record], [e.error for e in ended if e.error]


def test_the_task_of_a_repeated_call_that_died_is_found(world, submit):
    _, bought = submit("throttled", "throttled", "killed-after")
    world.time_passes(130.0)
    records, errors = found_by(world)
    assert ([record.task_id for record in records], errors) == (bought, [])


def test_a_request_without_prompt_never_confirms_another_request_s_task(world, submit):
    _, [ours] = submit("killed-after", prompt=None, hidden=50.0, run=0.0)
    theirs = stranger(world, run=20.0)
    records, _ = found_by(world)
    assert [(record.task_id, record.provisional) for record in records] == [(theirs, True)]
    world.time_passes(130.0)
    records, _ = found_by(world)
    assert [(record.task_id, record.prompt) for record in records] == [(ours, None)]


def test_two_requests_with_one_prompt_and_two_images_are_not_guessed(world, submit):
    submit("killed-before", image="https://images.example/1.png")
    _, bought = submit("killed-after", image="https://images.example/2.png")
    world.time_passes(130.0)
    records, errors = found_by(world)
    assert records == []
    assert [error.candidates for error in errors] == [tuple(bought)] * 2


def test_calls_at_different_times_are_distinguished(world, submit):
    submit("never-arrived", image="https://images.example/1.png")
    world.time_passes(10.0)
    _, [bought] = submit("lost-reply", image="https://images.example/2.png")
    world.time_passes(130.0)
    found_by(world)
    fates = [(record.image[-5], record.status) for record in world.records]
    assert fates == [("2", Status.SUCCEEDED), ("1", Status.NOT_SENT)]
    assert world.records[0].task_id == bought


def test_equal_requests_share_the_found_tasks(world, submit):
    _, first = submit("killed-after")
    _, second = submit("killed-after")
    world.time_passes(130.0)
    records, errors = found_by(world)
    assert ({record.task_id for record in records}, errors) == ({*first, *second}, [])


def test_a_candidate_whose_status_was_queried_stays_a_candidate(world, submit):
    _, [bought] = submit("killed-after")
    world.drain(look([bought], world.tools, judging=False))
    world.time_passes(130.0)
    records, errors = found_by(world)
    assert ([record.task_id for record in records], errors) == ([bought], [])
    assert len(world.records) == 1


def test_another_request_s_task_is_released_when_it_ends(world, submit):
    submit("killed-before")
    theirs = stranger(world, run=300.0)
    world.time_passes(130.0)
    records, _ = found_by(world)
    assert [(record.task_id, record.provisional) for record in records] == [(theirs, True)]
    ended = world.drain(wait(None, world.tools, WaitPolicy(timeout=900.0), None, every=True))
    assert [(each.record, each.error.charged) for each in ended] == [(None, Charged.NO)]
    assert world.records[0].status is Status.NOT_SENT


def test_another_request_s_cancelled_task_is_not_adopted_at_once(world, submit):
    _, [ours] = submit("killed-after", hidden=40.0, run=0.0)
    world.account.jobs[stranger(world)].canceled = True
    records, errors = found_by(world)
    assert records == []
    world.time_passes(130.0)
    records, errors = found_by(world)
    assert ([record.task_id for record in records], errors) == ([ours], [])


def test_the_answer_to_a_call_overrides_the_adoption_by_another_search(world, submit):
    submit("killed-before")
    lost = world.records[0].number

    def somebody_recovers():
        world.account.meanwhile = None
        world.clock.advance(5.0)
        world.drain(recover(world.tools))
        assert world.store.records.get(lost).task_id is not None

    world.account.meanwhile = somebody_recovers
    ended, bought = submit("fine")
    assert [(each.record.task_id, each.error) for each in ended] == [(bought[0], None)]
    taken = {record.number: record.task_id for record in world.records}
    assert taken == {lost: None, lost + 1: bought[0]}


def test_a_search_notices_that_another_process_has_found_the_task(world, submit):
    _, [bought] = submit("killed-after", hidden=20.0, run=0.0)
    record = world.records[0]
    found = []
    searching = returned(search(record, world.tools, seconds=600.0), found)
    world.account.trouble.extend(["unreachable"] * 4)
    next(searching)
    world.clock.advance(30.0)
    world.account.trouble.clear()
    world.drain(recover(world.tools))
    list(searching)
    assert [each.record.task_id for each in found] == [bought]


def test_once_submits_if_certainly_nothing_was_accepted(world, submit):
    submit("killed-before", once=True)
    world.time_passes(130.0)
    ended, bought = submit("fine", once=True)
    assert [each.record.task_id for each in ended] == bought
    assert len(bought) == 1


def test_once_searches_once_and_creates_no_task_while_the_result_is_unclear(world, submit):
    submit("killed-before", once=True)
    asked = world.clock.monotonic()
    ended, bought = submit("fine", once=True)
    assert bought == []
    assert [type(each.error) for each in ended] == [UnclearError]
    assert world.clock.monotonic() - asked < 45.0


def test_after_a_day_no_request_is_reported_as_not_charged(world, submit):
    submit("killed-after")
    world.time_passes(25 * 3600.0)
    records, [error] = found_by(world)
    assert (records, error.charged) == ([], Charged.UNKNOWN)
    assert world.records[0].status is Status.UNCLEAR


def test_the_event_of_the_unclear_call_comes_before_the_search(world):
    world.orders.append(order_of(PROMPT, "https://images.example/1.png", once=False))
    world.account.fate.append("never-arrived")
    events = submit_all(only([world.orders[0]]), world.tools)
    known = next(event for event in events if isinstance(event, Known))
    assert (known.record.task_id, known.record.charged) == (None, Charged.UNKNOWN)


def test_a_call_is_found_after_the_machine_s_name_has_changed(world, submit):
    _, bought = submit("killed-after")
    world.named("elsewhere:1:1")
    assert found_by(world) == ([], [])
    world.time_passes(130.0)
    records, errors = found_by(world)
    assert ([record.task_id for record in records], errors) == (bought, [])


def test_waiting_for_all_saves_what_a_dead_process_left_unsaved(world, submit):
    _, [bought] = submit("fine")
    world.time_passes(30.0)
    world.drain(look([bought], world.tools, judging=False))
    policy = WaitPolicy(timeout=60.0)
    assert world.drain(wait(None, world.tools, policy, None, every=True)) == []
    [ended] = world.drain(wait(None, world.tools, policy, world.destination(), every=True))
    assert ended.record.file == f"{world.directory}/{bought}.mp4"
    assert world.drain(wait(None, world.tools, policy, world.destination(), every=True)) == []


def test_a_video_whose_process_died_right_after_the_rename_is_recognised(world, submit, host):
    _, [bought] = submit("fine")
    world.time_passes(30.0)
    world.drain(look([bought], world.tools, judging=False))
    target = world.directory / f"{bought}.mp4"
    target.write_bytes(host.film)
    world.store.records.saved(world.records[0].number, None, sha256(host.film).hexdigest())
    policy = WaitPolicy(timeout=60.0)
    [ended] = world.drain(wait(None, world.tools, policy, world.destination(), every=True))
    assert (ended.error, ended.record.file) == (None, str(target))
    assert world.records[0].file == str(target)


def test_another_request_s_task_is_released_when_the_user_cancels_it(world, submit):
    submit("killed-before")
    theirs = stranger(world, run=200.0)
    world.time_passes(130.0)
    found_by(world)
    assert world.records[0].task_id == theirs
    world.time_passes(200.0)
    [ended] = world.drain(cancel([theirs], world.tools))
    assert (ended.record, type(ended.error)) == (None, UnclearError)
    assert world.records[0].task_id is None


def test_a_process_that_dies_before_it_compares_an_answer_confirms_no_task(world, submit):
    submit("killed-before")
    theirs = stranger(world, run=200.0)
    world.time_passes(130.0)
    found_by(world)
    world.time_passes(200.0)
    world.store.records.seen(world.records[0].number, world.account.query(theirs))
    policy = WaitPolicy(timeout=60.0)
    ended = world.drain(wait(None, world.tools, policy, world.destination(), every=True))
    assert [(each.record, each.error.charged) for each in ended] == [(None, Charged.NO)]
    assert not list(world.directory.glob("*.mp4"))
