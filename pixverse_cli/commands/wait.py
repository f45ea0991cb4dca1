"""``pixverse wait``."""

import typer

from pixverse_cli.app import stories
from pixverse_cli.commands import context, shared_options


def command(
    ctx: typer.Context,
    task_ids: shared_options.TaskIds = None,
    every: shared_options.EveryUnfinished = False,
    any_one: shared_options.AnyOne = False,
    fail_fast: shared_options.FailFast = False,
    timeout: shared_options.Timeout = None,
    interval: shared_options.Interval = None,
    download: shared_options.Download = False,
    output: shared_options.OutputPath = None,
    force: shared_options.Force = False,
    as_json: shared_options.AsJson = False,
    as_events: shared_options.AsEvents = False,
    github_output: shared_options.GithubOutput = False,
    quiet: shared_options.Quiet = False,
    verbose: shared_options.Verbose = 0,
) -> None:
    """Block until tasks end, and print their video URLs, or with --download their files.

    \b
    Examples:
      pixverse wait 0385dc79 --download
      pixverse wait --all --timeout 2h
    """
    app = context.app_context(ctx)
    policy = stories.policy(app, any_one=any_one, fail_fast=fail_fast)
    destination = stories.keeping(app, wanted=download, force=force)
    events = stories.waited(app, context.ids(task_ids), policy, destination, every=every)
    app.run_saving(events, destination)
