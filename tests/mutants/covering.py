"""Which tests execute a line of a room, by coverage.py: each test, with its fixtures, is a context.

This module is also the plugin of pytest that names the contexts.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from coverage import Coverage, CoverageData


class Covering:
    """The tests that execute a line in their own process.

    ``python`` are the options of Python that measure it, ``pytest`` those of pytest.
    """

    def __init__(self, folder: Path, room: str) -> None:
        self._folder = folder
        self._data = folder / "covering.db"
        source = f"--source=pixverse_cli/{room}"
        self.python = ("-m", "coverage", "run", "--rcfile=", source, f"--data-file={self._data}")
        self.pytest = ("-p", "tests.mutants.covering")

    def tests_of(self, module: Path, line: int) -> list[str]:
        """Return the tests of a line, or those of its module if it runs at import only."""
        data = CoverageData(str(self._data))
        data.read()
        lines = data.contexts_by_lineno(str(self._folder / module))
        return sorted({*lines.get(line, [])} - {""} or {*chain(*lines.values())} - {""})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure what one test executes."""
    coverage = Coverage.current()
    if coverage is not None:
        coverage.switch_context(item.nodeid)
    return (yield)
