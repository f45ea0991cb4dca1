"""``pixverse recover``."""

from typing import Annotated

import typer

from pixverse_cli.commands import given, options
from pixverse_cli.reporting.result import Result
from pixverse_cli.services import stories

AdoptedId = Annotated[
    str | None,
    typer.Option(
        "--adopt", metavar="ID", help="This task is the one whose answer was lost: keep it."
    ),
]


def command(
    ctx: typer.Context,
    adopt: AdoptedId = None,
    as_json: options.AsJson = False,
    as_events: options.AsEvents = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Find out what became of unclear submits, without paying again.

    \b
    Examples:
      pixverse recover
      pixverse recover --adopt 0385dc79-5ff8-4d82-bcb6-0123456789ab
    """
    services = given.services(ctx)
    services.run(stories.recovered(services, adopt), Result.TASK_ID)
