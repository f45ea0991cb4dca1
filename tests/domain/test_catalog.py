"""Every limit of the API reference and every list price, written down a second time."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.domain import catalog
from pixverse_cli.domain.catalog import MODELS, Parameter, Resolution, find_model, spell

TIERS = ("360P", "540P", "720P", "1080P")

LIMITS = {
    # full name: alias, prompt characters, shot type
    "pixverse/pixverse-c1-it2v": ("c1", 5000, False),
    "pixverse/pixverse-v6-it2v": ("v6", 5000, True),
    "pixverse/pixverse-v5.6-it2v": ("v5.6", 2048, False),
}
PRICES = {
    # alias, audio: CNY a second at 360P, 540P, 720P, 1080P
    ("c1", False): "0.18 0.24 0.30 0.56",
    ("c1", True): "0.24 0.30 0.39 0.71",
    ("v6", False): "0.15 0.21 0.27 0.53",
    ("v6", True): "0.21 0.27 0.36 0.68",
    ("v5.6", False): "0.21 0.21 0.27 0.44",
    ("v5.6", True): "0.47 0.47 0.53 0.70",
}
ANY_SECOND = set(range(1, 16))


def test_the_models_are_exactly_these():
    found = {m.name: (m.alias, m.prompt_limit, m.takes(Parameter.SHOT_TYPE)) for m in MODELS}
    assert found == LIMITS


def test_the_default_is_a_silent_v6_of_five_seconds_at_720p():
    defaults = (
        catalog.DEFAULT_MODEL.alias,
        catalog.DEFAULT_RESOLUTION,
        catalog.DEFAULT_DURATION,
    )
    assert defaults == ("v6", "720P", 5)


@pytest.mark.parametrize(
    ("alias", "tier", "seconds"),
    [(alias, tier, ANY_SECOND) for alias in ("c1", "v6") for tier in TIERS]
    + [("v5.6", tier, {5, 8, 10}) for tier in TIERS[:3]]
    + [("v5.6", "1080P", {5, 8})],
)
def test_a_model_has_these_durations_at_a_resolution(alias, tier, seconds):
    assert set(find_model(alias).durations[Resolution(tier)]) == seconds


@pytest.mark.parametrize(("alias", "seconds"), [("v6", ANY_SECOND), ("v5.6", {5, 8, 10})])
def test_all_durations_are_those_of_all_resolutions(alias, seconds):
    assert set(find_model(alias).all_durations) == seconds


@pytest.mark.parametrize(("key", "yuan"), PRICES.items(), ids=str)
def test_prices_are_those_of_the_price_list(key, yuan):
    alias, audio = key
    model = find_model(alias)
    prices = [model.price(Resolution(tier), audio=audio) for tier in TIERS]
    assert prices == [Decimal(price) for price in yuan.split()]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IMAGE_LIMITS", (("JPEG", "PNG", "WEBP"), 20 * 1024**2, 10_000)),
        ("MAX_SEED", 2**31 - 1),
        ("TASK_LIFE_SECONDS", 86_400),
        ("UPLOAD_LIFE_SECONDS", 169_200),
        ("CREATES_PER_SECOND", 5),
        ("CALLS_PER_SECOND", 20),
        ("RUNNING_TASKS", 5),
        ("CURRENCY", "CNY"),
    ],
)
def test_other_limits_are_the_documented_ones(name, value):
    assert getattr(catalog, name) == value


def test_the_resolutions_and_shot_types_are_the_documented_ones():
    assert tuple(Resolution) == TIERS
    assert tuple(catalog.ShotType) == ("single", "multi")


@pytest.mark.parametrize("spelling", ["v6", "V6", " v6 ", "PixVerse/PixVerse-V6-it2v"])
def test_a_model_is_found_by_alias_and_full_name_in_any_case(spelling):
    assert find_model(spelling).name == "pixverse/pixverse-v6-it2v"


@pytest.mark.parametrize("spelling", [None, "", "v7", "pixverse-v6-it2v", "v6 c1", "v\u0666"])
def test_an_unknown_model_is_not_found(spelling):
    assert find_model(spelling) is None


@given(st.text())
def test_any_text_is_a_model_or_none(text):
    model = find_model(text)
    assert model is None or text.strip().lower() in (model.name, model.alias)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        (tuple(range(1, 16)), "1 to 15"),
        ((5, 8, 10), "5, 8 or 10"),
        ((5, 8), "5 or 8"),
        ((1, 2), "1 or 2"),
        ((7,), "7"),
    ],
)
def test_numbers_are_spelt_as_a_range_or_a_list(numbers, words):
    assert spell(numbers) == words
