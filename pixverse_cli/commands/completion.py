"""``pixverse completion``."""

import sysconfig
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pixverse_cli.domain.errors import UnexpectedError
from pixverse_cli.reporting import streams


class Shell(StrEnum):
    """The shells that there is a script for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


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


def script(shell: Shell) -> Path:
    """Return the packaged script: beside the package in its source tree, else installed.

    :raises UnexpectedError: it is in neither place.
    """
    found = next((path for path in _candidates(shell) if path.is_file()), None)
    if found is None:
        raise UnexpectedError(
            f"the completion script for {shell} is not where pip puts it:"
            f" {', '.join(map(str, _candidates(shell)))}",
            hint="install pixverse-cli again",
        )
    return found


def _candidates(shell: Shell) -> Iterator[Path]:
    source, shared = _PLACES[shell]
    yield Path(__file__).parent.parent.parent / "completions" / source
    for scheme in (None, sysconfig.get_preferred_scheme("user")):
        data = sysconfig.get_path("data", scheme) if scheme else sysconfig.get_path("data")
        yield Path(data) / "share" / shared
