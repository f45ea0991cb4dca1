"""``pixverse auth``: one word for each thing that can be done with the key."""

import typer

from pixverse_cli.app import keys
from pixverse_cli.commands import context, shared_options

summary = "Keep the API key: login, status, logout."


def login(
    ctx: typer.Context,
    as_json: shared_options.AsJson = False,
    quiet: shared_options.Quiet = False,
) -> None:
    """Keep an API key for this user alone; it is read hidden, or from stdin.

    \b
    Examples:
      pixverse auth login
      pixverse auth login < key-file
    """
    keys.login(context.app_context(ctx))


def status(
    ctx: typer.Context,
    as_json: shared_options.AsJson = False,
    quiet: shared_options.Quiet = False,
) -> None:
    """Show which key is in use: where it comes from, and its last four characters.

    \b
    Examples:
      pixverse auth status
      pixverse auth status --json
    """
    keys.status(context.app_context(ctx))


def logout(
    ctx: typer.Context,
    as_json: shared_options.AsJson = False,
    quiet: shared_options.Quiet = False,
) -> None:
    """Forget the key that login kept; keys from elsewhere are left alone.

    \b
    Examples:
      pixverse auth logout
      pixverse auth logout --quiet
    """
    keys.logout(context.app_context(ctx))


subcommands = {"login": login, "status": status, "logout": logout}
