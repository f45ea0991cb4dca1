"""What ``pixverse doctor`` looks at on this machine: folders, the program, shell completion."""

import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pixverse_cli import __version__
from pixverse_cli.disk.files import is_file, look, reason
from pixverse_cli.domain.errors import UnexpectedError
from pixverse_cli.domain.finding import Finding
from pixverse_cli.flows.skill_copies import skill_copies

_BASH = "bash completion"
_INSTALLED_FILES = {
    "man pages": "share/man/man1/pixverse.1",
    _BASH: "share/bash-completion/completions/pixverse",
    "zsh completion": "share/zsh/site-functions/_pixverse",
    "fish completion": "share/fish/vendor_completions.d/pixverse.fish",
}
# Where zsh and fish look; other places depend on their settings.
_SEARCHED = (Path("/usr"), Path("/usr/local"), Path("/opt/homebrew"))
# Where systems put the script of the package bash-completion.
_BASH_LOADERS = (
    Path("/usr/share/bash-completion/bash_completion"),
    Path("/usr/local/share/bash-completion/bash_completion"),
    Path("/etc/bash_completion"),
    Path("/opt/homebrew/etc/profile.d/bash_completion.sh"),
    Path("/usr/local/etc/profile.d/bash_completion.sh"),
    Path("/opt/local/etc/profile.d/bash_completion.sh"),
    Path("/run/current-system/sw/share/bash-completion/bash_completion"),
)


class Room(NamedTuple):
    """How many bytes should be free in a folder, and what may not fit into fewer."""

    enough: int
    told: str


_VIDEOS = Room(100_000_000, "videos may not fit")
_IMAGE = Room(20_000_000, "an image from stdin may not fit")
_ROWS = Room(1_000_000, "it may soon be full")


def state_folder(path: Path) -> Finding:
    """Return whether the store can be written; without it nothing may be bought."""
    hint = "set PIXVERSE_STATE_DIR to a writable directory"
    return folder("state folder", path, "nothing can be submitted", _ROWS, hint=hint)


def config_folder(path: Path) -> Finding:
    """Return whether a key can be stored."""
    return folder("config folder", path, "`pixverse auth login` cannot store a key there", _ROWS)


def other_folders() -> Iterator[Finding]:
    """Yield whether the other folders that commands write to can be written."""
    yield _current_folder()
    no_image = "an image from stdin cannot be sent: set TMPDIR"
    try:
        temporary = Path(tempfile.gettempdir())
    except FileNotFoundError as error:
        yield Finding(what="temp folder", told=f"{reason(error)}; {no_image}", warning=True)
    else:
        yield folder("temp folder", temporary, no_image, _IMAGE)


def _current_folder() -> Finding:
    consequence = "videos cannot be saved here: use -o"
    try:
        return folder("current folder", Path.cwd(), consequence)
    except OSError as error:  # it was deleted
        told = f"{reason(error)}; {consequence}"
        return Finding(what="current folder", told=told, warning=True)


def folder(
    what: str, path: Path, consequence: str, room: Room = _VIDEOS, *, hint: str | None = None
) -> Finding:
    """Return whether this user can write into a folder, and how much space is left.

    A folder that is not there yet counts by its nearest parent. Writing is tried, with a file
    that is gone at once: permission bits do not tell of read-only disks, quotas and ACLs. With
    a ``hint`` a folder that cannot be written is an error.
    """
    try:
        there = _nearest(path)
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"x")
            file.flush()
        free = shutil.disk_usage(there).free
    except OSError as error:
        told = f"{path}: cannot be written ({reason(error)}); {consequence}"
        if hint is None:
            return Finding(what=what, told=told, warning=True)
        return Finding(what=what, told=told, error=UnexpectedError(f"{what}: {told}", hint=hint))
    state = "writable" if there == path else "made when it is needed"
    space = f"{free / 1e9:.1f} GB" if free >= 1e9 else f"{free / 1e6:.0f} MB"
    low = free < room.enough
    told = f"{path}: {state}, {space} free{f': {room.told}' if low else ''}"
    return Finding(what=what, told=told, warning=low)


def _nearest(path: Path) -> Path:
    return next((each for each in (path, *path.parents) if look(each) is not None), path)


def program() -> Finding:
    """Return whether the shell's ``pixverse`` is this program."""
    running = Path(sys.argv[0]).resolve()
    if running.name != "pixverse":  # python -m pixverse_cli
        running = Path(sysconfig.get_path("scripts"), "pixverse").resolve()
    first = shutil.which("pixverse")
    if first is None:
        return Finding(what="program", told="pixverse is not on PATH", warning=True)
    other = os.path.realpath(first) != str(running)
    message = f"another pixverse comes first on PATH: {first}" if other else first
    return Finding(what="program", told=message, warning=other)


def installed_files(
    environ: Mapping[str, str], loaders: Sequence[Path] = _BASH_LOADERS
) -> Iterator[Finding]:
    """Yield where the man pages and the completions of this installation are.

    ``loaders`` are the places of the package that loads completion files into bash.
    """
    prefix, shell = Path(sysconfig.get_path("data")), Path(environ.get("SHELL", "")).name
    for what, relative in _INSTALLED_FILES.items():
        path = prefix / relative
        there = is_file(path)
        told = str(path) if there else "not installed with this program"
        unloaded = what == _BASH and there and not any(map(is_file, loaders))
        if unloaded:
            told += (
                "; but the package bash-completion, which loads it, is not installed: install it,"
                ' or add  eval "$(pixverse completion bash)"  to ~/.bashrc'
            )
        elif there and what == f"{shell} completion" != _BASH and prefix not in _SEARCHED:
            told += "; if TAB completes nothing, see `pixverse completion --help`"
        yield Finding(what=what, told=told, warning=unloaded and shell == "bash")


def skills(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Compare the copies of SKILL.md in the current folder and at home with this version."""
    folders = list[Path]()
    with suppress(OSError):  # the current folder was deleted, which another line tells
        folders.append(Path.cwd())
    if home := environ.get("HOME"):
        folders.append(Path(home))
    for path, version in skill_copies(folders):
        if version == __version__:
            yield Finding(what="skill", told=f"{path}: of this version")
        else:
            told = f"{path}: {f'of version {version}' if version else 'of an unknown version'}"
            told += f", this is {__version__}: run pixverse skill > {path}"
            yield Finding(what="skill", told=told, warning=True)
