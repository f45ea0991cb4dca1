"""``pixverse models``."""

import typer

from pixverse_cli.commands import context, shared_options
from pixverse_cli.reporting.show import show_models


def command(
    ctx: typer.Context,
    as_json: shared_options.AsJson = False,
    quiet: shared_options.Quiet = False,
) -> None:
    """Show the models, their limits and list prices.

    \b
    Examples:
      pixverse models
      pixverse models --json
    """
    show_models(context.app_context(ctx).output)
