"""``pixverse download``."""

from typing import Annotated

import typer

from pixverse_cli.commands import context, shared_options
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.reporting.result import Output

EveryUnsaved = Annotated[
    bool,
    typer.Option(
        "--all",
        help="Every finished video that is not saved yet; a task that still runs is left out.",
        rich_help_panel=shared_options.SAVING,
    ),
]


def command(
    ctx: typer.Context,
    task_ids: shared_options.TaskIds = None,
    every: EveryUnsaved = False,
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
      pixverse download --all -o clips/
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
    if every and task_ids:
        raise UsageError("--all saves every video that is not saved yet: leave out the task ids")
    ids = context.ids(app, task_ids)
    if wait:
        events = pipelines.wait(ids, app.tools, policy, destination, every=every)
    elif every:
        events = pipelines.save_every(app.tools, destination, again=context.same_command(ctx))
    else:
        events = pipelines.save_all(ids, app.tools, destination)
    app.run_saving(events, destination, context.asked(app), extras)
