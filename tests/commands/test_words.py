"""What a new user may type first: it is understood, or the answer says what was meant."""

import shlex

import pytest

from pixverse_cli import __version__
from tests.commands.conftest import TURTLE


@pytest.mark.parametrize("words", ["The camera rises", "The camera rises. Slowly", "镜头缓缓上升"])
def test_words_among_the_images_are_asked_about_as_the_prompt(pixverse, sandbox, words):
    ran = pixverse("submit", TURTLE, words)
    assert (ran.code, sandbox.calls) == (2, [])
    question = f"error: {words!r}: no such file; is that the prompt? use -p {shlex.quote(words)}"
    assert ran.stderr.splitlines() == [question, "hint: nothing was sent"]
    assert pixverse("submit", words).stderr.splitlines()[0] == question


@pytest.mark.parametrize(
    "further",
    [
        *(f"my holiday.{ending}" for ending in ("png", "JPG", "jpeg", "webp", "mp4")),
        *("turtle2", "https://example.com/a b"),
    ],
)
def test_what_looks_like_an_image_is_not_taken_for_a_prompt(pixverse, further):
    assert "is that the prompt" not in pixverse("submit", TURTLE, further, "--dry-run").stderr
    assert "is that the prompt" not in pixverse("submit", TURTLE, "two words", "-p", "x").stderr


@pytest.mark.parametrize(
    "words",
    [
        ("A turtle swims",),
        ("A turtle swims", "-m", "v6-t2v"),
        ("A", "turtle", "swims", "-m", "v6-t2v"),
        (TURTLE, "A turtle swims"),
    ],
)
def test_a_prompt_in_place_of_the_image_is_the_only_thing_that_is_told(pixverse, sandbox, words):
    ran = pixverse("submit", *words)
    assert (ran.code, sandbox.account.creates) == (2, 0)
    assert ran.stderr.splitlines() == [
        "error: 'A turtle swims': no such file; is that the prompt? use -p 'A turtle swims'",
        "hint: nothing was sent",
    ]


def test_a_word_in_place_of_the_image_of_a_text_to_video_model_is_the_prompt(pixverse):
    ran = pixverse("submit", "turtle", "-m", "v6-t2v")
    assert "error: 'turtle': no such file; is that the prompt? use -p turtle\n" in ran.stderr
    assert "text-to-video" not in ran.stderr


def test_words_beside_other_faults_are_told_with_them(pixverse):
    ran = pixverse("submit", "A turtle", "-m", "v6-t2v", "-d", "99")
    assert "use -p 'A turtle'" in ran.stderr
    assert "--duration 99" in ran.stderr


def test_a_picture_without_a_command_is_for_submit(pixverse):
    ran = pixverse("turtle.png", "-p", "up and up")
    assert ran.code == 2
    assert "Did you mean `pixverse submit turtle.png -p 'up and up'`?" in ran.stderr


@pytest.mark.parametrize("name", ["submit", "list", "auth"])
def test_help_with_a_name_is_the_help_of_the_command(pixverse, name):
    ran = pixverse("help", name)
    assert (ran.code, ran.stdout) == (0, pixverse(name, "--help").stdout)


def test_help_alone_is_the_list_of_commands(pixverse):
    ran = pixverse("help")
    assert (ran.code, ran.stdout.rstrip()) == (0, pixverse("--help").stdout.rstrip())
    assert pixverse("help", "sbumit").code == 2


def test_a_word_for_settings_is_answered_with_where_they_are(pixverse):
    ran = pixverse("config", "set", "model", "c1")
    assert ran.code == 2
    assert "config.toml" in ran.stderr
    assert "PIXVERSE_<OPTION>" in ran.stderr


def test_a_capital_v_is_the_version(pixverse):
    assert pixverse("-V").stdout == f"pixverse {__version__}\n"


@pytest.mark.parametrize(
    "words",
    [("-d", "5s", "-r", "720"), ("-d", "5S", "-r", "720p"), ("-d", "5", "-r", "720P")],
)
def test_units_of_duration_and_resolution_may_be_written_or_left_out(pixverse, words):
    ran = pixverse("submit", TURTLE, *words, "--dry-run")
    parameters = ran.json[0]["request"]["parameters"]
    assert (parameters["resolution"], parameters["duration"]) == ("720P", 5)


@pytest.mark.parametrize("words", [("-d", "5m"), ("-d", "s"), ("-r", "P"), ("-r", "720x")])
def test_other_units_are_refused(pixverse, words):
    assert pixverse("submit", TURTLE, *words, "--dry-run").code == 2


def test_a_bad_line_in_the_settings_stops_only_commands_that_use_them(pixverse, home):
    folder = home / ".config" / "pixverse"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("model = c1\n")
    for command in ("list", "cost", "models", "recover"):
        assert pixverse(command).code == 0, command
    ran = pixverse("submit", TURTLE)
    assert ran.code == 2
    assert "strings need quotes" in ran.stderr


@pytest.mark.parametrize(("shell", "named"), [("/usr/bin/zsh", "zsh"), ("/bin/dash", "bash")])
def test_completion_without_a_shell_says_what_to_run(pixverse, shell, named):
    ran = pixverse("completion", SHELL=shell)
    assert (ran.code, ran.stdout) == (2, "")
    assert f"pixverse completion {named}" in ran.stderr
