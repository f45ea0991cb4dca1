"""Option, then variable, then ``config.toml``, then default: the same setting four times."""

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


def sent(ran):
    assert ran.code == 0, ran.stderr
    return json.loads(ran.stdout)["request"]["parameters"]


def test_an_option_wins_over_a_variable_and_that_over_the_file(pixverse, image, config):
    config('resolution = "540P"\nduration = 6\nseed = 6\naudio = true\n')
    ran = pixverse(
        "submit", image, "--dry-run", "-d", "8", PIXVERSE_DURATION="7", PIXVERSE_SEED="7"
    )
    assert sent(ran) == {
        "resolution": "540P",
        "duration": 8,
        "audio": True,
        "watermark": False,
        "seed": 7,
    }


def test_a_variable_that_is_empty_counts_as_unset(pixverse, image):
    parameters = sent(
        pixverse("submit", image, "--dry-run", PIXVERSE_DURATION="", PIXVERSE_AUDIO="")
    )
    assert (parameters["duration"], parameters["audio"]) == (5, False)


def test_a_bad_value_is_refused_with_its_source_whichever_that_is(pixverse, image, config):
    config('resolution = "4K"\n')
    ran = pixverse(
        "submit", image, "--dry-run", "--duration", "99", PIXVERSE_SEED="-1", PIXVERSE_MODEL="v5"
    )
    assert ran.code == 2
    assert ran.stdout == ""
    told = ran.stderr
    assert "--duration 99" in told
    assert "PIXVERSE_SEED=-1" in told
    assert "PIXVERSE_MODEL=v5" in told
    assert "config.toml, line 1: resolution 4K" in told


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
def test_every_setting_has_its_variable_which_is_named_when_it_is_bad(pixverse, image, name, bad):
    variable = f"PIXVERSE_{name}"
    ran = pixverse("submit", image, "--dry-run", "--wait", **{variable: bad})
    assert ran.code == 2
    assert variable in ran.stderr
    assert bad in ran.stderr
