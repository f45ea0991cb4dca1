"""Real processes, killed for real: nothing is lost, paid twice, or half a file."""

import signal

import pytest

from tests.kill.killing import Tally, trial


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_whenever_submits_are_killed_every_paid_video_is_saved_once(number, tmp_path, seed):
    tally = Tally()
    trial(seed, tmp_path, tally, number=number)
    assert tally.counts["submits"] == 4
    assert set(tally.wrongs().values()) == {0}, f"seed {seed}: {tally.stories}"
