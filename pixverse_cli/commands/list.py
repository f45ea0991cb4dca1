"""``pixverse list``."""

import typer

from pixverse_cli.commands import given, options
from pixverse_cli.services import stories


def command(
    ctx: typer.Context,
    status: options.StatusFilter = None,
    since: options.Since = None,
    limit: options.Limit = None,
    every: options.EveryRecord = False,
    remote: options.Remote = False,
    as_json: options.AsJson = False,
    as_events: options.AsEvents = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Show what this machine has submitted, newest first.

    \b
    Examples:
      pixverse list
      pixverse list --status FAILED --since 24h --json
    """
    services = given.services(ctx)
    if remote:
        services.show_remote(stories.remote(services))
    else:
        services.show(stories.listed(services, every=every))
