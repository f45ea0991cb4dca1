"""For any order of writes the store returns what was written last."""

import tempfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.store import Store

START = datetime(2026, 11, 23, tzinfo=UTC)

# Service texts and file names may contain lone surrogates.
texts = st.text(st.characters() | st.sampled_from("\0\ud800\udcff"), max_size=20)
words = st.none() | texts
times = st.integers(0, 10**9).map(lambda ms: START + timedelta(milliseconds=ms))
scalars = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | texts
usages = st.dictionaries(texts, scalars | st.lists(scalars, max_size=2), max_size=3)
requests = st.builds(
    Record,
    number=st.just(0),
    status=st.just(Status.UNCLEAR),
    service=texts,
    model=words,
    image=words,
    prompt=words,
    duration=st.none() | st.integers(-(2**62), 2**62),
    audio=st.none() | st.booleans(),
    watermark=st.none() | st.booleans(),
    seed=st.none() | st.integers(0, 2**31),
    fingerprint=words,
    estimate=st.none() | st.decimals(0, 1000, places=2),
    intent_at=st.none() | times,
)
SERVICE_STATES = tuple(Status)[:6]
tasks = st.builds(
    Task,
    task_id=st.just(""),
    status=st.sampled_from(SERVICE_STATES),
    raw_status=st.just(""),
    request_id=words,
    submitted_at=st.none() | times,
    scheduled_at=st.none() | times,
    ended_at=st.none() | times,
    orig_prompt=words,
    video_url=words,
    usage=usages,
    error_code=words,
    error_message=words,
)
KEPT_FIELDS = (
    "submitted_at",
    "scheduled_at",
    "ended_at",
    "video_url",
    "error_code",
    "error_message",
)


def _expected_prompt(before, task):
    """Return the request's own prompt, or the service's for a task that was only queried."""
    only_queried = before.fingerprint is None
    return task.orig_prompt if only_queried and before.prompt is None else before.prompt


class History(RuleBasedStateMachine):
    """Requests, answers and saves; ``known`` has the records that the store must have."""

    numbers = Bundle("numbers")

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store(Path(self.folder.name))
        self.known = {}

    @rule(target=numbers, request=requests)
    def intend(self, request):
        written = self.store.records.intend(request)
        self.known[written.number] = replace(request, number=written.number)
        return written.number

    @rule(number=numbers, task=tasks, at=times)
    def accept(self, number, task, at):
        task_id = f"task-{number}"
        self.store.records.accepted(number, replace(task, task_id=task_id), at)
        self.known[number] = replace(
            self.known[number],
            task_id=task_id,
            status=task.status,
            request_id=task.request_id,
            submitted_at=task.submitted_at or at,
            process=None,
        )

    @rule(number=numbers, task=tasks)
    def seen(self, number, task):
        self.store.records.seen(number, replace(task, task_id=f"task-{number}"))
        before = self.known[number]
        if before.task_id is None:
            return  # the answer is about a task that the record does not have
        ended = before.status.final and before.status is not Status.NOT_SENT
        reported = {
            name: getattr(task, name) for name in KEPT_FIELDS if getattr(task, name) is not None
        }
        self.known[number] = replace(
            before,
            status=before.status if ended and not task.status.final else task.status,
            usage=task.usage or before.usage,
            prompt=_expected_prompt(before, task),
            **reported,
        )

    @rule(number=numbers, file=texts)
    def save(self, number, file):
        self.store.records.saved(number, file, "ab")
        self.known[number] = replace(self.known[number], file=file, sha256="ab")

    @rule()
    def reopen(self):
        self.store.close()
        self.store = Store(Path(self.folder.name))

    @invariant()
    def the_store_returns_what_was_written(self):
        assert self.store.records.newest(-1) == list(self.known.values())[::-1]

    def teardown(self):
        self.store.close()
        self.folder.cleanup()


History.TestCase.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
TestHistory = History.TestCase


def test_an_amount_keeps_its_digits(store, intent):
    written = store.records.intend(intent(estimate=Decimal("1.350")))
    assert str(written.estimate) == "1.350"
