"""Every row of the table of faults is provoked by a test that bears its number."""

import importlib
import re
from pathlib import Path

TABLE = Path(__file__).with_name("README.md").read_text(encoding="utf-8")
ROWS = [int(number) for number in re.findall(r"^\| (\d+) \|", TABLE, re.MULTILINE)]

# What cannot be provoked here at all, with the reason; its row must have another proof.
NOT_PROVOKED: dict[int, str] = {}
PROVEN_OTHERWISE = {
    3: "a real connect time-out takes ten seconds; its translation is tested on a full queue",
    48: "the moment is not an answer's or a file's; many moments are tried",
    71: "a power cut; what the program asks of the disk is watched instead",
}


def modules():
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        if file != Path(__file__):
            yield importlib.import_module(f"tests.faults.{file.stem}")


def proven():
    """Return the number of every case, and of every test that is marked with one."""
    for module in modules():
        yield from (case.number for case in getattr(module, "CASES", ()) if case.ways)
        for value in vars(module).values():
            yield from getattr(value, "rows", ())


def test_every_row_is_provoked():
    assert sorted(set(ROWS) - set(proven()) - NOT_PROVOKED.keys()) == []


def test_no_case_bears_a_number_that_no_row_has():
    assert sorted(set(proven()) - set(ROWS)) == []


def test_rows_proven_otherwise_are_no_table_s_cases():
    cases = {case.number for module in modules() for case in getattr(module, "CASES", ())}
    assert PROVEN_OTHERWISE.keys().isdisjoint(cases)


def test_the_rows_are_numbered_without_a_gap():
    assert list(range(1, len(ROWS) + 1)) == ROWS
