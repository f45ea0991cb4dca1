"""``pixverse retry``."""

from typing import TYPE_CHECKING, Annotated

import typer

from pixverse_cli.app.context import AppContext
from pixverse_cli.commands import context, shared_options, submit_options
from pixverse_cli.commands.submit import start
from pixverse_cli.reporting.result import Output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pixverse_cli.domain.plan import Plan

RecordIds = Annotated[
    list[str],
    typer.Argument(
        metavar="ID...",
        help="Task ids, unique prefixes of at least 4 characters, or '#NUMBER' of a record"
        " without a task id; - reads them from stdin.",
        show_default=False,
    ),
]
Once = Annotated[
    bool | None,
    typer.Option(
        "--once/--no-once",
        help="Use the task or video of an equal request, if there is one, and do not pay again."
        "  [default: once]",
        rich_help_panel=shared_options.VIDEO,
    ),
]


def command(
    ctx: typer.Context,
    task_ids: RecordIds,
    upload_command: submit_options.UploadCommand = None,
    once: Once = None,
    max_cost: submit_options.MaxCost = None,
    budget: submit_options.SpendingLimit = None,
    cost_unknown_ok: submit_options.CostUnknownOk = False,
    dry_run: submit_options.DryRun = False,
    wait: shared_options.Wait = False,
    output: shared_options.OutputPath = None,
    force: shared_options.Force = False,
    receipt: shared_options.Receipt = None,
    timeout: shared_options.Timeout = None,
    interval: shared_options.Interval = None,
    notify: shared_options.Notify = None,
    as_json: shared_options.AsJson = False,
    as_events: shared_options.AsEvents = False,
    github_output: shared_options.GithubOutput = False,
    quiet: shared_options.Quiet = False,
    verbose: shared_options.Verbose = 0,
) -> None:
    """Send requests again that cost nothing: failed, cancelled, or never accepted.

    What may be paid for is refused. The inputs must be what they were. The new task is the
    same take; if it was made meanwhile, its task or video is used.

    \b
    Examples:
      pixverse retry 0385dc79 --wait
      pixverse retry '#12' -o turtle.mp4
      pixverse list --status FAILED | cut -f1 | pixverse retry - --wait
    """
    app = context.app_context(ctx)
    extras = context.extras(app)
    saves = wait or app.settings.typed("output")
    context.limit_time(app, waits=saves)
    plan = _plan(app, context.ids(app, task_ids) or [], saves=saves, force=force)
    if dry_run:
        from pixverse_cli.reporting.show import show_requests

        show_requests(plan, app.output, app.runtime.clock, app.earlier.live, app.reporter())
    else:
        start(app, plan, extras)


def _plan(app: AppContext, ids: "Sequence[str]", *, saves: bool, force: bool) -> "Plan":
    from functools import partial

    from pixverse_cli.flows.retry import RetryInputs, plan_retry
    from pixverse_cli.flows.video_request import InputReader

    now = app.runtime.clock.now()
    inputs = RetryInputs(
        settings=app.settings,
        store=app.store,
        service=app.base_url,
        host=app.service_host,
        earlier=app.earlier,
        reader=partial(InputReader, stack=app.stack, find=app.earlier.named, now=now),
        now=now,
    )
    taken = app.output is not Output.HUMAN
    return plan_retry(ids, inputs, saves=saves, force=force, stdout_taken=taken)
