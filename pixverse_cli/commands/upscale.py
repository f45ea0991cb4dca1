"""``pixverse upscale``."""

import typer

from pixverse_cli.commands import context, shared_options, submit_options, video_options
from pixverse_cli.commands.submit import run
from pixverse_cli.domain.catalog import Kind


def command(
    ctx: typer.Context,
    video: video_options.Video,
    watermark: submit_options.Watermark = None,
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
    """Make a 4K version of a video of at most 30 seconds.

    \b
    Examples:
      pixverse upscale turtle.mp4 --wait
      pixverse upscale 0123abcd -o turtle-4k.mp4
    """
    run(ctx, context.submit_args(ctx)._replace(kind=Kind.UPSCALE))
