"""``pixverse completion``."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pixverse_cli.commands.context import app_context
from pixverse_cli.disk.shipped import SOURCE, shipped
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.reporting import streams


class Shell(StrEnum):
    """The shells that have a completion script."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


# The name of each script in the source tree, and its path below an installation's share/.
_PLACES = {
    Shell.BASH: ("pixverse.bash", "bash-completion/completions/pixverse"),
    Shell.ZSH: ("_pixverse", "zsh/site-functions/_pixverse"),
    Shell.FISH: ("pixverse.fish", "fish/vendor_completions.d/pixverse.fish"),
}

ShellName = Annotated[
    Shell | None, typer.Argument(metavar="SHELL", help="bash, zsh or fish.", show_default=False)
]


def command(ctx: typer.Context, shell: ShellName = None) -> None:
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
    if shell is None:
        used = Path(app_context(ctx).runtime.environ.get("SHELL", "")).name
        name = used if used in list(Shell) else Shell.BASH
        raise UsageError(
            f"which shell? It is one of {', '.join(Shell)}: pixverse completion {name}",
            hint="`pixverse completion --help` shows where each script belongs",
        )
    streams.put(script(shell).read_text(encoding="utf-8").rstrip("\n"))


def script(shell: Shell, *, source: Path = SOURCE, prefixes: Iterable[Path] | None = None) -> Path:
    """Return the path of a shell's script.

    :raises UnexpectedError: it is not installed.
    """
    name, below_share = _PLACES[shell]
    what = f"completion script for {shell}"
    return shipped(what, f"completions/{name}", below_share, source=source, prefixes=prefixes)
