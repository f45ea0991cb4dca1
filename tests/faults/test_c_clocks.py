"""C. The task's time: clocks that are set to another hour (row 43)."""

from datetime import timedelta

from tests.clocks import START
from tests.faults.case import Case, parameters
from tests.faults.service import (
    TASK,
    finished,
    row,
    rows,
    standing,
)
from tests.servers import RESET

DONE = {"code": 0, "store": ("SUCCEEDED",)}


def jumping(seconds):
    """The clock on the wall is set to another time in the middle of a wait."""

    def wait(world):
        def jump(_request):
            world.clock.jump(seconds)
            return [standing("RUNNING")]

        world.serve(query=[standing("RUNNING"), [jump], standing("RUNNING"), finished()])
        world.know(submitted=START)
        return world.run_inside("wait", "--timeout", "60", "--interval", "2")

    return wait


def not_held_up(world, _ran):
    assert sum(world.clock.slept) < 30


def jump_in_the_call(seconds):
    """The clock is set while the create call is out, and its answer is lost."""

    def submit(world):
        def jump(_request):
            world.clock.jump(seconds)
            return [RESET]

        def listed(_request):
            now = START + timedelta(seconds=2) + timedelta(seconds=sum(world.clock.slept))
            return [rows(row(TASK, START + timedelta(seconds=1)), date=http_date(now))]

        world.serve(create=[[jump]], listing=[[listed]], query=[finished()])
        return world.submit(inside=True)

    return submit


def jump_before_recovering(seconds):
    """The clock is set between an unclear call and ``recover``: no dates can be compared."""

    def recover(world):
        at = world.clock.wall + timedelta(seconds=1)
        world.serve(create=[[RESET]], query=[finished()])
        world.submit(inside=True)
        world.clock.advance(120)
        service_now = http_date(world.clock.wall)
        world.clock.jump(seconds)
        if seconds < 0:
            world.clock.advance(-seconds)  # so long later
            service_now = http_date(world.clock.wall - timedelta(seconds=seconds))
        world.service.turn(listing=rows(row(TASK, at), date=service_now))
        return world.run_inside("recover")

    return recover


def http_date(moment):
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT")


CASES = (
    *(
        Case(43, f"clock jumps by {seconds} s", jumping(seconds), **DONE, also=not_held_up)
        for seconds in (3600, -3600, -3000, -600, 8 * 3600)
    ),
    *(
        Case(43, f"clock jumps by {seconds} s in the call", jump_in_the_call(seconds), **DONE)
        for seconds in (3600, -3600, 8 * 3600)
    ),
    *(
        Case(
            43,
            f"clock jumps by {seconds} s before recover",
            jump_before_recovering(seconds),
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


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))
