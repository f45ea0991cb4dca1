"""Spending as people and scripts read it."""

import csv
from decimal import Decimal

import pytest

from pixverse_cli.flows.spending import By, Report, Spending
from pixverse_cli.reporting.spending import csv_lines, notes, rows
from pixverse_cli.reporting.terminal.spending import show_spending

SPENT = Spending(
    "a.png",
    requests=3,
    free=1,
    actual=Decimal("1.35"),
    estimate=Decimal("2.70"),
    unclear=Decimal(4),
)


def test_csv_has_a_head_and_survives_any_name():
    named = SPENT._replace(group='a, "b"\n海.png')
    lines = list(csv.reader(csv_lines(Report(By.IMAGE, (named,), 0))))
    assert lines[0] == [
        *("image", "requests", "free", "unpriced", "actual", "estimate", "unclear", "total"),
        "currency",
    ]
    assert lines[1][1:] == ["3", "1", "0", "1.35", "2.70", "4", "4.05", "CNY"]
    assert lines[1][0].startswith('a, "b"')


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@a"])
def test_a_spreadsheet_takes_no_name_for_a_formula(name):
    (_, line) = csv_lines(Report(By.IMAGE, (SPENT._replace(group=name),), 0))
    assert line.startswith(f"'{name}")


def test_a_line_of_a_pipe_has_the_cells_of_the_csv_file():
    (line,) = rows(Report(By.IMAGE, (SPENT,), 0))
    assert line == "a.png\t3\t1\t0\t1.35\t2.70\t4\t4.05"


def test_the_notes_tell_what_the_sums_do_not_hold():
    told = "\n".join(notes(Report(By.DAY, (SPENT._replace(unpriced=2),), 5)))
    assert "without a known price: 2" in told
    assert "sandbox: 5" in told
    assert "not a bill" in told
    assert list(notes(Report(By.DAY, (), 0))) == ["no requests to show"]


@pytest.mark.parametrize(("width", "longest"), [(80, 16), (200, 40), (60, 0)])
def test_bars_fit_the_terminal_and_show_the_parts(capsys, monkeypatch, width, longest):
    monkeypatch.setenv("COLUMNS", str(width))
    half = SPENT._replace(group="b.png", estimate=Decimal(0), unclear=Decimal("2.675"))
    show_spending(Report(By.IMAGE, (SPENT, half), 0))
    head, first, second, total = capsys.readouterr().out.splitlines()
    bars = [
        line.translate({ord("█"): "#", ord("▓"): "=", ord("░"): "-"}) for line in (first, second)
    ]
    assert [sum(map(bar.count, "#=-")) for bar in bars] == [longest, longest // 2]
    assert all(len(line) <= width for line in (head, first, second, total))
    assert total.split() == ["total", "6", "2", "2.70", "2.70", "6.675"]
