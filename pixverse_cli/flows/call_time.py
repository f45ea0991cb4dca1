"""When a create call began and ended, whatever the machine's wall clock did since then.

The machine's uptime, which nobody can set, tells it exactly as long as the machine was not
restarted. Otherwise there are only the wall clock's times, which prove nothing alone.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from pixverse_cli.domain.clock import Clock, Uptime
from pixverse_cli.domain.task import Record

CALL_SECONDS = 60.0  # a create call is given up then, here and in dashscope.client
SIGNAL_GRACE_SECONDS = 5.0  # how long a running create call may continue after Ctrl-C
CREATE_SECONDS = CALL_SECONDS + SIGNAL_GRACE_SECONDS  # the longest that a create call can take
CONCLUSIVE_SECONDS = 60.0  # after the call; by then the service's replicas agree
_LIST_SECONDS = 24 * 3600.0 - 600.0  # ten minutes less than a day: reading the pages takes time


class Reading(NamedTuple):
    """What the machine's clocks show at one moment."""

    wall: datetime
    uptime: Uptime | None


class Age(NamedTuple):
    """Seconds since a create call began, and since it ended or must have ended.

    ``certain``: by the machine's uptime; else by the wall clock, which may have been set.
    """

    begun: float
    ended: float
    certain: bool


def read_clocks(clock: Clock) -> Reading:
    """Return what the clocks show now."""
    return Reading(clock.now(), clock.uptime())


def call_age(record: Record, at: Reading) -> Age | None:
    """Return how long ago the call was; None if the record says nothing about its time."""
    uptime, began = at.uptime, record.began_at_uptime
    if uptime is not None and record.boot == uptime.boot and began is not None:
        end = record.ended_at_uptime
        ended = began + CREATE_SECONDS if end is None else end
        return Age(uptime.seconds - began, uptime.seconds - ended, certain=True)
    end_at = call_end(record)
    if record.intent_at is None or end_at is None:
        return None
    begun, over = at.wall - record.intent_at, at.wall - end_at
    return Age(begun.total_seconds(), over.total_seconds(), certain=False)


def call_end(record: Record) -> datetime | None:
    """Return when the create call ended by the wall clock, or must have ended."""
    if record.ended_at is not None:
        return record.ended_at
    return record.intent_at and record.intent_at + timedelta(seconds=CREATE_SECONDS)


def must_be_over(record: Record, at: Reading) -> bool:
    """Return whether the call has ended, even if its process cannot be checked."""
    age = call_age(record, at)
    return age is None or age.begun >= CREATE_SECONDS + CONCLUSIVE_SECONDS


def is_settled(record: Record, at: Reading) -> bool:
    """Return whether the machine's uptime proves that a task would be in the list by now."""
    age = call_age(record, at)
    return age is not None and age.certain and age.ended >= CONCLUSIVE_SECONDS


def is_forgotten(record: Record, at: Reading) -> bool:
    """Return whether this call may be too old for the service's list."""
    age = call_age(record, at)
    return age is None or age.begun > _LIST_SECONDS


def is_in_reach(record: Record, at: Reading, skew: float | None) -> bool:
    """Return whether the service's list certainly goes back to the call.

    ``skew`` is the service's clock minus this machine's, in seconds, if it is known. Where only
    the wall clock tells the age, both clocks must say that the call was in the last day.
    """
    age = call_age(record, at)
    if age is None:
        return False
    ages = {age.begun} if age.certain else {age.begun, age.begun + (skew or 0.0)}
    return min(ages) >= 0.0 and max(ages) <= _LIST_SECONDS
