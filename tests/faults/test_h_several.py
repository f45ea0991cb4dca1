"""H. Several tasks of one command, manifests, and the command that continues (91 to 95, 99)."""

import json
import re
import shlex
import shutil
import signal
import threading

import pytest

from tests.faults.case import Case, Way, parameters, row
from tests.faults.service import (
    OTHER,
    TASK,
    VIDEO,
    accepted,
    mp4,
    refusal,
    succeeded,
    task_is,
    unused_port,
)
from tests.faults.waiting import wait_until
from tests.faults.world import TURTLE
from tests.inside import run_inside
from tests.servers import RESET

THIRD = TASK[:-1] + "3"
CUT = mp4()[: -len(VIDEO) // 2]
SMALL = ("-r", "360P", "-d", "1")
ARREARS = refusal("400 Bad Request", "Arrearage")


@pytest.fixture
def way():
    return Way.JSON


def states(**by_task):
    """Return a query script: each task has its own status, SUCCEEDED by default."""

    def steps(request):
        task_id = re.search(rb"/tasks/([^/ ]+) ", request)[1].decode()
        status = by_task.get("t" + task_id[-1], "SUCCEEDED")
        if status == "SUCCEEDED":
            return succeeded(task_id=task_id, prompt=None)[0](request)
        return [task_is(status, task_id)]

    return [[steps]]


def write_manifest(world, *outputs, name="videos.jsonl", **fields):
    """Write a manifest whose videos differ in their prompts, or have the given ``fields``."""
    shutil.copy(TURTLE, world.directory)
    rows = [
        {"image": "turtle.webp", "resolution": "360P", "duration": 1, "output": output}
        | (fields or {"prompt": f"Prompt {number}"})
        for number, output in enumerate(outputs)
    ]
    lines = [json.dumps(each, ensure_ascii=False) + "\n" for each in rows]
    (world.directory / name).write_text("".join(lines), encoding="utf-8")


def names(count):
    return [f"{number}.mp4" for number in range(count)]


# 91: the command that continues


def unsaved(*options):
    def provoke(world):
        world.serve(video=[[CUT]])
        return world.submit("--wait", *options, inside=True)

    return provoke


def unsaved_download(world):
    world.serve(video=[[CUT]])
    world.add_task()
    return world.run_inside("download", TASK)


def not_an_mp4(world):
    world.serve(video=[mp4(b"<html>")])
    return world.submit("--wait", inside=True)


def unsaved_in_batch(world):
    world.serve(video=[[CUT]], query=states())
    write_manifest(world, "a.mp4")
    return world.run_inside("batch", "videos.jsonl", "--timeout", "1h", "--max-cost", "5")


def always_running(*words):
    def provoke(world):
        world.serve(query=[task_is("RUNNING")])
        return world.run_inside(*words)

    return provoke


def lost_answer(world):
    world.serve(create=[[RESET]])
    return world.submit("--wait", inside=True)


def running_after_submit(*options):
    return always_running(
        *("submit", "https://example.com/turtle.webp", "--wait", "--timeout", "9"), *options
    )


def continues_with(*words):
    """Check that ``next`` is this command."""

    def check(world, ran):
        if world.way is Way.JSON:
            assert shlex.split(ran.error["next"]) == ["pixverse", *words]
        assert shlex.join(["pixverse", *words]) in ran.stderr

    return check


PAID = {"charged": "yes", "retryable": False, "creates": 1}
CASES = (
    Case(91, "cut", unsaved(), 11, **PAID, also=continues_with("download", TASK)),
    Case(
        91,
        "cut with -o and --force",
        unsaved("-o", "my clip.mp4", "--force"),
        11,
        **PAID,
        also=continues_with("download", TASK, "-o", "my clip.mp4", "--force"),
    ),
    Case(91, "not an MP4", not_an_mp4, 11, **PAID, also=continues_with("download", TASK)),
    Case(
        91,
        "a plain download",
        unsaved_download,
        11,
        charged="yes",
        retryable=True,
        creates=0,
        also=continues_with("download", TASK),
    ),
    Case(
        91,
        "batch",
        unsaved_in_batch,
        11,
        **PAID,
        also=continues_with("batch", "videos.jsonl", "--max-cost", "5", "--timeout", "1h"),
    ),
    Case(
        91,
        "time limit",
        running_after_submit(),
        8,
        **PAID,
        also=continues_with("wait", TASK, "--download"),
    ),
    Case(
        91,
        "time limit with -o",
        running_after_submit("-o", "o{index}.mp4"),
        8,
        **PAID,
        also=continues_with("wait", TASK, "-o", "o{index}.mp4"),
    ),
    Case(
        91,
        "time limit without a video",
        always_running(
            *("submit", "https://example.com/turtle.webp", "--no-download", "--timeout", "9")
        ),
        8,
        **PAID,
        also=continues_with("wait", TASK),
    ),
    Case(
        91,
        "lost answer",
        lost_answer,
        9,
        charged="unknown",
        retryable=False,
        creates=1,
        also=continues_with("recover"),
    ),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))


@row(91)
def test_the_command_that_continues_saves_the_video_without_paying(world):
    service = world.serve(video=[[CUT]])
    first = world.submit("--wait", "-o", "clip.mp4", inside=True)
    service.set_routes(video=mp4())
    second = world.run_inside(*shlex.split(first.error["next"])[1:])
    assert (second.code, [video.name for video in world.videos]) == (0, ["clip.mp4"])
    assert world.creates == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@row(91)
def test_a_stopped_batch_is_continued_by_the_same_batch(world, number, code):
    ids = [TASK, OTHER]
    service = world.serve(
        create=[accepted(each) for each in ids], query=states(t1="RUNNING", t2="RUNNING")
    )
    write_manifest(world, "a b.mp4", "b.mp4")
    process = world.start("batch", "videos.jsonl", "--interval", "1")
    wait_until(lambda: service.counts["query"] >= 2)
    process.send_signal(number)
    ran = world.ended(process)
    assert sorted(record["task_id"] for record in ran.json) == ids
    assert (ran.code, ran.error["charged"], ran.error["retryable"]) == (code, "yes", False)
    assert ran.error["next"] == "pixverse batch videos.jsonl --interval 1"


@row(91)
def test_a_batch_is_continued_also_if_its_manifest_begins_with_a_dash(world):
    world.serve(query=task_is("RUNNING"))
    write_manifest(world, "a b.mp4", name="-m x.jsonl")
    words = ["batch", "--json", "--no-notify", "--timeout", "9", "--", "-m x.jsonl"]
    ran = run_inside(words, world.environment({}), world.directory, clock=world.clock)
    again = ["batch", "--timeout", "9", "--no-notify", "--", "-m x.jsonl"]
    assert (ran.code, shlex.split(ran.error["next"])) == (8, ["pixverse", *again])
    world.service.set_routes(query=succeeded())
    assert run_inside(again, world.environment({}), world.directory, clock=world.clock).code == 0
    assert (world.creates, [video.name for video in world.videos]) == (1, ["a b.mp4"])


@row(91)
def test_several_tasks_are_continued_by_short_ids_with_the_same_output(world):
    ids = [f"{number}" * 8 + TASK[8:-1] + f"{number}" for number in (1, 2, 3)]
    world.serve(create=[accepted(each) for each in ids], query=states(t2="RUNNING", t3="RUNNING"))
    urls = [f"https://example.com/{number}.png" for number in (1, 2, 3)]
    ran = world.run_inside("submit", *urls, "-o", "{image}-{index}.mp4", "--timeout", "9")
    assert (ran.code, [video.name for video in world.videos]) == (14, ["1-1.mp4"])
    assert shlex.split(ran.error["next"]) == [
        *("pixverse", "wait", "22222222", "33333333", "-o", "{image}-{task_id:8}.mp4")
    ]
    world.service.set_routes(query=states())
    assert world.run_inside(*shlex.split(ran.error["next"])[1:]).code == 0
    assert (len(world.videos), world.creates) == (3, 3)


# 92: takes


@pytest.mark.parametrize("ids", [(TASK,), (TASK, OTHER)])
@row(91)
def test_a_saved_video_that_cannot_be_saved_again_has_a_next_command_too(world, ids):
    world.serve()
    for each in ids:
        world.service.set_routes(query=succeeded(task_id=each))
        world.add_task(each)
        assert world.run_inside("wait", each, "-o", "{task_id}.mp4").code == 0
        (world.directory / f"x-{each}.mp4").write_bytes(b"another file")
    ran = world.run_inside("download", *ids, "-o", "x-{task_id}.mp4")
    assert (ran.code, ran.error["charged"]) == (11, "yes")
    assert ran.error["next"].startswith(f"pixverse download {TASK[:8]}")
    assert ran.error["next"].endswith("-o 'x-{task_id}.mp4'")


@pytest.mark.parametrize("once", [(), ("--once",)])
@row(92)
def test_equal_images_on_a_command_line_are_takes_with_a_file_each(world, once):
    world.sandbox()
    ran = world.run_inside("submit", TURTLE, TURTLE, *SMALL, "-o", "o{index}.mp4", *once)
    assert (ran.code, [record["take"] for record in ran.json]) == (0, [1, 2])
    assert (world.creates, [video.name for video in world.videos]) == (2, ["o1.mp4", "o2.mp4"])
    assert len({record["task_id"] for record in ran.json}) == 2


@row(92)
def test_once_makes_only_the_missing_takes_and_hands_back_the_others(world):
    world.sandbox()
    make = ("submit", TURTLE, *SMALL, "-o", "o{take}.mp4", "--once")
    world.run_inside(*make, "-n", "2")
    ran = world.run_inside(*make, "-n", "3")
    assert (ran.code, sorted(record["take"] for record in ran.json)) == (0, [1, 2, 3])
    assert (world.creates, len(world.videos)) == (3, 3)
    assert world.run_inside(*make, "-n", "3").code == 0
    assert world.creates == 3


@row(92)
def test_takes_have_different_names_by_default(world):
    world.sandbox()
    ran = world.run_inside("submit", TURTLE, *SMALL, "--wait", "-n", "2")
    assert (ran.code, len(world.videos), world.creates) == (0, 2, 2)
    assert [video.name[:9] for video in world.videos] == ["turtle-1-", "turtle-2-"]


@pytest.mark.parametrize("count", ["0", "21", "-1", "x", "1.5", ""])
def test_a_count_outside_1_to_20_is_refused(world, count):
    world.sandbox()
    ran = world.run_inside("submit", TURTLE, "-n", count)
    assert (ran.code, world.sandboxed.calls) == (2, [])
    assert "from 1 to 20" in ran.error["message"]


@pytest.mark.parametrize("output", ["one.mp4", "-", "{image}.mp4"])
def test_takes_that_would_share_a_name_are_refused_before_paying(world, output):
    world.sandbox()
    world.way = Way.PIPE
    ran = world.run_inside("submit", TURTLE, *SMALL, "-n", "2", "-o", output, "--force")
    assert (ran.code, world.sandboxed.calls) == (2, [])


@row(92)
def test_equal_requests_of_a_manifest_get_a_video_each_once(world):
    world.sandbox()
    write_manifest(world, *names(3), prompt="equal")
    ran = world.run_inside("batch", "videos.jsonl")
    assert (ran.code, sorted(record["take"] for record in ran.json)) == (0, [1, 2, 3])
    assert (world.creates, len(world.videos)) == (3, 3)
    assert world.run_inside("batch", "videos.jsonl").code == 0
    assert world.creates == 3


@row(92)
def test_a_new_equal_video_above_the_others_gets_a_task_of_its_own(world):
    """Outputs keep their takes when the manifest is reordered, and when a file is deleted."""
    world.sandbox()
    write_manifest(world, "b.mp4", "c.mp4", prompt="equal")
    made = {record["file"]: record["task_id"] for record in run_batch(world).json}
    (world.directory / "b.mp4").unlink()
    write_manifest(world, "a.mp4", "c.mp4", "b.mp4", prompt="equal")
    again = {record["file"]: record["task_id"] for record in run_batch(world).json}
    assert {file: again[file] for file in made} == made
    assert (len(set(again.values())), world.creates) == (3, 3)


def run_batch(world, *options):
    return world.run_inside("batch", "videos.jsonl", *options)


@row(92)
def test_shards_on_one_machine_do_not_share_a_take(world):
    world.sandbox()
    write_manifest(world, *names(4), prompt="equal")
    for part in (1, 2, 3):
        assert run_batch(world, "--shard", f"{part}/3").code == 0
    assert (world.creates, len(world.videos)) == (4, 4)


# 93: several tasks of which one fails


def held(enough):
    """Return a video script that answers once ``enough`` is true."""

    def steps(_):
        wait_until(enough)
        return [mp4()]

    return [[steps]]


@row(93)
def test_a_place_is_filled_before_a_finished_video_is_fetched(world):
    ids = [TASK[:-1] + str(number) for number in range(9)]
    world.serve(
        create=[accepted(each) for each in ids],
        query=states(),
        video=held(lambda: world.creates == len(ids)),
    )
    write_manifest(world, *names(9))
    assert run_batch(world).code == 0
    assert len(world.videos) == len(ids)


@row(93)
@pytest.mark.parametrize("command", ["download", "wait"])
def test_several_videos_are_fetched_at_once(world, command):
    together = threading.Barrier(2)

    def steps(_):
        together.wait(20)
        return [mp4()]

    world.serve(query=states(), video=[[steps]])
    world.add_task()
    world.add_task(OTHER)
    words = ("-o", "{task_id}.mp4", *(("--download",) if command == "wait" else ()))
    assert world.run_inside(command, TASK, OTHER, *words).code == 0
    assert len(world.videos) == 2


@row(93)
def test_fail_fast_prints_what_runs_on_and_its_charge(world):
    """Of eight accepted tasks one fails; seven run on, and three were never bought."""
    ids = [TASK[:-1] + str(number) for number in range(8)]
    running = {f"t{number}": "RUNNING" for number in range(1, 8)}
    world.serve(create=[accepted(each) for each in ids], query=states(t0="FAILED", **running))
    write_manifest(world, *names(11))
    ran = run_batch(world, "--fail-fast")
    assert {record["task_id"]: record["status"] for record in ran.json} == {
        ids[0]: "FAILED",
        **dict.fromkeys(ids[1:], "PENDING"),
    }
    error = ran.error
    assert (ran.code, error["charged"], error["retryable"]) == (5, "mixed", False)
    assert error["next"] == "pixverse batch videos.jsonl --fail-fast"
    assert world.creates == 8


@row(93)
def test_fail_fast_of_wait_prints_what_runs_on(world):
    world.serve(query=states(t1="FAILED", t2="RUNNING"))
    world.add_task(TASK)
    world.add_task(OTHER)
    ran = world.run_inside("wait", "--all", "--fail-fast")
    assert [record["status"] for record in ran.json] == ["FAILED", "RUNNING"]
    assert (ran.code, ran.error["charged"]) == (5, "mixed")
    assert ran.error["next"] == f"pixverse wait {OTHER}"


@row(93)
def test_any_prints_what_still_runs(world):
    world.serve(query=states(t2="RUNNING", t3="RUNNING"))
    for task_id in (TASK, OTHER, THIRD):
        world.add_task(task_id)
    ran = world.run_inside("wait", "--all", "--any")
    assert [record["status"] for record in ran.json] == ["SUCCEEDED", "RUNNING", "RUNNING"]
    assert ran.code == 0


@row(93)
def test_batch_buys_nothing_more_after_arrears_and_saves_what_it_has(world):
    world.serve(create=[accepted(TASK), accepted(OTHER), ARREARS], query=states())
    write_manifest(world, *names(8))
    ran = run_batch(world)
    assert (ran.code, ran.error["charged"]) == (14, "mixed")
    assert (world.creates, len(world.videos)) == (3, 2)
    assert [record["status"] for record in ran.json] == ["SUCCEEDED"] * 2


@pytest.mark.parametrize(
    ("refused", "code"), [(ARREARS, 4), (refusal("401 Unauthorized", "InvalidApiKey"), 3)]
)
@row(93)
def test_batch_stops_at_the_first_create_call_that_refuses_the_account(world, refused, code):
    world.serve(create=[refused])
    write_manifest(world, *names(8))
    ran = run_batch(world)
    assert (ran.code, world.creates, ran.error["charged"]) == (code, 1, "no")


@row(93)
def test_submit_stops_at_the_first_create_call_that_refuses_the_account(world):
    world.serve(create=[accepted(TASK), ARREARS], query=states())
    urls = [f"https://example.com/{number}.png" for number in range(5)]
    ran = world.run_inside("submit", *urls, "--wait")
    assert (ran.code, ran.error["charged"], world.creates) == (14, "mixed", 2)
    assert ran.error["message"] == "1 of 2 tasks did not succeed; 3 of 5 requests were not sent"
    assert len(world.videos) == 1


@row(1)
def test_submit_stops_after_two_videos_for_which_no_connection_can_be_made_1(world):
    world.serve()
    urls = [f"https://example.com/{number}.png" for number in range(5)]
    address = f"http://127.0.0.1:{unused_port()}/api/v1"
    ran = world.run_inside("submit", *urls, DASHSCOPE_HTTP_BASE_URL=address)
    assert (ran.code, ran.error["charged"], world.statuses) == (6, "no", ("NOT_SENT",) * 2)
    assert ran.error["message"].endswith("; 3 of 5 requests were not sent")


@row(93)
def test_a_batch_that_buys_nothing_says_so(world):
    world.sandbox()
    write_manifest(world, "a.mp4")
    assert run_batch(world).code == 0
    write_manifest(world, "a.mp4", "b.mp4")
    with (world.directory / "videos.jsonl").open("a") as file:
        file.write('{"image": "none.png", "output": "c.mp4"}\n')
    (world.directory / "b.mp4").write_text("mine")
    ran = run_batch(world)
    assert (ran.code, ran.error["charged"], world.creates) == (14, "no", 1)


@row(93)
def test_fail_fast_with_an_invalid_video_sends_nothing(world):
    world.sandbox()
    write_manifest(world, "a.mp4")
    with (world.directory / "videos.jsonl").open("a") as file:
        file.write('{"image": "none.png", "output": "c.mp4"}\n')
    ran = run_batch(world, "--fail-fast")
    assert (ran.code, ran.error["charged"], world.sandboxed.calls) == (2, "no", [])


@row(93)
def test_every_task_is_printed_at_the_time_limit_and_nothing_more_is_bought(world):
    ids = [TASK[:-1] + str(number) for number in range(8)]
    running = {f"t{number}": "RUNNING" for number in range(8)}
    world.serve(create=[accepted(each) for each in ids], query=states(**running))
    write_manifest(world, *names(10))
    for options in ((), ("--fail-fast",)):
        ran = run_batch(world, "--timeout", "9", *options)
        assert sorted(record["task_id"] for record in ran.json) == ids
        assert (ran.code, world.creates, ran.error["retryable"]) == (8, 8, False)


@row(93)
def test_tasks_of_an_earlier_batch_are_saved_although_the_account_is_refused_now(world):
    world.serve(create=[accepted(TASK), accepted(OTHER)], query=states(t1="RUNNING", t2="RUNNING"))
    write_manifest(world, "a.mp4", "b.mp4")
    assert run_batch(world, "--timeout", "9").code == 8
    write_manifest(world, "new.mp4", "more.mp4", prompt="Another")
    with (world.directory / "videos.jsonl").open("a") as file:
        for number, output in enumerate(("a.mp4", "b.mp4")):
            fields = {"image": "turtle.webp", "resolution": "360P", "duration": 1}
            file.write(json.dumps(fields | {"output": output, "prompt": f"Prompt {number}"}) + "\n")
    world.service.set_routes(create=ARREARS, query=states())
    ran = run_batch(world)
    assert (ran.code, ran.error["charged"]) == (14, "no")
    assert (world.creates, [video.name for video in world.videos]) == (3, ["a.mp4", "b.mp4"])


@row(95)
def test_a_lock_that_lacks_a_saved_video_is_completed_without_paying(world):
    """The process died after the file got its name and before the lock was written."""
    world.sandbox()
    write_manifest(world, "a.mp4")
    assert run_batch(world).code == 0
    lock = world.directory / "videos.jsonl.lock"
    whole = json.loads(lock.read_text())
    for before in ("", json.dumps(whole | {"fingerprint": "f", "sha256": "s", "task_id": "t"})):
        lock.write_text(before)
        assert run_batch(world).code == 0
        assert json.loads(lock.read_text()) == whole
    assert world.creates == 1


@row(93)
def test_a_dry_run_with_a_video_that_cannot_be_made_exits_as_the_run_would(world):
    world.sandbox()
    write_manifest(world, "a.mp4")
    with (world.directory / "videos.jsonl").open("a") as file:
        file.write('{"image": "none.png", "output": "c.mp4"}\n')
    ran = run_batch(world, "--dry-run")
    assert (ran.code, ran.error["charged"], world.sandboxed.calls) == (14, "no", [])
    assert [line["action"] for line in ran.json] == ["submit", "refuse"]


# 94: one file, written differently


def linked(world):
    (world.directory / "clips").mkdir()
    (world.directory / "link").symlink_to("clips")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.mp4", "./a.mp4"),
        ("clips/a.mp4", "link/a.mp4"),
        ("a.mp4", "clips/../a.mp4"),
        ("a.mp4", "clips//../a.mp4"),
        ("a.mp4", "{index}/../a.mp4"),
        ("clips/a.mp4", "clips/{model}.mp4"),
        ("a.mp4", "HERE/a.mp4"),
    ],
)
@row(94)
def test_outputs_that_are_one_file_are_refused_before_paying(world, one, other):
    world.sandbox()
    linked(world)
    if "{index}" in other:
        (world.directory / "2").mkdir()
    one = one.replace("clips/a.mp4", "clips/v6.mp4") if "{model}" in other else one
    write_manifest(world, one, other.replace("HERE", str(world.directory)))
    ran = run_batch(world)
    assert (ran.code, world.sandboxed.calls) == (2, [])
    assert "is already used by videos.jsonl, line 1" in ran.error["message"]


@pytest.mark.parametrize(
    ("outputs", "says"),
    [
        (("videos.jsonl",), "line 1: output videos.jsonl is already the manifest's"),
        (("b.mp4", "./videos.jsonl.lock"), "line 2: .* is already the manifest's, or its lock's"),
        (("link/../.videos.jsonl.lock.busy",), "is already the manifest's, or its lock's"),
        (("a.mp4", "a.mp4/b.mp4"), "line 2: output a.mp4/b.mp4 needs a folder where .* line 1"),
        (("link/x/y/b.mp4", "clips/x"), "line 1: output link/x/y/b.mp4 needs a folder where"),
    ],
)
@pytest.mark.parametrize("force", [(), ("--force",)])
@row(94)
def test_outputs_that_stand_in_the_way_are_refused_before_paying(world, outputs, says, force):
    world.sandbox()
    linked(world)
    write_manifest(world, *outputs)
    manifest = (world.directory / "videos.jsonl").read_bytes()
    ran = run_batch(world, *force)
    assert (ran.code, world.sandboxed.calls) == (2, [])
    assert re.search(says, ran.error["message"])
    assert (world.directory / "videos.jsonl").read_bytes() == manifest


@row(94)
def test_an_output_in_the_place_that_the_lock_links_to_is_refused(world):
    world.sandbox()
    (world.directory / "kept").write_text("")
    (world.directory / "videos.jsonl.lock").symlink_to("kept")
    write_manifest(world, "a.mp4", "kept")
    ran = run_batch(world, "--force")
    assert (ran.code, world.sandboxed.calls) == (2, [])
    assert "output kept is already the manifest's, or its lock's" in ran.error["message"]


@row(94)
def test_a_template_with_a_different_name_for_each_video_is_allowed(world):
    """The lock names the outputs with their fields filled in."""
    world.sandbox()
    write_manifest(world, "{image}-{index}.mp4", "{image}-{index}.mp4", "{image}-{index}.mp4")
    assert run_batch(world, "--shard", "1/2").code == 0
    assert run_batch(world, "--shard", "2/2").code == 0
    expected = [f"turtle-{number}.mp4" for number in (1, 2, 3)]
    assert [video.name for video in world.videos] == expected
    lock = (world.directory / "videos.jsonl.lock").read_text().splitlines()
    assert [json.loads(line)["output"] for line in lock] == expected
    assert run_batch(world).code == 0
    assert world.creates == 3


@row(94)
def test_a_template_with_takes_is_allowed(world):
    world.sandbox()
    write_manifest(world, "{image}-{take}.mp4", "{image}-{take}.mp4", prompt="equal")
    assert run_batch(world).code == 0
    assert run_batch(world).code == 0
    assert [video.name for video in world.videos] == ["turtle-1.mp4", "turtle-2.mp4"]
    assert world.creates == 2


@pytest.mark.parametrize("command", ["download", "wait"])
@pytest.mark.parametrize("output", ["-", "one.mp4", "{image}.mp4", "./one.mp4"])
@row(94)
def test_several_videos_are_not_fetched_into_one_name(world, command, output):
    world.serve(query=states())
    world.way = Way.PIPE
    for task_id in (TASK, OTHER):
        world.add_task(task_id)
    ran = world.run_inside(command, TASK, OTHER, "-o", output, "--force")
    assert (ran.code, ran.stdout, world.videos) == (2, "", [])
    assert world.service.counts["video"] == 0


# 95: the lock of a manifest (tests/store/test_manifest_lock.py has the details)


@row(95)
def test_four_batches_at_once_write_every_line_of_one_lock(world):
    world.sandbox()
    write_manifest(world, *[f"a\u2028{number}.mp4" for number in range(12)])
    running = [world.start("batch", "videos.jsonl", "--shard", f"{n}/4") for n in (1, 2, 3, 4)]
    assert {world.ended(each).code for each in running} == {0}
    text = (world.directory / "videos.jsonl.lock").read_text("utf-8")
    outputs = [json.loads(line)["output"] for line in text.splitlines()]
    assert outputs == sorted(f"a\u2028{number}.mp4" for number in range(12))
    assert (run_batch(world).code, world.exists) == (0, 12)


@row(95)
def test_a_lock_that_is_not_utf8_is_refused_with_file_and_line(world):
    world.sandbox()
    write_manifest(world, "a.mp4")
    lock = world.directory / "videos.jsonl.lock"
    lock.write_bytes(b"\xff\n")
    ran = run_batch(world)
    assert (ran.code, world.sandboxed.calls, lock.read_bytes()) == (2, [], b"\xff\n")
    assert "videos.jsonl.lock, line 1: not a valid entry" in ran.error["message"]


@row(95)
def test_a_lock_that_cannot_be_written_is_found_out_before_paying(world):
    world.sandbox()
    write_manifest(world, str(world.home / "a.mp4"))
    (world.directory / ".videos.jsonl.lock.busy").mkdir()  # permissions do not stop root
    ran = run_batch(world)
    assert (ran.code, ran.error["charged"], world.sandboxed.calls) == (2, "no", [])
    assert "videos.jsonl.lock cannot be written" in ran.error["message"]


# 99: manifests from spreadsheets and editors

HEADER = "image,output,prompt\n"
GOOD = "turtle.webp,a.mp4,One\n"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("m.csv", HEADER + GOOD + 'turtle.webp,b.mp4,"a" b\n', "m.csv, line 3: not valid CSV"),
        ("m.csv", HEADER + GOOD + 'turtle.webp,b.mp4,"a\n', "m.csv, line 3: not valid CSV"),
        ("m.csv", HEADER + "turtle.webp,b.mp4,a\rb,c.mp4,d\n", "m.csv, line 2: not valid CSV"),
        ("m.csv", HEADER + GOOD + "turtle.webp,b.mp4,a,more\n", "m.csv, line 3: a cell"),
        ("m.csv", "image,output,\nturtle.webp,b.mp4,a\n", "m.csv, line 2: a cell"),
        ("m.csv", "image,output,image\na,b,c\n", "line 1: several columns are named image"),
        ("m.csv", "image;output\nturtle.webp;a.mp4\n", "separated by semicolons; separate the"),
        ("m.csv", "image\toutput\nturtle.webp\ta.mp4\n", "separated by tabs"),
        ("m.csv", "sep=;\nimage;output\nturtle.webp;a.mp4\n", "separated by semicolons"),
        ("m.csv", "image\uff0coutput\na\uff0cb\n", "line 1: .*separated by full-width commas"),
        (
            "m.csv",
            "图片,输出\na,b\na,b\n",
            "^m.csv, line 1: 图片: .*\nm.csv, line 1: 输出: [^\n]*$",
        ),
        ("m.csv", (HEADER + "turtle.webp,a.mp4,海龟\n").encode("gbk"), "line 2: is not UTF-8"),
        ("m.csv", (HEADER + GOOD).encode("utf-16-le"), "line 1: is not UTF-8 text"),
        ("m.csv", "Imag,output\na,b.mp4\n", "Imag: no such field; did you mean image?"),
        ("m.csv", HEADER + "a" * 200_000 + ",a.mp4,b\n", "m.csv, line 2: not valid CSV"),
        ("m.toml", '[[videos]]\nimage = "a"\n', "videos: only .*did you mean \\[\\[video\\]\\]"),
        ("m.toml", '[video]\nimage = "a"\n', "write \\[\\[video\\]\\], with two brackets"),
        ("m.toml", "video = 3\n", "write \\[\\[video\\]\\]"),
        ("m.toml", "video = [1, 2]\n", "video 1: must be a table.*video 2: must be a table"),
        ("m.toml", "[[defaults]]\nduration = 1\n", "must be a table: \\[defaults\\]"),
        ("m.toml", "defaults = 1\n", "must be a table: \\[defaults\\]"),
        ("m.toml", "[[video]]\nimage = [1]\noutput = 1979-05-27\n", "image: must be text"),
        ("m.toml", "[[video]\n", "m.toml: .*at line 1"),
        ("m.toml", "a = " + "[" * 100_000, "m.toml: "),
        ("m.jsonl", '{"image": "a", "output": "b"}\n{image}\n', "m.jsonl, line 2: not valid JSON"),
        ("m.jsonl", "[" * 100_000, "m.jsonl, line 1: not valid JSON"),
        ("m.jsonl", '{"seed": ' + "1" * 5000 + "}", "m.jsonl, line 1: not valid JSON"),
        ("m.jsonl", '{"shot_type": "multi", "shot-type": "multi"}', "shot-type: is given twice"),
        (
            "m.jsonl",
            '{"output": "a", "prompt": "b", "prompt": "c"}',
            "line 1: prompt: is given twice",
        ),
        ("m.jsonl", '{"image": "a", "output": "a\\ud800.mp4"}', "is not a valid file name"),
        ("m.jsonl", '{"image": "https://e.com/a.png", "output": "/dev/stdout"}', "must be a path"),
        ("m.jsonl", "1\n\n[]\n", "line 1: not a JSON object.*line 3: not a JSON object"),
        ("m.jsonl", "\n", "contains no videos"),
    ],
)
@row(99)
def test_an_unreadable_manifest_is_refused_with_file_and_line(world, name, content, says):
    world.sandbox()
    content = content if isinstance(content, bytes) else content.encode()
    (world.directory / name).write_bytes(content)
    ran = world.run_inside("batch", name)
    assert (ran.code, ran.error["charged"], world.sandboxed.calls) == (2, "no", [])
    assert re.search(says, ran.error["message"], re.DOTALL), ran.error["message"]
    assert "charmap" not in ran.stderr


@pytest.mark.parametrize(
    "content",
    [
        (HEADER + GOOD).encode("utf-16"),
        ("sep=,\r\n" + HEADER + GOOD).encode("utf-8-sig"),
        (HEADER + GOOD).replace("\n", "\r").encode(),
        (HEADER + GOOD + "\x1a").encode(),
        b"image,output\nturtle.webp,a.mp4\x1a",
    ],
    ids=["UTF-16", "sep", "CR", "Ctrl-Z", "Ctrl-Z in the last line"],
)
@row(99)
def test_what_spreadsheet_programs_write_is_read_99(world, content):
    world.sandbox()
    (world.directory / "m.csv").write_bytes(content)
    shutil.copy(TURTLE, world.directory)
    ran = world.run_inside("batch", "m.csv", "--dry-run")
    assert (ran.code, '"action": "submit"' in ran.stdout) == (0, True), ran.stderr
    assert '"a.mp4"' in ran.stdout


@row(99)
def test_all_faults_of_a_manifest_are_told_at_once(world):
    world.sandbox()
    rows = (
        '{"image": "turtle.webp"}',
        '{"image": "turtle.webp", "output": "a.mp4", "colour": "red"}',
        "{",
        '{"image": "turtle.webp", "output": "b.mp4", "duration": 99}',
        '{"image": "none.webp", "output": "b.mp4"}',
    )
    write_manifest(world)
    (world.directory / "videos.jsonl").write_text("\n".join(rows))
    message = run_batch(world).error["message"]
    assert [line.partition(":")[0] for line in message.splitlines()] == [
        *("videos.jsonl, line 1", "videos.jsonl, line 2", "videos.jsonl, line 3"),
        *("videos.jsonl, line 5", "videos.jsonl, line 4", "videos.jsonl, line 5"),
    ]


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c"])
@row(99)
def test_lines_of_a_manifest_end_at_lf_only(world, character):
    world.sandbox()
    write_manifest(world, "a.mp4", prompt=f"one{character}two")
    path = world.directory / "videos.jsonl"
    if character >= "\x80":  # JSON escapes the others
        assert character in path.read_text("utf-8")
    assert run_batch(world).code == 0
    assert [each["prompt"] for each in world.rows()] == [f"one{character}two"]


@pytest.mark.parametrize("name", ["m.csv", "m.jsonl", "m.toml"])
@row(99)
def test_byte_order_mark_crlf_blanks_and_empty_rows_are_tolerated(world, name):
    world.sandbox()
    write_manifest(world)
    content = {
        "m.csv": "image , output,prompt,duration,resolution,\n\n"
        ' turtle.webp , "a.mp4", One, 1 , 360p,\n,,,,,\n  ,,,\n',
        "m.jsonl": '{"image":"turtle.webp","output":"a.mp4","duration":1,"prompt":"One",'
        '"resolution":"360p","seed":null}\n\n   \n',
        "m.toml": '[[video]]\nimage="turtle.webp"\noutput="a.mp4"\nduration=1\nprompt="One"\n'
        'resolution="360p"\n\n',
    }[name]
    text = content.replace("\n", "\r\n").encode("utf-8-sig")
    (world.directory / name).write_bytes(text)
    ran = world.run_inside("batch", name)
    assert (ran.code, [video.name for video in world.videos]) == (0, ["a.mp4"]), ran.stderr
    (found,) = world.rows()
    assert (found["image"], found["prompt"], found["seed"]) == ("turtle.webp", "One", None)


@pytest.mark.parametrize("prompt", ["", "   ", "\n"])
@row(99)
def test_a_prompt_that_is_given_but_blank_is_an_error_of_its_video(world, prompt):
    world.sandbox()
    write_manifest(world, "a.mp4", prompt=prompt)
    ran = run_batch(world)
    assert (ran.code, world.sandboxed.calls) == (2, [])
    assert re.search(r"videos.jsonl, line 1: prompt.*is empty", ran.error["message"])


@row(99)
def test_paths_with_a_tilde_are_below_the_home_directory(world):
    world.sandbox()
    shutil.copy(TURTLE, world.home / "t.webp")
    (world.home / "p.txt").write_text("From a file")
    fields = {"image": "~/t.webp", "prompt-file": "~/p.txt", "output": "~/a.mp4"}
    fields |= {"duration": 1, "resolution": "360P"}
    (world.directory / "videos.jsonl").write_text(json.dumps(fields))
    assert run_batch(world).code == 0
    assert (world.home / "a.mp4").is_file()
    assert [each["prompt"] for each in world.rows()] == ["From a file"]


@row(99)
def test_a_prompt_of_a_video_replaces_the_prompt_of_the_defaults(world):
    world.sandbox()
    write_manifest(world)
    (world.directory / "p.txt").write_text("Own")
    (world.directory / "m.toml").write_text(
        '[defaults]\nprompt = "Shared"\nimage = "turtle.webp"\nduration = 1\nresolution = "360P"\n'
        'output = "{index}.mp4"\n[[video]]\nprompt-file = "p.txt"\n[[video]]\n'
    )
    assert world.run_inside("batch", "m.toml").code == 0
    assert [each["prompt"] for each in world.rows()] == ["Own", "Shared"]
