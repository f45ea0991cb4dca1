"""H. The clock is set between the call and ``recover``, and the task is listed late (row 90)."""

import socket
from datetime import timedelta

import pytest

from pixverse_cli.domain.process import this_process
from tests.clocks import START, CoarseClock
from tests.faults.case import Case, Way, parameters
from tests.faults.service import TASK, list_row, succeeded, task_list
from tests.faults.test_c_clocks import http_date
from tests.servers import RESET

NEVER = float("inf")
HOUR, DAY = 3600.0, 86400.0
IN_THE_CALL = "UPDATE task SET ended_at = NULL, ended_at_uptime = NULL, process = "
DEAD = f"{IN_THE_CALL}'{socket.gethostname()}:999999999:1'"
ALIVE = f"{IN_THE_CALL}'{this_process()}'"


def recover_after(seconds, *, clock_set, listed_after=NEVER, boots=("boot-1", "boot-1"), then=None):
    """Return a ``recover`` so many seconds after a lost answer, on a clock that was set meanwhile.

    The service's list shows the task ``listed_after`` seconds after the call. ``boots`` are the
    machine's start at the call and at the recover; ``then`` changes the record before it.
    """

    def recover(world):
        begun = world.clock.ticks

        def listing(_request):
            since = world.clock.ticks - begun
            date = http_date(START + timedelta(seconds=since))
            row = list_row(TASK, START + timedelta(seconds=1))
            return [task_list(*[row] if since >= listed_after else [], date=date)]

        world.serve(create=[[RESET]], listing=[[listing]], query=[succeeded()])
        world.clock.boot = boots[0]
        world.submit("-q", inside=True)
        world.clock.advance(seconds)
        world.clock.jump(clock_set)
        world.clock.boot = boots[1]
        world.clock.slept.clear()
        if then:
            world.execute(then)
        return world.run_inside("recover")

    return recover


def told_to_people(world, ran):
    if world.way is Way.PIPE:
        assert "it is safe to submit again" in ran.stderr
    assert '"NOT_SENT"' in ran.stdout or world.way is Way.PIPE


def after_a_minute(world, ran):
    told_to_people(world, ran)
    assert sum(world.clock.slept) >= 60.0


def left_alone(world, ran):
    if world.way is Way.PIPE:
        assert "in progress" in ran.stderr


JSON = {"ways": (Way.JSON,)}
FOUND = {"code": 0, "creates": 1, "store": ("SUCCEEDED",)} | JSON
NOT_SENT = {"code": 0, "creates": 1, "store": ("NOT_SENT",), "also": told_to_people}
UNCLEAR = {"code": 9, "charged": "unknown", "creates": 1, "store": ("UNCLEAR",)} | JSON
RESTARTED, WITHOUT_UPTIME = ("boot-1", "boot-2"), (None, None)
CLOCKS = (0.0, HOUR, -HOUR, DAY, -DAY)

CASES = (
    *(
        Case(
            90,
            f"listed late, clock set by {clock_set:g} s",
            recover_after(2, clock_set=clock_set, listed_after=50.0),
            **FOUND,
        )
        for clock_set in CLOCKS
    ),
    *(
        Case(
            90,
            f"listed later than the search lasts, clock set by {clock_set:g} s",
            recover_after(0, clock_set=clock_set, listed_after=80.0, then=DEAD),
            **UNCLEAR,
        )
        for clock_set in CLOCKS
    ),
    *(
        Case(
            90,
            f"not accepted, clock set by {clock_set:g} s",
            recover_after(120, clock_set=clock_set),
            **NOT_SENT,
        )
        for clock_set in CLOCKS
    ),
    *(
        Case(
            90,
            f"not accepted, clock set by {clock_set:g} s, {boots[1]}",
            recover_after(120, clock_set=clock_set, boots=boots),
            **NOT_SENT | {"also": after_a_minute},
        )
        for clock_set in (0.0, HOUR)
        for boots in (RESTARTED, WITHOUT_UPTIME)
    ),
    *(
        Case(
            90,
            f"listed late, clock set by {clock_set:g} s, {boots[1]}",
            recover_after(0, clock_set=clock_set, boots=boots, listed_after=70.0),
            **UNCLEAR,
        )
        for clock_set in (HOUR, -HOUR, DAY, -DAY)
        for boots in (RESTARTED, WITHOUT_UPTIME)
    ),
    *(
        Case(
            90,
            f"not accepted, clock set by {clock_set:g} s, {boots[1]}",
            recover_after(120, clock_set=clock_set, boots=boots),
            **UNCLEAR,
        )
        for clock_set in (-HOUR, DAY, -DAY)
        for boots in (RESTARTED, WITHOUT_UPTIME)
    ),
    *(
        Case(
            90,
            f"a day ago, clock set by {clock_set:g} s",
            recover_after(25 * HOUR, clock_set=clock_set),
            **UNCLEAR,
        )
        for clock_set in (0.0, -HOUR, -DAY)
    ),
    Case(
        90,
        "listed late after a restart",
        recover_after(0, clock_set=0.0, listed_after=80.0, boots=RESTARTED, then=DEAD),
        **FOUND,
    ),
    *(
        Case(
            90,
            f"the call is still made, clock set by {clock_set:g} s",
            recover_after(0, clock_set=clock_set, then=ALIVE),
            code=0,
            creates=1,
            store=("UNCLEAR",),
            also=left_alone,
        )
        for clock_set in (HOUR, DAY)
    ),
)


@pytest.fixture
def clock():
    """Return the clock of the searches, which need fewer calls with it."""
    return CoarseClock()


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))
