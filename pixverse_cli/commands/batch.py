"""``pixverse batch``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pixverse_cli.app.context import AppContext
from pixverse_cli.commands import context, shared_options, submit_options
from pixverse_cli.domain.endings import Asked
from pixverse_cli.domain.errors import Charged
from pixverse_cli.reporting.result import Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pixverse_cli.domain.plan import BatchItem
    from pixverse_cli.settings.manifest import Manifest
    from pixverse_cli.store.manifest_lock import ManifestLock

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

Verify = Annotated[
    bool,
    typer.Option(
        "--verify",
        help="Read every finished video; otherwise only those whose size, time or inode is new.",
    ),
]


def command(
    ctx: typer.Context,
    manifest: ManifestPath,
    shard: Shard = None,
    max_cost: submit_options.MaxCost = None,
    budget: submit_options.SpendingLimit = None,
    cost_unknown_ok: submit_options.CostUnknownOk = False,
    dry_run: ShowPlan = False,
    fail_fast: shared_options.FailFast = False,
    timeout: shared_options.Timeout = None,
    interval: shared_options.Interval = None,
    force: shared_options.Force = False,
    verify: Verify = False,
    receipt: shared_options.Receipt = None,
    notify: shared_options.Notify = None,
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
    from pixverse_cli.settings.manifest import read_manifest
    from pixverse_cli.store.manifest_lock import ManifestLock

    context.limit_time(app, waits=True)
    path = Path(manifest)
    content = read_manifest(path)  # before its lock: the path that was typed is the one to name
    lock = ManifestLock(path, app.time_limit)
    items = _plan(app, content, path.parent, lock, force=force, verify=verify)
    if dry_run:
        _show(app, items)
        return
    again = context.same_command(ctx)
    _run(app, lock, items, asked=Asked(pays=True, again=again), fail_fast=fail_fast)


def _plan(
    app: AppContext,
    content: "Manifest",
    folder: Path,
    lock: "ManifestLock",
    *,
    force: bool,
    verify: bool,
) -> "list[BatchItem]":
    """Return what each output of the manifest needs.

    :raises UsageError: the manifest cannot be understood, or would cost too much.
    """
    from pixverse_cli.flows.batch_plan import (
        PlanInputs,
        check_spending,
        plan_items,
        shard_of,
        with_budget,
    )
    from pixverse_cli.flows.hashing import has_hash

    inputs = PlanInputs(
        folder=folder,
        lock=lock,
        kept=app.kept_settings,
        stack=app.stack,
        earlier=app.earlier,
        has_hash=lambda path, sha256: has_hash(path, sha256, app.store, verify=verify),
        now=app.runtime.clock.now(),
        host=app.service_host,
        force=force,
        shard=shard_of(app.settings.text("shard")),
        limit=app.time_limit,
    )
    items = plan_items(content, inputs)
    limit, budget = app.settings.money("max-cost"), app.settings.budget()
    app.settings.insist()
    unknown_ok = "cost-unknown-ok" in app.given
    check_spending(items, limit, budget, inputs, unknown_ok=unknown_ok)
    return with_budget(items, budget)


def _show(app: AppContext, items: "Sequence[BatchItem]") -> None:
    """Show the plan, and the estimated cost of what it would submit.

    :raises PixverseError: an item cannot be generated; with the exit code that the run would have.
    """
    from pixverse_cli.domain.endings import combine
    from pixverse_cli.flows.batch_plan import estimate
    from pixverse_cli.reporting.show import show_plan

    show_plan(items, app.output)
    unknown = app.service_host.unknown_price
    cost = (
        f"no estimate: {unknown}" if unknown else f"estimate: {estimate(items)} CNY at list prices"
    )
    app.reporter().note(f"{cost}; nothing was sent")
    if standing := app.budget():
        app.reporter().note(f"budget {standing}")
    errors = [item.error for item in items if item.error is not None]
    if error := combine(errors, succeeded=len(items) - len(errors)):
        message = "\n".join(each.message for each in errors)
        raise error.but(message=message, hint="nothing was sent", charged=Charged.NO)


def _run(
    app: AppContext,
    lock: "ManifestLock",
    items: "Sequence[BatchItem]",
    *,
    asked: Asked,
    fail_fast: bool,
) -> None:
    """Generate what is missing."""
    from pixverse_cli.flows.batch import batch
    from pixverse_cli.flows.batch_plan import check_receipts, needs_task
    from pixverse_cli.flows.plan import wait_policy
    from pixverse_cli.media.output_names import make_folder

    policy = wait_policy(app.settings, fail_fast=fail_fast)
    # a batch replaces only what it has made
    extras = context.extras(app)._replace(force=True, up_to_date=True)
    app.settings.insist()
    if any(item.error is None for item in items):
        app.prepare_to_send()
    missing = [item for item in items if needs_task(item)]
    if extras.receipts:
        check_receipts(missing)
    if missing:
        app.check_network()
        lock.check_writable()
    for folder in dict.fromkeys(item.path.parent for item in missing):
        make_folder(folder)
    app.run(batch(items, app.tools, policy, lock), Result.FILE, asked, extras)
