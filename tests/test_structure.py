"""The promises about how the code is laid out and how it reads."""

import ast
import subprocess
import sys
import sysconfig
from pathlib import Path

import pixverse_cli

ROOT = Path(__file__).parent.parent
PACKAGE = Path(pixverse_cli.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = ("requests", "rich", "pydantic", "sqlite3", "platformdirs", "av", "werkzeug")


def tool(*command):
    """Run one of the tools beside this Python over the project."""
    scripts = Path(sysconfig.get_path("scripts"))
    ran = subprocess.run(
        [scripts / command[0], *command[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


# Where a bare form is the right one: the room that wraps it, and what is not the product.
_MAY_LOOK_AT_PATHS = ("disk", "manual", "sandbox")
_MAY_SPLIT_ANYWHERE = ("manual", "sandbox")
_LOOKS = {"exists", "is_file", "is_dir", "is_symlink", "lexists"}


def calls_of(names, *, allowed):
    """Return where a method of one of these names is called outside the allowed rooms."""
    return [
        f"{module.relative_to(PACKAGE)}:{node.lineno} .{node.func.attr}()"
        for module in MODULES
        if module.relative_to(PACKAGE).parts[0] not in allowed
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in names
    ]


def test_what_stands_at_a_path_is_asked_in_one_place():
    """The bare forms raise or lie, differently in each Python: use pixverse_cli.disk.files."""
    assert calls_of(_LOOKS, allowed=_MAY_LOOK_AT_PATHS) == []


def test_files_of_lines_are_split_at_line_feeds_only():
    """str.splitlines splits at U+2028 too: use pixverse_cli.domain.text.lines_of."""
    assert calls_of({"splitlines"}, allowed=_MAY_SPLIT_ANYWHERE) == []


def test_imports_keep_the_contracts():
    code, said = tool("lint-imports", "--no-cache")
    assert code == 0, said


def test_ruff_finds_nothing():
    code, said = tool("ruff", "check", "--no-cache", ".")
    assert code == 0, said


def test_the_code_is_formatted():
    code, said = tool("ruff", "format", "--no-cache", "--check", ".")
    assert code == 0, said


def test_the_types_are_sound():
    code, said = tool("mypy")
    assert code == 0, said


def test_the_way_in_loads_nothing_heavy():
    ask = f"import sys, pixverse_cli.main;print(*[name for name in {HEAVY} if name in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-P", "-c", ask], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == []
