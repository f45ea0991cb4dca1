"""Progress and rate of a transfer, with a clock that the test moves."""

import pytest

from pixverse_cli.media.video.failures import BrokenOffError
from pixverse_cli.media.video.transfer import Meter, TransferLimits


class HandClock:
    seconds = 0.0

    def monotonic(self):
        return self.seconds


def drip(meter, clock, seconds):
    """One byte every half second."""
    for _ in range(2 * seconds):
        clock.seconds += 0.5
        meter.count(1)


def test_progress_is_due_ten_times_a_second():
    clock = HandClock()
    meter = Meter(clock, TransferLimits())
    due = 0
    for _ in range(1000):
        clock.seconds += 0.003
        due += meter.count(256 * 1024)
    assert 25 <= due <= 30


def test_a_byte_every_half_second_fails_after_a_minute_13():
    clock = HandClock()
    meter = Meter(clock, TransferLimits())
    with pytest.raises(BrokenOffError, match="120 bytes in 60 s"):
        drip(meter, clock, 70)


def test_a_slow_but_steady_transfer_has_no_time_limit():
    clock = HandClock()
    meter = Meter(clock, TransferLimits())
    for _ in range(10_000):
        clock.seconds += 1
        meter.count(1100)


def test_the_rate_is_checked_also_after_a_fast_start():
    clock = HandClock()
    meter = Meter(clock, TransferLimits())
    meter.count(10**9)
    with pytest.raises(BrokenOffError, match="too slow"):
        drip(meter, clock, 130)
