"""The command tree as plain data, for man pages and completions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import typer

from pixverse_cli.main import app

_DEFAULT = re.compile(r"\s*\[default: (?P<value>.*)\]$", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option: all spellings, short ones first; ``metavar`` is None for a flag."""

    spellings: tuple[str, ...]
    opposites: tuple[str, ...]
    metavar: str | None
    help: str
    default: str | None
    variable: str | None
    group: str

    @property
    def all_spellings(self) -> tuple[str, ...]:
        """Every spelling of the option, with those that switch it off."""
        return self.spellings + self.opposites

    @property
    def descriptions(self) -> Iterator[tuple[str, str]]:
        """Each spelling with a short description: the first sentence of the help."""
        for spelling in self.spellings:
            yield spelling, first_sentence(self.help)
        for spelling in self.opposites:
            yield spelling, f"The opposite of {self.spellings[-1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """A positional argument; ``many`` if it may be repeated."""

    metavar: str
    help: str
    many: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command; ``path`` is its words after ``pixverse``; a group has ``commands``."""

    path: tuple[str, ...]
    summary: str
    help: str
    examples: tuple[str, ...]
    arguments: tuple[Argument, ...]
    options: tuple[Option, ...]
    commands: tuple["Command", ...]

    @property
    def name(self) -> str:
        """The command as it is typed, with ``pixverse``."""
        return " ".join(("pixverse", *self.path))

    @property
    def page(self) -> str:
        """The name of its man page."""
        return "-".join(("pixverse", *self.path))

    @property
    def everything(self) -> Iterator["Command"]:
        """The command and all its subcommands, in the order of the help."""
        yield self
        for command in self.commands:
            yield from command.everything


def outline() -> Command:
    """Return the whole tree, every command loaded."""
    return _command((), typer.main.get_command(app), None)


def first_sentence(text: str) -> str:
    """Return a text's first sentence, without its full stop."""
    return re.split(r"\.\s", text + " ", maxsplit=1)[0].strip().rstrip(".")


# Typer's own Click has no public types: its commands and parameters are Any.
def _command(path: tuple[str, ...], command: Any, parent: Any) -> Command:  # noqa: ANN401
    context = command.make_context(
        path[-1] if path else "pixverse", [], parent=parent, resilient_parsing=True
    )
    prose, examples = _parts(command.help or "")
    shown = [each for each in command.get_params(context) if not getattr(each, "hidden", False)]
    words = command.list_commands(context) if hasattr(command, "list_commands") else ()
    return Command(
        path=path,
        summary=first_sentence(prose),
        help=prose,
        examples=examples,
        arguments=tuple(map(_argument, filter(_is_argument, shown))),
        options=tuple(_option(each) for each in shown if not _is_argument(each)),
        commands=tuple(
            _command((*path, word), command.get_command(context, word), context) for word in words
        ),
    )


def _parts(help_text: str) -> tuple[str, tuple[str, ...]]:
    r"""Return a docstring's prose, and the lines below ``\b Examples:``."""
    prose, _, rest = help_text.partition("\b")
    lines = [line.strip() for line in rest.splitlines() if line.startswith("  ")]
    return " ".join(prose.split()), tuple(lines)


def _is_argument(parameter: Any) -> bool:  # noqa: ANN401  as above
    return bool(parameter.param_type_name == "argument")


def _argument(parameter: Any) -> Argument:  # noqa: ANN401  as above
    return Argument(
        metavar=parameter.metavar or parameter.name.upper(),
        help=parameter.help or "",
        many=parameter.nargs == -1,
    )


def _option(parameter: Any) -> Option:  # noqa: ANN401  as above
    text = parameter.help or ""
    found = _DEFAULT.search(text)
    return Option(
        spellings=tuple(sorted(parameter.opts, key=len)),
        opposites=tuple(parameter.secondary_opts),
        metavar=parameter.metavar,
        help=_DEFAULT.sub("", text),
        default=found["value"] if found else None,
        variable=parameter.envvar,
        group=getattr(parameter, "rich_help_panel", None) or "Options",
    )
