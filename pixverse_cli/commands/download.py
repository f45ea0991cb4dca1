"""``pixverse download``."""

import typer

from pixverse_cli.app import stories
from pixverse_cli.commands import context, shared_options


def command(
    ctx: typer.Context,
    task_ids: shared_options.TaskIds = None,
    output: shared_options.OutputPath = None,
    force: shared_options.Force = False,
    wait: shared_options.WaitFirst = False,
    timeout: shared_options.Timeout = None,
    interval: shared_options.Interval = None,
    as_json: shared_options.AsJson = False,
    as_events: shared_options.AsEvents = False,
    github_output: shared_options.GithubOutput = False,
    quiet: shared_options.Quiet = False,
    verbose: shared_options.Verbose = 0,
) -> None:
    """Save finished videos; what is already saved is not fetched again.

    \b
    Examples:
      pixverse download 0385dc79 -o turtle.mp4
      pixverse list --status SUCCEEDED | cut -f1 | pixverse download - -o clips/
    """
    app = context.app_context(ctx)
    destination = stories.keeping(app, wanted=True, force=force)
    if wait:
        events = stories.waited(app, context.ids(task_ids), stories.policy(app), destination)
    else:
        events = stories.saved(app, context.ids(task_ids), destination)
    app.run_saving(events, destination)
