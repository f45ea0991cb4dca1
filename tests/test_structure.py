"""The rules of the code's structure, format and types."""

import ast
import os
import subprocess
import sys
import sysconfig
from contextlib import closing
from pathlib import Path

import pixverse_cli
from pixverse_cli.domain.task import Status, Task
from pixverse_cli.store import Store

ROOT = Path(__file__).parent.parent
PACKAGE = Path(pixverse_cli.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
SLOW = ("requests", "rich", "pydantic", "sqlite3", "platformdirs", "av", "werkzeug")

# What a `status` that asks nobody has no use for.
UNUSED = (
    *(name for name in SLOW if name != "sqlite3"),
    *("ssl", "hashlib", "dataclasses", "decimal", "tempfile", "random"),
    *("pixverse_cli.domain.catalog", "pixverse_cli.domain.plan", "pixverse_cli.domain.request"),
    *("pixverse_cli.dashscope.client", "pixverse_cli.settings.key", "pixverse_cli.flows.watch"),
)


def tool(*command):
    """Run one of this Python's tools on the project; return its exit code and output."""
    scripts = Path(sysconfig.get_path("scripts"))
    ran = subprocess.run(
        [scripts / command[0], *command[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


# Where the bare forms are allowed: the room that wraps them, and what is not the product.
_MAY_INSPECT_PATHS = ("disk", "manual", "sandbox")
_MAY_SPLIT_ANYWHERE = ("manual", "sandbox")
_MAY_START_SLOWLY = ("manual", "sandbox")
_PATH_METHODS = {"exists", "is_file", "is_dir", "is_symlink", "lexists"}


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


def test_paths_are_inspected_in_one_room():
    """The bare forms differ between versions of Python: use pixverse_cli.disk.files."""
    assert calls_of(_PATH_METHODS, allowed=_MAY_INSPECT_PATHS) == []


def test_lines_are_split_at_line_feeds_only():
    """str.splitlines splits at U+2028 too: use pixverse_cli.domain.text.lines_of."""
    assert calls_of({"splitlines"}, allowed=_MAY_SPLIT_ANYWHERE) == []


def test_frozen_values_are_not_dataclasses():
    """Dataclasses compile code at every start, and their functions do not take our values."""
    found = [
        f"{module.relative_to(PACKAGE)}:{node.lineno}"
        for module in MODULES
        if module.relative_to(PACKAGE).parts[0] not in _MAY_START_SLOWLY
        and module != PACKAGE / "domain" / "frozen.py"
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if (isinstance(node, ast.keyword) and node.arg == "frozen")
        or (
            (isinstance(node, ast.ImportFrom) and node.module == "dataclasses")
            and {each.name for each in node.names} & {"asdict", "fields", "replace"}
        )
    ]
    assert found == [], "use pixverse_cli.domain.frozen"


def test_imports_obey_the_contracts():
    code, output = tool("lint-imports", "--no-cache")
    assert code == 0, output


def test_ruff_finds_nothing():
    code, output = tool("ruff", "check", "--no-cache", ".")
    assert code == 0, output


def test_the_code_is_formatted():
    code, output = tool("ruff", "format", "--no-cache", "--check", ".")
    assert code == 0, output


def test_mypy_finds_nothing():
    code, output = tool("mypy")
    assert code == 0, output


def test_no_call_of_a_submit_goes_up_a_floor():
    """A reader follows the straight line of ARCHITECTURE.md down, from the command to the disk."""
    command = [sys.executable, "-m", "tests.bench.hops"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "exit 0; " in ran.stdout, ran.stderr
    assert "\n0 of these up a floor: []" in ran.stdout


def test_importing_main_loads_nothing_slow():
    script = (
        f"import sys, pixverse_cli.main;print(*[name for name in {SLOW} if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == []


def test_a_finished_status_loads_only_what_it_shows(tmp_path):
    url = "https://s.example/v.mp4"
    task = Task(task_id="0" * 36, status=Status.SUCCEEDED, raw_status="SUCCEEDED", video_url=url)
    with closing(Store(tmp_path)) as store:
        store.records.remember(task, "https://s.example/api/v1")
    script = (
        "import sys; from pixverse_cli.main import main; main(['status', '00000000']);"
        f"print(*[name for name in {UNUSED} if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-P", "-c", script],
        env={**os.environ, "PIXVERSE_STATE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    row, loaded = ran.stdout.splitlines()
    assert row.startswith(task.task_id)
    assert loaded.split() == []
