"""``pixverse list``."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pixverse_cli.app.context import AppContext
from pixverse_cli.commands import context, shared_options
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.task import Record
from pixverse_cli.reporting.reporter import service_now
from pixverse_cli.reporting.result import Output
from pixverse_cli.reporting.show import show_records, show_remote
from pixverse_cli.reporting.streams import is_terminal

if TYPE_CHECKING:
    from pixverse_cli.flows.local_list import Filters

_ON_A_TERMINAL = 20  # tasks

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
    str | None,
    typer.Option(
        "--limit",
        metavar="N",
        help="Show at most N tasks.  [default: 20 on a terminal; all in a pipe and with --json]",
    ),
]
EveryRecord = Annotated[bool, typer.Option("--all", help="Show all tasks.")]
Refresh = Annotated[
    bool,
    typer.Option("--refresh", help="First ask the service about the unfinished tasks."),
]
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
    refresh: Refresh = False,
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
    from pixverse_cli.flows.local_list import filters, left_out, local_list

    app = context.app_context(ctx)
    _check_options(html=html, remote=remote, refresh=refresh, as_json=app.output)
    usual_limit = _ON_A_TERMINAL if app.output is Output.HUMAN and is_terminal(sys.stdout) else None
    everything = every or html is not None
    now = app.runtime.clock.now()
    chosen = filters(app.options, now, every=everything, usual_limit=usual_limit)
    if remote:
        _show_remote(app, chosen)
        return
    if refresh:
        _refresh(app)
    records = local_list(chosen, app.store)
    if html is not None:
        _write_page(app, records, html)
        return
    show_records(
        records,
        app.output,
        app.runtime.clock,
        service_now(app.runtime.environ),
        left_out=left_out(chosen, app.store) if usual_limit else 0,
        filtered=chosen.status is not None or chosen.since is not None,
        just_asked=refresh,
    )


def _show_remote(app: AppContext, chosen: "Filters") -> None:
    from pixverse_cli.flows.remote_tasks import remote_tasks

    tasks = remote_tasks(app.tools, chosen)
    show_remote(tasks, app.output, app.reporter(), app.runtime.clock, chosen.limit)


def _check_options(*, html: str | None, remote: bool, refresh: bool, as_json: Output) -> None:
    if html is not None and (remote or as_json is not Output.HUMAN):
        raise UsageError("--html makes a page, so it cannot be used with --remote or --json")
    if html == "-":
        raise UsageError("--html -: the page's videos are found from its folder: give a file name")
    if refresh and remote:
        raise UsageError("--remote asks the service already: leave out --refresh")


def _refresh(app: AppContext) -> None:
    """Ask about unfinished tasks; what happens on the way goes to stderr."""
    from pixverse_cli.flows.refresh import refresh

    reporter = app.reporter()
    for event in refresh(app.tools):
        reporter.draw(event)


def _write_page(app: AppContext, records: Iterable[Record], html: str) -> None:
    from pixverse_cli.disk.files import reason, with_home
    from pixverse_cli.reporting.page import write_page
    from pixverse_cli.reporting.sentences import counted

    shown = tuple(records)
    try:
        path = Path(with_home(html))
    except OSError as error:
        raise UsageError(f"--html {html}: {reason(error)}") from error
    write_page(path, shown, app.runtime.clock.now())
    app.reporter().note(f"{counted(len(shown), 'task')} in {html}")
