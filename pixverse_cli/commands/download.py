"""``pixverse download``."""

import typer

from pixverse_cli.commands import context, shared_options
from pixverse_cli.reporting.result import Output


def command(
    ctx: typer.Context,
    task_ids: shared_options.TaskIds = None,
    output: shared_options.OutputPath = None,
    force: shared_options.Force = False,
    wait: shared_options.WaitFirst = False,
    timeout: shared_options.Timeout = None,
    interval: shared_options.Interval = None,
    receipt: shared_options.Receipt = None,
    notify: shared_options.Notify = None,
    as_json: shared_options.AsJson = False,
    as_events: shared_options.AsEvents = False,
    github_output: shared_options.GithubOutput = False,
    quiet: shared_options.Quiet = False,
    verbose: shared_options.Verbose = 0,
) -> None:
    """Save finished videos; those already saved are not downloaded again.

    \b
    Examples:
      pixverse download 0385dc79 -o turtle.mp4
      pixverse list --status SUCCEEDED | cut -f1 | pixverse download - -o clips/
    """
    from pixverse_cli.flows import pipelines
    from pixverse_cli.flows.plan import destination_of, wait_policy

    app = context.app_context(ctx)
    taken = app.output is not Output.HUMAN
    destination = destination_of(app.settings, force=force, stdout_is_taken=taken)
    policy = wait_policy(app.settings)
    extras = context.extras(app)
    app.settings.insist()
    context.insist_on_receipts(app, destination)
    context.limit_time(app, waits=wait)
    ids = context.ids(task_ids)
    if wait:
        events = pipelines.wait(ids, app.tools, policy, destination, every=False)
    else:
        events = pipelines.save_all(ids, app.tools, destination)
    app.run_saving(events, destination, context.asked(app), extras)
