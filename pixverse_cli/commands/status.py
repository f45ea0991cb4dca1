"""``pixverse status``."""

import typer

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
    """Show the status of tasks.

    \b
    Examples:
      pixverse status
      pixverse status 0385dc79 5abf2c85 --json
    """
    from pixverse_cli.flows.lookup import look

    app = context.app_context(ctx)
    app.run(look(context.ids(app, task_ids), app.tools, judging=exit_status), Result.ROW)
