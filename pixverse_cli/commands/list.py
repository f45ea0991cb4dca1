"""``pixverse list``."""

from pathlib import Path
from typing import Annotated

import typer

from pixverse_cli.commands import context, shared_options
from pixverse_cli.domain.errors import UsageError
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
HtmlFile = Annotated[
    str | None,
    typer.Option(
        "--html",
        metavar="FILE",
        help="Write a page with a player for each video; it needs no network and no server.",
    ),
]


def command(
    ctx: typer.Context,
    status: StatusFilter = None,
    since: Since = None,
    limit: Limit = None,
    every: EveryRecord = False,
    remote: Remote = False,
    html: HtmlFile = None,
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
      pixverse list --html videos.html
    """
    app = context.app_context(ctx)
    if html is not None and (remote or as_json):
        raise UsageError("--html makes a page, so it cannot be used with --remote or --json")
    if remote:
        from pixverse_cli.flows.remote_tasks import remote_tasks

        show_remote(remote_tasks(app.tools), app.output, app.reporter())
    else:
        from pixverse_cli.flows.local_list import local_list

        now = app.runtime.clock.now()
        records = local_list(app.settings, app.store, now, every=every or html is not None)
        if html is None:
            show_records(records, app.output, app.runtime.clock)
        else:
            from pixverse_cli.reporting.page import write_page

            write_page(Path(html).expanduser(), records, now)
            app.reporter().note(f"{len(records)} tasks in {html}")
