"""``pixverse skill``: SKILL.md, and how old copies of it are noticed."""

import re

import pytest

from pixverse_cli import __version__
from pixverse_cli.domain import errors
from pixverse_cli.flows.skill_copies import skill_copies
from pixverse_cli.main import COMMANDS
from tests.manual.shells import ROOT

SKILL = (ROOT / "skill" / "SKILL.md").read_text(encoding="utf-8")


def test_the_skill_is_printed_unchanged(pixverse):
    ran = pixverse("skill")
    assert (ran.code, ran.stdout, ran.stderr) == (0, SKILL, "")


def test_the_skill_begins_with_its_name_its_purpose_and_this_version():
    head = SKILL.split("---\n")[1]
    assert re.findall(r"^(\w+):", head, re.MULTILINE) == ["name", "description", "metadata"]
    assert "name: pixverse\n" in head
    assert f'version: "{__version__}"' in head


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_named(command):
    assert f"`pixverse {command}`" in SKILL


@pytest.mark.parametrize("error", errors.PixverseError.__subclasses__())
def test_every_exit_code_is_explained(error):
    if error.__module__ == errors.__name__:
        assert f"| {error.exit_code} | {error.code} | " in SKILL


@pytest.mark.parametrize(
    "word", ["--once", "exit code 8, 9 or 11", "`charged`", "`retryable`", "`next`", "sandbox --"]
)
def test_the_rules_name_what_protects_money(word):
    assert word in SKILL.split("## Commands")[0]


def copy_of(version, folder, place=".agents"):
    path = folder / place / "skills" / "pixverse" / "SKILL.md"
    path.parent.mkdir(parents=True)
    path.write_text(SKILL.replace(f'"{__version__}"', f'"{version}"'), encoding="utf-8")
    return path


def test_each_copy_is_found_once_with_its_version(tmp_path):
    home = tmp_path / "home"
    old = copy_of("0.0.9", home)
    new = copy_of(__version__, tmp_path, ".claude")
    found = dict(skill_copies([tmp_path, home, tmp_path]))
    assert found == {new: __version__, old: "0.0.9"}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"# pixverse\n"])
def test_a_copy_without_a_version_is_found_without_one(tmp_path, content):
    path = copy_of("1", tmp_path)
    path.write_bytes(content)
    assert dict(skill_copies([tmp_path])) == {path: None}


def test_doctor_warns_of_a_copy_of_another_version(pixverse, tmp_path):
    old = copy_of("0.0.9", tmp_path)
    ran = pixverse("doctor", env={"HOME": str(tmp_path)})
    assert f"{old}: of version 0.0.9, this is {__version__}" in ran.stdout
    old.write_text(SKILL, encoding="utf-8")
    ran = pixverse("doctor", env={"HOME": str(tmp_path)})
    assert f"{old}: of this version" in ran.stdout
