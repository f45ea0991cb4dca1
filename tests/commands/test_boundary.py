"""Exceptions that no other place has translated: what they are called, and what was paid."""

import errno
import os
from datetime import UTC, datetime

import pytest

from pixverse_cli.domain.endings import unforeseen
from pixverse_cli.domain.errors import BugError, Charged
from tests.clocks import FakeClock
from tests.commands.conftest import SMALL, TURTLE
from tests.inside import run_inside

REFUSAL = OSError(errno.EACCES, os.strerror(errno.EACCES), "/closed/file")


class BrokenClock(FakeClock):
    """A clock that raises ``error`` while ``when()`` is true."""

    def __init__(self, error, when):
        super().__init__(datetime.now(UTC))
        self._error, self._when = error, when

    def now(self):
        if self._when():
            raise self._error
        return super().now()


@pytest.fixture
def broken(pixverse, sandbox, tmp_path):
    """Return a function that submits with a clock that breaks after so many calls of the API."""

    def run(error, *options, after=0):
        clock = BrokenClock(error, lambda: len(sandbox.calls) >= after)
        words = ("submit", str(TURTLE), *SMALL, *options)
        environ = {name: str(value) for name, value in pixverse.environ.items()}
        return run_inside(words, environ, tmp_path, clock=clock)

    return run


def ids(sandbox):
    return [task.task_id for task in sandbox.account.tasks]


# policy, upload, create call, query
AFTER_THE_CALL, AFTER_THE_QUERY = 3, 4


def test_a_failure_before_the_create_call_says_that_nothing_was_bought_97(broken, sandbox):
    ran = broken(REFUSAL, "--json")
    assert (ran.code, sandbox.account.creates) == (1, 0)
    assert (ran.error["code"], ran.error["charged"]) == ("unexpected", "no")
    assert ran.error["message"] == "/closed/file: Permission denied"
    assert ran.error["hint"] == "nothing was bought"


def test_a_bug_before_the_create_call_says_that_nothing_was_bought_97(broken, sandbox):
    ran = broken(ZeroDivisionError("division by zero"))
    assert (ran.code, sandbox.account.creates) == (1, 0)
    assert "Traceback" in ran.stderr
    assert "error: unexpected ZeroDivisionError: division by zero" in ran.stderr
    assert "this is a bug in pixverse; nothing was bought" in ran.stderr


def test_a_bug_before_the_answer_is_stored_is_unclear_97(broken, sandbox, pixverse):
    ran = broken(ZeroDivisionError("x"), "--json", after=AFTER_THE_CALL)
    assert (ran.code, sandbox.account.creates) == (1, 1)
    assert (ran.error["code"], ran.error["charged"]) == ("unexpected", "unknown")
    assert "pixverse recover" in ran.error["hint"]
    assert [record["status"] for record in pixverse("list", "--json").json] == ["UNCLEAR"]


@pytest.mark.parametrize("error", [REFUSAL, ZeroDivisionError("x")])
def test_an_exception_after_the_create_call_says_what_was_bought_97(broken, sandbox, error):
    ran = broken(error, "--wait", "--json", after=AFTER_THE_QUERY)
    assert (ran.code, sandbox.account.creates) == (1, 1)
    assert (ran.error["code"], ran.error["charged"]) == ("unexpected", "yes")
    assert [record["task_id"] for record in ran.json] == ids(sandbox)
    assert ("bug" in ran.error["hint"]) == (error is not REFUSAL)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (REFUSAL, "/closed/file: Permission denied"),
        (OSError(errno.ENOLCK, "No locks available"), "No locks available"),
        (MemoryError(), "there is not enough memory"),
        (RuntimeError("can't start new thread"), "the system cannot start another thread"),
    ],
)
def test_a_refusal_of_the_system_is_not_called_a_bug_97(error, message):
    ending = unforeseen(error, Charged.NO)
    assert (ending.message, ending.hint) == (message, "nothing was bought")
    assert (ending.code, ending.exit_code, ending.__cause__) == ("unexpected", 1, error)
    assert not isinstance(ending, BugError)


@pytest.mark.parametrize("error", [RuntimeError("x"), OSError("x"), KeyError("x"), ValueError("x")])
def test_any_other_exception_is_a_bug_97(error):
    ending = unforeseen(error, Charged.UNKNOWN)
    assert isinstance(ending, BugError)
    assert ending.message.startswith(f"unexpected {type(error).__name__}: ")
    assert ending.charged is Charged.UNKNOWN
    assert "pixverse recover" in ending.hint
