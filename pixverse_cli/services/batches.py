"""What ``pixverse batch`` does with a manifest."""

# ruff: noqa: PLC0415  importing late is what this package is for

from pathlib import Path
from typing import TYPE_CHECKING

from pixverse_cli.reporting import streams
from pixverse_cli.reporting.result import Result
from pixverse_cli.services.stories import patience
from pixverse_cli.services.things import Output, Services

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pixverse_cli.domain.task import Record
    from pixverse_cli.flows.batch import Piece
    from pixverse_cli.flows.create import Order


def plan(services: Services, manifest: Path, *, force: bool) -> "list[Piece]":
    """Return what each output of the manifest needs.

    :raises UsageError: the manifest cannot be understood, or would cost too much.
    """
    from pixverse_cli.flows.batch_plan import Ground, check_cost, plan_pieces, shard_of
    from pixverse_cli.settings.manifest import read_manifest
    from pixverse_cli.store.manifest_lock import ManifestLock

    def live(order: "Order") -> "Record | None":
        return services.store.records.live(order.fingerprint, services.base_url)

    items = shard_of(read_manifest(manifest), services.settings.text("shard"))
    ground = Ground(
        folder=manifest.parent,
        lock=ManifestLock(manifest),
        kept=services.kept_settings,
        stack=services.stack,
        live=live,
        now=services.surroundings.clock.now(),
        force=force,
    )
    pieces = plan_pieces(items, ground)
    limit = services.settings.money("max-cost")
    services.settings.insist()
    check_cost(pieces, limit)
    return pieces


def show(services: Services, pieces: "Sequence[Piece]") -> None:
    """Show the plan: a line for each output, and the estimate of what would be bought."""
    from pixverse_cli.flows.batch_plan import estimate
    from pixverse_cli.reporting.plans import piece_json, piece_row
    from pixverse_cli.reporting.shapes import one_line

    for piece in pieces:
        human = services.output is Output.HUMAN
        streams.put(piece_row(piece) if human else one_line(piece_json(piece)))
    services.reporter().note(f"estimate {estimate(pieces)} CNY by list price; nothing was sent")


def run(services: Services, manifest: Path, pieces: "Sequence[Piece]", *, fail_fast: bool) -> None:
    """Make every output true."""
    from pixverse_cli.flows.batch import batch
    from pixverse_cli.store.manifest_lock import ManifestLock

    waiting = patience(services, fail_fast=fail_fast)
    services.settings.insist()
    if any(piece.error is None for piece in pieces):
        services.prepare()
    events = batch(pieces, services.tools, waiting, ManifestLock(manifest))
    services.run(events, Result.FILE)
