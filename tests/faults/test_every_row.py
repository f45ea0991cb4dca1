"""Every row of the table of faults has a test with its number."""

import importlib
import re
from pathlib import Path

TABLE = Path(__file__).with_name("README.md").read_text(encoding="utf-8")
ROWS = [int(number) for number in re.findall(r"^\| (\d+) \|", TABLE, re.MULTILINE)]

# Rows without a test, each with its reason.
NOT_TESTED: dict[int, str] = {}
TESTED_WITHOUT_A_CASE = {
    3: "a real connect timeout takes ten seconds; a full queue with a short timeout replaces it",
    48: "the signal comes at no step of a script; the test tries several times after the start",
    71: "a power cut cannot be caused; the test checks the system calls instead",
}


def modules():
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        if file != Path(__file__):
            yield importlib.import_module(f"tests.faults.{file.stem}")
    for name in ("screens.test_screens", "concurrency.test_crowd"):
        yield importlib.import_module(f"tests.{name}")


def rows_with_tests():
    """Yield the rows of all cases, and the rows with which tests are marked."""
    for module in modules():
        yield from (case.number for case in getattr(module, "CASES", ()) if case.ways)
        for value in vars(module).values():
            yield from getattr(value, "rows", ())


def test_every_row_has_a_test():
    assert sorted(set(ROWS) - set(rows_with_tests()) - NOT_TESTED.keys()) == []


def test_a_row_told_as_not_tested_has_no_test():
    assert sorted(NOT_TESTED.keys() & set(rows_with_tests())) == []


def test_every_number_of_a_case_is_a_row():
    assert sorted(set(rows_with_tests()) - set(ROWS)) == []


def test_rows_tested_without_a_case_have_no_case():
    cases = {case.number for module in modules() for case in getattr(module, "CASES", ())}
    assert TESTED_WITHOUT_A_CASE.keys().isdisjoint(cases)


def test_the_rows_are_numbered_without_a_gap():
    assert list(range(1, len(ROWS) + 1)) == ROWS
