"""The command tree: each command is loaded when it is used; help shows options in groups."""

import shutil
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from pixverse_cli.domain.text import shell_line
from pixverse_cli.reporting.streams import BOLD, CYAN, coloured, put, takes_colour

_NARROWEST = 20  # columns
_LONGEST_HELP = 200  # characters of a command's line in a list; Typer's 45 cut sentences
_WIDEST_NAMES = 30  # columns, beside their help

# What other tools call our commands, or what a user may try first.
_OTHER_NAMES = {
    "create": "submit",
    "generate": "submit",
    "run": "submit",
    "task": "status",
    "get": "status",
    "show": "status",
    "poll": "wait",
    "asset": "download",
    "fetch": "download",
    "ls": "list",
    "history": "list",
    "login": "auth login",
    "logout": "auth logout",
    "server": "sandbox",
    "mock": "sandbox",
    "version": "--version",
}
_SETTINGS = ("config", "configure", "settings", "set")
_PICTURES = (".png", ".jpg", ".jpeg", ".webp")


class Command(TyperCommand):
    """A command whose help shows its options in groups."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401  Typer's own Click has no public types
        """Write ``IMAGE...`` for a required argument, as man pages do, not ``{IMAGE...}``."""
        return [item.strip("{}") for item in super().collect_usage_pieces(ctx)]

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  as above
        """Write help that fits the terminal."""
        _fit(formatter)
        super().format_help(ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  as above
        """Write arguments first, then each group of options in the order of declaration."""
        _write_parameters(self.get_params(ctx), ctx, formatter)


class Branch(TyperGroup):
    """A group of commands whose help looks like that of :class:`Command`."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  as above
        """Write help that fits the terminal."""
        _fit(formatter)
        super().format_help(ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  as above
        """Write the options, then the commands."""
        _write_parameters(self.get_params(ctx), ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002
        """List the commands."""
        listed = [
            (name, command.get_short_help_str(_LONGEST_HELP))
            for name, command in self.commands.items()
        ]
        _write_section(formatter, "Commands", listed)


def _write_parameters(parameters: Iterable[Any], ctx: Any, formatter: Any) -> None:  # noqa: ANN401  as above
    groups: dict[str, list[tuple[str, str]]] = {}
    for parameter in parameters:
        record = parameter.get_help_record(ctx)
        if record is not None:
            argument = parameter.param_type_name == "argument"
            panel = getattr(parameter, "rich_help_panel", None)
            title = "Arguments" if argument else panel or "Options"
            groups.setdefault(title, []).append(record)
    for title, records in groups.items():
        _write_section(formatter, title, records)


def _fit(formatter: Any) -> None:  # noqa: ANN401  as above
    """Make the help as narrow as the terminal; Typer's own never gets below 50 columns."""
    formatter.width = min(formatter.width, max(_NARROWEST, shutil.get_terminal_size().columns - 2))


def _write_section(formatter: Any, title: str, entries: Iterable[tuple[str, str]]) -> None:  # noqa: ANN401  as above
    """Write a heading, and names with their help, in colours if the terminal takes them."""
    colours = takes_colour(sys.stdout)
    with formatter.section(coloured(title, BOLD) if colours else title):
        formatter.write_dl(
            [(coloured(name, CYAN) if colours else name, text) for name, text in entries],
            col_max=min(_WIDEST_NAMES, formatter.width // 3),
        )


CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def lazy_group(summaries: Mapping[str, str]) -> type[Branch]:
    """Return a group of these commands; each one is loaded when it is used."""

    class Group(Branch):
        """The list of commands; a command name of another tool gets a suggestion."""

        def __init__(self, **settings: Any) -> None:  # noqa: ANN401  Typer's own
            super().__init__(**settings)
            self.commands = dict.fromkeys(summaries)  # type: ignore[assignment] # for suggestions

        def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002
            """Load one command."""
            return load(cmd_name) if cmd_name in summaries else None

        def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002
            """List the commands without loading them."""
            _write_section(formatter, "Commands", summaries.items())

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
            """Return the command, or fail with a suggestion; ``help NAME`` is ``NAME --help``."""
            if args[0] == "help":
                args = [*args[1:], "--help"]
            if args == ["--help"]:
                put(ctx.get_help())
                ctx.exit()
            if args[0] not in summaries and (meant := _meant(args)):
                ctx.fail(f"No such command {args[0]!r}. {meant}")
            return super().resolve_command(ctx, args)

    return Group


def _meant(args: list[str]) -> str | None:
    """Return what a user probably meant by arguments that start with no command."""
    first = args[0]
    if first in _SETTINGS:
        return (
            "Settings are options, variables PIXVERSE_<OPTION>, or lines such as"
            ' model = "c1" in config.toml; `pixverse doctor` shows its folder.'
        )
    if first.lower().endswith(_PICTURES):
        return f"Did you mean `{shell_line(['pixverse', 'submit', *args])}`?"
    other = _OTHER_NAMES.get(first)
    return f"Did you mean `pixverse {other}`?" if other else None


@cache
def load(name: str) -> Any:  # noqa: ANN401  as above
    """Return the command of the module of that name: its ``command``, or its ``subcommands``."""
    module = import_module(f"pixverse_cli.commands.{name}")
    branch = typer.Typer(
        cls=Branch,
        help=getattr(module, "summary", None),
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=CONTEXT,
    )
    declared = getattr(module, "subcommands", None) or {name: module.command}
    for word, function in declared.items():
        branch.command(word, cls=Command, context_settings=CONTEXT)(function)
    return typer.main.get_command(branch)
