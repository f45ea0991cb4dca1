"""The contents of the wheel, the pinned versions and the changelog."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import pixverse_cli
from pixverse_cli.main import COMMANDS

ROOT = Path(__file__).parent.parent
DATA = f"pixverse_cli-{pixverse_cli.__version__}.data/data/share"
INFO = f"pixverse_cli-{pixverse_cli.__version__}.dist-info"
PINNED = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[\w.+!-]+)( ; .+)?")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Return the names of all files in the wheel, as ``pip install .`` would build it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def requirements():
    """Return every requirement in pyproject.toml that names another project."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    written = [*project["dependencies"], *(line for extra in extras for line in extra)]
    found = map(Requirement, written)
    return [each for each in found if canonicalize_name(each.name) != project["name"]]


def pins():
    """Return the pinned versions of each project; some are pinned once per Python."""
    found = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").split("\n"):
        if line and not line.lstrip().startswith("#"):
            pin = PINNED.fullmatch(line)
            assert pin, f"constraints.txt holds pinned versions only: {line!r}"
            found.setdefault(canonicalize_name(pin["name"]), []).append(pin["version"])
    return found


def test_the_wheel_contains_the_package_without_the_manuals_generator(wheel):
    sources = (ROOT / "pixverse_cli").rglob("*")
    files = {path.relative_to(ROOT) for path in sources if path.is_file()}
    expected = {
        path.as_posix()
        for path in files
        if "manual" not in path.parts and "__pycache__" not in path.parts
    }
    assert {name for name in wheel if name.startswith("pixverse_cli/")} == expected


def test_the_wheel_contains_a_man_page_for_each_command(wheel):
    pages = {f"{DATA}/man/man1/pixverse-{command}.1" for command in COMMANDS}
    shipped = {name for name in wheel if name.startswith(f"{DATA}/man/")}
    assert shipped == pages | {f"{DATA}/man/man1/pixverse.1"}


def test_the_wheel_contains_the_completions_of_three_shells_and_the_skill(wheel):
    places = (
        "bash-completion/completions/pixverse",
        "zsh/site-functions/_pixverse",
        "fish/vendor_completions.d/pixverse.fish",
        "pixverse/skill/SKILL.md",
    )
    shipped = {name for name in wheel if name.startswith(DATA) and "/man/" not in name}
    assert shipped == {f"{DATA}/{place}" for place in places}


def test_the_wheel_contains_nothing_else(wheel):
    rest = {name for name in wheel if not name.startswith((f"{DATA}/", "pixverse_cli/"))}
    names = ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
    assert rest == {f"{INFO}/{name}" for name in names}


@pytest.mark.parametrize("requirement", requirements(), ids=str)
def test_every_requirement_is_pinned_to_an_allowed_version(requirement):
    versions = pins().get(canonicalize_name(requirement.name), [])
    assert versions
    assert all(requirement.specifier.contains(version) for version in versions)


def test_the_changelog_has_unreleased_and_this_version_with_its_date():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
    version = re.escape(pixverse_cli.__version__)
    assert sections[0] == "[Unreleased]"
    assert re.fullmatch(rf"\[{version}\] - \d{{4}}-\d\d-\d\d", sections[1])
