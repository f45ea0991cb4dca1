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
    """The shells that have a completion script."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


SOURCE = Path(__file__).parent.parent.parent

# The name of each script in the source tree, and its path below an installation's share/.
_PLACES = {
    Shell.BASH: ("pixverse.bash", "bash-completion/completions/pixverse"),
    Shell.ZSH: ("_pixverse", "zsh/site-functions/_pixverse"),
    Shell.FISH: ("pixverse.fish", "fish/vendor_completions.d/pixverse.fish"),
}

ShellName = Annotated[
    Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.", show_default=False)
]


def command(ctx: typer.Context, shell: ShellName) -> None:
    """Print the completion script for a shell.

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
    """Return the path of a script: in the source tree if there is one, else where it is installed.

    :raises UnexpectedError: it is not in any of these places.
    """
    name, shared = _PLACES[shell]
    below = _prefixes() if prefixes is None else prefixes
    places = [source / "completions" / name, *(prefix / "share" / shared for prefix in below)]
    for place in places:
        if is_file(place):
            return place
    raise UnexpectedError(
        f"found no completion script for {shell} in {', '.join(map(str, places))}",
        hint="install pixverse-cli again",
    )


def _prefixes() -> Iterator[Path]:
    """Yield the prefixes under which pip installs data files: this environment's, this user's."""
    yield Path(sysconfig.get_path("data"))
    yield Path(sysconfig.get_path("data", sysconfig.get_preferred_scheme("user")))
