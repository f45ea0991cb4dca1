"""Which tests execute a line of a room: coverage.py's data, whose contexts are names of tests."""

import re
from itertools import chain
from pathlib import Path

from coverage import CoverageData

_SETTINGS = """\
[run]
source = pixverse_cli/{room}
dynamic_context = test_function
data_file = {data}
"""


class Covering:
    """The tests that execute a line in their own process; ``options`` make Python measure it."""

    def __init__(self, folder: Path, room: str) -> None:
        self._folder = folder
        self._data = folder / "covering.db"
        settings = folder / "covering.cfg"
        settings.write_text(_SETTINGS.format(room=room, data=self._data), encoding="utf-8")
        self.options = ("-m", "coverage", "run", f"--rcfile={settings}")

    def tests_of(self, module: Path, line: int) -> list[str]:
        """Return the tests of a line, or those of its module if it runs at import only."""
        data = CoverageData(str(self._data))
        data.read()
        lines = data.contexts_by_lineno(str(self._folder / module))
        names = {*lines.get(line, [])} - {""} or {*chain(*lines.values())} - {""}
        return [*filter(None, map(self._test, sorted(names)))]

    def _test(self, name: str) -> str | None:
        """Return pytest's name of a function, or None if pytest does not collect it."""
        module, _, function = name.rpartition(".")
        path = f"{module.replace('.', '/')}.py"
        file = self._folder / path
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        is_test = re.search(rf"^def {function}\(", text, re.MULTILINE)
        return f"{path}::{function}" if is_test else None
