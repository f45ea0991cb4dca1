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
            page = rows(row(TASK, START + timedelta(seconds=1)))
            now = START + timedelta(seconds=2) + timedelta(seconds=sum(world.clock.slept))
            date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").encode()
            return [page.replace(b"\r\n", b"\r\ndate: " + date + b"\r\n", 1)]

        world.serve(create=[[jump]], listing=[[listed]], query=[finished()])
        ran = world.submit(inside=True)
        if ran.code == 9:
            world.clock.advance(120)
            ran = world.run_inside("recover")
        return ran

    return submit


CASES = (
    *(
        Case(43, f"clock jumps by {seconds} s", jumping(seconds), **DONE, also=not_held_up)
        for seconds in (3600, -3600, -3000, -600, 8 * 3600)
    ),
    *(
        Case(43, f"clock jumps by {seconds} s in the call", jump_in_the_call(seconds), **DONE)
        for seconds in (3600, -3600, 8 * 3600)
    ),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))
