"""E. The output file: its path, the free space, the writing to disk (rows 58 to 61, 71)."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.faults.case import Case, Way, parameters, row
from tests.faults.service import TASK, VIDEO, accepted, mp4, succeeded
from tests.faults.world import IMAGE_URL
from tests.processes import COMMAND

SUBMIT = ("submit", IMAGE_URL, "-p", "A turtle", "--interval", "0.2", "-o")
REFUSED = {"code": 2, "charged": "no", "retryable": False, "creates": 0, "store": ()}
NOT_SAVED = {"code": 11, "charged": "yes", "saved": 0, "store": ("SUCCEEDED",)}
SAVED = {"code": 0, "saved": 1, "parts": 0, "store": ("SUCCEEDED",)}


def prepare_nothing(_directory):
    """Prepare nothing."""


def before_paying(output, prepare=prepare_nothing, *options):
    """Return a submit with this output, which is checked before the create call."""

    def submit(world):
        world.serve()
        prepare(world.directory)
        return world.run(*SUBMIT, output, *options)

    return submit


def download_from(*answers, options=(), prepare=prepare_nothing, inside=True, query=None):
    """Return a download whose video host gives these answers in turn."""

    def download(world):
        world.serve(video=list(answers), query=query or [succeeded()])
        world.add_task()
        prepare(world.directory)
        run = world.run_inside if inside else world.run
        return run("download", TASK, *options)

    return download


def complete(world, _ran):
    (video,) = world.videos
    assert video.read_bytes() == VIDEO


def folder_is_made_before_paying(world):
    """Submit with an output in a missing folder, which must exist when the create call arrives."""

    def steps(_request):
        assert (world.directory / "new" / "clips").is_dir()
        return [accepted()]

    world.serve(create=[[steps]])
    return world.run(*SUBMIT, "new/clips/turtle.mp4")


def refused_without_a_key(world):
    world.serve()
    return world.run(*SUBMIT, "clips/x.mp4", DASHSCOPE_API_KEY=None)


def no_folder_was_made(world, _ran):
    assert list(world.directory.iterdir()) == []


def folder_goes_away(and_then):
    """Return a submit whose output folder is deleted after the check, while the task runs."""

    def submit(world):
        folder = world.directory / "clips"
        folder.mkdir()

        def steps(request):
            if folder.is_dir():
                shutil.rmtree(folder)
                and_then(folder)
            return succeeded()[0](request)

        world.serve(query=[[steps]])
        return world.run(*SUBMIT, "clips/turtle.mp4")

    return submit


def name_is_taken_meanwhile(world):
    """Download while another program creates a file under the output's name."""

    def steps(_request):
        (world.directory / "turtle.mp4").write_bytes(VIDEO[:-1] + b"!")
        return [mp4()]

    world.serve(video=[[steps]])
    world.add_task()
    return world.run("download", TASK, "-o", "turtle.mp4")


def other_file_is_untouched(world, _ran):
    assert (world.directory / "turtle.mp4").read_bytes() == VIDEO[:-1] + b"!"


def already_saved(world):
    download_from(mp4())(world)
    again = world.run_inside("download", TASK)
    assert world.service.counts["video"] == 1
    return again


def to_stdout(world):
    world.serve()
    world.add_task()
    with (world.directory.parent / "streamed").open("wb") as stdout:
        process = world.start("download", TASK, "-o", "-", flags=(), stdout=stdout)
        ran = world.ended(process)
    assert (world.directory.parent / "streamed").read_bytes() == VIDEO
    return ran


def full_disk(kilobytes, answers):
    """Return a download to a file system of this size, which is too small."""

    def download(world):
        disk = world.directory / "disk"
        disk.mkdir()
        size = f"size={kilobytes}k"
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", disk], check=False)
        if mounted.returncode:
            world.file_limit = 38_000  # no permission to mount: limit the size of files instead
        try:
            return download_from(*answers, options=("-o", "disk/"), inside=False)(world)
        finally:
            if not mounted.returncode:
                subprocess.run(["umount", "-l", disk], check=True)

    return download


def part_is_reported(_world, ran):
    assert "kept in" in ran.stderr


CASES = (
    Case(58, "folder missing", folder_is_made_before_paying, **SAVED, creates=1),
    Case(
        58,
        "folder missing, another check fails",
        before_paying("clips/x.mp4", prepare_nothing, "--seed", "-1"),
        **REFUSED,
        also=no_folder_was_made,
    ),
    Case(
        58,
        "folder missing, no key",
        refused_without_a_key,
        **REFUSED | {"code": 3},
        also=no_folder_was_made,
    ),
    Case(
        58,
        "folder missing, dry run",
        before_paying("clips/x.mp4", prepare_nothing, "--dry-run"),
        code=0,
        creates=0,
        also=no_folder_was_made,
        ways=(Way.PIPE,),
    ),
    Case(
        58, "folder is not writable", before_paying("/proc/x.mp4"), **REFUSED, says="cannot write"
    ),
    Case(
        58,
        "folder cannot be made",
        before_paying("/proc/clips/x.mp4"),
        **REFUSED,
        says="cannot write",
    ),
    Case(58, "folder deleted meanwhile", folder_goes_away(prepare_nothing), **SAVED, creates=1),
    Case(
        58,
        "folder deleted meanwhile, cannot be made",
        folder_goes_away(Path.touch),
        **NOT_SAVED,
        creates=1,
        says="clips.*pixverse download",
    ),
    Case(
        59,
        "exists, before paying",
        before_paying("x.mp4", lambda here: (here / "x.mp4").write_bytes(VIDEO)),
        **REFUSED,
        says="--force",
    ),
    Case(
        59,
        "appears meanwhile",
        name_is_taken_meanwhile,
        **NOT_SAVED | {"saved": 1},
        says="--force",
        also=other_file_is_untouched,
    ),
    Case(59, "already saved", already_saved, **SAVED, also=complete),
    Case(
        60,
        "a directory",
        download_from(
            mp4(), options=("-o", "clips"), prepare=lambda here: (here / "clips").mkdir()
        ),
        **SAVED,
    ),
    Case(
        60,
        "a named pipe",
        before_paying("pipe", lambda here: os.mkfifo(here / "pipe"), "--force"),
        **REFUSED,
        says="named pipe",
    ),
    Case(60, "a device", before_paying("/dev/null", prepare_nothing, "--force"), **REFUSED),
    Case(60, "stdout", to_stdout, code=0, ways=(Way.PIPE,)),
    Case(60, "stdout with JSON", before_paying("-"), **REFUSED, ways=(Way.JSON,)),
    Case(
        61,
        "disk too small",
        full_disk(16, [mp4()]),
        **NOT_SAVED,
        retryable=False,
        says="free|cannot save",
    ),
    Case(
        61,
        "disk full",
        full_disk(16, [mp4(content_length=None)]),
        **NOT_SAVED,
        retryable=False,
        parts=None,
        also=part_is_reported,
    ),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))


@row(71)
def test_file_name_and_folder_are_written_to_disk_in_this_order_71(world):
    """A power cut cannot be caused in a test, so the system calls are checked instead."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    world.serve()
    world.add_task()
    log = world.directory.parent / "calls"
    calls = "trace=fsync,fdatasync,link,linkat,rename,renameat,renameat2,openat"
    traced = [strace, "-f", "-y", "-e", calls, "-o", str(log)]
    words = [*traced, *COMMAND, "download", TASK, "-o", "turtle.mp4"]
    done = subprocess.run(
        words, cwd=world.directory, env=world.environment({}), check=False, capture_output=True
    )
    if done.returncode and b"ptrace" in done.stderr:
        pytest.skip("this machine does not let processes be traced")
    assert done.returncode == 0, done.stderr
    steps = [line for line in log.read_text().splitlines() if "turtle" in line or "here>" in line]
    order = ["fsync" if "fsync(" in line else "name" if "link(" in line else "" for line in steps]
    assert [step for step in order if step][-3:] == ["fsync", "name", "fsync"]
