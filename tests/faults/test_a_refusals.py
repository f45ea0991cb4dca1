"""A. Network: the service says no (rows 22 to 25)."""

from tests.faults.case import Case, Way, parameters
from tests.faults.service import refusal
from tests.servers import answer

BUSY = refusal("429 Too Many Requests", "Throttling.RateQuota", "Requests rate limit exceeded")


def refused(status, code, message="Refused."):
    def submit(world):
        world.serve(create=[refusal(status, code, message)])
        return world.submit()

    return submit


def throttled_for_ever(world):
    world.serve(create=[BUSY])
    return world.submit(inside=True)


def gave_up_within_a_minute(world, _ran):
    assert 20 < sum(world.clock.slept) <= 60
    assert world.creates > 3


def busy_without_json(world):
    world.serve(create=[answer(b"<html>", status="429 Slow", connection="close")])
    return world.submit(inside=True)


def of_a_row(number, what, status, code, exit_code, says, message="Refused."):
    return Case(
        number,
        what,
        refused(status, code, message),
        code=exit_code,
        charged="no",
        retryable=False,
        creates=1,
        store=("NOT_SENT",),
        says=says,
        ways=(Way.JSON, Way.PIPE) if number == 23 else (Way.JSON,),
    )


BAD, UNAUTHORIZED, FORBIDDEN = "400 Bad Request", "401 Unauthorized", "403 Forbidden"
CASES = (
    Case(
        22,
        "throttled for ever",
        throttled_for_ever,
        code=7,
        charged="no",
        retryable=True,
        store=("NOT_SENT",),
        also=gave_up_within_a_minute,
    ),
    Case(
        22,
        "429 that nobody signed",
        busy_without_json,
        code=7,
        charged="no",
        retryable=True,
        creates=1,
        store=("NOT_SENT",),
    ),
    of_a_row(23, "429 for money", "429 Too Many", "AllocationQuota.FreeTierOnly", 4, "balance"),
    of_a_row(23, "429 for quota", "429 Too Many", "insufficient_quota", 4, "balance"),
    of_a_row(25, "bad parameter", BAD, "InvalidParameter", 2, "dry-run"),
    of_a_row(25, "overdue", BAD, "Arrearage", 4, "balance"),
    of_a_row(25, "content", BAD, "DataInspectionFailed", 10, "change the image"),
    of_a_row(25, "no key", UNAUTHORIZED, "InvalidApiKey", 3, "auth status"),
    of_a_row(25, "no right", FORBIDDEN, "AccessDenied", 3, "workspace"),
    of_a_row(25, "not bought", FORBIDDEN, "AccessDenied.Unpurchased", 3, "Activate Now"),
    of_a_row(25, "no model", "404 Not Found", "ModelNotFound", 2, "pixverse models"),
    of_a_row(25, "no address", "404 Not Found", "NotFound", 12, "NotFound"),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))
