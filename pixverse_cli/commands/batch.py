"""``pixverse batch``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pixverse_cli.app.context import AppContext
from pixverse_cli.commands import context, shared_options, submit_options
from pixverse_cli.reporting.result import Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pixverse_cli.domain.plan import BatchItem

ManifestPath = Annotated[
    str,
    typer.Argument(
        metavar="MANIFEST",
        help="A .toml ([defaults], [[video]]), .jsonl or .csv file. Its fields are named like"
        " the options of submit, plus image and output.",
        show_default=False,
    ),
]
Shard = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="I/N",
        help="Only part I of N; each part stays the same, for a CI matrix.",
    ),
]
ShowPlan = Annotated[
    bool,
    typer.Option("--dry-run", help="Show the plan and the estimate; send nothing."),
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
    """Generate the videos listed in a file; finished ones are skipped.

    \b
    Examples:
      pixverse batch videos.toml --dry-run
      pixverse batch videos.toml --max-cost 50 --shard 2/5
    """
    app = context.app_context(ctx)
    items = _plan(app, Path(manifest), force=force)
    if dry_run:
        _show(app, items)
    else:
        _run(app, Path(manifest), items, fail_fast=fail_fast)


def _plan(app: AppContext, manifest: Path, *, force: bool) -> "list[BatchItem]":
    """Return what each output of the manifest needs.

    :raises UsageError: the manifest cannot be understood, or would cost too much.
    """
    from pixverse_cli.flows.batch_plan import PlanInputs, check_cost, plan_items, shard_of
    from pixverse_cli.settings.manifest import read_manifest
    from pixverse_cli.store.manifest_lock import ManifestLock

    rows = shard_of(read_manifest(manifest), app.settings.text("shard"))
    inputs = PlanInputs(
        folder=manifest.parent,
        lock=ManifestLock(manifest),
        kept=app.kept_settings,
        stack=app.stack,
        live=app.live,
        now=app.runtime.clock.now(),
        host=app.service_host,
        force=force,
    )
    items = plan_items(rows, inputs)
    limit = app.settings.money("max-cost")
    app.settings.insist()
    check_cost(items, limit, app.service_host)
    return items


def _show(app: AppContext, items: "Sequence[BatchItem]") -> None:
    """Show the plan, and the estimated cost of what it would submit."""
    from pixverse_cli.flows.batch_plan import estimate
    from pixverse_cli.reporting.show import show_plan

    show_plan(items, app.output)
    unknown = app.service_host.unknown_price
    cost = (
        f"no estimate: {unknown}" if unknown else f"estimate: {estimate(items)} CNY at list prices"
    )
    app.reporter().note(f"{cost}; nothing was sent")


def _run(app: AppContext, manifest: Path, items: "Sequence[BatchItem]", *, fail_fast: bool) -> None:
    """Generate what is missing."""
    from pixverse_cli.flows.batch import batch
    from pixverse_cli.flows.plan import wait_policy
    from pixverse_cli.store.manifest_lock import ManifestLock

    policy = wait_policy(app.settings, fail_fast=fail_fast)
    app.settings.insist()
    context.limit_time(app, waits=True)
    if any(item.error is None for item in items):
        app.prepare_to_send()
    app.run(batch(items, app.tools, policy, ManifestLock(manifest)), Result.FILE)
