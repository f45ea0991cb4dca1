"""``pixverse download``."""

import typer

from pixverse_cli.commands import given, options
from pixverse_cli.services import stories


def command(
    ctx: typer.Context,
    task_ids: options.TaskIds = None,
    output: options.Destination = None,
    force: options.Force = False,
    wait: options.WaitFirst = False,
    timeout: options.Timeout = None,
    interval: options.Interval = None,
    as_json: options.AsJson = False,
    as_events: options.AsEvents = False,
    github_output: options.GithubOutput = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Save finished videos; what is already saved is not fetched again.

    \b
    Examples:
      pixverse download 0385dc79 -o turtle.mp4
      pixverse list --status SUCCEEDED | cut -f1 | pixverse download - -o clips/
    """
    services = given.services(ctx)
    keeping = stories.keeping(services, wanted=True, force=force)
    if wait:
        events = stories.waited(services, given.ids(task_ids), stories.patience(services), keeping)
    else:
        events = stories.saved(services, given.ids(task_ids), keeping)
    services.run_saving(events, keeping)
