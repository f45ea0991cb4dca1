"""``python -m pixverse_cli.manual``: write man pages, completions and SKILL.md, or check them."""

import difflib
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path

from pixverse_cli.manual import bash, fish, skill, zsh
from pixverse_cli.manual.outline import outline
from pixverse_cli.manual.pages import pages

_PROJECT = Path(__file__).parent.parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Write every file below the project's directory, or with ``--check`` print what differs."""
    parser = ArgumentParser("python -m pixverse_cli.manual", description=__doc__)
    parser.add_argument("--check", action="store_true", help="print a diff; exit 1 if there is one")
    parser.add_argument(
        "--directory",
        type=Path,
        default=_PROJECT,
        help="the directory that holds man/, completions/ and skill/",
    )
    given = parser.parse_args(arguments)
    if given.check:
        difference = list(_drift(given.directory))
        sys.stdout.writelines(difference)
        return 1 if difference else 0
    write(given.directory)
    return 0


def _files() -> dict[str, str]:
    """Return the text of every generated file by its path below the project's directory."""
    tree = outline()
    scripts = {
        "completions/pixverse.bash": bash.script(tree),
        "completions/_pixverse": zsh.script(tree),
        "completions/pixverse.fish": fish.script(tree),
        "skill/SKILL.md": skill.text(tree),
    }
    return scripts | {f"man/{name}": text for name, text in pages(tree).items()}


def write(directory: Path) -> None:
    """Write all files, and remove the pages of commands that no longer exist."""
    generated = _files()
    for path in _obsolete_pages(directory, generated):
        path.unlink()
    for name, text in generated.items():
        path = directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _drift(directory: Path) -> Iterator[str]:
    """Yield a unified diff from the existing files to the generated ones; nothing if they agree."""
    generated = _files()
    expected = dict.fromkeys(_obsolete_pages(directory, generated), "")
    expected |= {directory / name: text for name, text in generated.items()}
    for path, text in expected.items():
        existing = path.read_text(encoding="utf-8") if path.exists() else ""
        yield from difflib.unified_diff(
            existing.splitlines(keepends=True),
            text.splitlines(keepends=True),
            str(path),
            "generated",
        )


def _obsolete_pages(directory: Path, generated: dict[str, str]) -> list[Path]:
    existing = sorted((directory / "man").glob("*.1"))
    return [path for path in existing if f"man/{path.name}" not in generated]


if __name__ == "__main__":
    sys.exit(main())
