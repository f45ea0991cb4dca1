"""``pixverse submit``."""

from typing import TYPE_CHECKING

import typer

from pixverse_cli.app.context import AppContext, Extras
from pixverse_cli.commands import context, shared_options, submit_options
from pixverse_cli.reporting import streams
from pixverse_cli.reporting.result import Result

if TYPE_CHECKING:
    from pixverse_cli.domain.plan import Plan, SubmitArgs


def command(
    ctx: typer.Context,
    images: submit_options.Images = None,
    prompt: submit_options.Prompt = None,
    prompt_file: submit_options.PromptFile = None,
    last_frame: submit_options.LastFrame = None,
    reference: submit_options.Reference = None,
    model: submit_options.ModelName = None,
    resolution: submit_options.ResolutionTier = None,
    aspect_ratio: submit_options.Ratio = None,
    duration: submit_options.Duration = None,
    audio: submit_options.Audio = None,
    watermark: submit_options.Watermark = None,
    shot_type: submit_options.Shots = None,
    seed: submit_options.Seed = None,
    upload_command: submit_options.UploadCommand = None,
    count: submit_options.Count = None,
    wait: shared_options.Wait = False,
    output: shared_options.OutputPath = None,
    no_download: shared_options.NoDownload = False,
    force: shared_options.Force = False,
    timeout: shared_options.Timeout = None,
    interval: shared_options.Interval = None,
    once: submit_options.Once = None,
    max_cost: submit_options.MaxCost = None,
    budget: submit_options.SpendingLimit = None,
    cost_unknown_ok: submit_options.CostUnknownOk = False,
    dry_run: submit_options.DryRun = False,
    curl: submit_options.Curl = False,
    receipt: shared_options.Receipt = None,
    notify: shared_options.Notify = None,
    as_json: shared_options.AsJson = False,
    as_events: shared_options.AsEvents = False,
    github_output: shared_options.GithubOutput = False,
    quiet: shared_options.Quiet = False,
    verbose: shared_options.Verbose = 0,
) -> None:
    """Start one paid task per image; with --wait, save the video.

    \b
    Examples:
      pixverse submit turtle.webp -p "The camera slowly rises" --wait
      pixverse submit *.png -m c1 -r 1080P -d 8 -o 'clips/{image}.mp4'
      pixverse submit turtle.webp -n 3 -o 'turtle-{take}.mp4'
    """
    run(ctx, context.submit_args(ctx))


def run(ctx: typer.Context, args: "SubmitArgs") -> None:
    """Check the arguments, then start the tasks, or show what would be sent."""
    app = context.app_context(ctx)
    extras = context.extras(app)
    context.limit_time(app, waits=_waits(app, args))
    plan = _plan(app, args)
    if args.dry_run:
        _preview(app, plan, as_curl=args.curl)
        return
    start(app, plan, extras, saves=not args.no_download)


def start(app: AppContext, plan: "Plan", extras: Extras, *, saves: bool = True) -> None:
    """Start the tasks of a plan that was checked; wait for them and save videos if it says so."""
    from pixverse_cli.flows.pipelines import submit_all
    from pixverse_cli.flows.plan import make_folders

    app.prepare_to_send()
    app.check_network()
    make_folders(plan)
    events = submit_all(plan, app.tools)
    asked = context.asked(app, pays=True, saves=saves)
    if plan.policy is None:
        app.run(events, Result.TASK_ID, asked, extras)
    else:
        app.run_saving(events, plan.destination, asked, extras)


def _waits(app: AppContext, args: "SubmitArgs") -> bool:
    from pixverse_cli.flows.plan import waits_for_videos

    return waits_for_videos(args, app.settings)


def _plan(app: AppContext, args: "SubmitArgs") -> "Plan":
    """Return a checked plan, and show its notes."""
    from pixverse_cli.flows.plan import plan_submit

    plan = plan_submit(
        args,
        app.settings,
        app.stack,
        app.runtime.clock.now(),
        app.earlier,
        app.service_host,
        app.time_limit,
    )
    for note in plan.notes:
        app.reporter().note(note)
    return plan


def _preview(app: AppContext, plan: "Plan", *, as_curl: bool) -> None:
    """Show each request as it would be sent, or as commands that send it."""
    if as_curl:
        from pixverse_cli.flows.curl_commands import curl_commands

        for line in curl_commands(plan.orders, app.base_url):
            streams.put(line)
    else:
        from pixverse_cli.reporting.show import show_requests

        show_requests(plan, app.output, app.runtime.clock, app.earlier.live, app.reporter())
    if standing := app.budget():
        app.reporter().note(f"budget {standing}")
