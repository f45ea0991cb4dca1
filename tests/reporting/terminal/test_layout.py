"""Columns become lines that fit, whatever the text and the width (row 106)."""

import re

from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcwidth

from pixverse_cli.domain.text import harmless
from pixverse_cli.reporting.streams import without_colour
from pixverse_cli.reporting.terminal.cells import cut, cut_middle, rows, width, wrap
from pixverse_cli.reporting.terminal.layout import Cell, Column, aligned, table

WIDTHS = st.integers(20, 200)
TEXTS = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("海龟🐢é\u0301\u200d\ufe0f🇨🇳 a/."))
).map(harmless)
STATES = st.sampled_from(["PENDING", "RUNNING", "SUCCEEDED", "UNCLEAR", "NOT_SENT"])
IDS = st.from_regex(r"[0-9a-f]{8}", fullmatch=True)
COMMANDS = st.sampled_from(["", "pixverse recover", "pixverse download 0385dc79", "a/" * 90])
ROWS = st.lists(st.tuples(IDS, STATES, TEXTS, TEXTS, COMMANDS), min_size=1, max_size=5)
COLUMNS = (
    Column("task"),
    Column("status"),
    Column("model", gives_way=3),
    Column("prompt", gives_way=1, least=6, middle=True),
    Column("result or next step"),
)


def cells(text):
    """Return the cells that a terminal gives the text, character by character."""
    return sum(max(0, wcwidth(char)) for char in text)


def drawn(rows_, room):
    content = [[Cell(text, "1") for text in row] for row in rows_]
    return [without_colour(line) for line in table(COLUMNS, content, room)]


@given(ROWS, WIDTHS)
def test_no_line_is_wider_than_the_terminal_106(rows_, room):
    assert max(map(cells, drawn(rows_, room))) <= room


@given(ROWS, WIDTHS)
def test_id_status_and_next_step_are_never_cut_106(rows_, room):
    # a backslash at the end of a line continues a command
    whole = "".join(drawn(rows_, room)).replace(" ", "").replace("\\", "")
    for task, status, _, _, command in rows_:
        assert (task + status).replace("\\", "") in whole
        assert command.replace(" ", "").replace("\\", "") in whole


@given(ROWS, WIDTHS)
def test_live_rows_are_one_line_each_106(rows_, room):
    content = [[Cell(text, "1") for text in row[:4]] for row in rows_]
    lines = [without_colour(line) for line in aligned(COLUMNS[:4], content, room)]
    assert len(lines) == len(rows_)
    assert max(map(cells, lines)) <= room
    assert all(line.split()[:2] == list(row[:2]) for line, row in zip(lines, rows_, strict=True))


@given(TEXTS, WIDTHS)
def test_a_shorter_text_fits_and_a_text_that_fits_is_unchanged(text, room):
    for shorten in (cut, cut_middle):
        short = shorten(text, room)
        assert cells(short) <= room
        assert short == text or width(text) > room


@given(TEXTS, WIDTHS)
def test_wrapped_lines_fit_and_lose_nothing_but_blanks(text, room):
    lines = list(wrap(text, room))
    assert max(map(cells, lines)) <= room
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)


def test_a_wide_character_does_not_stand_half_in_the_last_column():
    assert list(wrap("海龟海", 3)) == ["海", "龟", "海"]
    assert rows("海龟海", 3) == 3
    assert cut("海龟海", 4) == "海…"


def test_the_prompt_is_cut_first_then_left_out_and_the_rest_stays_whole():
    row = ("0385dc79", "SUCCEEDED", "v6", "镜头缓缓上升海龟从珊瑚礁中游出", "pixverse recover")
    heads = {room: drawn([row], room)[0].split() for room in (62, 54, 46)}
    assert "prompt" in heads[62]
    assert "…" in drawn([row], 62)[1]
    assert "prompt" not in heads[54]
    assert "model" in heads[54]
    assert "model" not in heads[46]
    assert drawn([row], 46)[1] == "0385dc79  SUCCEEDED  pixverse recover"


def test_one_long_name_wraps_only_its_own_row():
    long = "videos/" + "很长的文件名" * 20
    lines = drawn(
        [
            ("0385dc79", "SUCCEEDED", "v6", "", long),
            ("1385dc79", "RUNNING", "v6", "", "pixverse wait 1385dc79"),
        ],
        80,
    )
    assert lines[1] == "0385dc79  SUCCEEDED  v6"
    assert lines[-1] == "1385dc79  RUNNING    v6     pixverse wait 1385dc79"
    assert "".join(line.strip() for line in lines[2:-1]) == long


def test_where_nothing_fits_side_by_side_a_record_is_a_few_short_lines():
    row = ("0385dc79", "SUCCEEDED", "v6", "海龟", "pixverse download 0385dc79")
    assert drawn([row], 20) == [
        "0385dc79  SUCCEEDED",
        "  v6  海龟",
        "  pixverse \\",  # a shell reads the three lines as one command
        "  download \\",
        "  0385dc79",
    ]
