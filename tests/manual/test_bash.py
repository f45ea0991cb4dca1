"""bash with different settings and with or without bash-completion."""

import shutil

import pytest

from tests.manual.shells import Bash, words

# The function with which bash-completion completes a command line inside another one.
HELPER = """
%s()
{
    COMPREPLY=("word $1 of $COMP_CWORD")
}
"""


@pytest.fixture
def open_bash(world):
    """Return a function that opens a bash with lines in its rc file."""
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    opened = []

    def opener(before):
        opened.append(Bash(world.environ, world.home, world.scratch, before))
        return opened[-1]

    yield opener
    for each in opened:
        each.close()


@pytest.mark.parametrize("name", ["_command_offset", "_comp_command_offset"])
def test_bash_completion_completes_a_command_after_sandbox(open_bash, name):
    bash = open_bash(HELPER % name)
    assert bash.complete("pixverse sandbox --seed=5 -- ls -") == ["word 6 of 7"]


def test_without_bash_completion_the_commands_own_completion_is_used(open_bash):
    bash = open_bash(
        '_lights() { COMPREPLY=("$1:$2:$3:$COMP_LINE:$COMP_CWORD"); }; complete -F _lights lights\n'
    )
    assert bash.complete("pixverse sandbox -- lights on re") == ["lights:re:on:lights on re:2"]


def test_values_are_completed_when_the_equals_sign_does_not_split_words(open_bash):
    bash = open_bash("COMP_WORDBREAKS=${COMP_WORDBREAKS//=}\n")
    kinds = ("", "-kf2v", "-r2v", "-t2v")
    assert bash.complete("pixverse submit --model=v5") == [f"--model=v5.6{end}" for end in kinds]
    assert words(bash.complete("pixverse submit --model=v5.6 -r 1080P -d ")) == ["5", "8"]
    assert bash.run("pixverse submit --output=not") == ["submit", "--output=notes.txt"]


@pytest.mark.parametrize("setting", ["set -u", "set -o noglob", "shopt -s nocasematch extglob"])
def test_shell_options_do_not_change_the_completion(open_bash, setting):
    bash = open_bash(f"{setting}\n")
    assert words(bash.complete("pixverse submit --mo")) == ["--model"]
    assert words(bash.complete("pixverse submit -m v5.6 -r 1080P -d ")) == ["5", "8"]
    assert len(words(bash.complete("pixverse status "))) == 3
    assert words(bash.complete("pixverse submit b")) == ["b c.JPG"]
