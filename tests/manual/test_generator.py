"""The generated files in the project match the commands."""

import subprocess
import sys

from pixverse_cli.manual.__main__ import main, write
from tests.manual.shells import ROOT


def test_the_generated_files_are_up_to_date():
    command = [sys.executable, "-P", "-m", "pixverse_cli.manual", "--check"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_all_files_are_written_to_an_empty_directory(tmp_path):
    assert main(["--directory", str(tmp_path)]) == 0
    made = {path.relative_to(tmp_path) for path in tmp_path.rglob("*.*")}
    kept = [path for name in ("man", "completions", "skill") for path in (ROOT / name).iterdir()]
    assert {path.relative_to(ROOT) for path in kept} - {"_pixverse"} >= made


def test_drift_is_shown_as_a_diff(tmp_path, capsys):
    write(tmp_path)
    page = tmp_path / "man" / "pixverse-wait.1"
    page.write_text(page.read_text(encoding="utf-8") + "more\n", encoding="utf-8")
    assert main(["--check", "--directory", str(tmp_path)]) == 1
    assert f"--- {page}" in capsys.readouterr().out


def test_the_page_of_a_removed_command_is_drift_and_is_deleted(tmp_path, capsys):
    write(tmp_path)
    obsolete = tmp_path / "man" / "pixverse-gone.1"
    obsolete.write_text("gone\n", encoding="utf-8")
    assert main(["--check", "--directory", str(tmp_path)]) == 1
    assert "-gone" in capsys.readouterr().out
    main(["--directory", str(tmp_path)])
    assert not obsolete.exists()


def test_check_prints_nothing_when_all_files_are_up_to_date(tmp_path, capsys):
    write(tmp_path)
    assert main(["--check", "--directory", str(tmp_path)]) == 0
    assert capsys.readouterr().out == ""
