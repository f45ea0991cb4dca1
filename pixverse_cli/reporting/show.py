"""Shows lists: records, the account's tasks, requests, plans, models, findings of doctor."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.events import Event
from pixverse_cli.domain.plan import BatchItem, Order
from pixverse_cli.domain.task import Record, RemoteTask, Status
from pixverse_cli.reporting import streams
from pixverse_cli.reporting.reporter import Reporter
from pixverse_cli.reporting.result import Output

if TYPE_CHECKING:
    from pixverse_cli.flows.doctor import Finding
    from pixverse_cli.flows.spending import Report

# Imports are late on purpose: rich and the JSON shapes are not always needed.
# ruff: noqa: PLC0415


def show_records(records: Iterable[Record], output: Output, clock: Clock) -> None:
    """Show records: as JSON, as a table on a terminal, or as lines in a pipe."""
    if output is not Output.HUMAN:
        from pixverse_cli.reporting.shapes import one_line, record_json

        lines: Iterator[str] = (one_line(record_json(record)) for record in records)
    elif streams.is_terminal(sys.stdout):
        from pixverse_cli.reporting.terminal.tables import show_table

        show_table(tuple(records), clock)
        return
    else:
        from pixverse_cli.reporting.rows import row

        lines = (row(record) for record in records)
    for line in lines:
        streams.put(line)


def show_remote(tasks: Iterable[RemoteTask | Event], output: Output, reporter: Reporter) -> None:
    """Show the account's tasks; events that come with them go to the reporter."""
    from pixverse_cli.reporting.rows import remote_row
    from pixverse_cli.reporting.shapes import one_line, remote_json

    for task in tasks:
        if not isinstance(task, RemoteTask):
            reporter.draw(task)
        elif output is Output.HUMAN:
            streams.put(remote_row(task))
        else:
            streams.put(one_line(remote_json(task)))


def show_requests(orders: Iterable[Order]) -> None:
    """Show the requests of a dry run: JSON, one object per line."""
    from pixverse_cli.flows.preview import preview
    from pixverse_cli.reporting.shapes import one_line, request_json

    for order in orders:
        streams.put(one_line(request_json(*preview(order))))


def show_plan(items: Sequence[BatchItem], output: Output) -> None:
    """Show the plan of a batch, one line for each output."""
    from pixverse_cli.reporting.plans import item_json, item_row
    from pixverse_cli.reporting.shapes import one_line

    for item in items:
        human = output is Output.HUMAN
        streams.put(item_row(item) if human else one_line(item_json(item)))


def show_spending(report: "Report", output: Output, reporter: Reporter, *, as_csv: bool) -> None:
    """Show sums: as JSON, as CSV, as a table with bars on a terminal, or as lines in a pipe."""
    from pixverse_cli.reporting import spending

    if as_csv:
        lines = spending.csv_lines(report)
    elif output is not Output.HUMAN:
        lines = spending.json_lines(report)
    elif streams.is_terminal(sys.stdout) and report.groups:
        from pixverse_cli.reporting.terminal import spending as drawn

        drawn.show_spending(report)
        lines = iter(())
    else:
        lines = spending.rows(report)
    for line in lines:
        streams.put(line)
    for note in spending.notes(report):
        reporter.note(note)


def show_forgotten(
    removed: Sequence[Record], kept: int, output: Output, reporter: Reporter
) -> None:
    """Show what ``forget`` removed: as JSON, or one id in each line."""
    from pixverse_cli.reporting.shapes import one_line, record_json

    for record in removed:
        human = output is Output.HUMAN
        name = record.task_id or f"#{record.number}"
        streams.put(name if human else one_line(record_json(record)))
    for record in removed:
        if record.status is Status.SUCCEEDED and record.file is None and record.video_url:
            reporter.note(f"{record.task_id}: its video was not saved: {record.video_url}")
    reporter.note(f"records removed: {len(removed)}; files were left alone")
    if kept:
        reporter.note(f"records kept: {kept}; their tasks may run or are unclear (see --force)")


def show_models(output: Output) -> None:
    """Show the catalogue of models."""
    from pixverse_cli.reporting import catalog

    if output is not Output.HUMAN:
        lines = catalog.json_lines()
    elif streams.is_terminal(sys.stdout):
        lines = catalog.table_lines()
    else:
        lines = catalog.rows()
    for line in lines:
        streams.put(line)


def show_schema() -> None:
    """Show the JSON Schema of what ``--json`` and ``--events`` print."""
    import json

    from pixverse_cli.reporting.schema import schema

    streams.put(json.dumps(schema(), indent=2))


def show_finding(finding: "Finding", output: Output) -> None:
    """Show one finding of ``doctor``."""
    from pixverse_cli.domain.text import harmless

    if output is Output.HUMAN:
        mark = "fail" if finding.error else "warn" if finding.warning else "ok"
        streams.put(f"{mark:<4}  {finding.what:<15}  {harmless(finding.told)}")
        return
    from pixverse_cli.reporting.shapes import SCHEMA, one_line

    state = "error" if finding.error else "warning" if finding.warning else "ok"
    streams.put(
        one_line({"schema": SCHEMA, "check": finding.what, "state": state, "told": finding.told})
    )
