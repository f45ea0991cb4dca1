"""The progress and the speed limit of a transfer, with a clock that the test moves."""

import pytest

from pixverse_cli.media.video.download import Meter, TransferLimits
from pixverse_cli.media.video.failures import BrokenOffError


class HandClock:
    seconds = 0.0

    def monotonic(self):
        return self.seconds


def one_byte_each_half_second(meter, clock, seconds):
    """Count one byte every half second for ``seconds`` seconds."""
    for _ in range(2 * seconds):
        clock.seconds += 0.5
        meter.count(1)


def test_progress_is_due_at_most_ten_times_a_second():
    clock = HandClock()
    meter = Meter(clock, TransferLimits())
    due = 0
    for _ in range(1000):
        clock.seconds += 0.003
        due += meter.count(256 * 1024)
    assert 25 <= due <= 30


def test_two_bytes_a_second_are_broken_off_after_a_minute_13():
    clock = HandClock()
    meter = Meter(clock, TransferLimits())
    with pytest.raises(BrokenOffError, match="120 bytes in 60 s"):
        one_byte_each_half_second(meter, clock, 70)


def test_a_slow_but_steady_transfer_has_no_time_limit():
    clock = HandClock()
    meter = Meter(clock, TransferLimits())
    for _ in range(10_000):
        clock.seconds += 1
        meter.count(1100)


def test_a_fast_start_does_not_allow_a_slow_rest():
    clock = HandClock()
    meter = Meter(clock, TransferLimits())
    meter.count(10**9)
    with pytest.raises(BrokenOffError, match="too slow"):
        one_byte_each_half_second(meter, clock, 130)
