"""What doctor finds on this machine: folders, space, and what loads bash's completions."""

import sysconfig
from pathlib import Path

import pytest

from pixverse_cli.flows import machine_checks
from pixverse_cli.flows.machine_checks import folder, installed_files


def test_a_folder_that_can_be_written_is_told_with_its_space(tmp_path):
    found = folder("x", tmp_path, "so what")
    assert not found.warning
    assert found.told.startswith(f"{tmp_path}: writable, ")
    assert found.told.endswith(" GB free")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_yet_counts_by_its_parent(tmp_path):
    found = folder("x", tmp_path / "a" / "b", "so what")
    assert not found.warning
    assert "b: made when it is needed" in found.told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", [".", "a", "a/b"])
def test_a_folder_below_a_file_is_told_with_the_consequence(tmp_path, below):
    file = tmp_path / "file"
    file.write_text("")
    found = folder("x", file / below, "videos are lost")
    assert found.warning
    assert "cannot be written (not a directory); videos are lost" in found.told


@pytest.mark.parametrize("name", ["n" * 300, "nul\0"])
def test_a_folder_with_an_impossible_name_is_told(tmp_path, name):
    assert folder("x", tmp_path / name, "so what").warning


def test_a_state_folder_that_cannot_be_written_is_an_error():
    found = machine_checks.state_folder(Path("/dev/null/state"))
    assert found.error.exit_code == 1
    assert "PIXVERSE_STATE_DIR" in found.error.hint


def test_little_space_is_told_with_what_may_not_fit_and_is_no_error(tmp_path):
    endless = machine_checks.Room(10**30, "a whale may not fit")
    found = folder("x", tmp_path, "so what", endless, hint="a hint")
    assert (found.warning, found.error) == (True, None)
    assert found.told.endswith("B free: a whale may not fit")


def bash(environ, loaders):
    return next(each for each in installed_files(environ, loaders) if "bash" in each.what)


@pytest.mark.skipif(
    not (Path(sysconfig.get_path("data")) / "share/bash-completion").exists(),
    reason="installed without its completions",
)
class TestBash:
    def test_its_loader_is_found_in_any_of_its_places(self, tmp_path):
        loader = tmp_path / "bash_completion"
        loader.write_text("")
        found = bash({"SHELL": "/bin/bash"}, [tmp_path / "nowhere", loader])
        assert not found.warning
        assert found.told.endswith("completions/pixverse")

    @pytest.mark.parametrize(("shell", "warning"), [("/bin/bash", True), ("/bin/zsh", False)])
    def test_without_its_loader_the_way_out_is_told(self, tmp_path, shell, warning):
        found = bash({"SHELL": shell}, [tmp_path / "nowhere"])
        assert found.warning is warning
        assert "the package bash-completion, which loads it, is not installed" in found.told
        assert 'eval "$(pixverse completion bash)"' in found.told

    def test_a_shell_that_may_not_look_here_points_to_the_help(self):
        found = {each.what: each.told for each in installed_files({"SHELL": "/usr/bin/zsh"})}
        assert "see `pixverse completion --help`" in found["zsh completion"]
        assert "--help" not in found["fish completion"]
