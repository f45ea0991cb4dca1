"""Help that is plain text, with options in groups, and pointers from other tools' words."""

from typing import Any

from typer.core import TyperCommand, TyperGroup

_OTHER_WORDS = {
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
}


class Command(TyperCommand):
    """A command whose help shows its options in groups."""

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  Typer's own Click has no public types
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


class Group(TyperGroup):
    """The command list; words from other tools get a pointer to ours."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401  as above
        """Find the command, or say which one was probably meant."""
        ours = _OTHER_WORDS.get(args[0]) if args else None
        if ours and args[0] not in self.commands:
            ctx.fail(f"No such command {args[0]!r}. Here it is `pixverse {ours}`.")
        return super().resolve_command(ctx, args)
