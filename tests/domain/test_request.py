"""Values that the service would refuse, cut or ignore are reported before the call."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.domain.catalog import MODELS, Resolution, Role, ShotType, find_model
from pixverse_cli.domain.request import InputKey, VideoRequest, problems

V6 = VideoRequest(
    model=find_model("v6"), prompt="A turtle.", resolution=Resolution.P720, duration=5
)
C1 = V6._replace(model=find_model("c1"))
V56 = V6._replace(model=find_model("v5.6"))


def options_with_problems(request):
    return [problem.option for problem in problems(request)]


def image(identity):
    """Return the keys of one image."""
    return [InputKey(Role.IMAGE, None, identity)]


@pytest.mark.parametrize(
    ("request_", "options"),
    [
        (V6, []),
        (V6._replace(prompt=None), []),
        (V6._replace(prompt=""), ["prompt"]),
        (V6._replace(prompt="龟" * 5000), []),
        (V6._replace(prompt="龟" * 5001), ["prompt"]),
        (C1._replace(prompt="\U0001f422" * 5000), []),
        (C1._replace(prompt="a" * 5001), ["prompt"]),
        (V56._replace(prompt="a" * 2048), []),
        (V56._replace(prompt="a" * 2049), ["prompt"]),
        (V6._replace(prompt="a\0b"), ["prompt"]),
        (V6._replace(prompt="a\udcffb"), ["prompt"]),
        (V6._replace(prompt="a\r\n\ufeffb"), []),
        (V6._replace(duration=1), []),
        (V6._replace(duration=15, resolution=Resolution.P1080), []),
        (V6._replace(duration=0), ["duration"]),
        (V6._replace(duration=16), ["duration"]),
        (C1._replace(duration=-5), ["duration"]),
        (V56._replace(duration=10), []),
        (V56._replace(duration=6), ["duration"]),
        (V56._replace(duration=8, resolution=Resolution.P1080), []),
        (V56._replace(duration=10, resolution=Resolution.P1080), ["duration"]),
        (V6._replace(shot_type=ShotType.MULTI), []),
        (V6._replace(shot_type=ShotType.SINGLE), []),
        (C1._replace(shot_type=ShotType.MULTI), ["shot-type"]),
        (V56._replace(shot_type=ShotType.SINGLE), ["shot-type"]),
        (V6._replace(seed=0), []),
        (V6._replace(seed=2147483647), []),
        (V6._replace(seed=2147483648), ["seed"]),
        (V6._replace(seed=-1), ["seed"]),
        (V6._replace(audio=True, watermark=True), []),
    ],
)
def test_a_problem_names_its_option(request_, options):
    assert options_with_problems(request_) == options


def test_all_problems_are_reported_together():
    request = V56._replace(prompt="\0" * 2049, duration=7, shot_type=ShotType.MULTI, seed=-1)
    assert options_with_problems(request) == ["prompt", "prompt", "duration", "shot-type", "seed"]


def test_a_problem_contains_the_value_and_the_rule():
    request = V56._replace(prompt="a" * 2049, duration=10, resolution=Resolution.P1080)
    long, duration = [problem.text for problem in problems(request)]
    assert "2049" in long
    assert "2048" in long
    assert "v5.6 at 1080P" in duration
    assert "5 or 8" in duration


@given(
    st.sampled_from(MODELS),
    st.sampled_from(Resolution),
    st.integers(-(2**40), 2**40),
    st.text(max_size=100),
)
def test_every_duration_is_allowed_or_a_problem(model, tier, seconds, prompt):
    request = VideoRequest(model=model, prompt=prompt, resolution=tier, duration=seconds)
    assert ("duration" in options_with_problems(request)) == (seconds not in model.durations[tier])


@pytest.mark.parametrize(
    ("request_", "yuan"),
    [
        (V6, "1.35"),
        (C1, "1.50"),
        (V56, "1.35"),
        (V6._replace(resolution=Resolution.P1080, audio=True), "3.40"),
        (C1._replace(resolution=Resolution.P1080, audio=True), "3.55"),
        (V56._replace(resolution=Resolution.P1080, audio=True), "3.50"),
        (V6._replace(resolution=Resolution.P1080, audio=True, duration=15), "10.20"),
        (V6._replace(resolution=Resolution.P360, duration=1), "0.15"),
    ],
)
def test_the_estimate_is_the_list_price_in_decimal(request_, yuan):
    assert str(request_.estimate) == str(Decimal(yuan))


def test_equal_requests_of_the_same_image_have_equal_fingerprints():
    assert V6.fingerprint(image("abc")) == V6._replace().fingerprint(image("abc"))


@pytest.mark.parametrize(
    "same",
    [
        (V6._replace(prompt=None), V6._replace(prompt="")),
        (V6, V6._replace(shot_type=ShotType.SINGLE)),
    ],
    ids=["no prompt", "the default shot type"],
)
def test_equivalent_requests_have_equal_fingerprints(same):
    first, second = same
    assert first.fingerprint(image("abc")) == second.fingerprint(image("abc"))


OTHER = {
    "model": find_model("c1"),
    "prompt": "A turtle",
    "resolution": Resolution.P540,
    "duration": 8,
    "audio": True,
    "watermark": True,
    "shot_type": ShotType.MULTI,
    "seed": 0,
}


def test_the_fingerprint_differs_for_the_image_and_for_every_field():
    assert OTHER.keys() == set(VideoRequest._fields)
    others = [
        V6._replace(**{name: value}).fingerprint(image("abc")) for name, value in OTHER.items()
    ]
    all_of_them = {V6.fingerprint(image("abc")), V6.fingerprint(image("abd")), *others}
    assert len(all_of_them) == 2 + len(OTHER)


@given(st.text(), st.text())
def test_different_prompts_have_different_fingerprints(one, other):
    prints = [V6._replace(prompt=prompt).fingerprint(image("abc")) for prompt in (one, other)]
    assert (prints[0] == prints[1]) == (one == other)


def test_the_fingerprint_of_a_request_with_one_image_is_what_it_always_was():
    request = VideoRequest(MODELS[0], "A turtle.", Resolution.P720, 5)
    expected = "7686edde18b8d3299c5a51206292f1540ab17edb031bd99a14a1417f3f4f97a6"
    assert request.fingerprint(image("abc")) == expected


def test_a_further_input_its_name_and_its_role_change_the_fingerprint():
    first = InputKey(Role.IMAGE, None, "abc")
    others = [
        [first],
        [first, InputKey(Role.IMAGE, None, "abd")],
        [first, InputKey(Role.IMAGE, "cat", "abd")],
        [InputKey(Role.IMAGE, None, "abd"), first],
    ]
    assert len({V6.fingerprint(inputs) for inputs in others}) == len(others)
