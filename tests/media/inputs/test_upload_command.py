"""The user's own command that makes a public URL of a local file."""

import os
import re
import shlex
from pathlib import Path

import pytest

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.media.inputs.upload_command import run_upload_command


@pytest.fixture
def program(home):
    """Return the path of a program that prints a URL with its last argument."""
    path = home / "up load.sh"
    path.write_text('#!/bin/sh\necho "https://example.com/$1/$(basename "$2")"\n')
    path.chmod(0o755)
    return path


def test_the_path_is_its_last_argument(program, tmp_path):
    expected = "https://example.com/bucket/cat.png"
    assert run_upload_command(f"'{program}' bucket", tmp_path / "cat.png", 60) == expected


def test_a_tilde_before_the_program_is_the_home_directory(program, tmp_path):
    expected = "https://example.com/bucket/cat.png"
    assert run_upload_command(f"'~/{program.name}' bucket", tmp_path / "cat.png", 60) == expected


def run(words, path, seconds=60):
    """Run these words of the shell as an upload command; ``$0`` is the path."""
    return run_upload_command(f"sh -c {shlex.quote(words)}", path, seconds)


def refusal(words, path, seconds=60):
    with pytest.raises(UsageError) as caught:
        run(words, path, seconds)
    assert caught.value.message.startswith("--upload-command sh -c ")
    assert caught.value.hint == "it must print one http(s) URL and nothing else, and exit 0"
    return caught.value.message


@pytest.mark.parametrize("command", ["", " ", "'", "no-such-program-at-all", "/", "\0"])
def test_a_command_that_cannot_be_run_is_refused(command, tmp_path):
    with pytest.raises(UsageError, match=re.escape(f"--upload-command {command}: ")) as caught:
        run_upload_command(command, tmp_path / "cat.png", 60)
    assert "it must print one http(s) URL" in caught.value.hint


def test_the_path_is_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert run('echo "http://x$0"', Path("a.png")) == f"http://x{tmp_path}/a.png"


@pytest.mark.parametrize("variable", ["DASHSCOPE_API_KEY", "DASHSCOPE_API_KEY_FILE_PATH"])
def test_the_command_has_the_users_variables_but_not_the_key(tmp_path, monkeypatch, variable):
    monkeypatch.setenv(variable, "canary")
    monkeypatch.setenv("BUCKET", "mine")
    words = f'echo "https://example.com/$BUCKET/${{{variable}:-none}}"'
    assert run(words, tmp_path / "a") == "https://example.com/mine/none"


def test_the_command_cannot_read_our_stdin(tmp_path):
    reading, writing = os.pipe()
    os.write(writing, b"mine")
    before = os.dup(0)
    os.dup2(reading, 0)
    try:
        assert run('echo "http://x/$(head -c 4)"', tmp_path / "a") == "http://x/"
    finally:
        os.dup2(before, 0)
        for each in (before, reading, writing):
            os.close(each)


def test_a_command_that_takes_too_long_is_ended(tmp_path):
    assert "it has not ended within 0.05 seconds" in refusal("exec sleep 60", tmp_path / "a", 0.05)


def test_a_command_that_fails_is_refused_even_if_it_prints_a_url(tmp_path):
    assert refusal("echo http://x/; exit 3", tmp_path / "a").endswith(": it exited 3")


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("", "''"),
        ("x", "'x'"),
        ("ftp://x/", "'ftp://x/'"),
        ("http://", "'http://'"),
        ("http://x/ y", "'http://x/ y'"),
        ("http://x/\\377", "'http://x/\ufffd'"),
        ("y" * 81, repr("y" * 80)),
    ],
)
def test_what_is_not_one_url_is_shown_up_to_80_characters(tmp_path, printed, said):
    assert refusal(f"printf '{printed}'", tmp_path / "a").endswith(f": it printed {said}")


def test_more_than_a_url_can_be_is_refused(tmp_path):
    said = refusal("echo https://example.com/; printf '%70000s'", tmp_path / "a")
    assert "it printed more than 65536 bytes" in said


def test_a_long_url_is_taken_whole(tmp_path):
    url = f"https://example.com/{'a' * 9000}"
    assert run(f"echo {url}", tmp_path / "a") == url
