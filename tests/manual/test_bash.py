"""Where bash differs from machine to machine."""

import shutil

import pytest

from tests.manual.shells import Bash, words

# The function by which bash-completion completes a command line inside another one.
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
        opened.append(Bash(world.environ, world.home, world.workshop, before))
        return opened[-1]

    yield opener
    for each in opened:
        each.close()


@pytest.mark.parametrize("name", ["_command_offset", "_comp_command_offset"])
def test_a_command_behind_sandbox_is_left_to_bash_completion_where_that_is(open_bash, name):
    bash = open_bash(HELPER % name)
    assert bash.complete("pixverse sandbox --seed=5 -- ls -") == ["word 6 of 7"]


def test_another_command_s_own_completion_is_used_without_bash_completion(open_bash):
    bash = open_bash(
        '_lights() { COMPREPLY=("$1:$2:$3:$COMP_LINE:$COMP_CWORD"); }; complete -F _lights lights\n'
    )
    assert bash.complete("pixverse sandbox -- lights on re") == ["lights:re:on:lights on re:2"]


def test_values_are_completed_where_words_are_not_cut_at_the_equals_sign(open_bash):
    bash = open_bash("COMP_WORDBREAKS=${COMP_WORDBREAKS//=}\n")
    assert bash.complete("pixverse submit --model=v5") == ["--model=v5.6"]
    assert words(bash.complete("pixverse submit --model=v5.6 -r 1080P -d ")) == ["5", "8"]
    assert bash.run("pixverse submit --output=not") == ["submit", "--output=notes.txt"]


@pytest.mark.parametrize("setting", ["set -u", "set -o noglob", "shopt -s nocasematch extglob"])
def test_the_users_settings_of_the_shell_change_nothing(open_bash, setting):
    bash = open_bash(f"{setting}\n")
    assert words(bash.complete("pixverse submit --mo")) == ["--model"]
    assert words(bash.complete("pixverse submit -m v5.6 -r 1080P -d ")) == ["5", "8"]
    assert len(words(bash.complete("pixverse status "))) == 3
    assert words(bash.complete("pixverse submit b")) == ["b c.JPG"]
