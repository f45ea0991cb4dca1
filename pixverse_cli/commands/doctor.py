"""``pixverse doctor``."""

import typer

from pixverse_cli.app import checkup
from pixverse_cli.commands import context, shared_options


def command(
    ctx: typer.Context,
    as_json: shared_options.AsJson = False,
    quiet: shared_options.Quiet = False,
    verbose: shared_options.Verbose = 0,
) -> None:
    """Check the set-up: key, service, store, shell. Nothing here costs money.

    \b
    Examples:
      pixverse doctor
      pixverse doctor --json
    """
    checkup.examine(context.app_context(ctx))
