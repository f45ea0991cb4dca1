"""The live lines are replaced where they stand, whatever happened to the window (row 106)."""

import pyte

from pixverse_cli.reporting.terminal.region import Region

CLEARED = "\x1b[K\n\x1b[J\x1b[A"


class Window:
    """An emulated terminal with a region."""

    def __init__(self, columns, height):
        self.size = (columns, height)
        self.emulator = pyte.HistoryScreen(columns, height)
        self.emulator.set_mode(pyte.modes.LNM)
        self.region = Region()

    def draw(self, lines, above=()):
        pyte.Stream(self.emulator).feed(self.region.replace(list(lines), above, self.size))
        return self

    @property
    def lines(self):
        return [line.rstrip() for line in self.emulator.display if line.strip()]


def test_lines_are_replaced_and_what_stands_above_stays():
    window = Window(20, 10).draw(["one", "two"]).draw(["1"], above=["note"]).draw(["2", "3"])
    assert window.lines == ["note", "2", "3"]


def test_nothing_is_written_while_nothing_changes():
    window = Window(20, 10).draw(["one"])
    assert window.region.replace(["one"], (), (20, 10)) == ""
    assert Region().replace([], (), (20, 10)) == ""


def test_a_full_screen_is_never_cleared_from_its_first_cell_on():
    """Tmux would keep a copy of it above the screen."""
    full = ["1", "2", "3"]
    for lines, above, size in (([], (), (20, 4)), (["a"], ["note"], (20, 4)), (full, (), (9, 4))):
        region = Region()
        region.replace(full, (), (20, 4))
        assert region.replace(lines, above, size).startswith(f"\r\x1b[3A{CLEARED}")


def test_lines_that_became_too_wide_are_removed_with_all_their_rows():
    window = Window(20, 10).draw(["a" * 19, "海" * 9])
    up = window.region.replace(["b"], (), (10, 10))
    assert up.startswith(f"\r\x1b[4A{CLEARED}b")


def test_rows_that_come_back_when_the_window_gets_higher_are_removed():
    lines = ["1", "2", "3", "4", "5", "6"]
    region = Region()
    region.replace(lines, (), (20, 10))
    region.replace(["a", "b"], (), (20, 4))  # three of six rows are above the screen now
    assert region.replace(["c"], (), (20, 5)).startswith("\r\x1b[4A")  # two of them come back
    assert region.replace(["d"], (), (20, 20)).startswith("\r\x1b[2A")  # and the third
    assert region.replace(["e"], (), (20, 30)).startswith("\r\x1b[1A")


def test_rows_that_come_back_above_a_later_note_are_removed_and_the_note_stays():
    region = Region()
    region.replace(["1", "2", "3", "4"], (), (20, 10))
    region.replace(["a"], (), (20, 3))  # two of four rows are above the screen now
    region.replace(["a"], ["note"], (20, 3))
    part = region.replace(["b"], (), (20, 4))  # the note fits again, and one of the two
    assert part.startswith(f"\r\x1b[3A{CLEARED}note\nb")
    assert region.replace(["c"], (), (20, 10)).startswith(f"\r\x1b[3A{CLEARED}note\nc")
    assert region.replace(["d"], (), (20, 20)).startswith(f"\r\x1b[1A{CLEARED}d")


def test_after_a_stop_nothing_above_the_cursor_is_touched():
    region = Region()
    region.replace(["1", "2"], (), (20, 10))
    region.forget()
    assert not region.replace(["3"], (), (20, 10)).startswith("\r\x1b[")
