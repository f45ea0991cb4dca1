"""``pixverse status``."""

import typer

from pixverse_cli.commands import given, options
from pixverse_cli.reporting.result import Result
from pixverse_cli.services import stories


def command(
    ctx: typer.Context,
    task_ids: options.TaskIds = None,
    exit_status: options.ExitStatus = False,
    as_json: options.AsJson = False,
    as_events: options.AsEvents = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Ask how tasks stand.

    \b
    Examples:
      pixverse status
      pixverse status 0385dc79 5abf2c85 --json
    """
    services = given.services(ctx)
    events = stories.seen(services, given.ids(task_ids), judging=exit_status)
    services.run(events, Result.ROW)
