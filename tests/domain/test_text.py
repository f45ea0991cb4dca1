"""Foreign text is made harmless for terminals and stays readable."""

import base64
import os
import subprocess
import unicodedata
from shutil import which
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.domain.text import decoded, harmless, is_blank, masked, shell_word

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


PLAIN, SIGNS = "sk-canary-1", "sk-a+b/c=~4canary"


@pytest.mark.parametrize("before", ["", "u", "me", "me:"])
@pytest.mark.parametrize("secret", [PLAIN, SIGNS])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_in_base64_is_masked_wherever_it_begins_102(secret, before, encode):
    encoded = encode(f"{before}{secret}:and more".encode()).decode()
    shown = masked(f"Basic {encoded}", [secret])
    assert "***" in shown
    left = base64.b64decode(shown.split()[1].partition("***")[0] + "==", validate=False)
    assert left.decode(errors="replace").startswith(before[: len(before) // 3 * 3])
    assert not any(part in shown for part in (encoded[6:14], encoded[8:16]))


@pytest.mark.parametrize("secret", [PLAIN, SIGNS])
@pytest.mark.parametrize(
    "spell",
    [
        pytest.param(lambda secret: quote(secret, safe=""), id="URL"),
        pytest.param(lambda secret: quote(secret, safe="").lower(), id="URL, small letters"),
        pytest.param(lambda secret: "".join(map(unicode_escape, secret)), id="JSON"),
        pytest.param(lambda secret: secret.replace("/", "\\/"), id="JSON of PHP"),
        pytest.param(lambda secret: "".join(map(html_escape, secret)), id="HTML"),
        pytest.param(lambda secret: f"{secret[:5]}\r\n    {secret[5:]}", id="wrapped"),
        pytest.param(lambda secret: f"{secret[:5]}\\n{secret[5:]}", id="wrapped in JSON"),
        pytest.param(" ".join, id="every character apart"),
    ],
)
def test_a_secret_is_masked_in_each_spelling_that_programs_use_102(secret, spell):
    assert masked(f"the key {spell(secret)}, refused", [secret]) == "the key ***, refused"


def unicode_escape(char):
    return char if char.isalnum() else f"\\u{ord(char):04X}"


def html_escape(char):
    return char if char.isalnum() else f"&#x{ord(char):X};" if char < "." else f"&#{ord(char)};"


@given(any_text)
def test_a_text_without_the_secret_is_not_changed_102(text):
    assert masked(text, [PLAIN, SIGNS]) == text


@pytest.mark.parametrize("text", ["", " ", "\u3000", "\u200b\u2060", "\ufeff", "\u2800", "\ufe0f"])
def test_a_text_that_shows_nothing_is_blank(text):
    assert is_blank(text)


@pytest.mark.parametrize("text", [" a", "。", "\U0001f422", "\u0e33", "-"])
def test_a_text_that_shows_something_is_not_blank(text):
    assert not is_blank(text)


@pytest.mark.parametrize("shell", ["sh", "bash", "zsh", "fish"])
def test_a_word_is_shown_as_it_is_and_every_shell_takes_it_for_the_name_itself(shell):
    if which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    names = [
        "a b.mp4",
        "it's 100% \\n.mp4",
        "\u56fe \U0001f600.mp4",
        "n\nl's 5% \\ .mp4",
        "o\udcff\u56fe.mp4",
        "t\tab",
        "\x1b[31m.mp4",
        "b\u202e7.mp4",
        "-\x017.mp4",
        "last\n",
    ]
    words = list(map(shell_word, names))
    assert [harmless(word) for word in words[:-1]] == words[:-1]
    line = "printf '%s/' " + " ".join(words)
    ran = subprocess.run([shell, "-c", os.fsencode(line)], capture_output=True, check=True)
    assert os.fsdecode(ran.stdout).split("/")[:-1] == names


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_mark_with_which_dos_ends_a_text_is_no_text(encoding):
    assert decoded("one\r\n\x1a\x1a".encode(encoding)) == "one\r\n"
    assert decoded("a\x1ab".encode(encoding)) == "a\x1ab"
