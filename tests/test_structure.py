"""The promises about how the code is laid out and how it reads."""

import ast
import subprocess
import sys
import sysconfig
from pathlib import Path
from statistics import median, quantiles

import pytest

import pixverse_cli

ROOT = Path(__file__).parent.parent
PACKAGE = Path(pixverse_cli.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = ("requests", "rich", "pydantic", "sqlite3", "platformdirs", "av", "werkzeug")


def functions(module):
    """Yield each function of a module, however deep it stands."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def lengths():
    """Return every function's lines, from ``def`` to the last, with where it stands."""
    return {
        f"{module.relative_to(PACKAGE)}:{node.lineno} {node.name}": node.end_lineno
        - node.lineno
        + 1
        for module in MODULES
        for node in functions(module)
    }


def commands():
    """Yield each command: a public function that takes a context and returns nothing."""
    for module in sorted((PACKAGE / "commands").rglob("*.py")):
        for node in functions(module):
            first = node.args.args[0] if node.args.args else None
            takes_context = first is not None and first.arg == "ctx"
            if (
                takes_context
                and not node.name.startswith("_")
                and ast.unparse(node.returns) == "None"
            ):
                yield pytest.param(node, id=f"{module.stem}.{node.name}")


def body_lines(node):
    """Return the lines of a function without its signature and docstring."""
    said = ast.get_docstring(node) is not None
    return node.end_lineno - node.body[1 if said else 0].lineno + 1


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


def test_half_of_all_functions_have_at_most_nine_lines():
    assert median(lengths().values()) <= 9


def test_nine_functions_in_ten_have_at_most_28_lines():
    assert quantiles(lengths().values(), n=10)[-1] <= 28


def test_no_function_has_more_than_45_lines():
    assert {where: size for where, size in lengths().items() if size > 45} == {}


def test_no_module_has_more_than_250_lines():
    sizes = {m.relative_to(PACKAGE): len(m.read_bytes().splitlines()) for m in MODULES}
    assert {module: size for module, size in sizes.items() if size > 250} == {}


@pytest.mark.parametrize("command", list(commands()))
def test_a_command_s_body_has_at_most_15_lines(command):
    assert body_lines(command) <= 15


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
