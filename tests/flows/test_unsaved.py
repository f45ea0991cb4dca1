"""Which finished videos that have no file yet can still be fetched."""

from datetime import timedelta

import pytest

from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.flows.tools import Tools
from pixverse_cli.flows.unsaved import tell_others, unsaved
from pixverse_cli.store import Store
from tests.clocks import START, FakeClock

SERVICE, OTHER, SANDBOX = "https://a.example", "https://b.example", "http://127.0.0.1:8000"
HOUR = timedelta(hours=1)
RECORD = Record(
    number=0, status=Status.SUCCEEDED, service=SERVICE, submitted_at=START, intent_at=START
)


def link(hours):
    return f"https://oss.example/v.mp4?Expires={int((START + hours * HOUR).timestamp())}"


@pytest.fixture
def is_offered(tmp_path):
    """Return a function: whether a record's video is offered by a service after some hours."""
    store = Store(tmp_path)

    def offered(hours, in_use=SERVICE, **fields):
        clock = FakeClock(START + hours * HOUR)
        store.records.intend(replace(RECORD, **fields))
        tools = Tools(lambda: None, store, clock, Interrupts(clock), in_use, lambda: "account")
        return bool(unsaved(tools))

    yield offered
    store.close()


@pytest.mark.parametrize(("hours", "offered"), [(0, True), (23, True), (24, True), (25, False)])
def test_the_service_that_has_the_task_is_asked_for_24_hours(is_offered, hours, offered):
    assert is_offered(hours) is offered


def test_a_task_of_unknown_age_or_with_a_file_is_not_fetched(is_offered):
    assert not is_offered(0, submitted_at=None)
    assert not is_offered(0, file="/a.mp4")
    assert not is_offered(0, status=Status.RUNNING)


@pytest.mark.parametrize(
    ("hours", "fields", "offered"),
    [
        (1, {"video_url": None}, False),
        (1, {"video_url": link(2)}, True),
        (1, {"video_url": link(2), "service": SANDBOX}, False),
        (30, {"video_url": link(31)}, True),
        (30, {"video_url": link(30)}, False),
        (30, {"video_url": link(29)}, False),
        (30, {"video_url": "https://x/v.mp4"}, True),
        (30, {"video_url": "https://x/v.mp4?Expires=soon"}, True),
        (30, {"video_url": "https://[x/v.mp4"}, False),
    ],
)
def test_another_service_fetches_what_has_a_link_that_holds(is_offered, hours, fields, offered):
    assert is_offered(hours, OTHER, **fields) is offered


def test_a_sandbox_fetches_what_another_sandbox_has_made(is_offered):
    assert is_offered(1, "http://127.0.0.1:9000", service=SANDBOX, video_url=link(2))


@pytest.mark.parametrize(
    ("statuses", "notes"),
    [
        ([], []),
        ([Status.SUCCEEDED], []),
        ([Status.RUNNING], ["1 task is not finished yet: add --wait, or run this again"]),
        (
            [Status.PENDING, Status.RUNNING, Status.CANCELED],
            [
                "2 tasks are not finished yet: add --wait, or run this again",
                "a.png: task t was cancelled; it is not billed",
            ],
        ),
    ],
)
def test_what_has_no_video_is_told(statuses, notes):
    known = {"task_id": "t", "image": "a.png", "video_url": "https://x/v.mp4"}
    asked = [replace(RECORD, status=status, **known) for status in statuses]
    assert [event.text for event in tell_others(asked)] == notes
