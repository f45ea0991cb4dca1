"""Any order of submits, kills, searches, waits and faults: no paid task is lost or called free.

Hypothesis chooses what the user, the service and the network do, when the process is killed,
which key and which service are used, and to what the clock is set. The accounts in
``account.py`` know what was really bought; after each step the store must know at least as much.
"""

import itertools
import json
import shutil
import socket
import sqlite3
import tempfile
from collections import Counter, deque
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pixverse_cli.disk.files import has_sha256
from pixverse_cli.domain.catalog import MODELS, Resolution, Role
from pixverse_cli.domain.clock import TimeLimit
from pixverse_cli.domain.errors import Charged, PixverseError, UnclearError
from pixverse_cli.domain.events import Ended
from pixverse_cli.domain.hosts import service_host
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.domain.plan import Destination, Input, Order, Plan, WaitPolicy
from pixverse_cli.domain.request import VideoRequest
from pixverse_cli.domain.task import Status
from pixverse_cli.flows.batch import batch
from pixverse_cli.flows.batch_plan import PlanInputs, plan_items
from pixverse_cli.flows.cancel import cancel
from pixverse_cli.flows.earlier import Earlier
from pixverse_cli.flows.lookup import look
from pixverse_cli.flows.pipelines import save_all, submit_all, wait
from pixverse_cli.flows.plan import with_takes
from pixverse_cli.flows.recover import recover
from pixverse_cli.flows.tools import Tools
from pixverse_cli.media.output_names import parse_template
from pixverse_cli.settings.manifest import read_manifest
from pixverse_cli.store import Store
from pixverse_cli.store.manifest_lock import ManifestLock
from tests.clocks import CoarseClock
from tests.flows.account import DAY, Account, Connected, Killed, ServiceClock

# Ten thousand commits must take a few seconds; the kill tests check what is kept on disk.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
SERVICE, OTHER_SERVICE = "https://service.example/api/v1", "https://other.example/api/v1"
PROMPTS = st.sampled_from(["A turtle rises.", "A turtle dives.", None])
IMAGES = st.sampled_from(["https://images.example/1.png", "https://images.example/2.png"])
ACCEPTING = ["fine", "fine", "lost-reply", "lost-reply", "late-504", "killed-after"]
REFUSING = ["never-arrived", "timed-out", "refused", "killed-before", "not-sent", "throttled"]
TAKES_IMAGE = "https://images.example/takes.png"
MANIFEST = "".join(
    json.dumps({"image": TAKES_IMAGE, "prompt": prompt, "output": f"{name}.mp4"}) + "\n"
    for prompt, name in (("Batch.", "batch-1"), ("Batch.", "batch-2"), ("Another.", "batch-3"))
)
CREATES = st.lists(st.sampled_from(ACCEPTING + REFUSING), min_size=1, max_size=3)
CALLS = st.lists(
    st.sampled_from(["fine", "unreachable", "throttled", "killed"]), min_size=1, max_size=6
)
PAUSES = st.sampled_from([0.5, 3.0, 10.0, 30.0, 70.0, 130.0, 3600.0, 8 * 3600.0, 25 * 3600.0])
CLOCK_CHANGES = st.sampled_from([3600.0, -3600.0, 86400.0, -86400.0])
JOBS = st.fixed_dictionaries(
    {
        "fails": st.sampled_from([False, False, False, True]),
        "hidden": st.sampled_from([0.0, 0.0, 2.5, 45.0]),
        "wait": st.sampled_from([1.0, 40.0]),
        "run": st.sampled_from([0.0, 20.0, 200.0]),
    }
)


class Identity(NamedTuple):
    """A key and the service that it is used with; two keys may belong to one account."""

    service: str
    key: str
    account: Account


def order_of(prompt, image, *, once):
    request = VideoRequest(model=MODELS[0], prompt=prompt, resolution=Resolution.P360, duration=5)
    return Order(request, (Input(Role.IMAGE, image, image),), once=once)


def plan_of(orders):
    """Return a plan that sends these orders and does not wait."""
    return Plan(orders, None, None, [])


class World(RuleBasedStateMachine):
    host = None

    def __init__(self):
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="states-", dir=MEMORY))
        self.clock = CoarseClock()
        self.service_clock = ServiceClock(self.clock)
        numbers = itertools.count()
        first, second, third = (
            Account(clock=self.service_clock, origin=self.host.origin, uid=uid, numbers=numbers)
            for uid in ("1", "2", "3")
        )
        self.identities = (
            Identity(SERVICE, "key-1", first),
            Identity(SERVICE, "key-2", first),
            Identity(SERVICE, "key-3", second),
            Identity(OTHER_SERVICE, "key-1", third),
        )
        self.identity = self.identities[0]
        self.orders = []  # by sender
        self.offered = set()
        self.takes = {}  # by task id
        self.store = None
        self.restart()

    def teardown(self):
        try:
            self.clock.advance(131.0)
            offered = set()
            for identity in self.identities:
                self.identity = identity
                self.account.next_calls.clear()
                self.recover()
                offered |= self.offered
            self.offered = offered
            self.every_paid_task_of_today_is_known_or_offered()
            self.saved_files_are_complete()
        finally:
            self.store.close()
            shutil.rmtree(self.directory)

    @property
    def account(self):
        """The account of the key in use."""
        return self.identity.account

    @property
    def jobs(self):
        """The tasks of all accounts."""
        accounts = {id(each.account): each.account for each in self.identities}.values()
        return {job.task_id: job for account in accounts for job in account.jobs.values()}

    @property
    def tools(self):
        """What a command works with that is started now."""
        service, key, account = self.identity
        return Tools(
            connect=Connected(account),
            store=self.store,
            clock=self.clock,
            interrupts=Interrupts(self.clock),
            service=service,
            account=lambda: f"{service} {key}",
            key_ending=lambda: key[-4:],
        )

    def restart(self):
        """Start a new process; the store shows the old one, if any, as dead."""
        if self.store is not None:
            self.store.close()
            self.set_process(f"{socket.gethostname()}:999999999:1")
        self.store = Store(self.directory)

    def set_process(self, process):
        """Replace the name of every process that was in a create call."""
        with sqlite3.connect(self.directory / "tasks.db") as connection:
            connection.execute("UPDATE task SET process = ? WHERE process NOTNULL", (process,))
        connection.close()

    def drain(self, events):
        """Run a command until it ends or is killed; return its ``Ended`` events."""
        ended = []
        try:
            for event in events:
                if isinstance(event, Ended):
                    self.check_ended(event)
                    ended.append(event)
        except Killed:
            self.restart()
        except PixverseError as error:
            self.check_error(error)
        return ended

    def check_error(self, error):
        job = self.jobs.get(error.task_id)
        if job is not None and error.charged is Charged.NO:
            assert job.free, "an accepted task is reported as not charged"

    def check_ended(self, ended):
        record, error = ended.record, ended.error
        task_id = (record.task_id if record else None) or (error.task_id if error else None)
        job = self.jobs.get(task_id)
        if job is None:
            return
        now = self.service_clock.now()
        if job.sender is None and job.status(now) is Status.SUCCEEDED and record is not None:
            succeeded = record.status is Status.SUCCEEDED
            assert not succeeded or record.prompt == job.prompt, (
                "a foreign task is reported as ours"
            )
        if error is not None:
            self.check_error(error.but(task_id=error.task_id or task_id))

    @property
    def records(self):
        return self.store.records.newest(-1)

    @property
    def requests(self):
        """The records of our own requests, without tasks that were only queried."""
        return [record for record in self.records if record.fingerprint]

    # Actions of users

    @rule(prompt=PROMPTS, image=IMAGES, once=st.booleans(), creates=CREATES, job_options=JOBS)
    def submit(self, prompt, image, once, creates, job_options):
        order = order_of(prompt, image, once=once)
        sender = self.account.sender = len(self.orders)
        self.orders.append(order)
        self.account.next_creates = deque(creates)
        self.account.next_job = job_options
        equal_jobs = self.paid_jobs_here(order.fingerprint)
        ended = self.drain(submit_all(plan_of([order]), self.tools))
        bought = [job for job in self.jobs.values() if job.sender == sender]
        assert len(bought) <= 1, "two tasks for one intent"
        assert not (once and equal_jobs and bought), "--once has paid again"
        for event in ended:
            if event.error is not None and event.error.charged is Charged.NO:
                assert not bought, "a submit that bought something reports charged: no"

    @rule(count=st.integers(1, 3), once=st.booleans(), creates=CREATES, job_options=JOBS)
    def submit_takes(self, count, once, creates, job_options):
        """Submit several videos of one request, as ``-n`` and equal videos of a manifest do."""
        order = order_of("Takes.", TAKES_IMAGE, once=once)
        sender = self.account.sender = len(self.orders)
        self.orders.append(order)
        self.account.next_creates = deque(creates)
        self.account.next_job = job_options
        self.account.on_accept = self.note_take
        paid_before = {self.takes[job.task_id] for job in self.paid_jobs_here(order.fingerprint)}
        self.drain(submit_all(plan_of(with_takes([order], count)), self.tools))
        self.account.on_accept = None
        bought = [
            self.takes[job.task_id] for job in self.account.jobs.values() if job.sender == sender
        ]
        assert len(set(bought)) == len(bought) <= count, "two tasks for one take"
        assert not (once and paid_before & set(bought)), "--once has paid again for a take"

    @rule(creates=CREATES, job_options=JOBS, timeout=st.sampled_from([5.0, 300.0]))
    def batch(self, creates, job_options, timeout):
        """Run one manifest again, in which two videos have equal requests."""
        manifest = self.directory / "set.jsonl"
        manifest.write_text(MANIFEST)
        lock = ManifestLock(manifest, TimeLimit(self.clock))
        items = plan_items(read_manifest(manifest), self.plan_inputs(lock))
        orders = {item.order.fingerprint: item.order for item in items}
        wanted = Counter(item.order.fingerprint for item in items)
        first = len(self.orders)
        self.orders += orders.values()
        self.senders = {each: first + at for at, each in enumerate(orders)}
        self.account.next_creates = deque(creates)
        self.account.next_job = job_options
        self.account.on_accept = self.note_sender
        before = {each: len(self.paid_jobs_here(each)) for each in orders}
        self.drain(batch(items, self.tools, WaitPolicy(timeout=timeout), lock))
        self.account.on_accept = None
        for each, number in wanted.items():
            after = len(self.paid_jobs_here(each))
            assert after <= max(number, before[each]), "a batch has paid for a video twice"
        ManifestLock(manifest, TimeLimit(self.clock))  # it can still be read

    def plan_inputs(self, lock):
        service = self.identity.service
        return PlanInputs(
            folder=self.directory,
            lock=lock,
            kept={},
            stack=ExitStack(),
            earlier=Earlier(lambda: self.store, service, self.clock),
            has_hash=has_sha256,
            now=self.clock.now(),
            host=service_host(service),
        )

    def note_sender(self):
        """Note which request of a batch the accepted task is of: that of the newest intent."""
        job = self.account.jobs[list(self.account.jobs)[-1]]
        job.sender = self.senders[self.requests[0].fingerprint]

    def note_take(self):
        """Note the take of the task that was just accepted: that of the newest intent."""
        self.takes[list(self.account.jobs)[-1]] = self.requests[0].take

    @rule()
    def recover(self):
        self.offered = set()
        for ended in self.drain(recover(self.tools)):
            if isinstance(ended.error, UnclearError):
                self.offered |= set(ended.error.candidates)

    @rule(timeout=st.sampled_from([5.0, 300.0]), save=st.booleans())
    def wait(self, timeout, save):
        destination = self.destination() if save else None
        policy = WaitPolicy(timeout=timeout)
        self.drain(wait(None, self.tools, policy, destination, every=True))

    @precondition(lambda self: any(record.task_id for record in self.records))
    @rule(data=st.data())
    def download(self, data):
        self.drain(save_all([self.any_id(data)], self.tools, self.destination()))

    @precondition(lambda self: self.account.jobs)
    @rule(data=st.data())
    def query(self, data):
        """Query any task of the account, also one that the store does not know."""
        ids = sorted(self.account.jobs)
        self.drain(look([data.draw(st.sampled_from(ids))], self.tools, judging=False))

    @precondition(lambda self: any(record.task_id for record in self.records))
    @rule(data=st.data())
    def cancel(self, data):
        self.drain(cancel([self.any_id(data)], self.tools))

    def any_id(self, data):
        ids = sorted(record.task_id for record in self.records if record.task_id)
        return data.draw(st.sampled_from(ids))

    def destination(self):
        return Destination(template=parse_template(f"{self.directory}/{{task_id}}.mp4"))

    @property
    def identities_of_this_service(self):
        return [each for each in self.identities if each.service == self.identity.service]

    @rule(data=st.data())
    def use_another_key_or_service(self, data):
        self.identity = data.draw(st.sampled_from(self.identities))

    # Actions of others

    @rule(seconds=PAUSES)
    def time_passes(self, seconds):
        self.clock.advance(seconds)

    @rule(seconds=CLOCK_CHANGES)
    def the_clock_is_set(self, seconds):
        self.clock.jump(seconds)

    @rule()
    def the_machine_is_restarted(self):
        self.clock.advance(5.0)
        self.clock.boot = f"boot at {self.clock.ticks}"
        self.restart()

    @rule(prompt=st.sampled_from(["Somebody else's.", "A turtle rises."]), job_options=JOBS)
    def another_client_submits(self, prompt, job_options):
        body = {
            "model": MODELS[0].name,
            "input": {"prompt": prompt, "media": [{"url": "https://others.example/"}]},
            "parameters": {"resolution": "360P", "duration": 5, "audio": False},
        }
        self.account.accept(body, None, **job_options)

    @rule(calls=CALLS)
    def the_next_calls_fail(self, calls):
        self.account.next_calls.extend(calls)

    # Invariants

    def paid_jobs_here(self, fingerprint):
        """Return our billed tasks of this service, of whichever account."""
        return [
            job
            for job in self.paid_jobs(fingerprint)
            if any(job.task_id in each.account.jobs for each in self.identities_of_this_service)
        ]

    def paid_jobs(self, fingerprint=None):
        """Return our own billed tasks that the service still knows."""
        return [
            job
            for job in self.jobs.values()
            if job.sender is not None
            and fingerprint in (None, self.orders[job.sender].fingerprint)
            and not job.free
            and self.service_clock.now() - job.at < DAY
        ]

    @invariant()
    def a_record_holds_no_task_of_another_request(self):
        jobs = self.jobs
        for record in self.requests:
            job = jobs.get(record.task_id)
            if job is not None and job.sender is not None and not record.provisional:
                assert record.fingerprint == self.orders[job.sender].fingerprint

    @invariant()
    def no_paid_task_is_reported_as_free(self):
        """Compare the numbers, because equal requests may share their tasks in any way."""
        records = self.requests
        for fingerprint in {record.fingerprint for record in records}:
            paid = self.paid_jobs(fingerprint)
            owned = [
                record
                for record in records
                if record.fingerprint == fingerprint and record.charged is not Charged.NO
            ]
            assert len(paid) <= len(owned)

    @invariant()
    def no_task_that_the_service_knows_is_unknown(self):
        jobs, now = self.jobs, self.service_clock.now()
        for record in self.records:
            job = jobs.get(record.task_id)
            if job is not None and record.status is Status.UNKNOWN:
                assert job.age(now) >= DAY.total_seconds() or job.hidden

    def every_paid_task_of_today_is_known_or_offered(self):
        known = self.store.records.known_ids()
        foreign_prompts = {job.prompt for job in self.jobs.values() if job.sender is None}
        for job in self.paid_jobs():
            listed_for_long = job.age(self.service_clock.now()) < DAY.total_seconds() - 700.0
            if listed_for_long and job.prompt not in foreign_prompts:
                assert job.task_id in known | self.offered, "a paid task is lost"

    def saved_files_are_complete(self):
        for file in self.directory.glob("*.mp4"):
            assert file.read_bytes() == self.host.film


def test_no_paid_task_is_lost_or_reported_as_free_in_any_order_of_events(host):
    World.host = host
    run_state_machine_as_test(
        World,
        settings=settings(
            max_examples=50,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
