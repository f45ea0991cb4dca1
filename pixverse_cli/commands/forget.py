"""``pixverse forget``."""

from typing import Annotated

import typer

from pixverse_cli.commands import context, shared_options
from pixverse_cli.reporting.show import show_forgotten

RecordIds = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ID]...",
        help="Task ids, unique prefixes of at least 4 characters, or '#NUMBER' of a record"
        " without a task id; - reads them from stdin.",
        show_default=False,
    ),
]
OlderThan = Annotated[
    str | None,
    typer.Option(
        "--older-than", metavar="TIME", help="Remove all records older than TIME, such as 90d."
    ),
]
Force = Annotated[
    bool,
    typer.Option(
        "--force", "-f", help="Remove records of tasks that still run or are unclear too."
    ),
]


def command(
    ctx: typer.Context,
    task_ids: RecordIds = None,
    older_than: OlderThan = None,
    force: Force = False,
    as_json: shared_options.AsJson = False,
    quiet: shared_options.Quiet = False,
) -> None:
    """Remove records from this machine; files are left alone.

    Nothing is sent: the tasks stay on the service. Tasks that still run and requests that are
    unclear are not removed without --force.

    \b
    Examples:
      pixverse forget 0385dc79
      pixverse forget --older-than 90d
    """
    from pixverse_cli.flows.forget import forget

    app = context.app_context(ctx)
    now = app.runtime.clock.now()
    removed, kept = forget(context.ids(app, task_ids), app.options, app.store, now)
    show_forgotten(removed, kept, app.output, app.reporter())
