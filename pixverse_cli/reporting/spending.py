"""Spending as JSON, CSV and tab-separated lines."""

import csv
import io
from collections.abc import Iterator

from pixverse_cli.domain.catalog import CURRENCY, PRICES_AS_OF
from pixverse_cli.domain.text import harmless
from pixverse_cli.flows.spending import By, Report, Spending
from pixverse_cli.reporting.shapes import SCHEMA, one_line
from pixverse_cli.reporting.types import SpendingJson

_COLUMNS = ("requests", "free", "unpriced", "actual", "estimate", "unclear", "total")


def json_lines(report: Report) -> Iterator[str]:
    """Yield one object for each group."""
    return (one_line(_json(spent, report.by)) for spent in report.groups)


def _json(spent: Spending, by: By) -> SpendingJson:
    return {
        "schema": SCHEMA,
        "by": by,
        "group": spent.group,
        "requests": spent.requests,
        "free": spent.free,
        "unpriced": spent.unpriced,
        "spent": {
            "actual": float(spent.actual),
            "estimate": float(spent.estimate),
            "unclear": float(spent.unclear),
            "total": float(spent.total),
            "currency": CURRENCY,
            "prices_as_of": PRICES_AS_OF,
        },
    }


def csv_lines(report: Report) -> Iterator[str]:
    """Yield a head and a line for each group, as RFC 4180 has them; amounts in CNY."""
    yield _csv_line(report.by, *_COLUMNS, "currency")
    for spent in report.groups:
        yield _csv_line(_plain(spent.group), *_cells(spent), CURRENCY)


def _csv_line(*cells: str) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def _plain(group: str) -> str:
    """Return a group that no spreadsheet takes for a formula."""
    shown = harmless(group)
    return f"'{shown}" if shown[:1] in "=+-@" else shown


def rows(report: Report) -> Iterator[str]:
    """Yield a tab-separated line for each group: its name, then the columns of the CSV file."""
    for spent in report.groups:
        yield "\t".join((harmless(spent.group), *_cells(spent)))


def _cells(spent: Spending) -> list[str]:
    return [str(getattr(spent, column)) for column in _COLUMNS]


def notes(report: Report) -> Iterator[str]:
    """Yield what a reader of the sums has to know."""
    total = report.total
    if not report.groups:
        yield "no requests to show"
    if total.unpriced:
        yield f"requests without a known price: {total.unpriced}; they are not in the sums"
    if report.left_out:
        yield f"tasks of a sandbox: {report.left_out}; they cost nothing (--sandbox shows them)"
    if report.groups:
        yield (
            f"list prices as of {PRICES_AS_OF}; this is not a bill:"
            " promotions and free quota are not known here"
        )
