"""When a watch asks the service: each task on its own schedule, many tasks by the list."""

import itertools
from datetime import timedelta

import pytest

from pixverse_cli.domain.catalog import MODELS
from pixverse_cli.domain.errors import AuthError, Charged, UnreachableError
from pixverse_cli.domain.events import Ended, Expected, Note, Retrying, Seen
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.domain.plan import WaitPolicy
from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.flows.polling import first_query, query_interval, run_times, usual
from pixverse_cli.flows.sweep import Sweep
from pixverse_cli.flows.tools import Tools
from pixverse_cli.flows.watch import Watch
from pixverse_cli.store import Store
from tests.clocks import FakeClock
from tests.flows.account import Account
from tests.flows.watching import collect_result, watch

SERVICE = "https://service.example/api/v1"
MODEL = MODELS[0].name
NO_LIMIT = WaitPolicy(timeout=0.0)
RUN = "this run"


class CountingAccount(Account):
    """An account that notes when each call was made, in seconds since its creation."""

    def __init__(self, clock):
        super().__init__(clock=clock, origin="https://videos.example")
        self.started = clock.monotonic()
        self.queried, self.listings, self.unlisted = [], [], set()
        self.list_errors = []

    def query(self, task_id):
        self.queried.append((self.clock.monotonic() - self.started, task_id))
        return super().query(task_id)

    def listed(self, *, page, page_size, model=None):
        self.listings.append((self.clock.monotonic() - self.started, page_size))
        if self.list_errors:
            raise self.list_errors.pop(0)
        whole = super().listed(page=page, page_size=page_size, model=model)
        rows = tuple(row for row in whole.tasks if row.task_id not in self.unlisted)
        return replace(whole, tasks=rows)

    @property
    def query_times(self):
        return [seconds for seconds, _ in self.queried]

    def count(self, task_id):
        return [queried for _, queried in self.queried].count(task_id)


class World:
    def __init__(self, directory, clock=None):
        self.clock = clock or FakeClock()
        self.account = CountingAccount(self.clock)
        self.store = Store(directory)
        self.tools = Tools(
            connect=lambda: self.account,
            store=self.store,
            clock=self.clock,
            interrupts=Interrupts(self.clock),
            service=SERVICE,
            account=lambda: "account",
            run=RUN,
        )

    def draft(self, run=RUN, **fields):
        values = {"resolution": "720P", "duration": 5, "audio": False} | fields
        return Record(
            number=0, status=Status.UNCLEAR, service=SERVICE, model=MODEL, run=run, **values
        )

    def task(self, *, sent_by=RUN, **job_options):
        """Accept a task at the service and write its record, as this run or an earlier one."""
        parameters = {"resolution": "720P", "duration": 5, "audio": False}
        body = {"model": MODEL, "input": {"prompt": None}, "parameters": parameters}
        job = self.account.accept(body, 1, **job_options)
        number = self.store.records.intend(self.draft(sent_by)).number
        accepted = Task(task_id=job.task_id, status=Status.PENDING, raw_status="PENDING")
        return self.store.records.accepted(number, accepted, self.clock.now())

    def history(self, *seconds, queued=30.0):
        """Write finished tasks of the same kind that ran for so long."""
        for position, each in enumerate(seconds):
            number = self.store.records.intend(self.draft("earlier")).number
            at = self.clock.now() - timedelta(hours=1)
            scheduled = at + timedelta(seconds=queued)
            done = Task(
                task_id=f"earlier-{position:028}",
                status=Status.SUCCEEDED,
                raw_status="SUCCEEDED",
                submitted_at=at,
                scheduled_at=scheduled,
                ended_at=scheduled + timedelta(seconds=each),
            )
            self.store.records.accepted(number, done, at)
            self.store.records.seen(number, done)

    def watch(self, *records, policy=NO_LIMIT):
        return list(watch(records, self.tools, policy))


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.store.close()


def ended(events):
    return [event.record.task_id for event in events if isinstance(event, Ended)]


# One task


def test_a_new_task_is_first_queried_when_it_may_have_ended(world):
    world.watch(world.task(run=100.0))
    assert world.account.query_times[0] == pytest.approx(first_query(run_times([])))


def test_a_task_of_an_earlier_run_is_queried_at_once(world):
    world.watch(world.task(run=50.0, sent_by="an earlier run"))
    assert world.account.query_times[0] == 0.0


def test_the_history_of_the_same_kind_sets_the_schedule(world):
    world.history(*[100.0] * 20)
    events = world.watch(world.task(run=100.0))
    assert world.account.query_times[0] == pytest.approx(first_query(run_times([100.0] * 20)))
    assert len(world.account.queried) <= 12
    assert world.account.query_times[-1] < 101.0 + 3.0
    [expected] = [event for event in events if isinstance(event, Expected)]
    fitted = usual(run_times([100.0] * 20))
    assert (expected.low, expected.high) == pytest.approx(fitted)
    assert expected.count == 20


def test_time_in_the_queue_is_not_time_of_running(world):
    world.history(*[100.0] * 20)
    world.watch(world.task(wait=400.0, run=100.0))
    assert world.account.query_times[-1] < 501.0 + 3.0
    gaps = [late - early for early, late in itertools.pairwise(world.account.query_times)]
    assert min(gaps[:20]) > 14.0, "queried often while the task could not have ended"


def test_a_task_that_did_not_queue_has_run_since_it_was_submitted(world):
    past = [100.0] * 20
    world.history(*past)
    world.watch(world.task(wait=0.0, run=100.0))
    times = world.account.query_times
    after = [at + 0.05 for at in times[:-1]]  # each call takes 0.05 s
    expected = [at + query_interval(run_times(past), at) for at in after]
    assert times[1:] == pytest.approx(expected)


def test_a_task_that_the_service_does_not_know_yet_is_not_queried_without_pause(world):
    record = world.task(hidden=50.0, run=60.0)
    events = world.watch(record)
    assert ended(events) == [record.task_id]
    times = world.account.query_times
    assert min(late - early for early, late in itertools.pairwise(times)) >= 1.0


def test_an_interval_is_kept_exactly(world):
    world.watch(world.task(run=20.0), policy=WaitPolicy(timeout=0.0, interval=3.0))
    times = world.account.query_times
    gaps = [late - early for early, late in itertools.pairwise(times)]
    assert times[0] == pytest.approx(3.0)
    assert gaps == pytest.approx([3.05] * len(gaps))  # each call takes 0.05 s


def test_a_short_time_limit_still_allows_a_query(world):
    world.watch(world.task(run=2.0), policy=WaitPolicy(timeout=10.0))
    assert world.account.query_times == pytest.approx([5.0])


# Many tasks


def test_up_to_eight_tasks_are_never_looked_up_in_the_list(world):
    world.watch(*[world.task(run=40.0) for _ in range(8)])
    assert world.account.listings == []


def test_of_nine_tasks_each_is_queried_once_when_the_list_says_that_it_has_ended(world):
    tasks = [world.task(run=40.0 + 10.0 * position) for position in range(20)]
    events = world.watch(*tasks)
    while_listed = tasks[:12]  # then eight are left
    assert len(ended(events)) == 20
    assert {world.account.count(task.task_id) for task in while_listed} == {1}
    first, *later = [at for at, _ in world.account.listings]
    gaps = [late - early for early, late in itertools.pairwise([first, *later])]
    assert min(gaps) >= 2.0


def test_an_interval_holds_for_the_list_as_well(world):
    tasks = [world.task(run=60.0) for _ in range(9)]
    world.watch(*tasks, policy=WaitPolicy(timeout=0.0, interval=1.0))
    times = [at for at, _ in world.account.listings]
    gaps = [late - early for early, late in itertools.pairwise(times)]
    assert gaps == pytest.approx([1.0] * len(gaps), abs=0.1)


def test_a_status_from_the_list_is_shown_and_stored(world):
    tasks = [world.task(wait=20.0, run=200.0) for _ in range(9)]
    events = watch(tasks, world.tools, NO_LIMIT)
    seen = next(event for event in events if isinstance(event, Seen))
    assert (seen.record.status, world.account.queried) == (Status.RUNNING, [])
    assert world.store.records.get(seen.record.number).status is Status.RUNNING


def test_tasks_that_the_list_does_not_have_are_queried(world):
    tasks = [world.task(run=40.0) for _ in range(12)]
    world.account.unlisted = {task.task_id for task in tasks[:6]}
    assert set(ended(world.watch(*tasks))) == {task.task_id for task in tasks}


def test_a_provisional_task_is_queried_because_its_row_proves_nothing(world):
    tasks = [world.task(run=300.0) for _ in range(9)]
    provisional = replace(tasks[0], provisional=True)
    for _ in itertools.takewhile(
        lambda _: world.clock.monotonic() - world.account.started < 200.0,
        watch([provisional, *tasks[1:]], world.tools, NO_LIMIT),
    ):
        pass
    assert world.account.count(provisional.task_id) > 1


def test_the_size_of_a_page_is_found_once(world):
    world.account.page_size = 10
    tasks = [world.task(run=40.0) for _ in range(25)]
    assert len(ended(world.watch(*tasks))) == 25
    sizes = [size for _, size in world.account.listings]
    assert sizes[:4] == [100, 10, 10, 10]
    assert set(sizes[1:]) == {10}


def test_a_refused_list_is_noted_once_and_the_tasks_are_queried(world):
    world.account.list_errors = [AuthError("no list for this key")] * 9
    events = world.watch(*[world.task(run=40.0) for _ in range(12)])
    assert len(ended(events)) == 12
    assert [event.text for event in events if isinstance(event, Note)] == [
        "the tasks are queried one by one: no list for this key"
    ]
    assert len(world.account.listings) == 1


def test_a_list_that_fails_for_a_while_delays_nothing(world):
    world.account.list_errors = [UnreachableError("HTTP 502, HTML")] * 2
    events = world.watch(*[world.task(run=90.0) for _ in range(12)])
    assert len(ended(events)) == 12
    assert len(world.account.listings) > 2
    assert world.clock.monotonic() - world.account.started < 91.0 + 15.0


def test_a_time_limit_ends_the_watch_of_many_tasks(world):
    """Also while more tasks are due than may be queried until then."""
    tasks = [world.task(run=4000.0) for _ in range(300)]
    world.account.unlisted = {task.task_id for task in tasks}
    events = world.watch(*tasks, policy=WaitPolicy(timeout=60.0))
    assert {event.error.code for event in events if isinstance(event, Ended)} == {"still-running"}
    assert len(ended(events)) == 300
    assert world.clock.monotonic() - world.account.started < 62.0


def test_the_shared_rates_hold_for_many_tasks(world):
    world.watch(*[world.task(run=30.0 + position % 7) for position in range(120)])
    for times in (world.account.query_times, [at for at, _ in world.account.listings]):
        busiest = max(sum(start <= other < start + 1.0 for other in times) for start in times)
        assert busiest <= 20


class SuspendedClock(FakeClock):
    """A clock whose machine is suspended for an hour during the second sleep.

    The wall clock goes on then, and the monotonic clock stands still, as on Linux.
    """

    def sleep(self, seconds):
        super().sleep(seconds)
        if len(self.slept) == 2:
            self.jump(3600.0)


def test_after_the_machine_was_suspended_a_task_is_asked_about_at_once(tmp_path):
    world = World(tmp_path, SuspendedClock())
    world.watch(world.task(run=50.0), policy=WaitPolicy(timeout=0.0, interval=100.0))
    assert world.account.query_times[0] == pytest.approx(10.0, abs=0.5)
    world.store.close()


# Answers that are not what they should be


@pytest.fixture
def answer(world):
    """Return a function that lets changes be made to each answer about a task."""
    query = world.account.query

    def answering(change):
        world.account.query = lambda task_id: change(query(task_id))

    return answering


def notes(events):
    return [event.note for event in events if isinstance(event, Seen) and event.note]


@pytest.mark.parametrize(("count", "told"), [(2, False), (3, True)])
def test_three_finished_tasks_make_an_expectation(world, count, told):
    world.history(*[100.0] * count)
    events = world.watch(world.task(run=10.0))
    assert any(isinstance(event, Expected) for event in events) is told


def test_an_unknown_status_is_noted_once_and_the_task_counts_as_running(world, answer):
    states = ["THINKING", "THINKING", "Running", "DREAMING", "THINKING", "succeeded"]

    def odd(task):
        raw = states.pop(0)
        known = Status.SUCCEEDED if raw == "succeeded" else Status.RUNNING
        return replace(task, raw_status=raw, status=known, video_url="https://v.example/1.mp4")

    answer(odd)
    record = world.task(run=20.0)
    events = world.watch(record, policy=WaitPolicy(timeout=0.0, interval=1.0))
    assert notes(events) == [
        f"the service reports an unknown status {raw!r}; treated as running"
        for raw in ("THINKING", "DREAMING", "THINKING")
    ]
    assert ended(events) == [record.task_id]
    assert len(world.account.queried) == 6


@pytest.mark.parametrize(("without", "code"), [(1, None), (2, None), (3, "not-saved")])
def test_a_success_without_a_link_is_asked_about_three_times(world, answer, without, code):
    left = [None] * without

    def bare(task):
        done = task.status is Status.SUCCEEDED and left
        return replace(task, video_url=left.pop()) if done else task

    answer(bare)
    *_, last = world.watch(world.task(run=1.0))
    assert (last.error.code if last.error else None) == code


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        ([], ""),
        ([UnreachableError("HTTP 502, HTML")] * 9, "; the last error: HTTP 502, HTML"),
        ([UnreachableError("HTTP 502, HTML")], ""),
    ],
)
def test_at_the_time_limit_the_status_and_the_last_error_are_told(world, answer, errors, told):
    def failing(task):
        if errors:
            raise errors.pop()
        return task

    answer(failing)
    record = world.task(wait=1.0, run=900.0)
    *events, end = world.watch(record, policy=WaitPolicy(timeout=40.0, interval=5.0))
    status = "PENDING" if told else "RUNNING"
    assert end.error.message == (
        f"task {record.task_id} is still {status} after 40 s{told}; it keeps running at the service"
    )
    assert (end.error.code, end.error.charged) == ("still-running", Charged.YES)
    assert end.record.task_id == record.task_id
    assert world.clock.monotonic() - world.account.started == pytest.approx(40.0, abs=0.1)
    retries = [event for event in events if isinstance(event, Retrying)]
    assert {event.task_id for event in retries} <= {record.task_id}
    assert sum(event.delay for event in retries) < 40.0


def test_an_error_that_does_not_pass_ends_the_watch_of_its_task_alone(world, answer):
    first, second = world.task(run=5.0), world.task(run=50.0)

    def refusing(task):
        if task.task_id == first.task_id:
            raise AuthError("the key is not valid")
        return task

    answer(refusing)
    events = world.watch(first, second)
    ends = {event.record.task_id: event.error for event in events if isinstance(event, Ended)}
    assert (ends[first.task_id].message, ends[second.task_id]) == ("the key is not valid", None)
    assert ends[first.task_id].charged is Charged.YES


def test_a_list_whose_smallest_page_is_refused_is_left_alone(world):
    world.account.page_size = 5
    events = world.watch(*[world.task(run=20.0) for _ in range(9)])
    assert [event.text for event in events if isinstance(event, Note)] == [
        "the tasks are queried one by one: page_size exceeds the length limit"
    ]
    assert [size for _, size in world.account.listings] == [100, 10]


class Downloads:
    """Downloads that tell something after each query, or while the watch sleeps."""

    def __init__(self, clock, *, after_query):
        self.clock, self.after_query = clock, after_query

    def __len__(self):
        return 1

    def wait(self, seconds):
        self.clock.advance(seconds)
        return self.after_query == (seconds == 0.0)


@pytest.mark.parametrize(("after_query", "queries"), [(True, 1), (False, 0)])
def test_news_of_a_download_interrupts_the_watch(world, after_query, queries):
    watched = Watch(world.tools, NO_LIMIT, Downloads(world.clock, after_query=after_query))
    assert list(watched.join(world.task(run=900.0))) == []
    ends = []
    list(collect_result(watched.until_one_ends(), ends))
    assert (ends, len(world.account.queried), len(watched)) == ([[]], queries, 1)


def test_time_in_the_queue_is_also_learnt_from_the_list(world):
    world.history(*[100.0] * 20)
    world.watch(*[world.task(wait=200.0, run=100.0) for _ in range(9)])
    early = [at for at, _ in world.account.listings if 215.0 < at < 250.0]
    assert 2 <= len(early) <= 3, "read often while no task could have ended"


def test_each_page_of_the_list_waits_for_its_slot(world):
    def hold(*, page_size, **how):
        world.store.rate_slots.hold_back("list", world.clock.now().timestamp() + 10.0)
        return listed(page_size=page_size, **how)

    world.account.page_size, listed = 5, world.account.listed
    world.account.listed = hold
    world.store.rate_slots.hold_back("list", world.clock.now().timestamp() + 20.0)
    world.watch(*[world.task(run=500.0, sent_by="an earlier run") for _ in range(9)])
    assert [at for at, _ in world.account.listings] == pytest.approx([20.0, 30.0], abs=0.1)


def test_a_task_of_an_earlier_run_has_run_since_it_was_submitted(world):
    world.history(*[100.0] * 20)
    record = world.task(wait=0.0, run=130.0, sent_by="an earlier run")
    world.clock.advance(95.0)
    world.watch(record)
    first, second, *_ = world.account.query_times
    assert second - first < 5.0, "it may end at any moment"


@pytest.mark.parametrize(("wanted", "pages"), [(slice(-12, None), 2), (slice(0, 12), 3)])
def test_the_list_is_read_until_all_wanted_tasks_are_found(world, wanted, pages):
    world.account.page_size = 10
    ids = []
    for _ in range(25):
        ids.append(world.task(run=900.0).task_id)
        world.clock.advance(1.0)
    results = []
    list(collect_result(Sweep(world.tools, float("inf")).read(ids[wanted], None), results))
    assert results[0].keys() == set(ids[wanted])
    assert [size for _, size in world.account.listings] == [100, *[10] * pages]


def test_after_a_failure_the_list_is_not_read_before_the_pause_that_was_told(world):
    world.account.list_errors = [UnreachableError("HTTP 502, HTML")]
    sweep = Sweep(world.tools, float("inf"))
    [retry] = sweep.read(["t-1"], None)
    assert sweep.next_at == world.clock.monotonic() + retry.delay > world.clock.monotonic()


def test_a_task_of_a_sandbox_is_expected_to_end_soon(world):
    sandbox = "http://127.0.0.1:8000/api/v1"
    record = replace(world.task(run=3.0), service=sandbox)
    world.tools = world.tools._replace(service=sandbox)
    list(itertools.islice(watch([record], world.tools, NO_LIMIT), 1))
    first = first_query(run_times([], sandbox=True))
    assert world.account.query_times[0] == pytest.approx(first)
    assert first < first_query(run_times([]))
