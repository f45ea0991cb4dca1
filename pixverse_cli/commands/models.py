"""``pixverse models``."""

import typer

from pixverse_cli.commands import given, options
from pixverse_cli.services import stories


def command(
    ctx: typer.Context,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Show the models, their limits and list prices.

    \b
    Examples:
      pixverse models
      pixverse models --json
    """
    stories.show_models(given.services(ctx))
