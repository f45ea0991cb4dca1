"""C. The task's life: its states, its link, its row in the list (rows 36 to 47)."""

from datetime import timedelta

from pixverse_cli.domain.task import Status
from tests.clocks import START
from tests.faults.case import Case, parameters
from tests.faults.service import (
    OTHER,
    TASK,
    answer,
    finished,
    row,
    rows,
    standing,
    told,
)
from tests.servers import RESET

UNKNOWN = {"code": 12, "charged": "yes", "retryable": False}
THIRD = "0385dc79-5ff8-4d82-bcb6-000000000003"


def unknown_for_a_moment(world):
    world.sandbox("late")
    return world.submit("--wait", "--interval", "0.3")


def unknown_for_good(world):
    world.serve(query=[standing("UNKNOWN")])
    world.know(submitted=START)
    return world.run_inside("wait", "--timeout", "90")


def a_minute_was_given(world, _ran):
    assert 60 <= sum(world.clock.slept) < 90


def forgotten_after_a_day(world):
    world.serve(query=[standing("UNKNOWN")])
    world.know(submitted=START - timedelta(hours=25))
    return world.run_inside("wait")


def forgotten_with_a_link(world):
    """The record holds a video link; the service has forgotten the task, the link works."""
    service = world.serve(query=[standing("UNKNOWN")])
    world.know(
        status=Status.SUCCEEDED,
        submitted=START - timedelta(hours=25),
        video_url=service.url("/video.mp4"),
    )
    return world.run_inside("download", TASK)


def failed(code="InvalidParameter", message="The size is not match 720P", *, at_top=False):
    inside = {} if at_top else {"code": code, "message": message}
    top = {"code": code, "message": message} if at_top else {}
    body = {"output": {"task_id": TASK, "task_status": "FAILED", **inside}, **top}
    return of(told(body))


def of(*queries, command=("wait", "--interval", "0.2"), **routes):
    """Return a command about a task that an earlier command submitted just now."""

    def run(world):
        world.serve(query=list(queries), **routes)
        world.know(submitted=START)
        return world.run_inside(*command)

    return run


def no_link(url):
    return of(finished(url) if url else standing("SUCCEEDED"))


def asked_three_times(world, _ran):
    assert world.service.counts["query"] == 3


def asked_again_later(world):
    """The link came at last, after somebody had been told that there was none."""
    no_link("")(world)
    world.serve(query=[finished()])
    return world.run_inside("download", TASK)


def strange_word(world):
    world.serve(query=[*[standing("DREAMING")] * 4, finished()])
    world.know(submitted=START)
    return world.run_inside("wait")


def warned_once_and_not_hot(world, ran):
    assert ran.stderr.count("DREAMING") == (0 if ran.stderr[:1] in ("", "{") else 1)
    assert min(world.clock.slept) >= 0.5


def one_poisoned(world):
    """Three tasks, of which one's every answer is broken."""

    def steps(request):
        if OTHER.encode() in request:
            return [answer(b"{", content_type="application/json", connection="close")]
        return finished(task_id=TASK if TASK.encode() in request else THIRD)[0](request)

    world.serve(query=[[steps]])
    for task_id in (TASK, OTHER, THIRD):
        world.know(task_id)
    return world.run_inside("wait", "--all", "--timeout", "5")


def the_others_ended(world, _ran):
    assert world.statuses == ("SUCCEEDED", "RUNNING", "SUCCEEDED")


def shifting_rows(world):
    """Rows move between pages while they are read, and one page has rows of others only."""
    foreign = [row(f"foreign-{n:032}", START) for n in range(3)]
    ours = row(TASK, START + timedelta(seconds=1))
    world.serve(
        create=[[RESET]],
        listing=[
            rows(*foreign, total_page=2),
            rows(foreign[2], total_page=2),
            rows(*foreign[:2], total_page=2),
            rows(ours, total_page=2),
        ],
        query=[[_told_of]],
    )
    return world.submit(inside=True)


def _told_of(request):
    if TASK.encode() in request:
        return finished()[0](request)
    task_id = request.split()[1].rpartition(b"/")[2].decode()
    return finished(task_id=task_id, prompt="Somebody else's")[0](request)


def cut_prompt(world):
    """A prompt with line ends and accents, which comes back normalised."""
    world.serve(
        create=[[RESET]],
        listing=rows(row(TASK, START)),
        query=[finished(prompt="Cafe\u0301 au lait,  at night")],
    )
    return world.run_inside(
        "submit", "https://example.com/turtle.webp", "-p", "Caf\u00e9 au\nlait, at night "
    )


ENDED = {"charged": "no", "retryable": False, "store": ("FAILED",)}
DONE = {"code": 0, "store": ("SUCCEEDED",)}
NO_LINK = {"code": 11, "charged": "yes", "retryable": False, "store": ("SUCCEEDED",)}
CASES = (
    Case(36, "unknown for 2 seconds", unknown_for_a_moment, **DONE, creates=1, saved=1),
    Case(36, "unknown for good", unknown_for_good, **UNKNOWN, also=a_minute_was_given),
    Case(37, "forgotten after a day", forgotten_after_a_day, **UNKNOWN, store=("UNKNOWN",)),
    Case(37, "forgotten with a link", forgotten_with_a_link, **DONE, saved=1),
    Case(38, "code in output", failed(), code=5, **ENDED, says="not match"),
    Case(38, "code at the top", failed(at_top=True), code=5, **ENDED, says="not match"),
    Case(38, "no code", failed(code=None, message=None), code=5, **ENDED),
    Case(38, "empty code", failed(code="", message=""), code=5, **ENDED),
    Case(38, "content", failed("DataInspectionFailed"), code=10, **ENDED),
    Case(38, "overdue", failed("Arrearage"), code=4, **ENDED),
    Case(38, "throttled inside", failed("Throttling.RateQuota"), code=5, **ENDED),
    Case(
        38,
        "not activated",
        failed(message="The product is not activated."),
        code=3,
        **ENDED,
        says="Activate Now",
    ),
    *(
        Case(39, f"link is {url or 'missing'}", no_link(url), **NO_LINK, also=asked_three_times)
        for url in ("", "ftp://example.com/v.mp4", "javascript:alert(1)", "file:///etc/passwd")
    ),
    Case(39, "link came later", asked_again_later, **DONE, saved=1),
    Case(
        40,
        "cancelled by someone else",
        of(standing("CANCELED")),
        code=13,
        charged="no",
        retryable=False,
        store=("CANCELED",),
    ),
    Case(41, "word nobody knows", strange_word, **DONE, also=warned_once_and_not_hot),
    Case(
        42,
        "running, then pending",
        of(standing("RUNNING"), standing("PENDING"), finished()),
        **DONE,
    ),
    Case(
        44,
        "time is over",
        of(standing("RUNNING"), command=("wait", "--timeout", "2")),
        code=8,
        charged="yes",
        retryable=False,
        says=f"pixverse wait {TASK}",
        store=("RUNNING",),
    ),
    Case(
        45,
        "one of three poisoned",
        one_poisoned,
        code=14,
        charged="mixed",
        retryable=False,
        also=the_others_ended,
    ),
    Case(46, "rows shift", shifting_rows, **DONE, creates=1),
    Case(47, "prompt normalised", cut_prompt, **DONE, creates=1),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))
