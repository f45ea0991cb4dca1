"""C. The task's life: its states, its link, its row in the list (rows 36 to 47)."""

from datetime import timedelta

from pixverse_cli.domain.task import Status
from tests.clocks import START
from tests.faults.case import Case, parameters
from tests.faults.service import (
    OTHER,
    TASK,
    answer,
    as_json,
    list_row,
    succeeded,
    task_is,
    task_list,
)
from tests.servers import RESET

UNKNOWN = {"code": 12, "charged": "yes", "retryable": False}
THIRD = "0385dc79-5ff8-4d82-bcb6-000000000003"


def unknown_for_a_moment(world):
    world.sandbox("late", clock=world.clock)
    return world.submit("--wait", inside=True)


def always_unknown(world):
    world.serve(query=[task_is("UNKNOWN")])
    world.add_task(submitted=START)
    return world.run_inside("wait", "--timeout", "90")


def unknown_and_submitted_again(hours):
    """Submit once, be told UNKNOWN after two minutes, and submit once again ``hours`` later."""

    def submit_again(world):
        world.serve(query=[task_is("UNKNOWN")])
        world.submit("--once", "--wait", inside=True)
        assert world.statuses == ("UNKNOWN",)
        world.clock.advance(hours * 3600)
        return world.submit("--once", "--wait", inside=True)

    return submit_again


def a_minute_was_waited(world, _ran):
    assert 60 <= sum(world.clock.slept) < 90


def unknown_after_a_day(world):
    world.serve(query=[task_is("UNKNOWN")])
    world.add_task(submitted=START - timedelta(hours=25))
    return world.run_inside("wait")


def unknown_with_a_link(world):
    """Download with a recorded link that works, although the service answers UNKNOWN."""
    service = world.serve(query=[task_is("UNKNOWN")])
    world.add_task(
        status=Status.SUCCEEDED,
        submitted=START - timedelta(hours=25),
        video_url=service.url("/video.mp4"),
    )
    return world.run_inside("download", TASK)


def task_failed(code="InvalidParameter", message="The size is not match 720P", *, at_top=False):
    inside = {} if at_top else {"code": code, "message": message}
    top = {"code": code, "message": message} if at_top else {}
    body = {"output": {"task_id": TASK, "task_status": "FAILED", **inside}, **top}
    return task_answered(as_json(body))


def task_answered(*queries, command=("wait", "--interval", "0.2"), **routes):
    """Return a command for a task submitted just now; its queries get these answers in turn."""

    def run(world):
        world.serve(query=list(queries), **routes)
        world.add_task(submitted=START)
        return world.run_inside(*command)

    return run


def no_link(url):
    return task_answered(succeeded(url) if url else task_is("SUCCEEDED"))


def queried_three_times(world, _ran):
    assert world.service.counts["query"] == 3


def link_comes_later(world):
    """Download after a first query of the same task had no link."""
    no_link("")(world)
    world.service.set_routes(query=[succeeded()])
    return world.run_inside("download", TASK)


def unknown_status_word(world):
    world.serve(query=[*[task_is("DREAMING")] * 4, succeeded()])
    world.add_task(submitted=START)
    return world.run_inside("wait")


def warned_once_without_a_busy_loop(world, ran):
    assert ran.stderr.count("DREAMING") == (0 if ran.stderr[:1] in ("", "{") else 1)
    assert min(world.clock.slept) >= 0.5


def one_task_with_broken_answers(world):
    """Wait for three tasks; every answer about one of them is cut."""

    def steps(request):
        if OTHER.encode() in request:
            return [answer(b"{", content_type="application/json", connection="close")]
        return succeeded(task_id=TASK if TASK.encode() in request else THIRD)[0](request)

    world.serve(query=[[steps]])
    for task_id in (TASK, OTHER, THIRD):
        world.add_task(task_id)
    return world.run_inside("wait", "--all", "--timeout", "5")


def other_tasks_have_ended(world, _ran):
    assert world.statuses == ("SUCCEEDED", "RUNNING", "SUCCEEDED")


def shifting_rows(world):
    """Submit; rows move between pages during the search, and one page has only foreign rows."""
    foreign = [list_row(f"foreign-{n:032}", START) for n in range(3)]
    ours = list_row(TASK, START + timedelta(seconds=1))
    world.serve(
        create=[[RESET]],
        listing=[
            task_list(*foreign, total_page=2),
            task_list(foreign[2], total_page=2),
            task_list(*foreign[:2], total_page=2),
            task_list(ours, total_page=2),
        ],
        query=[[answer_with_requested_id]],
    )
    return world.submit(inside=True)


def answer_with_requested_id(request):
    if TASK.encode() in request:
        return succeeded()[0](request)
    task_id = request.split()[1].rpartition(b"/")[2].decode()
    return succeeded(task_id=task_id, prompt="Somebody else's")[0](request)


def cut_prompt(world):
    """Submit a prompt with line ends and accents, which the service returns normalised."""
    world.serve(
        create=[[RESET]],
        listing=task_list(list_row(TASK, START)),
        query=[succeeded(prompt="Cafe\u0301 au lait,  at night")],
    )
    return world.run_inside(
        "submit", "https://example.com/turtle.webp", "-p", "Caf\u00e9 au\nlait, at night "
    )


ENDED = {"charged": "no", "retryable": False, "store": ("FAILED",)}
DONE = {"code": 0, "store": ("SUCCEEDED",)}
NO_LINK = {"code": 11, "charged": "yes", "retryable": False, "store": ("SUCCEEDED",)}
CASES = (
    Case(36, "unknown for 2 seconds", unknown_for_a_moment, **DONE, creates=1, saved=1),
    Case(36, "always unknown", always_unknown, **UNKNOWN, also=a_minute_was_waited),
    Case(36, "again in its day", unknown_and_submitted_again(1), **UNKNOWN, creates=1),
    Case(37, "again after its day", unknown_and_submitted_again(25), **UNKNOWN, creates=2),
    Case(37, "unknown after a day", unknown_after_a_day, **UNKNOWN, store=("UNKNOWN",)),
    Case(37, "unknown with a link", unknown_with_a_link, **DONE, saved=1),
    Case(38, "code in output", task_failed(), code=5, **ENDED, says="not match"),
    Case(38, "code at the top", task_failed(at_top=True), code=5, **ENDED, says="not match"),
    Case(38, "no code", task_failed(code=None, message=None), code=5, **ENDED),
    Case(38, "empty code", task_failed(code="", message=""), code=5, **ENDED),
    Case(38, "content", task_failed("DataInspectionFailed"), code=10, **ENDED),
    Case(38, "overdue", task_failed("Arrearage"), code=4, **ENDED),
    Case(38, "throttled inside the task", task_failed("Throttling.RateQuota"), code=5, **ENDED),
    Case(
        38,
        "not activated",
        task_failed(message="The product is not activated."),
        code=3,
        **ENDED,
        says="Activate Now",
    ),
    *(
        Case(39, f"link is {url or 'missing'}", no_link(url), **NO_LINK, also=queried_three_times)
        for url in ("", "ftp://example.com/v.mp4", "javascript:alert(1)", "file:///etc/passwd")
    ),
    Case(39, "link came later", link_comes_later, **DONE, saved=1),
    Case(
        40,
        "cancelled by someone else",
        task_answered(task_is("CANCELED")),
        code=13,
        charged="no",
        retryable=False,
        store=("CANCELED",),
    ),
    Case(
        41, "unknown status word", unknown_status_word, **DONE, also=warned_once_without_a_busy_loop
    ),
    Case(
        42,
        "running, then pending",
        task_answered(task_is("RUNNING"), task_is("PENDING"), succeeded()),
        **DONE,
    ),
    Case(
        44,
        "timeout reached",
        task_answered(task_is("RUNNING"), command=("wait", "--timeout", "2")),
        code=8,
        charged="yes",
        retryable=False,
        says=f"pixverse wait {TASK}",
        store=("RUNNING",),
    ),
    Case(
        45,
        "one of three with broken answers",
        one_task_with_broken_answers,
        code=14,
        charged="yes",
        retryable=False,
        also=other_tasks_have_ended,
    ),
    Case(46, "rows shift", shifting_rows, **DONE, creates=1),
    Case(47, "prompt normalised", cut_prompt, **DONE, creates=1),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))
