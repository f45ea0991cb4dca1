"""The precedence of sources: option, variable, ``config.toml``, default."""

import json

import pytest
from PIL import Image


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "turtle.png"
    Image.new("RGB", (64, 64)).save(path)
    return path


@pytest.fixture
def config(home):
    """Return a function that writes ``config.toml``."""

    def write(content):
        directory = home / ".config" / "pixverse"
        directory.mkdir(parents=True)
        (directory / "config.toml").write_text(content)

    return write


def parameters_of(ran):
    assert ran.code == 0, ran.stderr
    return json.loads(ran.stdout)["request"]["parameters"]


def test_options_override_variables_and_variables_the_config_file(pixverse, image, config):
    config('resolution = "540P"\nduration = 6\nseed = 6\naudio = true\n')
    ran = pixverse(
        "submit", image, "--dry-run", "-d", "8", PIXVERSE_DURATION="7", PIXVERSE_SEED="7"
    )
    assert parameters_of(ran) == {
        "resolution": "540P",
        "duration": 8,
        "audio": True,
        "watermark": False,
        "seed": 7,
    }


def test_an_empty_variable_counts_as_unset(pixverse, image):
    parameters = parameters_of(
        pixverse("submit", image, "--dry-run", PIXVERSE_DURATION="", PIXVERSE_AUDIO="")
    )
    assert (parameters["duration"], parameters["audio"]) == (5, False)


def test_an_invalid_value_of_any_source_is_reported_with_its_source(pixverse, image, config):
    config('resolution = "4K"\n')
    ran = pixverse(
        "submit", image, "--dry-run", "--duration", "99", PIXVERSE_SEED="-1", PIXVERSE_MODEL="v5"
    )
    assert ran.code == 2
    assert ran.stdout == ""
    message = ran.stderr
    assert "--duration 99" in message
    assert "PIXVERSE_SEED=-1" in message
    assert "PIXVERSE_MODEL=v5" in message
    assert "config.toml, line 1: resolution 4K" in message


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("MODEL", "v9"),
        ("RESOLUTION", "4K"),
        ("DURATION", "x"),
        ("AUDIO", "maybe"),
        ("WATERMARK", "maybe"),
        ("SHOT_TYPE", "many"),
        ("SEED", "-1"),
        ("TIMEOUT", "soon"),
        ("INTERVAL", "often"),
    ],
)
def test_an_invalid_variable_is_reported_for_every_setting(pixverse, image, name, bad):
    variable = f"PIXVERSE_{name}"
    ran = pixverse("submit", image, "--dry-run", "--wait", **{variable: bad})
    assert ran.code == 2
    assert variable in ran.stderr
    assert bad in ran.stderr
