"""``pixverse submit``."""

import typer

from pixverse_cli.commands import given, options
from pixverse_cli.services import stories


def command(
    ctx: typer.Context,
    images: options.Images,
    prompt: options.Prompt = None,
    prompt_file: options.PromptFile = None,
    model: options.ModelName = None,
    resolution: options.ResolutionTier = None,
    duration: options.Duration = None,
    audio: options.Audio = None,
    watermark: options.Watermark = None,
    shot_type: options.Shots = None,
    seed: options.Seed = None,
    upload_command: options.UploadCommand = None,
    wait: options.Wait = False,
    output: options.Destination = None,
    no_download: options.NoDownload = False,
    force: options.Force = False,
    timeout: options.Timeout = None,
    interval: options.Interval = None,
    once: options.Once = False,
    max_cost: options.MaxCost = None,
    dry_run: options.DryRun = False,
    curl: options.Curl = False,
    as_json: options.AsJson = False,
    as_events: options.AsEvents = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Start one paid task per image; with --wait, save the video.

    \b
    Examples:
      pixverse submit turtle.webp -p "The camera slowly rises" --wait
      pixverse submit *.png -m c1 -r 1080P -d 8 -o 'clips/{image}.mp4'
    """
    stories.submit(given.services(ctx), given.wish(ctx))
