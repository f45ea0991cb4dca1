"""``--notify``: the terminal notifies of the end of a long command, whose code is unchanged."""

import pytest

from pixverse_cli.domain.clock import SystemClock
from tests.commands.conftest import SMALL, TURTLE


class LeapingClock(SystemClock):
    """A clock that leaps by 20 seconds when the command first waits."""

    leap = 0.0

    def monotonic(self):
        return super().monotonic() + self.leap

    def sleep(self, seconds):
        self.leap = 20.0
        super().sleep(min(seconds, 0.1))


@pytest.fixture
def shown(pixverse):
    """Return a function that runs a long command on a terminal."""

    def run(*words, sandbox=None, **variables):
        command = pixverse.against(sandbox) if sandbox else pixverse
        return command.on_terminal(*words, clock=LeapingClock(), **{"CI": None} | variables)

    return run


def test_a_long_submit_says_that_it_is_done(shown):
    run = shown("submit", TURTLE, *SMALL, "--wait", "--notify")
    assert run.code == 0
    assert "\x1b]9;pixverse: done\x07" in run.stdout
    assert "\x1b]777;notify;pixverse;done\x07\x07" in run.stdout


def test_a_failure_is_told_with_its_sentence_and_keeps_its_code(shown, open_sandbox):
    run = shown("submit", TURTLE, *SMALL, "--wait", "--notify", sandbox=open_sandbox("fail"))
    assert run.code == 5
    assert "\x1b]777;notify;pixverse;" in run.stdout
    assert "done\x07" not in run.stdout


@pytest.mark.parametrize("variables", [{"CI": "true"}, {"TERM": "dumb"}, {}])
def test_nothing_is_told_in_ci_on_a_dumb_terminal_or_unasked(shown, variables):
    words = ("--notify",) if variables else ()
    run = shown("submit", TURTLE, *SMALL, "--wait", *words, **variables)
    assert run.code == 0
    assert "\x1b]9;" not in run.stdout


def test_the_setting_holds_and_a_short_command_says_nothing(shown):
    run = shown("submit", TURTLE, *SMALL, "--wait", PIXVERSE_NOTIFY="true")
    assert "\x1b]9;pixverse: done\x07" in run.stdout
    run = shown("download", PIXVERSE_NOTIFY="true")
    assert (run.code, "\x1b]9;" in run.stdout) == (0, False)
