"""``pixverse status``."""

import typer

from pixverse_cli.app import stories
from pixverse_cli.commands import context, shared_options
from pixverse_cli.reporting.result import Result


def command(
    ctx: typer.Context,
    task_ids: shared_options.TaskIds = None,
    exit_status: shared_options.ExitStatus = False,
    as_json: shared_options.AsJson = False,
    as_events: shared_options.AsEvents = False,
    quiet: shared_options.Quiet = False,
    verbose: shared_options.Verbose = 0,
) -> None:
    """Ask how tasks stand.

    \b
    Examples:
      pixverse status
      pixverse status 0385dc79 5abf2c85 --json
    """
    app = context.app_context(ctx)
    events = stories.seen(app, context.ids(task_ids), judging=exit_status)
    app.run(events, Result.ROW)
