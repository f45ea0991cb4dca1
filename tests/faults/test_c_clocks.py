"""C. The task's time: the wall clock is set to another time (row 43)."""

from datetime import timedelta

import pytest

from tests.clocks import START, CoarseClock
from tests.faults.case import Case, parameters
from tests.faults.service import (
    TASK,
    list_row,
    succeeded,
    task_is,
    task_list,
)
from tests.servers import RESET

DONE = {"code": 0, "store": ("SUCCEEDED",)}


def clock_jumps_in_a_wait(seconds):
    """Return a ``wait`` during which the wall clock is set to another time."""

    def wait(world):
        def jump(_request):
            world.clock.jump(seconds)
            return [task_is("RUNNING")]

        world.serve(query=[task_is("RUNNING"), [jump], task_is("RUNNING"), succeeded()])
        world.add_task(submitted=START)
        return world.run_inside("wait", "--timeout", "60", "--interval", "2")

    return wait


def no_long_sleep(world, _ran):
    assert sum(world.clock.slept) < 30


def clock_jumps_in_the_call(seconds):
    """Return a submit whose clock is set during the create call, and whose answer is lost."""

    def submit(world):
        def jump(_request):
            world.clock.jump(seconds)
            return [RESET]

        def listed(_request):
            now = START + timedelta(seconds=2) + timedelta(seconds=sum(world.clock.slept))
            return [task_list(list_row(TASK, START + timedelta(seconds=1)), date=http_date(now))]

        world.serve(create=[[jump]], listing=[[listed]], query=[succeeded()])
        return world.submit(inside=True)

    return submit


def clock_jumps_before_recover(seconds, *, boot="boot-1"):
    """Return a ``recover`` after the clock was set; without uptime its times tell nothing."""

    def recover(world):
        world.clock.boot = boot
        at = world.clock.wall + timedelta(seconds=1)
        world.serve(create=[[RESET]], query=[succeeded()])
        world.submit(inside=True)
        world.clock.advance(120)
        service_now = http_date(world.clock.wall)
        world.clock.jump(seconds)
        if seconds < 0:
            world.clock.advance(-seconds)  # until the wall clock shows the old time again
            service_now = http_date(world.clock.wall - timedelta(seconds=seconds))
        world.service.set_routes(listing=task_list(list_row(TASK, at), date=service_now))
        return world.run_inside("recover")

    return recover


def http_date(moment):
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT")


CASES = (
    *(
        Case(
            43,
            f"clock jumps by {seconds} s",
            clock_jumps_in_a_wait(seconds),
            **DONE,
            also=no_long_sleep,
        )
        for seconds in (3600, -3600, -3000, -600, 8 * 3600)
    ),
    *(
        Case(
            43, f"clock jumps by {seconds} s in the call", clock_jumps_in_the_call(seconds), **DONE
        )
        for seconds in (3600, -3600, 8 * 3600)
    ),
    *(
        Case(
            43,
            f"clock jumps by {seconds} s before recover, uptime is known",
            clock_jumps_before_recover(seconds),
            **DONE,
            creates=1,
        )
        for seconds in (3600, -3600, 60)
    ),
    *(
        Case(
            43,
            f"clock jumps by {seconds} s before recover, uptime is unknown",
            clock_jumps_before_recover(seconds, boot=None),
            code=9,
            charged="unknown",
            retryable=False,
            creates=1,
            store=("UNCLEAR",),
            says=f"{TASK}.*--adopt",
        )
        for seconds in (3600, -3600, 60)
    ),
)


@pytest.fixture
def clock():
    """Return the clock of the searches, which need fewer calls with it."""
    return CoarseClock()


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))
