"""Faults are small, and are not put into code without an effect."""

import pytest

from tests.mutants.operators import mutations


def faulty(source):
    """Return every faulty version of a source."""
    text = source.encode()
    return [mutation.apply(text).decode() for mutation in mutations(text)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = b < c", ["a = (b <= c)"]),
        ("a = b and c", ["a = (b or c)"]),
        ("a = b + c", ["a = (b - c)"]),
        ("a = not b", ["a = (b)"]),
        ("a = 1", ["a = 2"]),
        ("a = True", ["a = False"]),
        ("a = 'code'", ["a = 'codeXX'"]),
        ("a = b(c, d=e)", ["a = b(c)"]),
        ("a.b = c", ["pass"]),
        ("a += b", ["pass"]),
        ("a()", ["pass"]),
        ("raise a", ["pass"]),
        ("if a: b = c", ["if (not a): b = c"]),
        ("a = [b for b in c if b]", ["a = [b for b in c if (not b)]"]),
        ("def a(): return b", ["def a(): return None"]),
        ("def a(): return True", ["def a(): return False"]),
        ("for a in b:\n  break", ["for a in b:\n  pass"]),
        ("é = 'é é'; a = 1", ["é = 'é é'; a = 2"]),
    ],
)
def test_a_fault_replaces_one_part(source, expected):
    assert faulty(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "import a",
        '"""A docstring."""',
        "a = 'A sentence for people.'",
        "a: 'B' = b",
        "def a(b: 'B') -> 'C': ...",
        "@a(b=1)\ndef c(): ...",
        "if TYPE_CHECKING:\n  a()",
        "T = TypeVar('T', bound='Node')",
        "def a(): return None",
        "def a(): return",
    ],
)
def test_code_without_an_effect_gets_no_faults(source):
    assert faulty(source) == []
