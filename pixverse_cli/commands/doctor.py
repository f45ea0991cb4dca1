"""``pixverse doctor``."""

import typer

from pixverse_cli.commands import given, options
from pixverse_cli.services import checkup


def command(
    ctx: typer.Context,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Check the set-up: key, service, store, shell. Nothing here costs money.

    \b
    Examples:
      pixverse doctor
      pixverse doctor --json
    """
    checkup.examine(given.services(ctx))
