"""What a status means: the error that it stands for, and whether asking again may help."""

from datetime import timedelta

import pytest

from pixverse_cli.domain.errors import (
    CanceledError,
    Charged,
    ElsewhereError,
    NotSavedError,
    StillRunningError,
    TaskFailedError,
    UnknownTaskError,
)
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.domain.task import Record, Status, Task
from pixverse_cli.flows.identity import elsewhere, learn, may_be_other_account, of_this_account
from pixverse_cli.flows.task_state import is_not_known_yet, is_over, query_task, status_error
from pixverse_cli.flows.tools import Tools
from pixverse_cli.store import Store
from tests.clocks import START
from tests.flows.watching import collect_result

HERE, SANDBOX = "https://s/api/v1", "http://127.0.0.1:8000/api/v1"
RECORD = Record(
    number=7,
    status=Status.RUNNING,
    service=HERE,
    account="mine",
    task_id="t-1",
    image="a.png",
    submitted_at=START,
    intent_at=START,
)
LINK = "https://oss.example/v.mp4"
GONE = (
    "the service does not know task t-1: it is older than 24 hours, or does not belong to this"
    " account"
)
CANNOT_SHOW = "the key in use (…cdef) cannot show what became of it"
IN_USE = f"the service in use is {HERE}"
IF_ENDED = f"set DASHSCOPE_HTTP_BASE_URL={SANDBOX} and use its key, or `pixverse forget --force"


@pytest.mark.parametrize(
    ("known", "kind", "message", "hint", "charged"),
    [
        (
            {"status": Status.SUCCEEDED, "video_url": "oss://v.mp4"},
            NotSavedError,
            "task t-1 succeeded, but the service gives no usable video URL",
            "try to download it again in a minute",
            Charged.YES,
        ),
        (
            {"status": Status.SUCCEEDED},
            NotSavedError,
            "task t-1 succeeded, but the service gives no usable video URL",
            "try to download it again in a minute",
            Charged.YES,
        ),
        (
            {"status": Status.CANCELED},
            CanceledError,
            "task t-1 was cancelled; it is not billed",
            None,
            Charged.NO,
        ),
        (
            {"status": Status.UNKNOWN},
            UnknownTaskError,
            GONE,
            None,
            Charged.YES,
        ),
        (
            {"status": Status.UNKNOWN, "provisional": True},
            UnknownTaskError,
            GONE,
            None,
            Charged.UNKNOWN,
        ),
        *(
            (
                {"status": status},
                StillRunningError,
                f"task t-1 has not finished yet ({status})",
                None,
                Charged.YES,
            )
            for status in (Status.PENDING, Status.RUNNING)
        ),
    ],
)
def test_the_error_of_a_status(known, kind, message, hint, charged):
    error = status_error(replace(RECORD, **known))
    assert type(error) is kind
    assert (error.message, error.hint, error.charged) == (message, hint, charged)
    assert error.task_id == "t-1"


def test_a_success_with_a_video_is_no_error():
    done = replace(RECORD, status=Status.SUCCEEDED, video_url=LINK)
    assert status_error(done) is None
    assert status_error(replace(done, video_url="http://127.0.0.1/v.mp4")) is None
    assert type(status_error(done, Status.CANCELED)) is CanceledError


def test_a_failure_is_told_with_what_the_service_said():
    failed = replace(
        RECORD,
        status=Status.FAILED,
        error_code="InvalidParameter",
        error_message="The size does not match.",
        request_id="r-1",
    )
    error = status_error(failed)
    assert type(error) is TaskFailedError
    assert "The size does not match" in error.message
    assert (error.service_code, error.request_id) == ("InvalidParameter", "r-1")
    assert (error.task_id, error.charged) == ("t-1", Charged.NO)
    assert type(status_error(replace(RECORD, status=Status.FAILED))) is TaskFailedError


@pytest.mark.parametrize(
    ("known", "over"),
    [
        ({"status": Status.PENDING}, False),
        ({"status": Status.RUNNING}, False),
        ({"status": Status.UNKNOWN}, False),
        ({"status": Status.UNCLEAR}, False),
        ({"status": Status.SUCCEEDED}, False),
        ({"status": Status.SUCCEEDED, "video_url": LINK}, True),
        ({"status": Status.SUCCEEDED, "video_url": LINK, "provisional": True}, False),
        ({"status": Status.FAILED}, True),
        ({"status": Status.FAILED, "provisional": True}, False),
        ({"status": Status.CANCELED}, True),
        ({"status": Status.NOT_SENT}, True),
    ],
)
def test_a_further_query_brings_nothing_new_only_after_the_end(known, over):
    assert is_over(replace(RECORD, **known)) is over


class Asked:
    """A service that answers with one status; it is never asked where ``status`` is None."""

    def __init__(self, status):
        self.status = status

    def query(self, task_id):
        return Task(task_id=task_id, status=self.status, raw_status=self.status)


@pytest.fixture
def tools(tmp_path, clock):
    store = Store(tmp_path)
    yield Tools(
        connect=lambda: Asked(Status.UNKNOWN),
        store=store,
        clock=clock,
        interrupts=Interrupts(clock),
        service=HERE,
        account=lambda: "mine",
        key_ending=lambda: "cdef",
    )
    store.close()


UNKNOWN = Task(task_id="t-1", status=Status.UNKNOWN, raw_status="UNKNOWN")


@pytest.mark.parametrize(
    ("later", "known", "answer", "new"),
    [
        (0.0, {}, UNKNOWN, True),
        (59.9, {}, UNKNOWN, True),
        (60.0, {}, UNKNOWN, False),
        (59.9, {"status": Status.PENDING}, UNKNOWN, True),
        (0.0, {"status": Status.SUCCEEDED}, UNKNOWN, False),
        (0.0, {}, replace(UNKNOWN, status=Status.RUNNING), False),
        (0.0, {"submitted_at": None}, UNKNOWN, True),
        (60.0, {"submitted_at": None}, UNKNOWN, True),
        (59.9, {"boot": "boot-1", "began_at_uptime": 999.0, "ended_at_uptime": 1000.0}, UNKNOWN, 1),
        (60.0, {"boot": "boot-1", "began_at_uptime": 999.0, "ended_at_uptime": 1000.0}, UNKNOWN, 0),
    ],
)
def test_a_task_is_new_for_a_minute(clock, later, known, answer, new):
    clock.advance(later)
    assert is_not_known_yet(replace(RECORD, **known), answer, clock) == new


def test_the_uptime_says_how_new_a_task_is_if_the_clock_was_set(clock):
    dated = {"boot": "boot-1", "began_at_uptime": 999.0, "ended_at_uptime": 1000.0}
    clock.jump(3600.0)
    assert is_not_known_yet(replace(RECORD, **dated), UNKNOWN, clock)
    assert not is_not_known_yet(RECORD, UNKNOWN, clock)


@pytest.mark.parametrize(
    ("known", "age", "error"),
    [
        ({}, timedelta(0), None),
        ({}, timedelta(hours=1), None),
        ({"account": "other"}, timedelta(0), ElsewhereError),
        ({"account": "sister"}, timedelta(0), None),
        ({"account": "sister"}, timedelta(hours=1), ElsewhereError),
        ({"account": None}, timedelta(0), None),
        ({"account": None}, timedelta(hours=1), UnknownTaskError),
        ({"service": "https://other"}, timedelta(0), ElsewhereError),
    ],
)
def test_unknown_is_believed_only_by_the_key_that_sent(tools, known, age, error):
    """Of a sister key of the same account it is believed for as long as the task is new."""
    for name in ("mine", "sister"):
        tools.store.accounts.keep(name, name[:4])
    tools.store.accounts.join("sister", "mine")
    record = replace(RECORD, submitted_at=START - age, **known)
    if error is None:
        assert query_task(record, tools).status is Status.UNKNOWN
        return
    with pytest.raises(error):
        query_task(record, tools)


def test_any_other_answer_is_returned_to_every_key(tools):
    record = replace(RECORD, account="other")
    running = tools._replace(connect=lambda: Asked(Status.RUNNING))
    assert query_task(record, running).status is Status.RUNNING


@pytest.mark.parametrize(
    ("known", "message", "hint"),
    [
        (
            {"account": "other"},
            f"task t-1 was sent to {HERE} with the key …1234; {CANNOT_SHOW}",
            "use the key that sent it",
        ),
        (
            {"account": "nobody", "task_id": None},
            f"the request for a.png was sent to {HERE} with another key; {CANNOT_SHOW}",
            "use the key that sent it",
        ),
        (
            {"service": "https://o"},
            f"task t-1 was sent to https://o with another key; {IN_USE}",
            "set DASHSCOPE_HTTP_BASE_URL=https://o and use its key",
        ),
        (
            {"service": "https://o", "account": None},
            f"task t-1 was sent to https://o; {IN_USE}",
            "set DASHSCOPE_HTTP_BASE_URL=https://o and use its key",
        ),
        (
            {"service": SANDBOX, "account": None},
            f"task t-1 was sent to {SANDBOX}; {IN_USE}",
            f"{IF_ENDED} t-1` if that sandbox has ended",
        ),
        (
            {"service": SANDBOX, "account": None, "task_id": None},
            f"the request for a.png was sent to {SANDBOX}; {IN_USE}",
            f"{IF_ENDED} '#7'` if that sandbox has ended",
        ),
    ],
)
def test_a_record_of_elsewhere_is_told_with_the_way_there(tools, known, message, hint):
    tools.store.accounts.keep("other", "1234")
    error = elsewhere(replace(RECORD, **known), tools)
    assert error.message == message
    assert error.hint == f"{hint}; nothing in the store was changed"


@pytest.mark.parametrize(
    ("status", "known", "account", "joined"),
    [
        (Status.RUNNING, {}, "mine", False),
        (Status.RUNNING, {"account": None}, "mine", False),
        (Status.RUNNING, {"account": None, "provisional": True}, None, False),
        (Status.RUNNING, {"provisional": True}, "mine", False),
        (Status.RUNNING, {"account": "other"}, "other", True),
        (Status.RUNNING, {"account": "other", "provisional": True}, "other", True),
        (Status.UNKNOWN, {}, None, False),
        (Status.UNKNOWN, {"account": "other"}, None, False),
    ],
)
def test_an_answer_shows_whose_a_record_is(tools, status, known, account, joined):
    tools.store.accounts.keep("other", "1234")
    answer = replace(UNKNOWN, status=status)
    assert learn(replace(RECORD, **known), answer, tools) == account
    assert tools.store.accounts.are_one("other", "mine") is joined


@pytest.mark.parametrize(
    ("known", "may_be"),
    [
        ({}, False),
        ({"account": "sister"}, False),
        ({"account": "other"}, True),
        ({"account": None}, False),
        ({"account": None, "service": "https://other"}, True),
        ({"service": "https://other"}, True),
    ],
)
def test_a_record_is_of_this_account_if_nothing_speaks_against_it(tools, known, may_be):
    for name in ("mine", "sister", "other"):
        tools.store.accounts.keep(name, name[:4])
    tools.store.accounts.join("sister", "mine")
    assert may_be_other_account(replace(RECORD, **known), tools) is may_be


@pytest.mark.parametrize(
    ("others", "more"),
    [(0, None), (1, ""), (2, "; 1 more are skipped as well"), (3, "; 2 more are skipped as well")],
)
def test_records_of_others_are_skipped_with_one_note(tools, others, more):
    records = [
        replace(RECORD, service=f"https://{number}", account="other") for number in range(others)
    ]
    own, events = [], []
    events += collect_result(of_this_account([*records, RECORD], tools), own)
    assert own == [[RECORD]]
    first = f"skipped: {elsewhere(records[0], tools).message}{more}" if others else ""
    assert [event.text for event in events] == ([first] if others else [])


def test_another_service_is_never_asked_about_a_record(tools):
    asking = tools._replace(connect=lambda: Asked(Status.RUNNING))
    with pytest.raises(ElsewhereError):
        query_task(replace(RECORD, service="https://other"), asking)
