"""H. The time limit of a command: what hangs, waits or is sent when it is reached (row 107).

The fake clock passes the limit while a call is running, so these tests do not wait for it.
"""

import os
import sqlite3
from contextlib import ExitStack, closing, contextmanager

import pytest

from pixverse_cli.domain.clock import SystemClock
from pixverse_cli.domain.process import this_process
from pixverse_cli.domain.task import Status
from pixverse_cli.media.video.part_file import acquire
from tests.faults.case import Case, Way, parameters, row
from tests.faults.service import (
    OTHER,
    TASK,
    VIDEO,
    accepted,
    as_json,
    refusal,
    succeeded,
    task_is,
    task_list,
    upload_policy,
)
from tests.faults.world import IMAGE_URL, TURTLE
from tests.servers import HANG, RESET, Pause, answer

LIMIT = ("--timeout", "4")
STILL_RUNNING = {"code": 8, "charged": "yes", "retryable": False, "creates": 0}
NOTHING_BOUGHT = {
    "code": 6,
    "charged": "no",
    "retryable": True,
    "creates": 0,
    "says": "the time limit was reached",
}
TOO_FAST = NOTHING_BOUGHT | {"code": 7, "says": "the next try would come after --timeout"}
UNCLEAR = {
    "code": 9,
    "charged": "unknown",
    "retryable": False,
    "creates": 1,
    "store": ("UNCLEAR",),
    "says": "pixverse recover",
}
BUSY = "429 Too Many Requests"
ALIVE = as_json({"output": {"task_id": TASK, "task_status": "RUNNING"}}, connection="keep-alive")


def later(world, *steps, seconds=10.0):
    """Return a script that lets this much time pass, and then goes on with these steps."""

    def pass_time(_request):
        world.clock.advance(seconds)
        return steps

    return [pass_time]


def silent(world):
    """Return a script that answers nothing, until long after the limit."""
    return later(world, HANG)


def waiting(*first, **task):
    """Return a ``wait`` for a task whose queries get these answers, and then none."""

    def wait(world):
        world.serve(query=[*first, silent(world)])
        world.add_task(**task)
        return world.run_inside("wait", TASK, *LIMIT, "--interval", "0.2")

    return wait


def throttled_wait(world):
    world.serve(query=[refusal(BUSY, "Throttling.RateQuota", retry_after="60")])
    world.add_task()
    return world.run_inside("wait", TASK, *LIMIT)


def throttled_query(command, *option):
    def run(world):
        world.serve(query=[throttled(world)])
        world.add_task()
        return world.run_inside(command, *(option or (TASK,)), *LIMIT)

    return run


def throttled_query_of_an_unknown_task(world):
    world.serve(query=[throttled(world)])
    return world.run_inside("wait", OTHER, *LIMIT)


def silent_on_a_kept_connection(world):
    """Wait; the second query goes out on the first one's connection, and is not answered."""
    world.serve(query=[[ALIVE, Pause(0.5), *silent(world)]])
    world.add_task()
    return world.run_inside("wait", TASK, *LIMIT, "--interval", "0.2")


def wait_for_a_task_of_another_machine(world):
    world.serve(query=[silent(world)])
    return world.run_inside("wait", OTHER, *LIMIT)


def submitting(*options, image=None, **routes):
    """Return a submit; the routes in ``routes`` get scripts that are made for the world."""

    def submit(world):
        world.serve(**{name: [make(world)] for name, make in routes.items()})
        if image is None:
            return world.submit(*LIMIT, *options, inside=True)
        return world.run_inside("submit", image, "-p", "A turtle", *LIMIT, *options)

    return submit


def throttled(_world):
    return refusal(BUSY, "Throttling.RateQuota", retry_after="30")


def many_images(world):
    """Submit three images; the create call of the second one is not answered."""
    world.serve(create=[accepted(), silent(world)])
    urls = [f"https://example.com/{n}.webp" for n in range(3)]
    return world.run_inside("submit", *urls, "-p", "A turtle", *LIMIT)


def no_search(world, ran):
    assert world.service.counts["listing"] == 0
    assert "search" not in ran.stderr


def slept_no_longer_than_the_limit(world, _ran):
    assert sum(world.clock.slept) <= 4.0


def downloading(*words, video):
    """Return a command that saves a finished video; its host answers with this script."""

    def download(world):
        service = world.serve(video=[video(world)])
        world.add_task(status=Status.SUCCEEDED, video_url=service.url("/video.mp4"))
        return world.run_inside(*words, TASK, *LIMIT)

    return download


def retry_is_not_shown(_world, ran):
    assert "again" not in ran.stderr


def half_a_video_then_drips(world):
    half = answer(VIDEO)[: len(VIDEO) // 2]
    return [half, *later(world, *[part for _ in range(50) for part in (b"x", Pause(0.05))])]


def search_without_answer(world):
    """Submit; the answer is lost at once, and the task list is not answered."""
    world.serve(create=[[RESET]], listing=[silent(world)])
    return world.submit(*LIMIT, inside=True)


def equal_request_in_another_process(world):
    """Submit again with ``--once``, while the first call seems to be still running."""
    world.serve(create=[[RESET]])
    world.submit(inside=True)
    with closing(sqlite3.connect(world.database)) as connection, connection:
        connection.execute("UPDATE task SET process = ?, ended_at = NULL", (this_process(),))
    listed, world.clock.slept = world.service.counts["listing"], []
    ran = world.submit("--once", *LIMIT, inside=True)
    assert world.service.counts["listing"] == listed
    return ran


def part_in_use(world):
    """Download while another process holds the part file."""
    service = world.serve()
    world.add_task(status=Status.SUCCEEDED, video_url=service.url("/video.mp4"))
    with acquire(world.directory / "turtle.mp4", SystemClock()):
        return world.run_inside("download", TASK, "-o", "turtle.mp4", *LIMIT)


def batch(world):
    """Make ten videos; no query is answered in time."""
    world.serve(create=[accepted(f"{TASK[:-1]}{n}") for n in range(10)], query=[silent(world)])
    items = [
        f'[[video]]\nimage = "https://example.com/{n}.webp"\noutput = "{n}.mp4"\n'
        for n in range(10)
    ]
    (world.directory / "videos.toml").write_text("\n".join(items))
    return world.run_inside("batch", "videos.toml", *LIMIT)


@contextmanager
def store_lock(world):
    """Yield a function that locks the store until the end, as another process would."""
    with ExitStack() as stack:

        def lock():
            other = sqlite3.connect(world.database, check_same_thread=False, isolation_level=None)
            stack.enter_context(closing(other)).execute("BEGIN EXCLUSIVE")

        yield lock


def locked_from_the_start(*words):
    """Return a command that finds the store locked, and has a tenth of a second."""

    def run(world):
        world.serve()
        world.add_task()
        with store_lock(world) as lock:
            lock()
            return world.run_inside(*words, "--timeout", "0.1", clock=SystemClock())

    return run


def locked_during(route, command, *steps, **others):
    """Return a command during which the store is locked, when this call arrives."""

    def run(world):
        with store_lock(world) as lock:

            def locks(_request):
                lock()
                world.clock.advance(10.0)
                return steps

            world.serve(**{route: [[locks]]}, **others)
            return command(world)

    return run


def submit_a_url(world):
    return world.submit(*LIMIT, inside=True)


def submit_a_file(world):
    return world.run_inside("submit", TURTLE, "-p", "A turtle", *LIMIT)


def wait_for_it(world):
    world.add_task()
    return world.run_inside("wait", TASK, *LIMIT)


LOCAL = {"image": TURTLE}
JSON = (Way.JSON,)  # each waits a quarter of a second inside SQLite
NOT_SAVED_IN_TIME = STILL_RUNNING | {"saved": 0, "says": "the time limit was reached"}

CASES = (
    Case(
        107, "a poll", waiting(), **STILL_RUNNING, says=f"pixverse wait {TASK}",
        also=retry_is_not_shown,
    ),
    Case(
        107, "a poll on a kept connection", silent_on_a_kept_connection, **STILL_RUNNING,
        says="no complete answer",
    ),
    Case(107, "a poll of a queued task", waiting(status=Status.PENDING), **STILL_RUNNING),
    Case(
        107, "a poll that has to wait", throttled_wait, **STILL_RUNNING,
        also=slept_no_longer_than_the_limit,
    ),
    Case(107, "a task that is not known", wait_for_a_task_of_another_machine, **NOTHING_BOUGHT),
    Case(107, "the create call", submitting(create=silent), **UNCLEAR, also=no_search),
    Case(
        107, "the create call, --wait", submitting("-w", create=silent), **UNCLEAR, also=no_search
    ),
    Case(107, "the search", search_without_answer, **UNCLEAR),
    Case(
        107, "the create call of another process", equal_request_in_another_process, **UNCLEAR,
        also=slept_no_longer_than_the_limit,
    ),
    Case(
        107, "the create call of the second image", many_images, code=14, charged="mixed",
        creates=2, store=("PENDING", "UNCLEAR"), says="the time limit was reached",
    ),
    Case(
        107, "a throttled create call", submitting(create=throttled), code=7, charged="no",
        retryable=True, creates=1, store=("NOT_SENT",), also=slept_no_longer_than_the_limit,
    ),
    Case(107, "the upload policy", submitting(policy=silent, **LOCAL), **NOTHING_BOUGHT, store=()),
    Case(
        107, "a throttled upload policy", submitting(policy=throttled, **LOCAL), **TOO_FAST,
        also=slept_no_longer_than_the_limit,
    ),
    Case(
        107, "a throttled query of an unknown task", throttled_query_of_an_unknown_task, **TOO_FAST,
    ),
    Case(
        107, "a throttled query, download", throttled_query("download"), **STILL_RUNNING,
        says=f"pixverse wait {TASK}",
    ),
    Case(
        107, "a throttled query, download --all", throttled_query("download", "--all"),
        **STILL_RUNNING, says="pixverse download --all",
    ),
    Case(
        107, "the upload", submitting(upload=silent, **LOCAL), **NOTHING_BOUGHT, store=(),
        also=retry_is_not_shown,
    ),
    Case(107, "the upload, --wait", submitting("-w", upload=silent, **LOCAL), **NOTHING_BOUGHT),
    Case(107, "the video's headers", downloading("download", video=silent), **NOT_SAVED_IN_TIME),
    Case(
        107, "the video's headers after a wait", downloading("wait", "--download", video=silent),
        **NOT_SAVED_IN_TIME,
    ),
    Case(
        107, "a video that drips", downloading("download", video=half_a_video_then_drips),
        **NOT_SAVED_IN_TIME,
    ),
    Case(107, "a video that another process fetches", part_in_use, **NOT_SAVED_IN_TIME),
    Case(
        107, "a locked store, wait", locked_from_the_start("wait", TASK), **NOTHING_BOUGHT,
        ways=JSON,
    ),
    Case(
        107, "a locked store, submit", locked_from_the_start("submit", IMAGE_URL, "-p", "A turtle"),
        **NOTHING_BOUGHT, ways=JSON,
    ),
    Case(
        107, "a store locked before the create call",
        locked_during("upload", submit_a_file, answer(connection="close")),
        **NOTHING_BOUGHT, store=(), ways=JSON,
    ),
    Case(
        107, "a store locked during the create call",
        locked_during("create", submit_a_url, accepted()), code=1, charged="yes", creates=1,
        store=("UNCLEAR",), says=f"{TASK} was accepted", ways=JSON,
    ),
    Case(
        107, "a store locked during the search",
        locked_during("listing", submit_a_url, task_list(), create=[[RESET]]), **UNCLEAR,
        ways=JSON,
    ),
    Case(
        107, "a store locked during a poll",
        locked_during("query", wait_for_it, task_is("RUNNING")), **STILL_RUNNING,
        says=f"pixverse wait {TASK}", ways=JSON,
    ),
    Case(
        107, "a batch", batch, code=8, charged="mixed", creates=8, store=("PENDING",) * 8,
        says="the time limit was reached", ways=(Way.PIPE,),
    ),
)  # fmt: skip


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))


@pytest.mark.parametrize("way", [Way.JSON])
@row(107)
def test_a_silent_service_is_left_at_the_limit_by_the_wall_107(world):
    world.serve(query=[[HANG]])
    world.add_task()
    ran = world.ended(world.start("wait", TASK, "--timeout", "1"), timeout=20)
    assert ran.code == 8, ran.stderr


@row(107)
def test_a_video_host_that_falls_silent_is_left_at_the_limit_107(world):
    service = world.serve(video=[[answer(VIDEO)[:20_000], HANG]])
    world.add_task(status=Status.SUCCEEDED, video_url=service.url("/video.mp4"))
    ran = world.ended(world.start("download", TASK, "--timeout", "1"), timeout=20)
    assert ran.code == 8, ran.stderr
    assert f"pixverse download {TASK}" in ran.stderr


@row(107)
def test_an_upload_command_is_ended_at_the_limit_and_no_further_one_starts_107(world):
    """Also one whose own child keeps its output open."""
    world.serve()
    command = ("--upload-command", "sh -c 'echo started >> log; sleep 25; exit'")
    ran = world.run("submit", TURTLE, TURTLE, *command, "--timeout", "1", timeout=20)
    assert (ran.code, world.creates, world.statuses) == (6, 0, ()), ran.stderr
    assert "it has not ended within" in ran.stderr
    assert (world.directory / "log").read_text() == "started\n"


@row(107)
def test_without_a_limit_a_wait_goes_on_107(world):
    hours = [later(world, task_is("RUNNING"), seconds=36_000.0) for _ in range(2)]
    world.serve(query=[*hours, succeeded()])
    world.add_task(submitted=world.clock.now())
    assert world.run_inside("wait", TASK, "--timeout", "0").code == 0


@row(107)
def test_the_default_limit_is_only_for_commands_that_wait_107(world):
    codes = []
    for options in ((), ("--wait",)):
        world.serve(policy=[later(world, upload_policy, seconds=2000.0)])
        ran = world.run_inside("submit", TURTLE, "-p", "A turtle", *options)
        codes.append((ran.code, world.creates))
    assert codes == [(0, 1), (6, 0)]


@row(107)
def test_a_writer_to_stdin_that_does_not_end_is_left_at_the_limit_107(world):
    world.add_task(status=Status.FAILED)
    limit = ("--timeout", "0.02")
    for words in (
        ("submit", "-"),
        ("submit", IMAGE_URL, "-P", "-", "--wait"),
        ("wait", "-"),
        ("retry", "-"),
    ):
        reading, writing = os.pipe()
        os.write(writing, TASK.encode() + b"\n")  # it is no reason to begin
        ran = world.run_inside(*words, *limit, clock=SystemClock(), stdin=os.fdopen(reading, "rb"))
        os.close(writing)
        assert (ran.code, world.statuses) == (6, ("FAILED",)), ran.stderr
        assert "the time limit was reached while stdin was read" in ran.stderr


@row(107)
def test_a_prompt_file_that_is_a_silent_pipe_is_left_at_the_limit_107(world):
    path = world.directory / "prompt"
    os.mkfifo(path)
    keeper = os.open(path, os.O_RDWR)
    words = ("submit", IMAGE_URL, "-P", path, "--timeout", "0.02")
    ran = world.run_inside(*words, clock=SystemClock())
    os.close(keeper)
    assert (ran.code, world.statuses) == (6, ()), ran.stderr
