"""What ``submit`` is given: empty prompts, options given twice, and paths in every spelling."""

import os
import subprocess
from functools import partial

import pytest

from tests.commands.conftest import SMALL, TURTLE
from tests.faults.service import Service, task_is, upload_policy
from tests.sandbox.media import film, sound
from tests.servers import answer

WORDS = ("submit", str(TURTLE), *SMALL)


@pytest.fixture
def settings(home):
    """Return a function that writes ``config.toml``."""

    def write(content):
        folder = home / ".config" / "pixverse"
        folder.mkdir(parents=True)
        (folder / "config.toml").write_bytes(content)

    return write


@pytest.mark.parametrize(
    "prompt", ["", " ", "\n\t", "\u3000\u2003\u00a0", "\ufeff\u200b", "\u2800"]
)
def test_a_prompt_that_is_given_but_empty_is_refused(submit, sandbox, prompt):
    ran = submit("-p", prompt)
    assert (ran.code, sandbox.account.creates) == (2, 0)
    assert "--prompt: is empty: leave it out for a video without a prompt" in ran.stderr


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_an_empty_prompt_file_is_refused(submit, sandbox, tmp_path, content):
    (tmp_path / "prompt.txt").write_bytes(content)
    ran = submit("-P", "prompt.txt")
    assert (ran.code, sandbox.account.creates) == (2, 0)
    assert "--prompt-file prompt.txt: is empty" in ran.stderr


def test_a_prompt_file_that_is_a_pipe_without_a_writer_is_empty(submit, sandbox, tmp_path):
    os.mkfifo(tmp_path / "prompt.txt")
    ran = submit("-P", "prompt.txt")
    assert (ran.code, sandbox.account.creates) == (2, 0)
    assert "--prompt-file prompt.txt: is empty" in ran.stderr


def test_an_empty_prompt_from_stdin_is_refused(pixverse, sandbox):
    ran = pixverse(*WORDS, "-P", "-", stdin="\n")
    assert (ran.code, sandbox.account.creates) == (2, 0)
    assert "--prompt-file -: is empty" in ran.stderr


def test_without_the_option_there_is_no_prompt(submit, pixverse):
    assert submit().code == 0
    assert pixverse("list", "--json").json[0]["prompt"] is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-p", "x", "-p", "y"), "--prompt was given 2 times: a video has one prompt"),
        (("-p", "x", "--prompt", "x", "-p", "z"), "--prompt was given 3 times"),
        (("-P", "a", "-P", "b"), "--prompt-file was given 2 times"),
        (("-p", "x", "-P", "a"), "--prompt and --prompt-file: give only one of them"),
        (("-P", "-", "-P", "-"), "stdin can be read only once"),
    ],
)
def test_a_video_has_one_prompt(submit, sandbox, options, said):
    ran = submit(*options)
    assert (ran.code, sandbox.account.creates) == (2, 0)
    assert said in ran.stderr


@pytest.mark.parametrize("option", ["--output=~/x/", "--output=~/x/turtle.mp4"])
def test_a_tilde_in_the_output_is_the_home_directory(submit, home, option):
    (path,) = submit(option).lines
    assert path.startswith(f"{home}/x/turtle")
    assert (home / "x").is_dir()


def test_a_tilde_and_a_slash_in_the_configured_output_work_as_in_the_option(submit, settings, home):
    settings(b"\xef\xbb\xbfoutput = '~/clips/'\r\n")
    ran = submit("--wait")
    assert [os.path.dirname(line) for line in ran.lines] == [f"{home}/clips"]  # noqa: PTH120


def test_a_folder_in_the_environment_works_as_in_the_option(submit, tmp_path):
    ran = submit("--wait", PIXVERSE_OUTPUT="clips/")
    assert ran.lines[0].startswith(f"{tmp_path}/clips/turtle-")


def test_a_tilde_in_image_and_prompt_file_is_the_home_directory(pixverse, home):
    (home / "cat.webp").write_bytes(TURTLE.read_bytes())
    (home / "prompt.txt").write_text("A turtle", encoding="utf-8")
    assert pixverse("submit", "~/cat.webp", "-P", "~/prompt.txt", *SMALL).code == 0
    assert pixverse("list", "--json").json[0]["prompt"] == "A turtle"


@pytest.mark.parametrize("name", ["a.gif", "a.webm", "clips/a.PNG", "{image}.mov"])
def test_a_name_of_another_kind_of_media_is_refused(submit, sandbox, tmp_path, name):
    ran = submit("-o", name)
    assert (ran.code, sandbox.account.creates) == (2, 0)
    assert "videos are MP4 files" in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_special_files_other_than_stdout_are_refused(submit, sandbox):
    for path in ("/dev/stderr", "/dev/stdin", "/dev/null", "/dev/fd/2", "/dev/tty"):
        ran = submit("-o", path, "--force")
        assert (ran.code, sandbox.account.creates) == (2, 0), path
        assert path in ran.stderr


def test_dev_stdout_is_stdout(pixverse):
    with pixverse.start(*WORDS, "-o", "/dev/stdout", "-q", stdout=subprocess.PIPE) as process:
        assert process.stdout.buffer.read()[4:8] == b"ftyp"
    assert process.returncode == 0


def test_a_process_substitution_as_image_points_to_stdin(pixverse, sandbox):
    read, write = os.pipe()
    try:
        ran = pixverse("submit", f"/dev/fd/{read}", *SMALL)
    finally:
        os.close(read)
        os.close(write)
    assert (ran.code, sandbox.account.creates) == (2, 0)
    assert "give - in its place" in ran.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("submit", TURTLE, "large.webp", "larger.webp"),
        ("lipsync", "film.mp4", "--audio", "large.wav"),
    ],
)
def test_files_over_the_services_own_limit_are_told_before_anything_is_paid(
    pixverse, tmp_path, words
):
    (tmp_path / "large.webp").write_bytes(TURTLE.read_bytes() + bytes(2**20))
    (tmp_path / "larger.webp").write_bytes(TURTLE.read_bytes() + bytes(2**21))
    (tmp_path / "film.mp4").write_bytes(film(size=(64, 36)))
    (tmp_path / "large.wav").write_bytes(sound(seconds=13, container="wav"))
    with Service(policy=[[partial(upload_policy, megabytes=1)]]) as service:
        ran = pixverse(*words, **service.environment)
        assert (ran.code, service.counts["upload"], service.counts["create"]) == (2, 0, 0)
    for name in words[2:]:
        assert not name.startswith("large") or f"{name}: has " in ran.stderr
    assert "store takes at most 1048576 bytes for this model" in ran.stderr


@pytest.mark.parametrize(("options", "bought"), [((), 1), (("--fail-fast",), 0)])
def test_a_batch_ends_items_over_the_services_own_limit_first(pixverse, tmp_path, options, bought):
    (tmp_path / "large.webp").write_bytes(TURTLE.read_bytes() + bytes(2**20))
    rows = f"image,output,resolution,duration\n{TURTLE},a.mp4,360P,1\nlarge.webp,b.mp4,360P,1\n"
    (tmp_path / "videos.csv").write_text(rows)
    with Service(policy=[[partial(upload_policy, megabytes=1)]]) as service:
        ran = pixverse("batch", "videos.csv", *options, **service.environment)
        assert service.counts["create"] == bought
    assert "large.webp: has " in ran.stderr
    assert ran.stderr.index("large.webp: has") < ran.stderr.index("submitted")


def test_a_service_that_does_not_tell_its_limit_is_asked_again_at_each_upload(pixverse, tmp_path):
    (tmp_path / "b.webp").write_bytes(TURTLE.read_bytes() + b"b")
    with Service(policy=[answer(status="404 Not Found"), [upload_policy]]) as service:
        ran = pixverse("submit", TURTLE, "b.webp", **service.environment)
        assert (ran.code, service.counts["policy"], service.counts["create"]) == (0, 3, 2)


@pytest.mark.parametrize(
    ("message", "uploads"),
    [
        ("The provided URL does not appear to be valid.", 2),
        ("Failed to download multimodal content.", 2),
        ("The size is not match 360P", 1),
    ],
)
def test_after_a_failed_task_a_file_that_could_not_be_used_is_uploaded_again(
    pixverse, message, uploads
):
    failed = task_is("FAILED", code="InvalidParameter", message=message)
    with Service(query=failed) as service:
        for _ in range(2):
            assert pixverse(*WORDS, "--wait", **service.environment).code == 5
        assert (service.counts["upload"], service.counts["create"]) == (uploads, 2)
