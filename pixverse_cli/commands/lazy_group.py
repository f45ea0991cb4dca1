"""The command tree: each command is loaded when it is used; help shows options in groups."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

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
    "config": "auth status",
    "server": "sandbox",
    "mock": "sandbox",
    "help": "--help",
    "version": "--version",
}


class Command(TyperCommand):
    """A command whose help shows its options in groups."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401  Typer's own Click has no public types
        """Write ``IMAGE...`` for a required argument, as man pages do, not ``{IMAGE...}``."""
        return [item.strip("{}") for item in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  as above
        """Write arguments first, then each group of options in the order of declaration."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                argument = parameter.param_type_name == "argument"
                panel = getattr(parameter, "rich_help_panel", None)
                title = "Arguments" if argument else panel or "Options"
                groups.setdefault(title, []).append(record)
        for title, records in groups.items():
            with formatter.section(title):
                formatter.write_dl(records)


CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def lazy_group(summaries: Mapping[str, str]) -> type[TyperGroup]:
    """Return a group of these commands; each one is loaded when it is used."""

    class Group(TyperGroup):
        """The list of commands; a command name of another tool gets a suggestion."""

        def __init__(self, **settings: Any) -> None:  # noqa: ANN401  Typer's own
            super().__init__(**settings)
            self.commands = dict.fromkeys(summaries)  # type: ignore[assignment] # for suggestions

        def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002
            """Load one command."""
            return load(cmd_name) if cmd_name in summaries else None

        def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002
            """List the commands without loading them."""
            with formatter.section("Commands"):
                formatter.write_dl(list(summaries.items()))

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
            """Return the command, or fail with a suggestion."""
            suggestion = _OTHER_NAMES.get(args[0]) if args[0] not in summaries else None
            if suggestion:
                ctx.fail(f"No such command {args[0]!r}. Did you mean `pixverse {suggestion}`?")
            return super().resolve_command(ctx, args)

    return Group


def load(name: str) -> Any:  # noqa: ANN401  as above
    """Return the command of the module of that name: its ``command``, or its ``subcommands``."""
    module = import_module(f"pixverse_cli.commands.{name}")
    branch = typer.Typer(
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
