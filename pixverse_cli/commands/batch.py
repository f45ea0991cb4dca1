"""``pixverse batch``."""

from pathlib import Path
from typing import Annotated

import typer

from pixverse_cli.app import batches
from pixverse_cli.commands import context, shared_options, submit_options

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
    max_cost: submit_options.MaxCost = None,
    dry_run: ShowPlan = False,
    fail_fast: shared_options.FailFast = False,
    timeout: shared_options.Timeout = None,
    interval: shared_options.Interval = None,
    force: shared_options.Force = False,
    as_json: shared_options.AsJson = False,
    as_events: shared_options.AsEvents = False,
    quiet: shared_options.Quiet = False,
    verbose: shared_options.Verbose = 0,
) -> None:
    """Make a set of videos true: only what is missing is generated.

    \b
    Examples:
      pixverse batch videos.toml --dry-run
      pixverse batch videos.toml --max-cost 50 --shard 2/5
    """
    app = context.app_context(ctx)
    items = batches.plan(app, Path(manifest), force=force)
    if dry_run:
        batches.show(app, items)
    else:
        batches.run(app, Path(manifest), items, fail_fast=fail_fast)
