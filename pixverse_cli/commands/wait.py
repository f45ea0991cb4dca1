"""``pixverse wait``."""

import typer

from pixverse_cli.commands import given, options
from pixverse_cli.services import stories


def command(
    ctx: typer.Context,
    task_ids: options.TaskIds = None,
    every: options.EveryUnfinished = False,
    any_one: options.AnyOne = False,
    fail_fast: options.FailFast = False,
    timeout: options.Timeout = None,
    interval: options.Interval = None,
    download: options.Download = False,
    output: options.Destination = None,
    force: options.Force = False,
    as_json: options.AsJson = False,
    as_events: options.AsEvents = False,
    github_output: options.GithubOutput = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Block until tasks end, and print their video URLs, or with --download their files.

    \b
    Examples:
      pixverse wait 0385dc79 --download
      pixverse wait --all --timeout 2h
    """
    services = given.services(ctx)
    patience = stories.patience(services, any_one=any_one, fail_fast=fail_fast)
    keeping = stories.keeping(services, wanted=download, force=force)
    events = stories.waited(services, given.ids(task_ids), patience, keeping, every=every)
    services.run_saving(events, keeping)
