"""What ``pixverse batch`` does with a manifest."""

# ruff: noqa: PLC0415  importing late is what this package is for

from pathlib import Path
from typing import TYPE_CHECKING

from pixverse_cli.app.context import AppContext, Output
from pixverse_cli.app.stories import policy
from pixverse_cli.reporting import streams
from pixverse_cli.reporting.result import Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pixverse_cli.domain.task import Record
    from pixverse_cli.flows.batch import BatchItem
    from pixverse_cli.flows.create_call import Order


def plan(app: AppContext, manifest: Path, *, force: bool) -> "list[BatchItem]":
    """Return what each output of the manifest needs.

    :raises UsageError: the manifest cannot be understood, or would cost too much.
    """
    from pixverse_cli.flows.batch_plan import PlanInputs, check_cost, plan_items, shard_of
    from pixverse_cli.settings.manifest import read_manifest
    from pixverse_cli.store.manifest_lock import ManifestLock

    def live(order: "Order") -> "Record | None":
        return app.store.records.live(order.fingerprint, app.base_url)

    items = shard_of(read_manifest(manifest), app.settings.text("shard"))
    inputs = PlanInputs(
        folder=manifest.parent,
        lock=ManifestLock(manifest),
        kept=app.kept_settings,
        stack=app.stack,
        live=live,
        now=app.runtime.clock.now(),
        force=force,
    )
    planned = plan_items(items, inputs)
    limit = app.settings.money("max-cost")
    app.settings.insist()
    check_cost(planned, limit)
    return planned


def show(app: AppContext, items: "Sequence[BatchItem]") -> None:
    """Show the plan: a line for each output, and the estimate of what would be bought."""
    from pixverse_cli.flows.batch_plan import estimate
    from pixverse_cli.reporting.plans import piece_json, piece_row
    from pixverse_cli.reporting.shapes import one_line

    for item in items:
        human = app.output is Output.HUMAN
        streams.put(piece_row(item) if human else one_line(piece_json(item)))
    app.reporter().note(f"estimate {estimate(items)} CNY by list price; nothing was sent")


def run(app: AppContext, manifest: Path, items: "Sequence[BatchItem]", *, fail_fast: bool) -> None:
    """Make every output true."""
    from pixverse_cli.flows.batch import batch
    from pixverse_cli.store.manifest_lock import ManifestLock

    waiting = policy(app, fail_fast=fail_fast)
    app.settings.insist()
    if any(item.error is None for item in items):
        app.prepare()
    events = batch(items, app.tools, waiting, ManifestLock(manifest))
    app.run(events, Result.FILE)
