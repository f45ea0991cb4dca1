"""The user's own command that makes a public URL of a local file."""

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


@pytest.mark.parametrize("command", ["", " ", "'", "no-such-program-at-all", "/", "\0"])
def test_a_command_that_cannot_be_run_is_refused(command, tmp_path):
    with pytest.raises(UsageError):
        run_upload_command(command, tmp_path / "cat.png", 60)


def test_the_command_has_the_users_variables_but_not_the_key(home, tmp_path, monkeypatch):
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-canary")
    monkeypatch.setenv("BUCKET", "mine")
    show = home / "show.sh"
    show.write_text('#!/bin/sh\necho "https://example.com/$BUCKET/${DASHSCOPE_API_KEY:-none}"\n')
    show.chmod(0o755)
    assert run_upload_command(str(show), tmp_path / "a", 60) == "https://example.com/mine/none"
