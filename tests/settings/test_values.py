"""Values as text with their sources; all problems are reported together."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.domain.errors import UsageError
from pixverse_cli.settings.values import Setting, Settings, parse_seconds


def settings(source="-d", **given_values):
    return Settings({name: Setting(value, source) for name, value in given_values.items()}, {})


@pytest.mark.parametrize(
    ("word", "seconds"),
    [
        ("0", 0),
        ("90", 90),
        ("90s", 90),
        ("30m", 1800),
        ("2h", 7200),
        ("1.5h", 5400),
        ("0.25", 0.25),
        ("2H", 7200),
        ("", None),
        ("m", None),
        ("-1", None),
        ("1e3", None),
        ("nan", None),
        ("inf", None),
        ("1d", 86400),
        ("1w", None),
        ("5 m", None),
        ("1h30m", None),
        ("\u0665", None),
        ("9" * 400, None),
        ("5\n", None),
    ],
)
def test_a_duration_is_a_number_with_s_m_h_or_d(word, seconds):
    assert parse_seconds(word) == seconds


@given(st.text())
def test_any_text_is_a_duration_or_none(word):
    seconds = parse_seconds(word)
    assert seconds is None or 0 <= seconds < float("inf")


@given(st.integers(0, 999_999_999), st.sampled_from([("", 1), ("s", 1), ("m", 60), ("h", 3600)]))
def test_every_whole_number_of_a_unit_is_a_duration(count, unit):
    letter, factor = unit
    assert parse_seconds(f"{count}{letter}") == count * factor


@pytest.mark.parametrize(
    ("word", "number"),
    [("5", 5), ("+5", 5), ("-5", -5), (" 5 ", 5), ("007", 7), ("999999999999999999", 10**18 - 1)],
)
def test_a_whole_number_is_parsed(word, number):
    assert settings(duration=word).whole("duration", 1) == number


@pytest.mark.parametrize("word", ["", "5.0", "five", "0x5", "1_000", "\u0665", "5s", "1" * 5000])
def test_an_invalid_whole_number_is_reported_and_the_default_is_used(word):
    read = settings(duration=word)
    assert read.whole("duration", 1) == 1
    assert len(read.problems) == 1
    assert read.problems[0].endswith("must be a whole number")


@pytest.mark.parametrize(
    ("word", "yuan"),
    [("5", "5"), ("2.70", "2.70"), ("0", "0"), ("0.1", "0.1")],
)
def test_money_is_decimal(word, yuan):
    assert str(settings(cost=word).money("cost")) == yuan


@pytest.mark.parametrize(
    "word", ["nan", "sNaN", "inf", "-1", "-0.01", "", "5 CNY", "1,5", "1e2", "1_000", "\u0665"]
)
def test_an_invalid_amount_is_reported(word):
    read = settings(cost=word)
    assert read.money("cost") is None
    assert len(read.problems) == 1


def test_money_is_never_a_binary_fraction():
    assert settings(cost="0.1").money("cost") * 3 == Decimal("0.3")


@pytest.mark.parametrize(
    ("word", "value"), [("true", True), ("false", False), ("TRUE", True), (" False ", False)]
)
def test_a_flag_is_true_or_false(word, value):
    assert settings(audio=word).flag("audio") is value


@pytest.mark.parametrize("word", ["1", "yes", "", "maybe"])
def test_an_invalid_flag_is_reported(word):
    read = settings(audio=word)
    assert read.flag("audio") is False
    assert len(read.problems) == 1


@pytest.mark.parametrize("name", ["flag", "whole", "seconds", "money", "text"])
def test_a_missing_setting_has_its_default_and_no_problem(name):
    read = Settings({}, {})
    default = {"whole": (7,), "seconds": (1.5,)}.get(name, ())
    expected = default[0] if default else False if name == "flag" else None
    assert getattr(read, name)("duration", *default) is expected
    assert read.problems == ()


def test_given_settings_override_kept_ones():
    given_ones = {"model": Setting("c1", "-m")}
    kept = {"model": Setting("v6", "config.toml"), "seed": Setting("7", "config.toml")}
    read = Settings(given_ones, kept)
    assert (read.text("model"), read.text("seed")) == ("c1", "7")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("--duration", "--duration 99x: must be a whole number"),
        ("-d", "-d 99x: must be a whole number"),
        ("PIXVERSE_DURATION", "PIXVERSE_DURATION=99x: must be a whole number"),
        (
            "/c/config.toml, line 3: duration",
            "/c/config.toml, line 3: duration 99x: must be a whole number",
        ),
    ],
)
def test_a_problem_contains_its_source_and_its_value(source, message):
    read = settings(source=source, duration="99x")
    read.whole("duration", 5)
    assert read.problems == (message,)


def test_a_long_value_is_shortened():
    read = settings(duration="9" * 10_000)
    read.whole("duration", 5)
    assert len(read.problems[0]) < 150


def test_a_problem_does_not_repeat_the_prompt():
    read = settings(source="--prompt", prompt="a secret plan")
    read.wrong("prompt", "has too many characters")
    assert read.problems == ("--prompt: has too many characters",)


def test_all_problems_are_reported_together():
    read = settings(duration="x", seed="y")
    read.whole("duration", 5)
    read.whole("seed", None)
    with pytest.raises(UsageError) as refused:
        read.insist()
    assert len(refused.value.message.splitlines()) == 2
    assert refused.value.hint == "nothing was sent"


def test_without_a_problem_insist_does_nothing():
    Settings({}, {}).insist()


@pytest.mark.parametrize(
    ("source", "typed"), [("--output", True), ("-o", True), ("PIXVERSE_OUTPUT", False)]
)
def test_a_setting_knows_whether_it_was_given_on_the_command_line(source, typed):
    assert settings(source=source, output="x").typed("output") is typed
    assert Settings({}, {}).typed("output") is False
