"""README.zh-CN.md says what README.md says: the same code, codes, files and settings."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
ENGLISH, CHINESE = (
    (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md")
)


def blocks(text):
    """Return the language and the lines of each fenced block."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def first_cells(text):
    """Return the first cell of each table row, as written."""
    return re.findall(r"^\| (.+?) \|", text, re.MULTILINE)


def literals(text):
    """Return the words of the running text that are set as code."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return set(re.findall(r"`([^`\n]+)`", prose))


def test_the_code_blocks_are_equal():
    assert blocks(CHINESE) == blocks(ENGLISH)


def test_the_tables_have_the_same_commands_and_exit_codes():
    marked = [
        [cell for cell in first_cells(text) if re.search(r"[`\d]", cell)]
        for text in (ENGLISH, CHINESE)
    ]
    assert marked[1] == marked[0]


def test_the_same_options_files_and_variables_are_named():
    assert literals(CHINESE) == literals(ENGLISH)


def test_the_sections_are_as_many_and_in_the_same_order():
    levels = [re.findall(r"^(#+) ", text, re.MULTILINE) for text in (ENGLISH, CHINESE)]
    assert levels[1] == levels[0]


def test_each_links_to_the_other():
    assert "](README.zh-CN.md)" in ENGLISH
    assert "](README.md)" in CHINESE


def test_the_links_go_to_the_same_places():
    places = [set(re.findall(r"\]\(((?!#)[^)]+)\)", text)) for text in (ENGLISH, CHINESE)]
    assert places[1] - {"README.md"} == places[0] - {"README.zh-CN.md"}
