"""What doctor finds on this machine: folders, space, and what loads bash's completions."""

import sysconfig
import tempfile
from pathlib import Path

import pytest

from pixverse_cli import __version__
from pixverse_cli.domain.finding import Finding
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


def test_a_current_folder_that_was_deleted_is_told(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    current, temporary = machine_checks.other_folders()
    told = "no such file or directory; videos cannot be saved here: use -o"
    assert current == Finding("current folder", told, warning=True)
    assert temporary.what == "temp folder"
    monkeypatch.chdir(tmp_path)


def test_without_a_temporary_folder_that_is_told(monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", list)
    _, temporary = machine_checks.other_folders()
    assert temporary.warning
    assert temporary.told.endswith("; an image from stdin cannot be sent: set TMPDIR")


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


class TestProgram:
    """The shell's ``pixverse`` and the one that runs."""

    @pytest.fixture
    def folders(self, tmp_path, monkeypatch):
        """Return two folders on PATH, with a program in each."""
        found = tmp_path / "first", tmp_path / "second"
        for each in found:
            each.mkdir()
            (each / "pixverse").write_text("#!/bin/sh\n")
            (each / "pixverse").chmod(0o755)
        monkeypatch.setenv("PATH", f"{found[0]}:{found[1]}")
        return found

    def test_the_program_that_comes_first_on_path_is_told(self, folders, monkeypatch):
        first = str(folders[0] / "pixverse")
        monkeypatch.setattr("sys.argv", [first])
        assert machine_checks.program() == Finding("program", first)

    def test_another_one_that_comes_first_is_a_warning(self, folders, monkeypatch):
        monkeypatch.setattr("sys.argv", [str(folders[1] / "pixverse")])
        another = f"another pixverse comes first on PATH: {folders[0] / 'pixverse'}"
        assert machine_checks.program() == Finding("program", another, warning=True)

    def test_a_link_to_the_program_is_the_program(self, folders, monkeypatch):
        (folders[0] / "pixverse").unlink()
        (folders[0] / "pixverse").symlink_to(folders[1] / "pixverse")
        monkeypatch.setattr("sys.argv", [str(folders[1] / "pixverse")])
        assert not machine_checks.program().warning

    @pytest.mark.usefixtures("folders")
    def test_as_a_module_it_is_the_script_beside_this_python(self, monkeypatch):
        monkeypatch.setattr("sys.argv", ["/x/pixverse_cli/__main__.py"])
        assert machine_checks.program().warning
        monkeypatch.setenv("PATH", sysconfig.get_path("scripts"))
        assert "another" not in machine_checks.program().told

    def test_without_one_on_path_there_is_a_warning(self, monkeypatch):
        monkeypatch.setenv("PATH", "/nowhere")
        missing = Finding("program", "pixverse is not on PATH", warning=True)
        assert machine_checks.program() == missing


class TestSkills:
    """Copies of SKILL.md for agents."""

    @pytest.fixture
    def keep(self, tmp_path, monkeypatch):
        """Return a function that writes a copy; the project is the current folder."""
        for name in ("home", "project"):
            (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / "project")

        def keeping(folder, agent, text):
            path = tmp_path / folder / agent / "skills" / "pixverse" / "SKILL.md"
            path.parent.mkdir(parents=True)
            path.write_text(text)
            return path

        return keeping

    def test_copies_of_the_project_come_before_those_at_home(self, tmp_path, keep):
        current, old = (
            f'---\nmetadata:\n  version: "{each}"\n---\n' for each in (__version__, "0.0.9")
        )
        at_home = keep("home", ".claude", current)
        here = keep("project", ".agents", old)
        unknown = keep("project", ".claude", "anything")
        way_out = f", this is {__version__}: run pixverse skill > "
        assert list(machine_checks.skills({"HOME": str(tmp_path / "home")})) == [
            Finding("skill", f"{here}: of version 0.0.9{way_out}{here}", warning=True),
            Finding("skill", f"{unknown}: of an unknown version{way_out}{unknown}", warning=True),
            Finding("skill", f"{at_home}: of this version"),
        ]

    def test_at_home_each_copy_is_told_once_and_without_a_home_none(self, tmp_path, keep):
        keep("project", ".claude", "anything")
        assert len(list(machine_checks.skills({"HOME": str(tmp_path / "project")}))) == 1
        assert len(list(machine_checks.skills({}))) == 1
