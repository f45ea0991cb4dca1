"""Every Python and every version that pyproject.toml allows is tested: nox, CI and the classifiers
name the same ones, and the pinned versions lie within the ranges."""

import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from tests.faults.case import row

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PYTHONS = ["3.11", "3.12", "3.13"]


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


@row(108)
def test_classifiers_nox_ci_and_the_workflow_name_the_same_pythons_108():
    prefix = "Programming Language :: Python :: 3."
    classifiers = PROJECT["project"]["classifiers"]
    assert [each[-4:] for each in classifiers if each.startswith(prefix)] == PYTHONS
    listed = ", ".join(f'"{each}"' for each in PYTHONS)
    assert f"PYTHONS = [{listed}]" in text("noxfile.py")
    assert f"python: [{listed}]" in text(".github/workflows/test.yml")
    loops = re.findall(r"^for version in (.*); do$", text(".ci/run"), re.MULTILINE)
    assert loops == [" ".join(PYTHONS)] * 2


@row(108)
def test_this_python_is_one_of_those_that_are_allowed_108():
    allowed = SpecifierSet(PROJECT["project"]["requires-python"])
    assert f"{sys.version_info.major}.{sys.version_info.minor}" in allowed
    assert [each in allowed for each in ("3.10", *PYTHONS)] == [False, True, True, True]


@row(108)
def test_the_lowest_versions_have_a_session_and_each_requirement_has_a_lowest_version_108():
    assert '"--resolution", "lowest-direct"' in text("noxfile.py")
    for line in PROJECT["project"]["dependencies"]:
        operators = {each.operator for each in Requirement(line).specifier}
        assert ">=" in operators, line


@row(108)
@pytest.mark.filterwarnings("default")
def test_warnings_are_errors_108(request):
    assert request.config.getini("filterwarnings") == ["error"]
