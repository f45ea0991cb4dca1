"""H. Files: output names, paths that the system refuses, images and videos (94, 97 to 101)."""

import errno
import gzip
import os
import shutil
import subprocess
import zlib

import pytest

from tests.faults.case import Case, Way, parameters, row
from tests.faults.service import TASK, VIDEO, mp4
from tests.faults.world import DATA, IMAGE_URL, TURTLE
from tests.permissions.conftest import checked_permissions
from tests.processes import COMMAND, Ran

REFUSED = {"code": 2, "charged": "no", "retryable": False, "creates": 0, "store": ()}
NOT_SAVED = {"code": 11, "charged": "yes", "saved": 0, "store": ("SUCCEEDED",)}
SAVED = {"code": 0, "saved": 1, "parts": 0, "store": ("SUCCEEDED",)}
FAST = ("-p", "A turtle", "--interval", "0.2")


# 94: outputs that are one file


def two_images(output, prepare=lambda _here: None):
    """Return a submit of two images, ``one.webp`` and ``two.webp``, with this output."""

    def submit(world):
        world.serve()
        for name in ("one.webp", "two.webp"):
            shutil.copy(TURTLE, world.directory / name)
        prepare(world.directory)
        return world.run("submit", "one.webp", "two.webp", *FAST, "-o", output)

    return submit


def link_between_folders(here):
    (here / "one").mkdir()
    (here / "two").symlink_to("one")


def no_folder_was_made(world, _ran):
    assert not [path for path in world.directory.iterdir() if path.suffix != ".webp"]


# 98: a file system without hard links


def without(system_calls, error):
    """Return a submit during which these system calls fail with this error."""

    def submit(world):
        strace = shutil.which("strace")
        if strace is None:
            pytest.skip("strace is not installed")
        world.serve()
        log = world.directory.parent / "calls"
        tampered = ["-e", f"trace={system_calls}", "-e", f"inject={system_calls}:error={error}"]
        words = [strace, "-f", "-o", log, *tampered, *COMMAND, "submit", IMAGE_URL, *FAST, "-w"]
        done = subprocess.run(
            [*words, *world.flags],
            cwd=world.directory,
            env=world.environment({}),
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode and "ptrace" in done.stderr:
            pytest.skip("this machine does not let processes be traced")
        assert "INJECTED" in log.read_text()
        assert [path.name for path in world.pixverse.state.iterdir()] == ["tasks.db"]
        return world.hear(Ran(code=done.returncode, stdout=done.stdout, stderr=done.stderr))

    return submit


# 99: the settings file (manifests: tests of batch)


def settings_file(content, *words):
    """Return a submit with this ``config.toml``."""

    def submit(world):
        world.serve()
        folder = world.home / ".config" / "pixverse"
        folder.mkdir(parents=True)
        (folder / "config.toml").write_bytes(content)
        return world.run("submit", IMAGE_URL, *(words or FAST))

    return submit


def received(text):
    def judge(world, _ran):
        assert text.encode() in world.service.sent["create"][0]

    return judge


# 100: images that are not complete


def image(name, change):
    """Return a submit of an image whose bytes were changed."""

    def submit(world):
        world.serve()
        (world.directory / name).write_bytes(change((DATA / name).read_bytes()))
        return world.run_inside("submit", name, *FAST)

    return submit


def half(data):
    return data[: len(data) // 2]


def half_zeros(data):
    return half(data) + bytes(len(data) - len(data) // 2)


def with_bytes_behind(data):
    return data + b"\0more\n"


# 101: videos that are odd but whole


def download(*answers):
    def run(world):
        world.serve(video=list(answers))
        world.add_task()
        return world.run_inside("download", TASK)

    return run


def holds(content, note):
    def judge(world, ran):
        (video,) = world.videos
        assert video.read_bytes() == content
        assert world.way is Way.JSON or note in ran.stderr

    return judge


def bare_deflate(data):
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


BEHIND = VIDEO + bytes(8)
ODD_FIRST = b"\0\0\0\x08odd!" + VIDEO
ODD_LAST = VIDEO + b"\0\0\1\0free...."
ODD = (
    ("bytes behind", BEHIND, "the video is complete, but 8 bytes follow"),
    ("odd first box", ODD_FIRST, "it starts with a box 'odd!'"),
    ("odd last box", ODD_LAST, "12 bytes follow"),
)
ENCODED = (
    ("gzip", "gzip", gzip.compress(VIDEO)),
    ("deflate", "deflate", zlib.compress(VIDEO)),
    ("deflate without header", "deflate", bare_deflate(VIDEO)),
)

CASES = (
    Case(94, "one name", two_images("a.mp4"), **REFUSED, says="2 videos would all be named a.mp4"),
    Case(
        94,
        "symlinked folder",
        two_images("{image}/a.mp4", link_between_folders),
        **REFUSED,
        says="two/a.mp4 is the same file",
    ),
    Case(
        94,
        "one name in a missing folder",
        two_images("new/../clips/{model}.mp4"),
        **REFUSED,
        says="2 videos would all be named",
        also=no_folder_was_made,
    ),
    *(
        Case(98, error, without("link,linkat", error), **SAVED, creates=1, ways=(Way.PIPE,))
        for error in ("EPERM", "EOPNOTSUPP")
    ),
    Case(98, "no file locks for the part", without("flock", "ENOLCK"), **SAVED, ways=(Way.PIPE,)),
    Case(
        99,
        "BOM, CRLF and U+2028 in config.toml",
        settings_file("\ufeff# a\u2028b\r\nseed = 7\r\n".encode()),
        code=0,
        creates=1,
        also=received('"seed": 7'),
    ),
    *(
        Case(
            99,
            what,
            settings_file(content),
            **REFUSED,
            says=f"config.toml.*{said}",
            ways=(Way.JSON,),
        )
        for what, content, said in (
            ("a table for a value", b"# first\n[model]\nx = 1", "line 2: model: must be text"),
            ("a list of tables", b"[[video]]\nmodel = 'c1'", "line 1: video: no such setting"),
            ("a date for a number", b"\nseed = 2026-01-01", "line 2: seed: must be text"),
            ("U+2028 as a line end", "seed = 7\u2028model = 'c1'".encode(), "line 1"),
            ("not UTF-8", b"model = 'c1'\n\xff", "line 2 is not UTF-8"),
            ("a huge number", b"seed = 0x" + b"f" * 5000, "line 1: seed: must be text"),
            ("a deep value", b"seed = " + b"[" * 5000, "nested too deeply"),
        )
    ),
    *(
        Case(100, f"{name}, {change.__name__}", image(name, change), **REFUSED, says="cut|damaged")
        for name in ("turtle.jpg", "turtle.png", "turtle.webp")
        for change in (half, half_zeros)
    ),
    *(
        Case(100, f"{name}, bytes behind", image(name, with_bytes_behind), code=0, creates=1)
        for name in ("turtle.jpg", "turtle.png", "turtle.webp")
    ),
    *(
        Case(101, what, download(mp4(content)), **SAVED, also=holds(content, note))
        for what, content, note in ODD
    ),
    *(
        Case(
            101,
            what,
            download(mp4(body, content_encoding=encoding)),
            **SAVED,
            also=holds(VIDEO, f"Content-Encoding: {encoding}"),
        )
        for what, encoding, body in ENCODED
    ),
    Case(
        101,
        "gzip that is cut, then whole",
        download(
            mp4(ENCODED[0][2], content_encoding="gzip", etag='"1"')[:-100],
            mp4(ENCODED[0][2], content_encoding="gzip", etag='"1"'),
        ),
        **SAVED,
        also=holds(VIDEO, "gzip"),
    ),
    Case(
        101,
        "gzip that is always cut",
        download(mp4(ENCODED[0][2], content_encoding="gzip")[:-100]),
        **NOT_SAVED,
        retryable=True,
    ),
    Case(
        101,
        "whole, but shorter than promised",
        download(mp4(content_length=str(len(VIDEO) + 8))),
        **NOT_SAVED,
        retryable=True,
    ),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))


# 97: paths that the system refuses, each in every place

REASONS = {
    errno.EACCES: "permission denied",
    errno.ENAMETOOLONG: "file name too long",
    errno.ENOTDIR: "not a directory",
    errno.ELOOP: "too many levels of symbolic links",
}


def refused_path(here, code):
    """Return a path at which every look ends with this error."""
    if code == errno.ENAMETOOLONG:
        return here / ("x" * 300) / "it"
    place = here / "place"
    if code == errno.EACCES:
        place.mkdir(mode=0)
    elif code == errno.ENOTDIR:
        place.touch()
    else:
        place.symlink_to("place")
    return place / "it"


def run_refused(world, code, words, variables):
    """Run where file permissions are checked."""
    with checked_permissions():
        ran = world.run_inside(*words, **variables)
    if code == errno.EACCES:
        (world.directory / "place").chmod(0o700)
    return ran


SUBMIT = ("submit", IMAGE_URL, *FAST)
MANIFEST = '[[video]]\nimage = "{image}"\nprompt = "A turtle"\noutput = "{output}"\n'
EVERY_REASON = pytest.mark.parametrize(
    "code", [pytest.param(code, id=errno.errorcode[code]) for code in REASONS]
)


@EVERY_REASON
@pytest.mark.parametrize(
    ("words", "variable", "exit_code"),
    [
        pytest.param((*SUBMIT, "-o", "{path}.mp4"), None, 2, id="output"),
        pytest.param((*SUBMIT, "-o", "{path}/new/"), None, 2, id="output folder"),
        pytest.param(("submit", "{path}.png"), None, 2, id="image"),
        pytest.param(("submit", IMAGE_URL, "-P", "{path}"), None, 2, id="prompt file"),
        pytest.param(("batch", "{path}.toml"), None, 2, id="manifest"),
        pytest.param(("batch", "set.toml"), None, 2, id="output of a manifest"),
        pytest.param(SUBMIT, "PIXVERSE_STATE_DIR", 1, id="state"),
        pytest.param(("list",), "PIXVERSE_STATE_DIR", 1, id="state, list"),
        pytest.param(("doctor",), "PIXVERSE_STATE_DIR", 1, id="state, doctor"),
        pytest.param(SUBMIT, "PIXVERSE_CONFIG_DIR", 2, id="config"),
        pytest.param(("doctor",), "PIXVERSE_CONFIG_DIR", 1, id="config, doctor"),
        pytest.param(SUBMIT, "DASHSCOPE_API_KEY_FILE_PATH", 3, id="key file"),
    ],
)
@row(97)
def test_a_path_that_the_system_refuses_is_told_before_paying_97(
    world, code, words, variable, exit_code
):
    world.serve()
    path = refused_path(world.directory, code)
    manifest = MANIFEST.format(image=IMAGE_URL, output=f"{path}.mp4")
    (world.directory / "set.toml").write_text(manifest, encoding="utf-8")
    variables = {variable: path} if variable else {}
    if variable == "DASHSCOPE_API_KEY_FILE_PATH":
        variables["DASHSCOPE_API_KEY"] = None
    ran = run_refused(world, code, [word.format(path=path) for word in words], variables)
    assert (ran.code, world.creates) == (exit_code, 0), ran
    assert REASONS[code] in (ran.stdout + ran.stderr).lower()
    assert str(path.parent) in ran.stdout + ran.stderr
    assert "bug" not in ran.stderr
    if words == ("doctor",):
        assert f"fail  {'store' if 'STATE' in variable else 'settings'}" in ran.stdout


@EVERY_REASON
@pytest.mark.parametrize("words", [("list",), ("status",), ("download", TASK), ("wait", TASK)])
@row(97)
def test_a_saved_file_that_cannot_be_reached_any_more_is_no_error_97(world, code, words):
    world.serve()
    world.add_task()
    assert world.run_inside("download", TASK, "-o", "old.mp4").code == 0
    path = refused_path(world.directory, code)
    world.set_file(f"{path}.mp4")
    ran = run_refused(world, code, words, {})
    assert ran.code == 0, ran
    assert TASK in ran.stdout or "turtle" in ran.stdout or "video.mp4" in ran.stdout


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        pytest.param((*SUBMIT, "-o", "x.mp4"), 2, id="output"),
        pytest.param(("submit", IMAGE_URL, IMAGE_URL, "-o", "x.mp4"), 2, id="outputs"),
        pytest.param(("submit", "image.png"), 2, id="image"),
        pytest.param(("batch", "set.toml"), 2, id="manifest"),
        pytest.param(("doctor",), 0, id="doctor"),
        pytest.param(("list", "--html", "x.html"), 2, id="page"),
        pytest.param(("download", TASK), 11, id="download"),
    ],
)
@row(97)
def test_a_deleted_current_folder_is_told_in_the_place_that_needs_it_97(world, words, exit_code):
    world.serve()
    world.add_task()
    delete_and_run = ("sh", "-c", 'rmdir "$PWD"; exec "$@"', "sh")
    done = subprocess.run(
        [*delete_and_run, *COMMAND, *words],
        cwd=world.directory,
        env=world.environment({}),
        stdin=subprocess.DEVNULL,
        check=False,
        capture_output=True,
        text=True,
    )
    ran = world.hear(Ran(code=done.returncode, stdout=done.stdout, stderr=done.stderr))
    assert (ran.code, world.creates) == (exit_code, 0), ran
    assert exit_code == 0 or "no such file or directory" in ran.stderr
    assert "bug" not in ran.stderr


@pytest.mark.skipif(not os.access("/sys", os.F_OK), reason="needs a folder that nobody can fill")
@pytest.mark.parametrize(
    ("words", "variable", "exit_code"),
    [
        pytest.param((*SUBMIT, "-o", "/sys/pixverse/a.mp4"), None, 2, id="output"),
        pytest.param(SUBMIT, "PIXVERSE_STATE_DIR", 1, id="state"),
        pytest.param(("auth", "login"), "PIXVERSE_CONFIG_DIR", 1, id="key"),
    ],
)
@row(97)
def test_a_folder_that_nobody_can_make_is_told_before_paying_97(world, words, variable, exit_code):
    """EPERM or EROFS, even for root."""
    world.serve()
    variables = {variable: "/sys/pixverse"} if variable else {}
    if words[0] == "auth":
        ran = world.hear(
            world.pixverse(*words, stdin="sk-0123456789\n", **variables, DASHSCOPE_API_KEY=None)
        )
    else:
        ran = world.run_inside(*words, **variables)
    assert (ran.code, world.creates) == (exit_code, 0), ran
    assert "/sys" in ran.stderr
    assert any(why in ran.stderr.lower() for why in ("not permitted", "read-only", "denied"))
    assert "bug" not in ran.stderr
