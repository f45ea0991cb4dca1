"""Times as text, and the system clock."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.domain.clock import SystemClock, from_rfc3339, local_time, rfc3339


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (None, None),
        (datetime(2026, 3, 20, 3, 48, 50, 499_000, tzinfo=UTC), "2026-03-20T03:48:50.499Z"),
        (datetime(2026, 3, 20, tzinfo=UTC), "2026-03-20T00:00:00.000Z"),
        (
            datetime(2026, 3, 20, 7, tzinfo=timezone(timedelta(hours=8))),
            "2026-03-19T23:00:00.000Z",
        ),
    ],
)
def test_a_time_is_written_in_utc_with_milliseconds(moment, text):
    assert rfc3339(moment) == text


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(9999, 12, 30)))  # noqa: DTZ001  made aware below
def test_a_written_time_is_read_again_to_the_millisecond(moment):
    aware = moment.replace(tzinfo=UTC, microsecond=moment.microsecond // 1000 * 1000)
    assert from_rfc3339(rfc3339(aware)) == aware


def test_no_text_is_no_time():
    assert from_rfc3339(None) is None


def test_texts_sort_like_their_times():
    moments = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(milliseconds=n * 7) for n in range(999)]
    texts = [rfc3339(moment) for moment in moments]
    assert texts == sorted(texts)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text) for text in texts)


def test_the_system_clock_is_aware_and_advances():
    clock = SystemClock()
    before, ticks = clock.now(), clock.monotonic()
    clock.sleep(0.001)
    clock.sleep(-1)
    assert before.tzinfo is UTC
    assert clock.now() - before < timedelta(seconds=10)
    assert clock.monotonic() > ticks


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Asia/Shanghai", "2026-11-28 00:30"),
        ("XYZ-23", "2026-11-28 15:30"),
        ("XYZ-24", "2026-11-27 16:30"),  # UTC: Python has no zone a day and more away
        ("XYZ+99", "2026-11-27 16:30"),
        ("Nowhere/Never", "2026-11-27 16:30"),
    ],
)
def test_every_zone_of_the_system_gives_a_local_time(zone, name, shown):
    zone(name)
    moment = datetime(2026, 11, 27, 16, 30, tzinfo=UTC)
    assert local_time(moment).strftime("%Y-%m-%d %H:%M") == shown
    assert local_time(local_time(moment).replace(tzinfo=None)) == moment
