"""``pixverse completion``, and where the wheel installs the scripts."""

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
def test_the_script_is_printed_unchanged(pixverse, shell):
    ran = pixverse("completion", shell)
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout == (COMPLETIONS / NAMES[shell]).read_text(encoding="utf-8")


def test_the_error_for_an_unknown_shell_lists_the_shells(pixverse):
    ran = pixverse("completion", "tcsh")
    assert (ran.code, ran.stdout) == (2, "")
    assert "'bash', 'zsh', 'fish'" in ran.stderr


def test_printing_a_script_does_not_import_the_generator():
    ask = (
        "import sys\nfrom pixverse_cli.main import main\nmain(['completion', 'bash'])\n"
        "print(*[n for n in sys.modules if 'manual' in n], file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-P", "-c", ask], capture_output=True, text=True, check=True
    )
    assert ran.stderr.strip() == ""


@pytest.mark.parametrize("shell", Shell)
def test_the_wheel_installs_each_script_where_its_shell_looks(shell):
    places = {
        Shell.BASH: "share/bash-completion/completions/pixverse",
        Shell.ZSH: "share/zsh/site-functions/_pixverse",
        Shell.FISH: "share/fish/vendor_completions.d/pixverse.fish",
    }
    assert SHARED[f"completions/{NAMES[shell]}"] == places[shell]


def test_the_wheel_contains_the_man_pages():
    assert SHARED["man"] == "share/man/man1"


@pytest.mark.parametrize("shell", Shell)
def test_without_the_source_tree_the_installed_script_is_found(tmp_path, shell):
    installed = tmp_path / "prefix" / SHARED[f"completions/{NAMES[shell]}"]
    installed.parent.mkdir(parents=True)
    installed.touch()
    prefixes = (tmp_path / "other", tmp_path / "prefix")
    assert installed == script(shell, source=tmp_path, prefixes=prefixes)


def test_the_error_for_a_missing_script_lists_the_directories(tmp_path):
    with pytest.raises(
        UnexpectedError, match=f"no completion script for zsh in {tmp_path}"
    ) as error:
        script(Shell.ZSH, source=tmp_path, prefixes=[tmp_path])
    assert error.value.hint == "install pixverse-cli again"


def test_the_installed_script_is_looked_up_in_pips_data_directory(tmp_path):
    try:
        place = str(script(Shell.FISH, source=tmp_path))
    except UnexpectedError as error:  # an environment installed without the scripts
        place = error.message
    assert sysconfig.get_path("data") in place
