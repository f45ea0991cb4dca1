"""E. The output file: hostile names, planted links, two processes (rows 67 to 70)."""

import os

from tests.faults.case import Case, parameters
from tests.faults.service import TASK, VIDEO, mp4, succeeded

NOT_SAVED = {"code": 11, "charged": "yes", "saved": 0, "store": ("SUCCEEDED",)}
SAVED = {"code": 0, "saved": 1, "parts": 0, "store": ("SUCCEEDED",)}
VIDEO_HEAD = mp4()[: -len(VIDEO)]


def prepare_nothing(_directory):
    """Prepare nothing."""


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


def two_at_once(world):
    slow = [VIDEO_HEAD, *(VIDEO[at : at + 4000] for at in range(0, len(VIDEO), 4000))]
    world.serve(video=[slow])
    world.add_task()
    words = ("download", TASK, "-o", "turtle.mp4")
    processes = [world.start(*words) for _ in range(2)]
    endings = [world.ended(process) for process in processes]
    assert world.service.counts["video"] == 1
    assert [ran.code for ran in endings] == [0, 0]
    return endings[0]


def hostile_names(world):
    """Submit with a template of all fields, and with a hostile image name."""
    image = "..%2F..%2Fetc%2Fpasswd-rf%0A" + "x" * 300 + ".png"
    world.serve()
    return world.run(
        "submit",
        f"https://example.com/a/..%2F..%2F{image}",
        *("--interval", "0.2", "-o", "{image}-{seed}-{task_id}.mp4"),
    )


def file_is_inside_the_folder(world, ran):
    (video,) = world.videos
    assert video.parent == world.directory
    assert len(os.fsencode(video.name)) <= 255
    assert not set(video.name) & set("/\n\\")
    complete(world, ran)


def symlinked(name):
    """Return a function that plants a link to a precious file at this name."""

    def prepare(directory):
        (directory.parent / "precious").write_text("precious")
        (directory / name).symlink_to(directory.parent / "precious")

    return prepare


def precious_is_untouched(world, _ran):
    assert (world.directory.parent / "precious").read_text() == "precious"


def directory_in_the_way(world):
    """Download while the output's name becomes a directory, so that the rename fails."""

    def steps(_request):
        (world.directory / "turtle.mp4").mkdir()
        return [mp4()]

    world.serve(video=[[steps]])
    world.add_task()
    return world.run("download", TASK, "-o", "turtle.mp4", "--force")


CASES = (
    Case(67, "hostile names", hostile_names, **SAVED, creates=1, also=file_is_inside_the_folder),
    Case(
        68,
        "link planted at the part",
        download_from(mp4(), options=("-o", "x.mp4"), prepare=symlinked("x.mp4.part")),
        **SAVED,
        also=precious_is_untouched,
    ),
    Case(
        68,
        "link planted at the target",
        download_from(mp4(), options=("-o", "x"), prepare=symlinked("x")),
        **NOT_SAVED,
        says="--force",
        also=precious_is_untouched,
    ),
    Case(
        68,
        "link replaced by force",
        download_from(mp4(), options=("-o", "x.mp4", "--force"), prepare=symlinked("x.mp4")),
        **SAVED,
        also=precious_is_untouched,
    ),
    Case(69, "two processes", two_at_once, **SAVED, also=complete),
    Case(
        70,
        "rename fails",
        directory_in_the_way,
        **NOT_SAVED,
        retryable=False,
        parts=1,
        says=".part|is a directory",
    ),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))
