"""Real processes, killed: no task is lost or paid twice, and no file is incomplete."""

import signal

import pytest

from tests.kill.killing import Tally, batch_trial, trial


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_every_paid_video_of_killed_submits_is_saved_once(number, tmp_path, seed):
    tally = Tally()
    trial(seed, tmp_path, tally, number=number)
    assert tally.counts["submits"] == 4
    assert set(tally.errors().values()) == {0}, f"seed {seed}: {tally.failures}"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_every_video_of_killed_batches_is_bought_and_saved_once(number, tmp_path, seed):
    tally = Tally()
    batch_trial(seed, tmp_path, tally, number=number)
    assert set(tally.errors().values()) == {0}, f"seed {seed}: {tally.failures}"
