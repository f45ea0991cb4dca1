"""What a request costs at list prices, and which requests are equal."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.domain.catalog import (
    MODELS,
    AspectRatio,
    Media,
    Resolution,
    Role,
    ShotType,
    find_model,
)
from pixverse_cli.domain.request import InputFacts, VideoRequest

V6 = VideoRequest(
    model=find_model("v6"), prompt="A turtle.", resolution=Resolution.P720, duration=5
)
C1 = V6._replace(model=find_model("c1"))
V56 = V6._replace(model=find_model("v5.6"))


def image(identity):
    """Return the facts of one image."""
    return [InputFacts(Role.IMAGE, None, identity)]


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
    assert str(request_.estimate(image("abc")).amount) == str(Decimal(yuan))


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
    "aspect_ratio": AspectRatio.R1_1,
    "text": "Hello.",
}
SPEECH = V6._replace(model=find_model("lipsync"), text="Hello.")


def test_the_fingerprint_differs_for_the_image_and_for_every_field():
    assert {*OTHER, "voice"} == set(VideoRequest._fields)
    others = [
        V6._replace(**{name: value}).fingerprint(image("abc")) for name, value in OTHER.items()
    ]
    all_of_them = {V6.fingerprint(image("abc")), V6.fingerprint(image("abd")), *others}
    assert len(all_of_them) == 2 + len(OTHER)


def test_the_fingerprint_differs_for_the_voice():
    voices = [SPEECH._replace(voice=voice).fingerprint([]) for voice in (None, "auto", "2")]
    assert voices[0] == voices[1] != voices[2]


def test_the_default_aspect_ratio_is_equal_to_the_same_ratio_given():
    text = V6._replace(model=find_model("v6-t2v"))
    given_ratio = text._replace(aspect_ratio=AspectRatio.R16_9)
    assert text.fingerprint([]) == given_ratio.fingerprint([])


@given(st.text(), st.text())
def test_different_prompts_have_different_fingerprints(one, other):
    prints = [V6._replace(prompt=prompt).fingerprint(image("abc")) for prompt in (one, other)]
    assert (prints[0] == prints[1]) == (one == other)


def test_the_fingerprint_of_a_request_with_one_image_is_what_it_always_was():
    request = VideoRequest(MODELS[0], "A turtle.", Resolution.P720, 5)
    expected = "7686edde18b8d3299c5a51206292f1540ab17edb031bd99a14a1417f3f4f97a6"
    assert request.fingerprint(image("abc")) == expected


def test_a_further_input_its_name_and_its_role_change_the_fingerprint():
    first = InputFacts(Role.IMAGE, None, "abc")
    others = [
        [first],
        [first, InputFacts(Role.IMAGE, None, "abd")],
        [first, InputFacts(Role.IMAGE, "cat", "abd")],
        [InputFacts(Role.IMAGE, None, "abd"), first],
        [InputFacts(Role.IMAGE, "cat", "abc")],
        [InputFacts(Role.IMAGE, "dog", "abc")],
    ]
    assert len({V6.fingerprint(inputs) for inputs in others}) == len(others)


def film(seconds, role=Role.VIDEO, media=Media.VIDEO):
    return InputFacts(role, None, "film", media, seconds)


def request_of(alias, **changes):
    tools = {"prompt": None, "resolution": None, "duration": None}
    return V6._replace(model=find_model(alias), **(tools | changes))


OMNI = request_of("v6-omni", prompt="p", resolution=Resolution.P720)
REFERENCE = InputFacts(Role.REFERENCE, None, "picture")


@pytest.mark.parametrize(
    ("request_", "inputs", "seconds", "yuan"),
    [
        (request_of("upscale"), [film(6.0)], 6, "0.90"),
        (request_of("upscale"), [film(6.01)], 7, "1.05"),
        (request_of("motion", resolution=Resolution.P720), [image("x")[0], film(5.5)], 6, "2.16"),
        (request_of("motion", resolution=Resolution.P360), [image("x")[0], film(0.1)], 1, "0.27"),
        (request_of("lipsync"), [film(60.0), film(6.26, Role.AUDIO, Media.AUDIO)], 7, "0.84"),
        (request_of("lipsync", text="龟" * 18), [film(None)], 4, "0.48"),
        (request_of("lipsync", text="a" * 15), [film(None)], 1, "0.12"),
        (request_of("lipsync", text="a" * 16), [film(9.0)], 2, "0.24"),
        (OMNI._replace(duration=5), [REFERENCE], 5, "1.35"),
        (OMNI._replace(duration=5, audio=True), [REFERENCE], 5, "1.80"),
        (OMNI, [film(4.2, Role.REFERENCE), REFERENCE, film(7.5, Role.REFERENCE)], 8, "4.32"),
        (OMNI._replace(audio=True), [film(2.0, Role.REFERENCE)], 2, "1.44"),
        (request_of("v6-t2v", resolution=Resolution.P1080, duration=8), [], 8, "4.24"),
        (request_of("c1-kf2v", resolution=Resolution.P540, duration=15), [], 15, "3.60"),
    ],
)
def test_the_estimate_is_exact_where_the_page_makes_it_so(request_, inputs, seconds, yuan):
    assert request_.billed_seconds(inputs) == seconds
    assert str(request_.estimate(inputs).amount) == yuan
    assert request_.estimate(inputs).unknown is None


@pytest.mark.parametrize(
    ("request_", "inputs", "role"),
    [
        (request_of("upscale"), [film(None)], "video"),
        (request_of("motion", resolution=Resolution.P720), [image("x")[0], film(None)], "video"),
        (request_of("lipsync"), [film(6.0), film(None, Role.AUDIO, Media.AUDIO)], "audio"),
        (OMNI, [film(3.0, Role.REFERENCE), film(None, Role.REFERENCE)], "reference"),
    ],
)
def test_an_unknown_length_makes_the_estimate_unknown_and_says_why(request_, inputs, role):
    amount, unknown = request_.estimate(inputs)
    assert amount is None
    assert unknown == f"it depends on the length of the {role}, which is not known"


def test_an_empty_text_needs_no_voice():
    assert request_of("lipsync", text=None).speaker is None
    assert request_of("lipsync", text="Hi").speaker == "auto"
    assert request_of("lipsync", text="Hi", voice="14").speaker == "14"
