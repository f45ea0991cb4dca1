"""Values as text, each with its source, read so that everything wrong is told at once."""

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
        ("1d", None),
        ("5 m", None),
        ("1h30m", None),
        ("\u0665", None),
        ("9" * 400, None),
        ("5\n", None),
    ],
)
def test_a_time_is_a_number_with_s_m_or_h(word, seconds):
    assert parse_seconds(word) == seconds


@given(st.text())
def test_any_word_is_a_time_or_nothing(word):
    seconds = parse_seconds(word)
    assert seconds is None or 0 <= seconds < float("inf")


@given(st.integers(0, 999_999_999), st.sampled_from([("", 1), ("s", 1), ("m", 60), ("h", 3600)]))
def test_every_whole_number_of_a_unit_is_that_time(count, unit):
    letter, factor = unit
    assert parse_seconds(f"{count}{letter}") == count * factor


@pytest.mark.parametrize(
    ("word", "number"),
    [("5", 5), ("+5", 5), ("-5", -5), (" 5 ", 5), ("007", 7), ("999999999999999999", 10**18 - 1)],
)
def test_a_whole_number_is_read(word, number):
    assert settings(duration=word).whole("duration", 1) == number


@pytest.mark.parametrize("word", ["", "5.0", "five", "0x5", "1_000", "\u0665", "5s", "1" * 5000])
def test_what_is_no_whole_number_is_noted_and_the_default_goes_on(word):
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
def test_what_is_no_amount_is_noted(word):
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
def test_another_word_is_no_flag(word):
    read = settings(audio=word)
    assert read.flag("audio", default=True) is True
    assert len(read.problems) == 1


@pytest.mark.parametrize("name", ["flag", "whole", "seconds", "money", "text"])
def test_what_nobody_set_has_its_default_and_no_problem(name):
    read = Settings({}, {})
    default = {"flag": (True,), "whole": (7,), "seconds": (1.5,)}.get(name, ())
    assert getattr(read, name)("duration", *default) == (default[0] if default else None)
    assert read.problems == ()


def test_what_is_given_comes_before_what_is_kept():
    given_ones = {"model": Setting("c1", "-m")}
    kept = {"model": Setting("v6", "config.toml"), "seed": Setting("7", "config.toml")}
    read = Settings(given_ones, kept)
    assert (read.text("model"), read.text("seed")) == ("c1", "7")


@pytest.mark.parametrize(
    ("source", "told"),
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
def test_a_problem_names_its_source_and_its_value(source, told):
    read = settings(source=source, duration="99x")
    read.whole("duration", 5)
    assert read.problems == (told,)


def test_a_long_value_is_shown_shortened():
    read = settings(duration="9" * 10_000)
    read.whole("duration", 5)
    assert len(read.problems[0]) < 150


def test_a_prompt_is_never_repeated_in_a_problem():
    read = settings(prompt="a secret plan")
    read.wrong("prompt", "has too many characters")
    assert read.problems == ("--prompt: has too many characters",)


def test_everything_wrong_is_told_at_once_and_nothing_is_sent():
    read = settings(duration="x", seed="y")
    read.whole("duration", 5)
    read.whole("seed", None)
    with pytest.raises(UsageError) as refused:
        read.insist()
    assert len(refused.value.message.splitlines()) == 2
    assert refused.value.hint == "nothing was sent"


def test_without_a_problem_it_goes_on():
    Settings({}, {}).insist()


@pytest.mark.parametrize(
    ("source", "typed"), [("--output", True), ("-o", True), ("PIXVERSE_OUTPUT", False)]
)
def test_it_is_known_whether_a_setting_was_typed(source, typed):
    assert settings(source=source, output="x").typed("output") is typed
    assert Settings({}, {}).typed("output") is False
