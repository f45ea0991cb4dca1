"""A. Network: the service refuses the call (rows 22 to 25)."""

from tests.faults.case import Case, Way, parameters
from tests.faults.service import refusal
from tests.servers import answer

BUSY = refusal("429 Too Many Requests", "Throttling.RateQuota", "Requests rate limit exceeded")


def refused(status, code, message="Refused."):
    def submit(world):
        world.serve(create=[refusal(status, code, message)])
        return world.submit()

    return submit


def always_throttled(world):
    world.serve(create=[BUSY])
    return world.submit(inside=True)


def gave_up_within_a_minute(world, _ran):
    assert 20 < sum(world.clock.slept) <= 60
    assert world.creates > 3


def busy_without_json(world):
    world.serve(create=[answer(b"<html>", status="429 Slow", connection="close")])
    return world.submit(inside=True)


def busy_with_another_code(world):
    world.serve(create=[refusal("429 Slow", "TooBusy", "The gateway is busy.")])
    return world.submit(inside=True)


def refusal_case(number, what, status, code, exit_code, says, message="Refused."):
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
        "always throttled",
        always_throttled,
        code=7,
        charged="no",
        retryable=True,
        store=("NOT_SENT",),
        also=gave_up_within_a_minute,
    ),
    Case(
        22,
        "429 without the service's JSON",
        busy_without_json,
        code=7,
        charged="no",
        retryable=True,
        creates=1,
        store=("NOT_SENT",),
    ),
    Case(
        22,
        "429 with a code that is no rate limit's",
        busy_with_another_code,
        code=7,
        charged="no",
        retryable=True,
        creates=1,
        store=("NOT_SENT",),
    ),
    refusal_case(
        23, "429 billing code", "429 Too Many", "AllocationQuota.FreeTierOnly", 4, "balance"
    ),
    refusal_case(23, "429 quota code", "429 Too Many", "insufficient_quota", 4, "balance"),
    refusal_case(25, "bad parameter", BAD, "InvalidParameter", 2, "dry-run"),
    refusal_case(25, "overdue", BAD, "Arrearage", 4, "balance"),
    refusal_case(25, "content", BAD, "DataInspectionFailed", 10, "change the inputs"),
    refusal_case(25, "no key", UNAUTHORIZED, "InvalidApiKey", 3, "auth status"),
    refusal_case(25, "no permission", FORBIDDEN, "AccessDenied", 3, "workspace"),
    refusal_case(25, "not purchased", FORBIDDEN, "AccessDenied.Unpurchased", 3, "Activate Now"),
    refusal_case(25, "no model", "404 Not Found", "ModelNotFound", 2, "pixverse models"),
    refusal_case(25, "no address", "404 Not Found", "NotFound", 12, r"path is /api/v1"),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))
