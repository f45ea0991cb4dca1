"""``pixverse submit``."""

import typer

from pixverse_cli.app import stories
from pixverse_cli.commands import context, shared_options, submit_options


def command(
    ctx: typer.Context,
    images: submit_options.Images,
    prompt: submit_options.Prompt = None,
    prompt_file: submit_options.PromptFile = None,
    model: submit_options.ModelName = None,
    resolution: submit_options.ResolutionTier = None,
    duration: submit_options.Duration = None,
    audio: submit_options.Audio = None,
    watermark: submit_options.Watermark = None,
    shot_type: submit_options.Shots = None,
    seed: submit_options.Seed = None,
    upload_command: submit_options.UploadCommand = None,
    wait: shared_options.Wait = False,
    output: shared_options.OutputPath = None,
    no_download: shared_options.NoDownload = False,
    force: shared_options.Force = False,
    timeout: shared_options.Timeout = None,
    interval: shared_options.Interval = None,
    once: submit_options.Once = False,
    max_cost: submit_options.MaxCost = None,
    dry_run: submit_options.DryRun = False,
    curl: submit_options.Curl = False,
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
    """
    stories.submit(context.app_context(ctx), context.wish(ctx))
