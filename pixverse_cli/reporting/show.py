"""Shows lists: records, the account's tasks, requests, plans, sums, models, findings of doctor."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.task import Record, RemoteTask, Status
from pixverse_cli.reporting import streams
from pixverse_cli.reporting.result import Output

if TYPE_CHECKING:
    from pixverse_cli.domain.events import Event
    from pixverse_cli.domain.finding import Finding
    from pixverse_cli.domain.plan import BatchItem, Order, Plan
    from pixverse_cli.flows.spending import Report
    from pixverse_cli.reporting.reporter import Reporter
    from pixverse_cli.reporting.types import CheckJson

# Imports are late on purpose: tables and the JSON shapes are not always needed.
# ruff: noqa: PLC0415


_START = "start one: pixverse submit IMAGE -p TEXT --wait"
_SEE_ALL = "without --status and --since: pixverse list"


def show_records(
    records: Iterable[Record],
    output: Output,
    clock: Clock,
    service: str | None = None,
    *,
    left_out: int = 0,
    filtered: bool = False,
    just_asked: bool = False,
) -> None:
    """Show records: as JSON, as a table on a terminal, or as lines in a pipe.

    ``service`` is the address that commands use now; the table marks records of another one.
    ``left_out`` is how many more there are than the table shows; ``filtered``: others may have
    been left out by their status or age; ``just_asked``: the service was, about unfinished tasks.
    """
    if output is not Output.HUMAN:
        from pixverse_cli.reporting.shapes import one_line, record_json

        lines: Iterator[str] = (one_line(record_json(record)) for record in records)
    elif streams.is_terminal(sys.stdout):
        from pixverse_cli.reporting.terminal.page import page_width, write_page
        from pixverse_cli.reporting.terminal.record_table import Now, old_answers, record_table

        shown, now = tuple(records), Now(clock.now(), service)
        write_page(record_table(shown, now, page_width()) if shown else ())
        if not shown:
            streams.tell(f"no tasks to show; {_SEE_ALL if filtered else _START}")
        if not just_asked and (old := old_answers(shown, now)):
            streams.tell(old)
        _say_left_out(left_out)
        return
    else:
        from pixverse_cli.reporting.rows import row

        lines = (row(record) for record in records)
    streams.put_all(lines)


def _say_left_out(count: int) -> None:
    if count:
        streams.tell(
            f"{count} older {'task is' if count == 1 else 'tasks are'} not shown: see --all"
        )


def show_remote(
    tasks: "Iterable[RemoteTask | Event]",
    output: Output,
    reporter: "Reporter",
    clock: Clock,
    limit: int | None = None,
) -> None:
    """Show the newest of the account's tasks; events that come with them go to the reporter."""
    from pixverse_cli.reporting.rows import remote_row
    from pixverse_cli.reporting.shapes import one_line, remote_json

    found = []
    for task in tasks:
        if isinstance(task, RemoteTask):
            found.append(task)
        else:
            reporter.draw(task)
    shown = found[:limit]
    if not found:
        reporter.note("no tasks to show: nothing that this account sent in the last 24 hours fits")
    elif output is Output.HUMAN and streams.is_terminal(sys.stdout):
        from pixverse_cli.reporting.terminal.other_tables import remote_table
        from pixverse_cli.reporting.terminal.page import page_width, write_page

        write_page(remote_table(shown, clock.now(), page_width()))
        _say_left_out(len(found) - len(shown))
    else:
        human = output is Output.HUMAN
        streams.put_all(remote_row(row) if human else one_line(remote_json(row)) for row in shown)


def show_requests(
    plan: "Plan",
    output: Output,
    clock: Clock,
    live: "Callable[[Order], Record | None]",
    reporter: "Reporter",
) -> None:
    """Show the requests of a dry run: in words on a terminal, else JSON, one object per line.

    ``live`` returns the record of an equal request, for requests with ``--once``.
    """
    if output is Output.HUMAN and streams.is_terminal(sys.stdout):
        from pixverse_cli.reporting.plans import request_lines
        from pixverse_cli.reporting.terminal.page import write_page

        write_page(request_lines(plan, clock.now(), live))
        return
    from pixverse_cli.flows.preview import PLACEHOLDER, preview
    from pixverse_cli.reporting.shapes import one_line, request_json

    if any(each.file for order in plan.orders for each in order.inputs):
        reporter.note(f"{PLACEHOLDER} is a placeholder: a local file is uploaded at submit")
    for order in plan.orders:
        streams.put(one_line(request_json(*preview(order))))


def show_plan(items: "Sequence[BatchItem]", output: Output) -> None:
    """Show the plan of a batch: as a table on a terminal, else one line for each output."""
    if output is Output.HUMAN and streams.is_terminal(sys.stdout):
        from pixverse_cli.reporting.terminal.other_tables import plan_table
        from pixverse_cli.reporting.terminal.page import page_width, write_page

        write_page(plan_table(items, page_width()))
        return
    from pixverse_cli.reporting.plans import item_json, item_row
    from pixverse_cli.reporting.shapes import one_line

    for item in items:
        human = output is Output.HUMAN
        streams.put(item_row(item) if human else one_line(item_json(item)))


def show_spending(report: "Report", output: Output, reporter: "Reporter", *, as_csv: bool) -> None:
    """Show sums: as JSON, as CSV, as a table with bars on a terminal, or as lines in a pipe."""
    from pixverse_cli.reporting import spending

    if as_csv:
        lines = spending.csv_lines(report)
    elif output is not Output.HUMAN:
        lines = spending.json_lines(report)
    elif streams.is_terminal(sys.stdout) and report.groups:
        from pixverse_cli.reporting.terminal.page import page_width, write_page
        from pixverse_cli.reporting.terminal.spending import spending_table

        write_page(spending_table(report, page_width()))
        lines = iter(())
    else:
        lines = spending.rows(report)
    for line in lines:
        streams.put(line)
    for note in spending.notes(report):
        reporter.note(note)


def show_forgotten(
    removed: Sequence[Record], kept: int, output: Output, reporter: "Reporter"
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
        from pixverse_cli.reporting.terminal.other_tables import model_tables
        from pixverse_cli.reporting.terminal.page import page_width, write_page

        write_page(model_tables(page_width()))
        return
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
    shape: CheckJson = {
        "schema": SCHEMA,
        "check": finding.what,
        "state": state,
        "told": finding.told,
    }
    streams.put(one_line(shape))
