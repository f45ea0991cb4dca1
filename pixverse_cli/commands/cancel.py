"""``pixverse cancel``."""

from typing import Annotated

import typer

from pixverse_cli.commands import given, options
from pixverse_cli.reporting.result import Result
from pixverse_cli.services import stories

QueuedIds = Annotated[
    list[str],
    typer.Argument(
        metavar="ID...",
        help="Task ids, or unique beginnings of at least 4 characters; - reads them from stdin.",
        show_default=False,
    ),
]


def command(
    ctx: typer.Context,
    task_ids: QueuedIds,
    as_json: options.AsJson = False,
    as_events: options.AsEvents = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Cancel queued tasks; the service cancels nothing that runs already.

    \b
    Examples:
      pixverse cancel 0385dc79
      pixverse list --status PENDING | cut -f1 | pixverse cancel -
    """
    services = given.services(ctx)
    services.run(stories.canceled(services, given.ids(task_ids) or []), Result.TASK_ID)
