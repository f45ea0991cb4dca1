"""``pixverse retry``."""

from typing import Annotated

import typer

from pixverse_cli.commands import context, shared_options, submit_options
from pixverse_cli.reporting.result import Output, Result

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

    What may be paid for is refused. The images must be what they were. The new task is the
    same take; if it was made meanwhile, its task or video is used.

    \b
    Examples:
      pixverse retry 0385dc79 --wait
      pixverse retry '#12' -o turtle.mp4
      pixverse list --status FAILED | cut -f1 | pixverse retry - --wait
    """
    from pixverse_cli.flows.pipelines import submit_all
    from pixverse_cli.flows.plan import make_folders
    from pixverse_cli.flows.retry import RetryInputs, plan_retry
    from pixverse_cli.reporting.show import show_requests

    app = context.app_context(ctx)
    extras = context.extras(app)
    settings, store, now = app.settings, app.store, app.runtime.clock.now()
    inputs = RetryInputs(
        settings, store, app.base_url, app.service_host.priced, app.live, app.over_budget, now
    )
    plan = plan_retry(
        context.ids(task_ids) or [],
        inputs,
        saves=wait or settings.typed("output"),
        force=force,
        stdout_taken=app.output is not Output.HUMAN,
    )
    if dry_run:
        show_requests(plan.orders)
        return
    app.prepare_to_send()
    make_folders(plan)
    context.limit_time(app, waits=plan.policy is not None)
    asked = context.asked(app, pays=True)
    if plan.policy is None:
        app.run(submit_all(plan, app.tools), Result.TASK_ID, asked, extras)
    else:
        app.run_saving(submit_all(plan, app.tools), plan.destination, asked, extras)
