"""``pixverse recover``."""

from typing import Annotated

import typer

from pixverse_cli.commands import context, shared_options
from pixverse_cli.reporting.result import Result

AdoptedId = Annotated[
    str | None,
    typer.Option("--adopt", metavar="ID", help="Record this task as the one of the lost submit."),
]


def command(
    ctx: typer.Context,
    adopt: AdoptedId = None,
    as_json: shared_options.AsJson = False,
    as_events: shared_options.AsEvents = False,
    quiet: shared_options.Quiet = False,
    verbose: shared_options.Verbose = 0,
) -> None:
    """Find the tasks of submits whose answer was lost, without paying again.

    \b
    Examples:
      pixverse recover
      pixverse recover --adopt 0385dc79-5ff8-4d82-bcb6-0123456789ab
    """
    from pixverse_cli.flows import recover

    app = context.app_context(ctx)
    events = recover.recover(app.tools) if adopt is None else recover.adopt(adopt, app.tools)
    app.run(events, Result.TASK_ID)
