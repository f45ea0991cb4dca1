"""Foreign text is made harmless for terminals and stays readable."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.domain.text import harmless, is_blank, masked, shortened

any_text = st.text(st.characters() | st.sampled_from("\x1b\x07\r\n\x9b\u202e\u2066\ud800\u200d"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A turtle.", "A turtle."),
        ("海龟 🐢 café", "海龟 🐢 café"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]52;c;cm0=\x07", "]52;c;cm0="),
        ("a\rb\nc\td", "a b c d"),
        ("\x9b2J", "2J"),
        ("user\u202egnp.exe", "usergnp.exe"),
        ("\u2066a\u2069\u200e\u061c", "a"),
        ("\ufeffa\u200bb\u00adc", "abc"),
        ("a\u2028b\u2029c", "abc"),
        ("\udcff\ud800x", "x"),
        ("\x00\x08\x7f", ""),
        ("[link=http://x]y[/link]", "[link=http://x]y[/link]"),
    ],
)
def test_terminal_sequences_are_removed_80(text, shown):
    assert harmless(text) == shown


@given(any_text)
def test_no_text_keeps_a_control_or_bidi_character_80(text):
    kept = harmless(text)
    assert len(kept) <= len(text)
    assert all(
        c == "\u200d"
        or unicodedata.category(c)[0] != "C"
        or unicodedata.category(c) in ("Cn", "Co")
        for c in kept
    )
    assert harmless(kept) == kept


@given(any_text, st.integers(1, 50))
def test_a_shortened_text_fits(text, width):
    assert len(shortened(text, width)) <= width


def test_a_text_that_fits_is_not_shortened():
    assert shortened("turtle", 6) == "turtle"
    assert shortened("turtles", 6) == "turtl…"


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        ("sk-canary-1", "refused: *** (***)"),
        ("SK-CANARY-1", "refused: *** (***)"),
        ("canary", "refused: sk-canary-1 (SK-Canary-1)"),  # too short: a word of the language
    ],
)
def test_a_secret_is_masked_in_any_case_102(secret, shown):
    assert masked("refused: sk-canary-1 (SK-Canary-1)", [secret]) == shown


@pytest.mark.parametrize("text", ["", " ", "\u3000", "\u200b\u2060", "\ufeff", "\u2800", "\ufe0f"])
def test_a_text_that_shows_nothing_is_blank(text):
    assert is_blank(text)


@pytest.mark.parametrize("text", [" a", "。", "\U0001f422", "\u0e33", "-"])
def test_a_text_that_shows_something_is_not_blank(text):
    assert not is_blank(text)
