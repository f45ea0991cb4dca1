"""``pixverse cost``."""

from typing import Annotated

import typer

from pixverse_cli.commands import context, shared_options
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.reporting.show import show_spending

Grouping = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="WHAT",
        help="Group by day, week, month, model, image or resolution.  [default: day]",
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="TIME", help="Only requests from the last TIME, for example 24h or 7d."
    ),
]
Sandbox = Annotated[
    bool, typer.Option("--sandbox", help="Show the tasks of a sandbox instead; they are free.")
]
AsCsv = Annotated[
    bool,
    typer.Option(
        "--csv", help="Print comma-separated values.", rich_help_panel=shared_options.OUTPUT
    ),
]


def command(
    ctx: typer.Context,
    by: Grouping = None,
    since: Since = None,
    sandbox: Sandbox = False,
    as_csv: AsCsv = False,
    as_json: shared_options.AsJson = False,
    quiet: shared_options.Quiet = False,
) -> None:
    """Show what this machine's requests cost, by list prices.

    The sums come from the local store: what usage reports, estimates of tasks that have not
    ended, and requests that may be charged, apart. It is not a bill.

    \b
    Examples:
      pixverse cost --since 30d
      pixverse cost --by model --csv
    """
    from pixverse_cli.flows.spending import report

    if as_csv and as_json:
        raise UsageError("--csv and --json exclude each other: give one")
    app = context.app_context(ctx)
    spent = report(app.options, app.store, app.runtime.clock.now())
    show_spending(spent, app.output, app.reporter(), as_csv=as_csv)
    try:
        if standing := app.budget():
            app.reporter().note(f"budget {standing}")
    except UsageError as error:  # of config.toml: the sums are right all the same
        app.reporter().note(f"budget not known: {error.message}")
