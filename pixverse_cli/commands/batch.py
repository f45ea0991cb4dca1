"""``pixverse batch``."""

from pathlib import Path
from typing import Annotated

import typer

from pixverse_cli.commands import given, making, options
from pixverse_cli.services import batches

ManifestPath = Annotated[
    str,
    typer.Argument(
        metavar="MANIFEST",
        help="A .toml ([defaults], [[video]]), .jsonl or .csv file; fields are named as the"
        " options of submit, with image and output beside them.",
        show_default=False,
    ),
]
Shard = Annotated[
    str | None,
    typer.Option(
        "--shard", metavar="I/N", help="Only the I-th of N stable shares, for a CI matrix."
    ),
]
ShowPlan = Annotated[
    bool,
    typer.Option("--dry-run", help="Show what would be done and the estimate; send nothing."),
]


def command(
    ctx: typer.Context,
    manifest: ManifestPath,
    shard: Shard = None,
    max_cost: making.MaxCost = None,
    dry_run: ShowPlan = False,
    fail_fast: options.FailFast = False,
    timeout: options.Timeout = None,
    interval: options.Interval = None,
    force: options.Force = False,
    as_json: options.AsJson = False,
    as_events: options.AsEvents = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Make a set of videos true: only what is missing is generated.

    \b
    Examples:
      pixverse batch videos.toml --dry-run
      pixverse batch videos.toml --max-cost 50 --shard 2/5
    """
    services = given.services(ctx)
    pieces = batches.plan(services, Path(manifest), force=force)
    if dry_run:
        batches.show(services, pieces)
    else:
        batches.run(services, Path(manifest), pieces, fail_fast=fail_fast)
