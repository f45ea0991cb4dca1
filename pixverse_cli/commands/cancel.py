"""``pixverse cancel``."""

from typing import Annotated

import typer

from pixverse_cli.commands import context, shared_options
from pixverse_cli.reporting.result import Result

QueuedIds = Annotated[
    list[str],
    typer.Argument(
        metavar="ID...",
        help="Task ids, or unique prefixes of at least 4 characters; - reads ids from stdin.",
        show_default=False,
    ),
]


def command(
    ctx: typer.Context,
    task_ids: QueuedIds,
    as_json: shared_options.AsJson = False,
    as_events: shared_options.AsEvents = False,
    quiet: shared_options.Quiet = False,
    verbose: shared_options.Verbose = 0,
) -> None:
    """Cancel queued tasks; a running task cannot be cancelled.

    \b
    Examples:
      pixverse cancel 0385dc79
      pixverse list --status PENDING | cut -f1 | pixverse cancel -
    """
    from pixverse_cli.flows.cancel import cancel

    app = context.app_context(ctx)
    app.run(cancel(context.ids(app, task_ids) or [], app.tools), Result.TASK_ID)
