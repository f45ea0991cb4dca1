"""The documented exit codes, and the combination of several endings."""

import pytest

from pixverse_cli.domain import endings, errors
from pixverse_cli.domain.endings import combine, common_charge
from pixverse_cli.domain.errors import (
    BillingError,
    Charged,
    ClosedPipe,
    ContentRefusedError,
    NotSavedError,
    NotSentError,
    PartialError,
    PixverseError,
    StillRunningError,
    Stopped,
    TaskFailedError,
    ThrottledError,
    UnclearError,
    UnexpectedError,
)
from pixverse_cli.domain.frozen import replace
from pixverse_cli.domain.task import Record, Status

CONTRACT = [
    # class, code, exit code, charged, retryable
    ("UnexpectedError", "unexpected", 1, "no", False),
    ("UsageError", "usage", 2, "no", False),
    ("NetworkSettingsError", "usage", 2, "no", False),
    ("AuthError", "auth", 3, "no", False),
    ("ElsewhereError", "auth", 3, "no", False),
    ("BillingError", "billing", 4, "no", False),
    ("TaskFailedError", "task-failed", 5, "no", False),
    ("UnreachableError", "unreachable", 6, "no", True),
    ("NotSentError", "unreachable", 6, "no", True),
    ("TimeLimitError", "unreachable", 6, "no", True),
    ("ThrottledError", "throttled", 7, "no", True),
    ("StillRunningError", "still-running", 8, "yes", False),
    ("UnclearError", "unclear", 9, "unknown", False),
    ("ContentRefusedError", "content-refused", 10, "no", False),
    ("BugError", "unexpected", 1, "no", False),
    ("NotSavedError", "not-saved", 11, "yes", False),
    ("NoReceiptError", "not-saved", 11, "yes", False),
    ("UnknownTaskError", "unknown-task", 12, "no", False),
    ("CanceledError", "canceled", 13, "no", False),
    ("PartialError", "partial", 14, "mixed", False),
]


@pytest.mark.parametrize(("name", "code", "exit_code", "charged", "retryable"), CONTRACT)
def test_an_error_has_its_code_exit_code_and_charge(name, code, exit_code, charged, retryable):
    error = getattr(errors, name)("what went wrong")
    found = (error.code, error.exit_code, error.charged, error.retryable)
    assert found == (code, exit_code, charged, retryable)


def test_every_error_is_in_the_table():
    classes = PixverseError.__subclasses__()
    deeper = [each for kind in classes for each in kind.__subclasses__()]
    ours = {kind.__name__ for kind in classes + deeper if kind.__module__ == errors.__name__}
    assert ours == {row[0] for row in CONTRACT}


@pytest.mark.parametrize(
    ("stopped", "code", "exit_code"),
    [
        (Stopped(1, "SIGHUP"), "hung-up", 129),
        (Stopped(2, "SIGINT"), "interrupted", 130),
        (Stopped(15, "SIGTERM"), "terminated", 143),
        (ClosedPipe(), "closed-pipe", 141),
    ],
)
def test_the_exit_code_of_a_signal_is_128_plus_its_number(stopped, code, exit_code):
    assert (stopped.code, stopped.exit_code) == (code, exit_code)


def test_a_signal_is_not_caught_with_other_errors():
    assert not issubclass(Stopped, Exception)


def test_an_error_keeps_the_services_code_and_request_id():
    error = BillingError(
        "pay",
        hint="settle",
        service_code="Arrearage",
        request_id="r-1",
        http_status=400,
        task_id="t-1",
        retryable=True,
        charged=Charged.UNKNOWN,
    )
    found = (error.message, error.hint, error.service_code, error.request_id, error.http_status)
    assert found == ("pay", "settle", "Arrearage", "r-1", 400)
    assert (error.task_id, error.retryable, error.charged) == ("t-1", True, Charged.UNKNOWN)
    assert str(error) == "pay"


def test_a_copy_changes_only_the_given_values():
    error = BillingError("pay", hint="settle", charged=Charged.UNKNOWN, task_id="t-1")
    copy = error.but(message="pay now", task_id="t-2")
    assert (copy.message, str(copy), copy.task_id) == ("pay now", "pay now", "t-2")
    assert (copy.hint, copy.charged, type(copy)) == ("settle", Charged.UNKNOWN, BillingError)
    assert (error.message, error.task_id) == ("pay", "t-1")


def test_a_copy_keeps_its_cause():
    error = UnexpectedError("x")
    error.__cause__ = ValueError("why")
    assert error.but(hint="y").__cause__ is error.__cause__


def test_a_copy_of_a_stop_keeps_its_exit_code():
    assert Stopped(15, "SIGTERM").but(hint="y").exit_code == 143


def test_an_ending_is_immutable():
    with pytest.raises(AttributeError, match="charged"):
        UnexpectedError("x").charged = Charged.NO


RECORD = Record(
    number=1, status=Status.RUNNING, service="https://s", task_id="t-1", image="turtle.webp"
)


@pytest.mark.parametrize(
    ("changes", "charged", "command"),
    [
        ({}, "yes", "pixverse wait t-1 --download"),
        ({"status": Status.SUCCEEDED}, "yes", "pixverse download t-1"),
        ({"status": Status.SUCCEEDED, "file": "/a.mp4"}, "yes", None),
        ({"status": Status.FAILED}, "no", None),
        ({"status": Status.UNCLEAR, "task_id": None}, "unknown", "pixverse recover"),
        ({"status": Status.NOT_SENT, "task_id": None}, "no", None),
    ],
)
def test_the_error_of_a_task_has_its_charge_and_the_next_command(changes, charged, command):
    error = endings.failed(replace(RECORD, **changes), UnexpectedError("x", charged=Charged.MIXED))
    assert (error.charged, error.next, error.image) == (charged, command, "turtle.webp")
    assert error.task_id == replace(RECORD, **changes).task_id


@pytest.mark.parametrize(
    ("count", "output", "statuses", "command"),
    [
        (12, None, ["RUNNING"], "pixverse wait t-0 t-1 t-2"),
        (13, None, ["RUNNING", "PENDING"], "pixverse wait --all --download"),
        (13, "clips/", ["RUNNING"], "pixverse wait --all -o clips/"),
        (13, "{task_id}.mp4", ["SUCCEEDED"], "pixverse download --all -o '{task_id}.mp4'"),
        (13, "{image}.mp4", ["RUNNING"], "pixverse wait t-0 t-1 t-2"),  # others may collide
        (13, None, ["RUNNING", "SUCCEEDED"], "pixverse wait t-0 t-1 t-2"),  # not in wait --all
    ],
)
def test_the_command_for_many_tasks_names_all_where_that_saves_the_same(
    count, output, statuses, command
):
    tasks = [
        endings.Placed(
            replace(RECORD, task_id=f"t-{at}", status=Status(statuses[at % len(statuses)])), at + 1
        )
        for at in range(count)
    ]
    told = endings.next_command(tasks, endings.Asked(pays=True, output=output))
    assert told is not None
    assert told.startswith(command)
    assert (told == command) is ("--all" in command)


@pytest.mark.parametrize(
    ("charges", "common"),
    [
        (["no"], "no"),
        (["yes", "yes"], "yes"),
        (["no", "yes"], "mixed"),
        (["unknown", "no"], "mixed"),
        (["mixed"], "mixed"),
    ],
)
def test_several_charges_are_combined(charges, common):
    assert common_charge([Charged(charge) for charge in charges]) == common


def failed():
    return TaskFailedError("one failed", hint="look at it", task_id="t-1")


@pytest.mark.parametrize(
    ("parts", "succeeded", "kind", "exit_code", "charged"),
    [
        ([failed()], 0, TaskFailedError, 5, "no"),
        ([failed(), failed()], 0, TaskFailedError, 5, "no"),
        ([failed()], 1, PartialError, 14, "mixed"),
        ([failed(), ContentRefusedError("x")], 0, PartialError, 14, "mixed"),
        ([failed(), failed()], 3, PartialError, 14, "mixed"),
        ([StillRunningError("x"), StillRunningError("y")], 0, StillRunningError, 8, "yes"),
        ([UnclearError("x"), UnclearError("y")], 0, UnclearError, 9, "unknown"),
        (
            [NotSavedError("x"), NotSavedError("y", charged=Charged.NO)],
            0,
            NotSavedError,
            11,
            "mixed",
        ),
    ],
)
def test_several_endings_are_combined(parts, succeeded, kind, exit_code, charged):
    whole = combine(parts, succeeded=succeeded)
    assert (type(whole), whole.exit_code, whole.charged) == (kind, exit_code, charged)


@pytest.mark.parametrize("succeeded", [0, 1, 5])
def test_without_an_error_there_is_no_ending(succeeded):
    assert combine([], succeeded=succeeded) is None


def test_the_error_of_a_single_task_is_unchanged():
    alone = failed()
    assert combine([alone], succeeded=0) is alone


def test_the_combined_error_has_its_causes():
    parts = [failed(), failed()]
    assert combine(parts, succeeded=0).causes == tuple(parts)
    assert combine(parts, succeeded=1).causes == tuple(parts)


def test_the_combined_error_is_retryable_only_if_all_causes_are():
    tried, not_tried = NotSentError("x"), NotSentError("y", retryable=False)
    assert combine([tried, NotSentError("z")], succeeded=0).retryable
    assert not combine([tried, not_tried], succeeded=0).retryable
    assert not combine([tried, ThrottledError("z")], succeeded=0).retryable


def test_the_message_has_the_number_of_tasks():
    assert combine([failed(), failed()], succeeded=0).message.startswith("none of 2 tasks")
    assert combine([failed()], succeeded=2).message == "1 of 3 tasks did not succeed"
