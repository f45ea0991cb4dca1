"""``pixverse list``."""

from typing import Annotated

import typer

from pixverse_cli.commands import context, shared_options
from pixverse_cli.reporting.select import service_now
from pixverse_cli.reporting.show import show_records, show_remote

StatusFilter = Annotated[
    str | None,
    typer.Option("--status", metavar="STATUS", help="Only tasks with this status."),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="TIME", help="Only tasks from the last TIME, for example 30m or 24h."
    ),
]
Limit = Annotated[
    str | None, typer.Option("--limit", metavar="N", help="Show at most N tasks.  [default: 20]")
]
EveryRecord = Annotated[bool, typer.Option("--all", help="Show all tasks.")]
Remote = Annotated[
    bool,
    typer.Option(
        "--remote",
        help="List the account's tasks on the service (last 24 hours), from any machine.",
    ),
]


def command(
    ctx: typer.Context,
    status: StatusFilter = None,
    since: Since = None,
    limit: Limit = None,
    every: EveryRecord = False,
    remote: Remote = False,
    as_json: shared_options.AsJson = False,
    as_events: shared_options.AsEvents = False,
    quiet: shared_options.Quiet = False,
    verbose: shared_options.Verbose = 0,
) -> None:
    """Show what this machine has submitted, newest first.

    \b
    Examples:
      pixverse list
      pixverse list --status FAILED --since 24h --json
    """
    app = context.app_context(ctx)
    if remote:
        from pixverse_cli.flows.remote_tasks import remote_tasks

        show_remote(remote_tasks(app.tools), app.output, app.reporter(), app.runtime.clock)
    else:
        from pixverse_cli.flows.local_list import local_list

        now = app.runtime.clock.now()
        records = local_list(app.settings, app.store, now, every=every)
        service = service_now(app.runtime.environ)
        show_records(records, app.output, app.runtime.clock, service)
