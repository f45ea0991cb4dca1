"""Man pages: their contents, and that mandoc accepts them."""

import re
import shutil
import subprocess

import pytest

from pixverse_cli.domain import errors
from pixverse_cli.main import COMMANDS
from pixverse_cli.manual.outline import outline
from tests.manual.shells import ROOT

TREE = outline()
PAGES = sorted((ROOT / "man").glob("*.1"))
SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "EXAMPLES"]
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def rendered(page, width=80):
    """Return a page as shown on a terminal, without overstriking."""
    command = ["mandoc", "-Tutf8", "-O", f"width={width}", str(page)]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    return re.sub(".\b", "", ran.stdout)


def plain(source):
    """Return man page source without fonts and escapes."""
    return re.sub(r"\\f[BIR]", "", source).replace("\\-", "-")


@pytest.fixture(autouse=True)
def _mandoc():
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not installed")


@every_page
def test_mandoc_lint_finds_no_problem(page):
    ran = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "style", str(page)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "")


def test_there_is_a_page_for_the_program_and_each_command():
    expected = {"pixverse.1"} | {f"pixverse-{name}.1" for name in COMMANDS}
    assert expected == {page.name for page in PAGES}


@every_page
def test_sections_have_the_usual_order(page):
    found = re.findall(r"^\.SH (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name in found if name in SECTIONS] == SECTIONS
    assert (found[0], found[-1]) == ("NAME", "SEE ALSO")


@pytest.mark.parametrize("command", list(TREE.everything), ids=lambda command: command.name)
def test_a_page_lists_exactly_the_options_of_its_command(command):
    name = "-".join(("pixverse", *command.path[:1]))
    source = plain((ROOT / "man" / f"{name}.1").read_text(encoding="utf-8"))
    if len(command.path) > 1:
        source = source.split(f'.SS "{command.name}"')[1]
    if command.path and (command.commands or len(command.path) > 1):
        source = source.split("\n.SS")[0]  # what follows is another command
    tags = re.findall(r"^\.TP\n(--?\w.*)$", source, re.MULTILINE)
    listed = {word for tag in tags for word in re.findall(r"(?<![\w-])--?[\w-]+", tag)}
    assert listed == {word for option in command.options for word in option.all_spellings}


@pytest.mark.parametrize("width", [40, 80])
@every_page
def test_pages_fit_the_terminal(page, width):
    typed = re.compile(r"^ +(\$|\w+ =) |https?://|^\S+\(1\)|pixverse 0\.|\[sandbox\]")
    lines = [line for line in rendered(page, width).splitlines() if not typed.search(line)]
    assert [line for line in lines if len(line) > width] == []


def test_the_main_page_lists_every_exit_code():
    shown = rendered(ROOT / "man" / "pixverse.1")
    for error in errors.PixverseError.__subclasses__():
        assert re.search(rf"^ +{error.exit_code} {error.code}\b", shown, re.MULTILINE)
    assert re.search(r"^ +129, 130, 143 interrupted$", shown, re.MULTILINE)
    assert re.search(r"^ +141 closed-pipe$", shown, re.MULTILINE)


@every_page
def test_all_referenced_pages_exist(page):
    named = set(re.findall(r"(pixverse[a-z-]*) ?\(1\)", plain(page.read_text(encoding="utf-8"))))
    assert named <= {each.stem for each in PAGES}


def test_every_template_belongs_to_a_page():
    templates = ROOT / "pixverse_cli" / "manual" / "templates"
    pages = {path.stem for path in templates.glob("*.man")} - {"command"}
    assert pages <= {page.stem for page in PAGES}


@every_page
def test_examples_use_existing_commands_and_options(page):
    known = {command.name: command for command in TREE.everything}
    typed = re.findall(r"^(?:\$ )(.*)$", plain(page.read_text(encoding="utf-8")), re.MULTILINE)
    for line in typed:
        for words in re.findall(r"pixverse(?: [a-z]+){1,2}", line):
            name = next((n for n in (words, words.rsplit(" ", 1)[0]) if n in known), None)
            assert name, line
    options = {word for command in known.values() for o in command.options for word in o.spellings}
    for line in typed:
        if line.startswith("pixverse "):
            assert set(re.findall(r"(?<!\S)--[a-z][a-z-]*", line)) <= options
