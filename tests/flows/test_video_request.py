"""The request that settings ask for, with everything wrong in them noted."""

import pytest

from pixverse_cli.flows.plan import video_request
from pixverse_cli.settings.values import Setting, Settings


def asked(prompt="A turtle.", **words):
    options = {name.replace("_", "-"): word for name, word in words.items()}
    settings = Settings({name: Setting(word, f"--{name}") for name, word in options.items()}, {})
    return video_request(settings, prompt), settings.problems


def test_nothing_set_asks_for_the_defaults():
    request, problems = asked()
    assert (request.model.alias, request.resolution, request.duration) == ("v6", "720P", 5)
    assert (request.audio, request.watermark, request.shot_type) == (False, False, None)
    assert (request.seed, problems) == (None, ())


def test_every_setting_is_read_in_any_case():
    request, problems = asked(
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


@pytest.mark.parametrize("word", ["multi", "MULTI", "Single"])
def test_a_shot_type_is_read_in_any_case(word):
    request, problems = asked(shot_type=word)
    assert request.shot_type == word.lower()
    assert problems == ()


@pytest.mark.parametrize(
    ("words", "told"),
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
def test_a_bad_value_is_noted_with_its_source_and_what_to_choose(words, told):
    _, problems = asked(**words)
    assert len(problems) == 1
    assert problems[0].startswith(told)


def test_everything_wrong_is_noted():
    _, problems = asked("a" * 5001, model="v9", duration="99", seed="x", shot_type="no")
    assert len(problems) == 5
