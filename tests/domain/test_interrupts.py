"""Signals that stop the program at once, and signals that are held."""

import signal
import subprocess
import sys

import pytest

from pixverse_cli.domain.errors import Charged, Stopped
from pixverse_cli.domain.interrupts import Interrupts


@pytest.fixture
def interrupts(clock):
    return Interrupts(clock)


@pytest.mark.parametrize(
    ("number", "exit_code", "message"),
    [
        (signal.SIGINT, 130, "Stopped"),
        (signal.SIGTERM, 143, "Stopped by SIGTERM"),
        (signal.SIGHUP, 129, "Stopped by SIGHUP"),
    ],
)
def test_a_signal_stops_at_once(interrupts, number, exit_code, message):
    with pytest.raises(Stopped) as stopped:
        interrupts.hear(number)
    assert (stopped.value.exit_code, stopped.value.message) == (exit_code, message)


def test_in_a_held_block_the_first_signal_waits_for_the_next_check(interrupts):
    with interrupts.held():
        interrupts.hear(signal.SIGTERM)
        assert interrupts.noted
    with pytest.raises(Stopped, match="SIGTERM"):
        interrupts.check()


def test_a_signal_is_raised_once(interrupts):
    with interrupts.held():
        interrupts.hear(signal.SIGINT)
    with pytest.raises(Stopped):
        interrupts.check()
    interrupts.check()
    assert not interrupts.noted


def test_in_a_held_block_the_second_signal_stops_at_once(interrupts):
    with interrupts.held():
        interrupts.hear(signal.SIGINT)
        with pytest.raises(Stopped, match="SIGTERM"):
            interrupts.hear(signal.SIGTERM)


def test_after_a_held_block_a_signal_stops_at_once(interrupts):
    with interrupts.held():
        pass
    with pytest.raises(Stopped):
        interrupts.hear(signal.SIGINT)


def test_an_error_ends_a_held_block(interrupts):
    with pytest.raises(ValueError, match="x"), interrupts.held():
        raise ValueError("x")
    with pytest.raises(Stopped):
        interrupts.hear(signal.SIGINT)


def test_the_seconds_since_a_held_signal_are_counted(interrupts, clock):
    assert interrupts.seconds_since_noted() == 0.0
    with interrupts.held():
        interrupts.hear(signal.SIGINT)
        clock.advance(3.5)
    assert interrupts.seconds_since_noted() == 3.5


def test_a_second_signal_in_a_held_block_has_charged_unknown(interrupts):
    with interrupts.held():
        interrupts.hear(signal.SIGINT)
        with pytest.raises(Stopped) as stopped:
            interrupts.hear(signal.SIGINT)
    assert stopped.value.charged is Charged.UNKNOWN


def test_a_repeated_signal_does_not_interrupt_the_ending(clock):
    exit_codes = []
    interrupts = Interrupts(clock, end=exit_codes.append)
    with pytest.raises(Stopped):
        interrupts.hear(signal.SIGINT)
    interrupts.hear(signal.SIGINT)
    clock.advance(1.0)
    interrupts.hear(signal.SIGINT)
    assert exit_codes == []


def test_a_later_signal_kills_an_ending_that_hangs(clock):
    exit_codes = []
    interrupts = Interrupts(clock, end=exit_codes.append)
    interrupts.leave()
    clock.advance(1.5)
    interrupts.hear(signal.SIGTERM)
    assert exit_codes == [143]


CHILD = """
import signal, sys, time
from pixverse_cli.domain.clock import SystemClock
from pixverse_cli.domain.errors import Stopped
from pixverse_cli.domain.interrupts import Interrupts
ignored = sys.argv[1] == "ignored"
if ignored:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
interrupts = Interrupts(SystemClock())
interrupts.install()
class Destroyed:
    def __del__(self):
        print("ready", flush=True)
        time.sleep(30)
try:
    if sys.argv[1] == "destructor":
        Destroyed()
        time.sleep(30)
    if sys.argv[1] == "held":
        with interrupts.held():
            print("ready", flush=True)
            while not interrupts.noted:
                time.sleep(0.01)
            print("the block ran to its end", flush=True)
        interrupts.check()
    print("ready", flush=True)
    time.sleep(0.2 if ignored else 30)
    print("went on", flush=True)
except Stopped as stopped:
    print(stopped.message, flush=True)
    sys.exit(stopped.exit_code)
"""


@pytest.mark.parametrize(
    ("how", "number", "code", "said"),
    [
        ("plain", signal.SIGINT, 130, ["Stopped"]),
        ("plain", signal.SIGTERM, 143, ["Stopped by SIGTERM"]),
        ("plain", signal.SIGHUP, 129, ["Stopped by SIGHUP"]),
        ("held", signal.SIGTERM, 143, ["the block ran to its end", "Stopped by SIGTERM"]),
        ("destructor", signal.SIGTERM, 143, ["Stopped by SIGTERM"]),
        ("ignored", signal.SIGHUP, 0, ["went on"]),
    ],
)
def test_a_real_signal_ends_a_real_process(how, number, code, said):
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", CHILD, how], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "ready\n"
    child.send_signal(number)
    rest = child.communicate(timeout=20)[0]
    assert (child.returncode, rest.splitlines()) == (code, said)
