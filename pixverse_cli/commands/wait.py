"""``pixverse wait``."""

import sys

import typer

from pixverse_cli.commands import context, shared_options
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.reporting.streams import is_terminal


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
    receipt: shared_options.Receipt = None,
    notify: shared_options.Notify = None,
    as_json: shared_options.AsJson = False,
    as_events: shared_options.AsEvents = False,
    github_output: shared_options.GithubOutput = False,
    quiet: shared_options.Quiet = False,
    verbose: shared_options.Verbose = 0,
) -> None:
    """Wait until tasks end; print each video's URL, or with --download save it.

    \b
    Examples:
      pixverse wait 0385dc79 --download
      pixverse wait --all --timeout 2h
    """
    from pixverse_cli.flows.pipelines import wait
    from pixverse_cli.flows.plan import wait_policy

    app = context.app_context(ctx)
    policy = wait_policy(app.settings, any_one=any_one, fail_fast=fail_fast)
    destination = context.destination(app, wanted=download, force=force)
    extras = context.extras(app)
    app.settings.insist()
    context.insist_on_receipts(app, destination)
    context.limit_time(app, waits=True)
    if every and task_ids:
        raise UsageError("--all waits for every unfinished task: leave out the task ids")
    events = wait(context.ids(app, task_ids), app.tools, policy, destination, every=every)
    # a person who reads the hint after a time-out wants the video
    saves = destination is not None or is_terminal(sys.stdout)
    app.run_saving(events, destination, context.asked(app, saves=saves), extras)
