"""Create calls without an answer, one case each: what the search for their task must not do."""

import sqlite3
from hashlib import sha256

import pytest

from pixverse_cli.domain.catalog import MODELS, Media, Role, find_model
from pixverse_cli.domain.errors import (
    AuthError,
    Charged,
    UnclearError,
    UnknownTaskError,
    UnreachableError,
    UsageError,
)
from pixverse_cli.domain.events import Ended, Known, Note, Planned, Submitted
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.plan import Input, Order, WaitPolicy
from pixverse_cli.domain.process import this_process
from pixverse_cli.domain.request import VideoRequest
from pixverse_cli.domain.task import Status
from pixverse_cli.flows.cancel import cancel
from pixverse_cli.flows.create_call import draft
from pixverse_cli.flows.lookup import look
from pixverse_cli.flows.pipelines import submit_all, wait
from pixverse_cli.flows.recover import adopt, recover
from pixverse_cli.flows.search import search
from tests.flows.test_states import order_of, plan_of
from tests.flows.watching import collect_result

UPSCALE, LIPSYNC = find_model("upscale"), find_model("lipsync")
AT_ONCE = {"run": 0.0}
BODY = {
    "model": MODELS[0].name,
    "input": {"prompt": "A turtle rises.", "media": [{"url": "https://images.example/1.png"}]},
    "parameters": {"resolution": "360P", "duration": 5, "audio": False},
}
PROMPT, OTHER = "A turtle rises.", "Somebody else's."


@pytest.fixture
def submit(world):
    def submitter(
        *creates, prompt=PROMPT, image="https://images.example/1.png", once=False, **job_options
    ):
        before = set(world.account.jobs)
        world.account.next_creates.extend(creates)
        world.account.next_job = job_options or AT_ONCE
        world.account.sender = len(world.orders)
        world.orders.append(order_of(prompt, image, once=once))
        ended = world.drain(submit_all(plan_of([world.orders[-1]]), world.tools))
        bought = [job for id_, job in world.account.jobs.items() if id_ not in before]
        return ended, [job.task_id for job in bought if job.sender is not None]

    return submitter


def foreign_task(world, prompt=OTHER, **job_options):
    body = {
        "model": world.orders[0].request.model.name,
        "input": {"prompt": prompt, "media": [{"url": "https://others.example/"}]},
        "parameters": {"resolution": "360P", "duration": 5, "audio": False},
    }
    return world.account.accept(body, None, **job_options).task_id


@pytest.fixture
def enlarge(world):
    """Return a function that orders an upscale of three seconds; ``text`` makes it a lip sync."""

    def enlarger(*creates, text=None, video="https://videos.example/1.mp4", **job_options):
        world.account.next_creates.extend(creates)
        world.account.next_job = job_options or AT_ONCE
        world.account.sender = len(world.orders)
        request = VideoRequest(LIPSYNC if text else UPSCALE, None, None, None, text=text)
        inputs = (Input(Role.VIDEO, video, video, None, None, Media.VIDEO, 3.0),)
        world.orders.append(Order(request, inputs))
        before = set(world.account.jobs)
        ended = world.drain(submit_all(plan_of([world.orders[-1]]), world.tools))
        return ended, [id_ for id_ in world.account.jobs if id_ not in before]

    return enlarger


def foreign_video(world, model=UPSCALE, **job_options):
    body = {"model": model.name, "input": {"media": []}, "parameters": {"watermark": False}}
    return world.account.accept(body, None, **job_options).task_id


def ids_and_doubts(records):
    return [(record.task_id, bool(record.provisional)) for record in records]


def recovered(world):
    """Run recover; return the records of ended tasks and the errors."""
    ended = world.drain(recover(world.tools))
    return [event.record for event in ended if event.record], [
        event.error for event in ended if event.error
    ]


@pytest.mark.parametrize(("more", "words"), [(2, "2 more videos"), (1, "1 more video"), (0, "")])
def test_nothing_is_submitted_after_the_key_was_refused(world, more, words):
    world.account.next_creates.append(AuthError("the key is not valid"))
    orders = [order_of(str(n), f"https://images.example/{n}", once=False) for n in range(1 + more)]
    events = list(submit_all(plan_of(orders), world.tools))
    notes = [event.text for event in events if isinstance(event, Note)]
    assert notes == ([f"not submitted: {words}"] if words else [])
    assert (world.account.jobs, len(world.records)) == ({}, 1)


def test_nothing_is_submitted_after_no_connection_could_be_made_for_two_in_a_row(world):
    lost = ["not-sent"] * 4
    world.account.next_creates.extend([*lost, "fine", *lost, *lost])
    orders = [order_of(str(n), f"https://images.example/{n}", once=False) for n in range(9)]
    events = list(submit_all(plan_of(orders), world.tools))
    assert [event.text for event in events if isinstance(event, Note)] == [
        "not submitted: 5 more videos"
    ]
    statuses = [record.status for record in world.records]
    assert (len(world.account.jobs), sorted(statuses)) == (1, ["NOT_SENT"] * 3 + ["PENDING"])


def test_the_task_of_a_killed_retry_is_found(world, submit):
    _, bought = submit("throttled", "throttled", "killed-after")
    world.time_passes(130.0)
    records, errors = recovered(world)
    assert ([record.task_id for record in records], errors) == (bought, [])


def test_a_request_without_a_prompt_never_confirms_a_foreign_task(world, submit):
    _, [ours] = submit("killed-after", prompt=None, hidden=50.0, run=0.0)
    theirs = foreign_task(world, run=20.0)
    records, _ = recovered(world)
    assert [(record.task_id, record.provisional) for record in records] == [(theirs, True)]
    world.time_passes(130.0)
    records, _ = recovered(world)
    assert [(record.task_id, record.prompt) for record in records] == [(ours, None)]


def test_tasks_of_two_requests_with_the_same_prompt_are_offered_not_guessed(world, submit):
    submit("killed-before", image="https://images.example/1.png")
    _, bought = submit("killed-after", image="https://images.example/2.png")
    world.time_passes(130.0)
    records, errors = recovered(world)
    assert records == []
    assert [error.candidates for error in errors] == [tuple(bought)] * 2


def test_calls_at_different_times_are_distinguished(world, submit):
    submit("never-arrived", image="https://images.example/1.png")
    world.time_passes(10.0)
    _, [bought] = submit("lost-reply", image="https://images.example/2.png")
    world.time_passes(130.0)
    recovered(world)
    creates = [(record.image[-5], record.status) for record in world.records]
    assert creates == [("2", Status.SUCCEEDED), ("1", Status.NOT_SENT)]
    assert world.records[0].task_id == bought


def test_equal_requests_share_the_found_tasks(world, submit):
    _, first = submit("killed-after")
    _, second = submit("killed-after")
    world.time_passes(130.0)
    records, errors = recovered(world)
    assert ({record.task_id for record in records}, errors) == ({*first, *second}, [])


def test_a_candidate_that_was_queried_by_its_id_remains_a_candidate(world, submit):
    _, [bought] = submit("killed-after")
    world.drain(look([bought], world.tools, judging=False))
    world.time_passes(130.0)
    records, errors = recovered(world)
    assert ([record.task_id for record in records], errors) == ([bought], [])
    assert len(world.records) == 1


def test_a_foreign_task_taken_as_the_only_candidate_is_released_when_it_ends(world, submit):
    submit("killed-before")
    theirs = foreign_task(world, run=300.0)
    world.time_passes(130.0)
    records, _ = recovered(world)
    assert [(record.task_id, record.provisional) for record in records] == [(theirs, True)]
    ended = world.drain(wait(None, world.tools, WaitPolicy(timeout=900.0), None, every=True))
    assert [(event.record, event.error.charged) for event in ended] == [(None, Charged.NO)]
    assert world.records[0].status is Status.NOT_SENT


def test_a_watch_that_releases_a_foreign_task_searches_on_and_says_so(world, submit):
    submit("killed-before")
    theirs = foreign_task(world, run=300.0)
    world.time_passes(130.0)
    recovered(world)
    events = list(wait(None, world.tools, WaitPolicy(timeout=900.0), None, every=True))
    at = next(place for place, event in enumerate(events) if isinstance(event, Note))
    assert events[at].text == f"task {theirs} belongs to another request; the search continues"
    assert isinstance(events[at - 1], Known)
    assert events[at - 1].record.task_id is None


def test_a_query_that_releases_a_foreign_task_names_the_request(world, submit):
    submit("killed-before")
    theirs = foreign_task(world, run=300.0)
    world.time_passes(130.0)
    recovered(world)
    world.time_passes(300.0)
    planned, *_, released, ended = look([theirs], world.tools, judging=False)
    assert planned == Planned(total=1)
    assert (type(released), released.record.task_id) == (Known, None)
    assert (ended.record, ended.label) == (None, world.orders[0].label)
    assert "belongs to another request" in ended.error.message
    assert ended.error.hint.startswith("run `pixverse recover`: it searches for the task")


def test_a_foreign_canceled_task_is_not_taken_at_once(world, submit):
    _, [ours] = submit("killed-after", hidden=40.0, run=0.0)
    world.account.jobs[foreign_task(world)].canceled = True
    records, errors = recovered(world)
    assert records == []
    world.time_passes(130.0)
    records, errors = recovered(world)
    assert ([record.task_id for record in records], errors) == ([ours], [])


def test_the_answer_to_a_call_takes_a_task_back_from_another_record(world, submit):
    submit("killed-before")
    lost = world.records[0].number

    def another_process_recovers():
        world.account.on_accept = None
        world.clock.advance(5.0)
        world.drain(recover(world.tools))
        assert world.store.records.get(lost).task_id is not None

    world.account.on_accept = another_process_recovers
    ended, bought = submit("fine")
    assert [(event.record.task_id, event.error) for event in ended] == [(bought[0], None)]
    task_ids = {record.number: record.task_id for record in world.records}
    assert task_ids == {lost: None, lost + 1: bought[0]}


def test_a_search_ends_when_another_process_has_found_the_task(world, submit):
    _, [bought] = submit("killed-after", hidden=20.0, run=0.0)
    record = world.records[0]
    found = []
    searching = collect_result(search(record, world.tools, seconds=600.0), found)
    world.account.next_calls.extend(["unreachable"] * 4)
    next(searching)
    world.clock.advance(30.0)
    world.account.next_calls.clear()
    world.drain(recover(world.tools))
    list(searching)
    assert [event.record.task_id for event in found] == [bought]


def test_once_submits_when_no_earlier_task_can_exist(world, submit):
    submit("killed-before", once=True)
    world.time_passes(130.0)
    ended, bought = submit("fine", once=True)
    assert [event.record.task_id for event in ended] == bought
    assert len(bought) == 1


def test_once_searches_and_buys_nothing_while_an_earlier_call_is_unclear(world, submit):
    submit("killed-before", once=True)
    started = world.clock.monotonic()
    ended, bought = submit("fine", once=True)
    assert bought == []
    assert [type(event.error) for event in ended] == [UnclearError]
    assert world.clock.monotonic() - started < 45.0


def test_an_unclear_call_stays_unclear_after_a_day(world, submit):
    submit("killed-after")
    world.time_passes(25 * 3600.0)
    records, [error] = recovered(world)
    assert (records, error.charged) == ([], Charged.UNKNOWN)
    assert world.records[0].status is Status.UNCLEAR


def test_the_unclear_call_is_reported_before_the_search(world):
    world.orders.append(order_of(PROMPT, "https://images.example/1.png", once=False))
    world.account.next_creates.append("never-arrived")
    events = submit_all(plan_of([world.orders[0]]), world.tools)
    known = next(event for event in events if isinstance(event, Known))
    assert (known.record.task_id, known.record.charged) == (None, Charged.UNKNOWN)


def test_a_task_is_found_after_the_machine_was_renamed(world, submit):
    _, bought = submit("killed-after")
    world.set_process("elsewhere:1:1")
    assert recovered(world) == ([], [])
    world.time_passes(130.0)
    records, errors = recovered(world)
    assert ([record.task_id for record in records], errors) == (bought, [])


def test_wait_all_saves_videos_that_a_killed_process_did_not_save(world, submit):
    _, [bought] = submit("fine")
    world.time_passes(30.0)
    world.drain(look([bought], world.tools, judging=False))
    policy = WaitPolicy(timeout=60.0)
    assert world.drain(wait(None, world.tools, policy, None, every=True)) == []
    [ended] = world.drain(wait(None, world.tools, policy, world.destination(), every=True))
    assert ended.record.file == f"{world.directory}/{bought}.mp4"
    assert world.drain(wait(None, world.tools, policy, world.destination(), every=True)) == []


def test_a_video_is_recorded_whose_process_was_killed_after_renaming_it(world, submit, host):
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


def test_a_provisional_task_is_not_canceled_because_it_may_be_somebody_elses(world, submit):
    submit("killed-before")
    theirs = foreign_task(world, wait=900.0)
    world.time_passes(130.0)
    recovered(world)
    assert (world.records[0].task_id, world.records[0].provisional) == (theirs, True)
    [ended] = world.drain(cancel([theirs], world.tools))
    assert (ended.record.task_id, type(ended.error)) == (theirs, UsageError)
    assert ended.error.hint == f"`pixverse wait {theirs}` shows whether it is this request's"
    assert ended.error.charged is Charged.UNKNOWN
    assert not world.account.jobs[theirs].canceled


def test_a_foreign_task_is_released_after_a_kill_between_its_query_and_its_check(world, submit):
    submit("killed-before")
    theirs = foreign_task(world, run=200.0)
    world.time_passes(130.0)
    recovered(world)
    world.time_passes(200.0)
    world.store.records.seen(world.records[0].number, world.account.query(theirs))
    policy = WaitPolicy(timeout=60.0)
    ended = world.drain(wait(None, world.tools, policy, world.destination(), every=True))
    assert [(event.record, event.error.charged) for event in ended] == [(None, Charged.NO)]
    assert not list(world.directory.glob("*.mp4"))


def adopted(world, task_id):
    """Assign a task, which has ended, as ``recover --adopt`` does, and return its record."""
    world.time_passes(130.0)
    *_, ended = adopt(task_id, world.tools)
    return ended.record


def test_a_task_that_the_user_names_is_given_to_the_only_request_it_matches(world, submit):
    submit("killed-before", prompt=OTHER)
    _, [bought] = submit("killed-after")
    record = adopted(world, bought)
    assert (record.number, record.task_id, record.prompt) == (2, bought, PROMPT)
    assert not record.provisional
    assert world.records[1].task_id is None


def test_a_task_that_several_requests_match_is_given_to_none_of_them(world, submit):
    submit("killed-before", image="https://images.example/1.png")
    _, [bought] = submit("killed-after", image="https://images.example/2.png")
    with pytest.raises(UsageError, match=f"task {bought} matches several submits"):
        adopted(world, bought)
    assert [record.task_id for record in world.records] == [None, None]


def test_of_equal_requests_one_gets_the_task_that_the_user_names(world, submit):
    submit("killed-before")
    _, [bought] = submit("killed-after")
    assert adopted(world, bought).task_id == bought
    assert sorted(map(str, (record.task_id for record in world.records))) == [bought, "None"]


def test_a_task_of_no_request_is_given_to_none(world, submit):
    submit("killed-before")
    with pytest.raises(UsageError, match="matches no submit") as refused:
        adopted(world, foreign_task(world, run=0.0))
    assert "list --status UNCLEAR" in refused.value.hint
    with pytest.raises(UnknownTaskError) as unknown:
        adopted(world, "5abf2c85-1234-4d82-9a10-0f0000000001")
    assert unknown.value.charged is Charged.UNKNOWN
    with pytest.raises(UsageError, match="is not a full task id"):
        adopted(world, "5abf2c85")


def test_a_task_of_another_record_is_not_taken_from_it(world, submit):
    _, [bought] = submit()
    submit("killed-before")
    with pytest.raises(UsageError, match="already belongs to another request"):
        adopted(world, bought)


def test_a_recover_that_cannot_reach_the_service_ends_each_request_with_its_error(world, submit):
    _, [bought] = submit("killed-after", run=20.0, hidden=50.0)
    theirs = foreign_task(world, prompt=PROMPT, run=500.0)
    recovered(world)
    assert [record.task_id for record in world.records] in ([bought], [theirs])
    world.account.next_calls.extend(["unreachable"] * 4)
    records, errors = recovered(world)
    assert records == []
    assert [type(error) for error in errors] == [UnreachableError]


@pytest.mark.parametrize("text", [None, "Fifteen letters" * 3])
def test_a_kind_without_a_prompt_is_found_and_confirmed_by_its_usage(world, enlarge, text):
    _, bought = enlarge("killed-after", text=text, run=200.0)
    world.time_passes(130.0)
    records, errors = recovered(world)
    assert (ids_and_doubts(records), errors) == ([(bought[0], True)], [])
    assert records[0].charged is Charged.UNKNOWN
    world.time_passes(100.0)
    records, errors = recovered(world)
    assert (ids_and_doubts(records), errors) == ([(bought[0], False)], [])
    assert records[0].charged is Charged.YES


def test_two_candidates_of_a_kind_without_a_prompt_are_shown_not_guessed(world, enlarge):
    _, [ours] = enlarge("killed-after")
    theirs = foreign_video(world)
    world.time_passes(130.0)
    records, [error] = recovered(world)
    assert records == []
    assert set(error.candidates) == {ours, theirs}
    assert error.charged is Charged.UNKNOWN


def test_a_foreign_upscale_of_another_length_is_released_and_shown(world, enlarge):
    enlarge("killed-before")
    theirs = foreign_video(world, run=200.0, seconds=20)
    world.time_passes(130.0)
    records, _ = recovered(world)
    assert ids_and_doubts(records) == [(theirs, True)]
    world.time_passes(100.0)
    records, [error] = recovered(world)
    assert (records, error.candidates, error.charged) == ([], (theirs,), Charged.UNKNOWN)
    assert world.records[0].status is Status.UNCLEAR


def test_a_lost_upscale_that_was_never_accepted_is_safe_to_send_again(world, enlarge):
    enlarge("killed-before")
    world.time_passes(130.0)
    records, errors = recovered(world)
    assert ([record.status for record in records], errors) == ([Status.NOT_SENT], [])


def test_events_of_several_orders_have_their_places(world):
    """Also those of requests that were sent before."""
    orders = [order_of(str(n), f"https://images.example/{n}", once=True) for n in range(3)]
    world.orders += orders
    world.account.sender = 0
    for kinds in ([Submitted] * 3, [Known] * 3):
        placed = [each._replace(position=7 - place) for place, each in enumerate(orders)]
        events = list(submit_all(plan_of(placed), world.tools))
        sent = [event for event in events if isinstance(event, (Submitted, Known))]
        assert [type(event) for event in sent] == kinds
        assert [event.position for event in sent] == [7, 6, 5]


def test_of_an_order_without_a_task_its_label_is_told(world):
    world.account.next_creates.extend(["refused", "never-arrived"])
    orders = [order_of(None, f"https://images.example/{n}", once=False) for n in range(2)]
    ended = [
        event for event in submit_all(plan_of(orders), world.tools) if isinstance(event, Ended)
    ]
    assert [(event.record, event.label) for event in ended] == [
        (None, "https://images.example/0"),
        (None, "https://images.example/1"),
    ]


@pytest.mark.parametrize(
    ("run", "doubt"),
    [
        (0.0, ""),
        (300.0, "; what it reports when it ends will show whether it is this request's"),
    ],
)
def test_a_lost_answer_is_searched_for_at_once_and_what_is_found_is_told(world, run, doubt):
    world.account.next_creates.append("lost-reply")
    world.account.next_job = {"run": run}
    world.orders.append(order_of(PROMPT, "https://images.example/1.png", once=False))
    world.account.sender = 0
    events = list(submit_all(plan_of(world.orders), world.tools))
    [task_id] = world.account.jobs
    assert [event.text for event in events if isinstance(event, Note)] == [
        "closed; searching the account's tasks for it",
        f"found in the account's list: task {task_id}{doubt}",
    ]
    assert [type(event) for event in events[-2:]] == [Submitted, Ended]
    assert bool(events[-1].record.provisional) is bool(doubt)


class TestAnEqualRequestOfAnotherProcess:
    """With ``--once``: its result is waited for, and nothing is paid twice."""

    @pytest.fixture
    def order(self, world):
        world.orders.append(order_of(PROMPT, "https://images.example/1.png", once=True))
        world.account.sender = 0
        return world.orders[-1]

    @pytest.fixture
    def row(self, world, order):
        """Return the row of another process, which is in its create call now."""
        now, uptime = world.clock.now(), world.clock.uptime()
        dated = {"intent_at": now, "boot": uptime.boot, "began_at_uptime": uptime.seconds}
        return world.store.records.intend(replace(draft(order, world.tools), **dated))

    def submitted(self, world, order, *, after=lambda: None, pauses=3, timeout=0.0):
        """Submit the order; after some pauses the other process does something."""
        sleep, slept = world.clock.sleep, []

        def sleeping(seconds):
            sleep(seconds)
            slept.append(seconds)
            if len(slept) == pauses:
                after()

        world.clock.sleep = sleeping
        tools = world.tools.until(WaitPolicy(timeout=timeout))
        events = list(submit_all(plan_of([order]), tools))
        world.clock.sleep = sleep
        return events

    def test_its_task_is_used_when_it_is_accepted(self, world, order, row):
        def accepted():
            task = world.account.query(world.account.accept(BODY, 0).task_id)
            world.store.records.accepted(row.number, task, world.clock.now())

        *_, told, known, end = self.submitted(world, order, after=accepted)
        [task_id] = world.account.jobs
        assert told.text == f"{order.label}: already submitted as {task_id}; not paying again"
        assert (type(known), known.record.task_id, end.record.task_id) == (Known, task_id, task_id)

    def test_if_it_is_refused_the_own_call_is_made(self, world, order, row):
        def refused():
            at = world.clock.now()
            world.store.records.not_accepted(row.number, Status.NOT_SENT, at, "code", "no")

        events = self.submitted(world, order, after=refused)
        [sent] = [event for event in events if isinstance(event, Submitted)]
        assert [record.status for record in world.records] == [Status.PENDING, Status.NOT_SENT]
        assert list(world.account.jobs) == [sent.record.task_id]

    @pytest.mark.usefixtures("row")
    @pytest.mark.parametrize("accepted", [False, True])
    def test_if_it_never_answers_its_task_is_searched_for(self, world, order, accepted):
        """The own call is made only when the list proves that the other one created nothing."""
        if accepted:
            world.account.accept(BODY, 0, run=0.0)
        start = world.clock.monotonic()
        events = self.submitted(world, order)
        assert len(world.account.jobs) == 1
        notes = [event.text for event in events if isinstance(event, Note)]
        assert notes[0] == (
            "an equal request was sent earlier, but its answer was lost;"
            " searching the account's tasks for it"
        )
        statuses = [record.status for record in world.records]
        assert statuses == ([Status.SUCCEEDED] if accepted else [Status.PENDING, Status.NOT_SENT])
        assert world.clock.monotonic() - start >= 120.0

    def test_an_answer_that_came_just_before_it_ended_is_used(self, world, order):
        """The row is read once more after its process has ended."""
        row = world.store.records.intend(replace(draft(order, world.tools), process=None))
        now, monotonic, read = world.clock.now, world.clock.monotonic, []

        def reading():
            read.append(row)  # the row of the equal request is read right after this
            return now()

        def accepted():
            if read and not world.account.jobs:
                task = world.account.query(world.account.accept(BODY, 0).task_id)
                world.store.records.accepted(row.number, task, now())
            return monotonic()

        world.clock.now, world.clock.monotonic = reading, accepted
        told, known, _ = [
            event
            for event in submit_all(plan_of([order]), world.tools)
            if type(event) is not Planned
        ]
        assert told.text.endswith("; not paying again")
        assert known.record.task_id in world.account.jobs

    @pytest.mark.usefixtures("row")
    def test_it_is_not_waited_for_after_the_time_limit(self, world, order):
        start = world.clock.monotonic()
        [*_, ended] = self.submitted(world, order, timeout=10.0)
        assert 10.0 <= world.clock.monotonic() - start < 15.0
        assert (ended.record, ended.error.code) == (None, "unclear")
        assert "run `pixverse recover`" in ended.error.hint
        assert [record.status for record in world.records] == [Status.UNCLEAR]


class TestRecover:
    def test_without_unclear_submits_that_is_said_and_nothing_is_asked(self, world):
        before = world.clock.monotonic()
        assert list(recover(world.tools)) == [
            Note(text="No lost submits: the result of each one is known")
        ]
        assert world.clock.monotonic() == before

    def test_an_id_that_was_only_in_the_fallback_log_is_told(self, world, submit):
        submit("never-arrived")
        [record] = world.records
        found = replace(record, task_id="t-1", status=Status.PENDING)
        world.store.keep_in_fallback_log(found)
        told, ended, *rest = recover(world.tools)
        assert told.text == "task t-1 was accepted earlier; it is in the store now"
        assert (ended.record.number, ended.record.task_id) == (record.number, "t-1")
        assert [type(event) for event in rest] == [Note]

    def test_a_call_that_may_still_run_is_left_alone(self, world, submit):
        submit("never-arrived")
        world.set_process(None)
        sqlite = "UPDATE task SET process = ?, ended_at = NULL, ended_at_uptime = NULL"
        with sqlite3.connect(world.directory / "tasks.db") as database:
            database.execute(sqlite, (this_process(),))
        database.close()
        assert [event.text for event in recover(world.tools)] == [
            f"{world.orders[0].label}: its create call may still be in progress"
        ]

    def test_each_request_is_named_before_its_search(self, world, submit):
        submit("never-arrived")
        world.time_passes(130.0)
        known, told, ended = recover(world.tools)
        assert (known.record.number, ended.record.number) == (1, 1)
        assert told.text.startswith(f"{world.orders[0].label}: the request of 2026-11-23T12:00:")
        assert told.text.endswith(
            "Z was not accepted: the service has no such task, and nothing was charged; it is safe"
            " to submit again"
        )

    def test_a_request_of_yesterday_is_too_old_to_be_found(self, world, submit):
        submit("never-arrived")
        world.time_passes(25 * 3600.0)
        *_, ended = recover(world.tools)
        assert (ended.record, ended.label) == (None, world.orders[0].label)
        assert " is too old to be found: the service lists tasks for 24 hours only" in (
            ended.error.message
        )
        assert ended.error.hint == "the account's bill shows whether it was charged"
        assert ended.error.charged is Charged.UNKNOWN

    @pytest.mark.parametrize(
        ("account", "hint"),
        [
            (None, "an older version did not note which key sent the request"),
            ("other", "run `pixverse recover` with the key that sent the request (…1234)"),
        ],
    )
    def test_a_request_of_another_key_is_never_ruled_out(self, world, submit, account, hint):
        submit("never-arrived")
        world.store.accounts.keep("other", "1234")
        world.store.accounts.join("other", world.tools.account())
        with sqlite3.connect(world.directory / "tasks.db") as database:
            database.execute("UPDATE task SET account = ?", (account,))
        database.close()
        world.time_passes(130.0)
        *_, ended = recover(world.tools)
        assert (ended.record, ended.label) == (None, world.orders[0].label)
        assert ended.error.hint.startswith(hint)
        assert [record.status for record in world.records] == [Status.UNCLEAR]

    @pytest.mark.parametrize("restarted", [True, False])
    def test_where_no_clock_is_certain_that_the_search_takes_longer_is_told(
        self, world, submit, restarted
    ):
        submit("never-arrived")
        if restarted:
            world.the_machine_is_restarted()
        world.time_passes(130.0)
        notes = [event.text for event in recover(world.tools) if isinstance(event, Note)]
        told = "the time of the call is not certain: looking at the service's list for 60 s"
        assert (told in notes) is restarted

    def test_a_list_that_cannot_be_read_is_told(self, world, submit):
        submit("never-arrived")
        world.time_passes(130.0)
        world.account.next_calls.extend(["unreachable"] * 4)
        notes = [event.text for event in recover(world.tools) if isinstance(event, Note)]
        assert notes[0] == "the search continues: HTTP 502, HTML"
        assert [record.status for record in world.records] == [Status.NOT_SENT]

    def test_a_task_that_only_another_time_hides_is_offered_to_the_user(self, world, submit):
        _, [bought] = submit("killed-after")
        world.the_machine_is_restarted()
        world.the_clock_is_set(86400.0)
        world.time_passes(130.0)
        *_, ended = recover(world.tools)
        assert (ended.record, ended.error.candidates) == (None, (bought,))
        assert [record.status for record in world.records] == [Status.UNCLEAR]
