"""The shell blocks of the README files run, as they stand there, against the sandbox."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.processes import COMMAND

ROOT = Path(__file__).parents[1]
PAGES = [page for page in ("README.md", "README.zh-CN.md") if (ROOT / page).is_file()]
PICTURE = ROOT / "tests" / "data" / "turtle.webp"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# Blocks that cannot run here, by the start of their first line, with the reason.
LEFT_OUT = {
    "python3 -m venv": "it installs the program; .ci/run runs this block in a clean clone",
    "pipx install": "it installs the program",
    "uv tool install": "it installs the program",
    "pip install": "it installs the program",
    "pixverse submit dawn.png --last-frame": "ten seconds; commands/test_kinds.py makes each kind",
    "pixverse auth login": "it reads a key from the terminal",
}
# Programs of the user's machine that a block may start; each one is a program that ends well.
OTHERS = ("mpv", "open", "xdg-open")
FILES = {
    "prompt.txt": "The camera slowly rises",
    "make-assets.sh": '#!/bin/sh\nset -e\npixverse submit turtle.webp -p "x" -d 1 --wait\n',
}


def blocks(page, language):
    found = BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))
    return [text for kind, text in found if kind == language]


def runnable():
    """Yield each page's shell blocks; a block that differs only in its remarks comes once."""
    seen = set[str]()
    for page in PAGES:
        for number, block in enumerate(blocks(page, "sh"), 1):
            commands = re.sub(r"\s+#.*", "", block)
            if not block.startswith(tuple(LEFT_OUT)) and commands not in seen:
                seen.add(commands)
                yield pytest.param(page, block, id=f"{page}-{number}")


@pytest.fixture
def workplace(tmp_path, pixverse):
    """Return a folder with the files that the pages name, and the programs in PATH."""
    (tmp_path / "shots").mkdir()
    for name in ("turtle.webp", "turtle.png", "shots/reef.png", "shots/cove.png"):
        shutil.copy(PICTURE, tmp_path / name)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    for page in PAGES:
        for manifest in blocks(page, "toml"):
            if "[[video]]" in manifest:
                (tmp_path / "videos.toml").write_text(manifest, encoding="utf-8")
    programs = tmp_path / ".programs"
    programs.mkdir()
    starts = {"pixverse": f'exec {" ".join(COMMAND)} "$@"', **dict.fromkeys(OTHERS, "exit 0")}
    for name, text in starts.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    pixverse.environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return tmp_path


@pytest.mark.parametrize(("page", "block"), list(runnable()))
def test_a_block_of_the_readme_runs_as_it_stands(workplace, pixverse, page, block):
    if "jq " in block and not shutil.which("jq"):
        pytest.skip("jq is not installed")
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", block],
        env=pixverse.environ,
        cwd=workplace,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{page}:\n{block}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_blocks_that_run(page):
    assert [block for block in blocks(page, "sh") if not block.startswith(tuple(LEFT_OUT))]


@pytest.mark.parametrize("page", PAGES)
def test_who_follows_a_page_from_the_top_never_meets_a_file_that_exists_already(page):
    saved = [
        name
        for block in blocks(page, "sh")
        for name in re.findall(r" -o '?([^\s']+)", block)
        if not name.endswith("/")
    ]
    assert sorted(saved) == sorted(set(saved))
