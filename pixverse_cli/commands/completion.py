"""``pixverse completion``."""

import sysconfig
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pixverse_cli.disk.files import is_file
from pixverse_cli.domain.errors import UnexpectedError
from pixverse_cli.reporting import streams


class Shell(StrEnum):
    """The shells that there is a script for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


SOURCE = Path(__file__).parent.parent.parent

# In the source tree, and below the prefix where packages put it.
_PLACES = {
    Shell.BASH: ("pixverse.bash", "bash-completion/completions/pixverse"),
    Shell.ZSH: ("_pixverse", "zsh/site-functions/_pixverse"),
    Shell.FISH: ("pixverse.fish", "fish/vendor_completions.d/pixverse.fish"),
}

ShellName = Annotated[
    Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.", show_default=False)
]


def command(ctx: typer.Context, shell: ShellName) -> None:
    """Print the completion script of a shell.

    \b
    Examples:
      mkdir -p ~/.local/share/bash-completion/completions
      pixverse completion bash > ~/.local/share/bash-completion/completions/pixverse

    \b
      mkdir -p ~/.zfunc && pixverse completion zsh > ~/.zfunc/_pixverse
      echo 'fpath=(~/.zfunc $fpath); autoload -U compinit; compinit' >> ~/.zshrc

    \b
      mkdir -p ~/.config/fish/completions
      pixverse completion fish > ~/.config/fish/completions/pixverse.fish
    """
    streams.put(script(shell).read_text(encoding="utf-8").rstrip("\n"))


def script(shell: Shell, *, source: Path = SOURCE, prefixes: Iterable[Path] | None = None) -> Path:
    """Return the packaged script: beside the package in its source tree, else installed.

    :raises UnexpectedError: it is in neither place.
    """
    name, shared = _PLACES[shell]
    below = _prefixes() if prefixes is None else prefixes
    places = [source / "completions" / name, *(prefix / "share" / shared for prefix in below)]
    for place in places:
        if is_file(place):
            return place
    raise UnexpectedError(
        f"there is no completion script for {shell} in {', '.join(map(str, places))}",
        hint="install pixverse-cli again",
    )


def _prefixes() -> Iterator[Path]:
    """Yield where pip puts data files: of this environment, then of this user."""
    yield Path(sysconfig.get_path("data"))
    yield Path(sysconfig.get_path("data", sysconfig.get_preferred_scheme("user")))
