"""The request made of settings, and the report of everything that is invalid in them."""

import pytest

from pixverse_cli.flows.video_request import video_request
from pixverse_cli.settings.values import Setting, Settings


def request_of(prompt="A turtle.", **values):
    options = {name.replace("_", "-"): value for name, value in values.items()}
    settings = Settings({name: Setting(value, f"--{name}") for name, value in options.items()}, {})
    return video_request(settings, prompt), settings.problems


def test_without_settings_the_request_has_the_defaults():
    request, problems = request_of()
    assert (request.model.alias, request.resolution, request.duration) == ("v6", "720P", 5)
    assert (request.audio, request.watermark, request.shot_type) == (False, False, None)
    assert (request.seed, problems) == (None, ())


def test_settings_are_case_insensitive():
    request, problems = request_of(
        model="V5.6",
        resolution="1080p",
        duration="8",
        audio="true",
        watermark="true",
        seed="0",
    )
    assert (request.model.alias, request.resolution, request.duration) == ("v5.6", "1080P", 8)
    assert (request.audio, request.watermark, request.seed) == (True, True, 0)
    assert problems == ()


@pytest.mark.parametrize("value", ["multi", "MULTI", "Single"])
def test_shot_types_are_case_insensitive(value):
    request, problems = request_of(shot_type=value)
    assert request.shot_type == value.lower()
    assert problems == ()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"model": "v7"}, "--model v7: choose v6, c1, v5.6"),
        ({"resolution": "4K"}, "--resolution 4K: choose 360P, 540P, 720P, 1080P"),
        ({"duration": "16"}, "--duration 16: v6 at 720P makes videos of 1 to 15 seconds"),
        ({"duration": "5.5"}, "--duration 5.5: must be a whole number"),
        ({"shot_type": "many"}, "--shot-type many: choose single or multi"),
        ({"shot_type": "multi", "model": "c1"}, "--shot-type multi: c1 does not support it"),
        ({"seed": "-1"}, "--seed -1: must be a whole number from 0 to 2147483647"),
        ({"audio": "maybe"}, "--audio maybe: must be true or false"),
    ],
)
def test_an_invalid_value_is_reported_with_its_source_and_the_choices(values, message):
    _, problems = request_of(**values)
    assert len(problems) == 1
    assert problems[0].startswith(message)


def test_all_invalid_values_are_reported():
    _, problems = request_of("a" * 5001, model="v9", duration="99", seed="x", shot_type="no")
    assert len(problems) == 5
