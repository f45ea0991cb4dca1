"""``pixverse submit``."""

import typer

from pixverse_cli.commands import given, making, options
from pixverse_cli.services import stories


def command(
    ctx: typer.Context,
    images: making.Images,
    prompt: making.Prompt = None,
    prompt_file: making.PromptFile = None,
    model: making.ModelName = None,
    resolution: making.ResolutionTier = None,
    duration: making.Duration = None,
    audio: making.Audio = None,
    watermark: making.Watermark = None,
    shot_type: making.Shots = None,
    seed: making.Seed = None,
    upload_command: making.UploadCommand = None,
    wait: options.Wait = False,
    output: options.Destination = None,
    no_download: options.NoDownload = False,
    force: options.Force = False,
    timeout: options.Timeout = None,
    interval: options.Interval = None,
    once: making.Once = False,
    max_cost: making.MaxCost = None,
    dry_run: making.DryRun = False,
    curl: making.Curl = False,
    as_json: options.AsJson = False,
    as_events: options.AsEvents = False,
    github_output: options.GithubOutput = False,
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
