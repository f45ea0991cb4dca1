"""``pixverse completion``, and where the wheel puts what it prints."""

import subprocess
import sys
import sysconfig
import tomllib

import pytest

from pixverse_cli.commands.completion import Shell, script
from pixverse_cli.domain.errors import UnexpectedError
from tests.manual.shells import COMPLETIONS, ROOT

NAMES = {Shell.BASH: "pixverse.bash", Shell.ZSH: "_pixverse", Shell.FISH: "pixverse.fish"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SHARED = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]


@pytest.mark.parametrize("shell", Shell)
def test_the_script_is_printed_as_it_is(pixverse, shell):
    ran = pixverse("completion", shell)
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout == (COMPLETIONS / NAMES[shell]).read_text(encoding="utf-8")


def test_an_unknown_shell_is_a_usage_error_that_names_the_known_ones(pixverse):
    ran = pixverse("completion", "tcsh")
    assert (ran.code, ran.stdout) == (2, "")
    assert "'bash', 'zsh', 'fish'" in ran.stderr


def test_printing_a_script_imports_no_generator():
    ask = (
        "import sys\nfrom pixverse_cli.main import main\nmain(['completion', 'bash'])\n"
        "print(*[n for n in sys.modules if 'manual' in n], file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-P", "-c", ask], capture_output=True, text=True, check=True
    )
    assert ran.stderr.strip() == ""


@pytest.mark.parametrize("shell", Shell)
def test_the_wheel_puts_each_script_where_its_shell_looks(shell):
    places = {
        Shell.BASH: "share/bash-completion/completions/pixverse",
        Shell.ZSH: "share/zsh/site-functions/_pixverse",
        Shell.FISH: "share/fish/vendor_completions.d/pixverse.fish",
    }
    assert SHARED[f"completions/{NAMES[shell]}"] == places[shell]


def test_the_wheel_holds_the_pages():
    assert SHARED["man"] == "share/man/man1"


@pytest.mark.parametrize("shell", Shell)
def test_without_the_source_tree_the_installed_script_is_found(tmp_path, shell):
    installed = tmp_path / "prefix" / SHARED[f"completions/{NAMES[shell]}"]
    installed.parent.mkdir(parents=True)
    installed.touch()
    prefixes = (tmp_path / "other", tmp_path / "prefix")
    assert installed == script(shell, source=tmp_path, prefixes=prefixes)


def test_a_script_that_is_nowhere_is_told_with_the_places(tmp_path):
    with pytest.raises(
        UnexpectedError, match=f"no completion script for zsh in {tmp_path}"
    ) as told:
        script(Shell.ZSH, source=tmp_path, prefixes=[tmp_path])
    assert told.value.hint == "install pixverse-cli again"


def test_the_installed_script_is_looked_for_where_pip_puts_data(tmp_path):
    try:
        place = str(script(Shell.FISH, source=tmp_path))
    except UnexpectedError as told:  # an environment that was installed before there were any
        place = told.message
    assert sysconfig.get_path("data") in place
