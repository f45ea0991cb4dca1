"""Every limit of the API reference and every list price, written down a second time."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.domain import catalog, terms
from pixverse_cli.domain.catalog import (
    MODELS,
    Kind,
    Parameter,
    Resolution,
    any_of,
    find_model,
    models_of,
    spell,
)

TIERS = ("360P", "540P", "720P", "1080P")

LIMITS = {
    # full name: alias, kind, prompt, prompt characters, shot type
    "pixverse/pixverse-v6-it2v": ("v6", "image-to-video", "optional", 5000, True),
    "pixverse/pixverse-c1-it2v": ("c1", "image-to-video", "optional", 5000, False),
    "pixverse/pixverse-v5.6-it2v": ("v5.6", "image-to-video", "optional", 2048, False),
    "pixverse/pixverse-v6-kf2v": ("v6-kf2v", "first-last-frame", "required", 5000, False),
    "pixverse/pixverse-c1-kf2v": ("c1-kf2v", "first-last-frame", "required", 5000, False),
    "pixverse/pixverse-v5.6-kf2v": ("v5.6-kf2v", "first-last-frame", "required", 2048, False),
    "pixverse/pixverse-v6-r2v": ("v6-r2v", "references", "required", 2048, False),
    "pixverse/pixverse-c1-r2v": ("c1-r2v", "references", "required", 5000, False),
    "pixverse/pixverse-v5.6-r2v": ("v5.6-r2v", "references", "required", 2048, False),
    "pixverse/pixverse-v6-r2v-omni": ("v6-omni", "references", "required", 5000, False),
    "pixverse/pixverse-v6-t2v": ("v6-t2v", "text-to-video", "required", 5000, True),
    "pixverse/pixverse-c1-t2v": ("c1-t2v", "text-to-video", "required", 5000, False),
    "pixverse/pixverse-v5.6-t2v": ("v5.6-t2v", "text-to-video", "required", 2048, False),
    "pixverse/pixverse-upscale": ("upscale", "upscale", "none", 0, False),
    "pixverse/pixverse-lipsync": ("lipsync", "lipsync", "none", 0, False),
    "pixverse/pixverse-motioncontrol": ("motion", "motion", "none", 0, False),
}
INPUTS = {
    # alias: wire word, media, least, most; formats, MB, longest side, seconds, seconds together
    "v6": [("image_url", "image", 1, 1)],
    "v6-kf2v": [("first_frame", "image", 1, 1), ("last_frame", "image", 1, 1)],
    "v5.6-r2v": [("image_url", "image", 1, 7)],
    "v6-omni": [("image_url", "image", 0, 10), ("video_url", "video", 0, 2)],
    "c1-t2v": [],
    "upscale": [("video_url", "video", 1, 1)],
    "lipsync": [("video_url", "video", 1, 1), ("audio_url", "audio", 0, 1)],
    "motion": [("image_url", "image", 1, 1), ("video_url", "video", 1, 1)],
}
FILES = {
    # alias, media: formats, MB, longest side, seconds, seconds together
    ("v6", "image"): ("JPEG PNG WEBP", 20, 10_000, 0, 0),
    ("v6-kf2v", "image"): ("JPEG PNG WEBP", 20, 10_000, 0, 0),
    ("c1-r2v", "image"): ("JPEG PNG WEBP", 20, 10_000, 0, 0),
    ("motion", "image"): ("JPEG PNG WEBP", 20, 10_000, 0, 0),
    ("v6-omni", "video"): ("MP4 MOV", 50, 1920, 0, 15),
    ("upscale", "video"): ("MP4 MOV WebM", 100, 3839, 30, 0),
    ("lipsync", "video"): ("MP4 MOV WebM", 250, 0, 300, 0),
    ("lipsync", "audio"): ("MP3 WAV M4A AAC", 100, 0, 300, 0),
    ("motion", "video"): ("MP4 MOV", 100, 0, 30, 0),
}
PARAMETERS = {
    # alias: what the table "which parameter goes where" allows, beside prompt and inputs
    "c1": "resolution duration audio watermark seed",
    "v6": "resolution duration audio watermark seed shot-type",
    "v5.6-kf2v": "resolution duration audio watermark seed",
    "v6-kf2v": "resolution duration audio watermark seed",
    "v6-r2v": "resolution aspect-ratio duration audio watermark seed",
    "v6-omni": "resolution aspect-ratio duration audio watermark seed",
    "c1-t2v": "resolution aspect-ratio duration audio watermark seed",
    "v6-t2v": "resolution aspect-ratio duration audio watermark seed shot-type",
    "upscale": "watermark seed",
    "lipsync": "watermark text voice",
    "motion": "resolution watermark",
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
    found = {
        m.name: (m.alias, m.kind, m.prompt, m.prompt_limit, m.takes(Parameter.SHOT_TYPE))
        for m in MODELS
    }
    assert found == LIMITS


@pytest.mark.parametrize("alias", INPUTS)
def test_a_model_takes_these_inputs(alias):
    rules = find_model(alias).inputs
    assert [(r.word, r.media, r.least, r.most) for r in rules] == INPUTS[alias]


@pytest.mark.parametrize(("alias", "media"), FILES)
def test_an_input_file_has_these_limits(alias, media):
    [limits] = {rule.limits for rule in find_model(alias).inputs if rule.media == media}
    formats, megabytes, *others = FILES[alias, media]
    assert limits == (tuple(formats.split()), megabytes * 1024**2, *others)


@pytest.mark.parametrize("alias", PARAMETERS)
def test_a_model_takes_these_parameters(alias):
    assert sorted(find_model(alias).parameters) == sorted(PARAMETERS[alias].split())


def test_only_references_may_have_names():
    named = {model.alias for model in MODELS for rule in model.inputs if rule.named}
    assert named == {"v6-r2v", "c1-r2v", "v5.6-r2v", "v6-omni"}


@pytest.mark.parametrize(
    ("alias", "tier", "sizes"),
    [
        ("c1-t2v", "360P", "640*360 640*480 640*640 480*640 360*640 640*432 432*640 640*288"),
        ("v6-r2v", "540P", "1024*576 1024*768 1024*1024 768*1024 576*1024 1024*688 688*1024"),
        ("v6-t2v", "720P", "1280*720 1108*832 960*960 832*1108 720*1280 1200*800 800*1200"),
        ("c1-r2v", "1080P", "1920*1080 1664*1248 1440*1440 1248*1664 1080*1920 1776*1184"),
        ("v5.6-t2v", "360P", "640*360 640*480 640*640 480*640 360*640"),
        ("v5.6-t2v", "540P", "1024*576 1024*768 1024*1024 768*1024 576*1024"),
        ("v5.6-t2v", "720P", "1280*720 1280*960 1280*1280 960*1280 720*1280"),
        ("v5.6-t2v", "1080P", "1920*1080 1920*1440 1808*1808 1440*1920 1080*1920"),
        ("v5.6-r2v", "360P", "640*360 640*480 640*640 480*640 360*640"),
        ("v5.6-r2v", "540P", "1024*576 1024*768 1024*1024 768*1024 576*1024"),
        ("v5.6-r2v", "720P", "1280*720 1108*830 960*960 830*1108 720*1280"),
        ("v5.6-r2v", "1080P", "1920*1080 1662*1246 1440*1440 1246*1662 1080*1920"),
    ],
)
def test_the_sizes_are_those_of_the_pages_table(alias, tier, sizes):
    row = find_model(alias).sizes[Resolution(tier)]
    columns = ("16:9", "4:3", "1:1", "3:4", "9:16", "3:2", "2:3", "21:9")
    expected = dict(zip(columns, sizes.split(), strict=False))
    assert {ratio: row[ratio] for ratio in expected} == expected
    assert len(row) == (5 if alias.startswith("v5.6") else 8)


def test_the_last_columns_of_the_table_are_the_widest():
    assert [row["21:9"] for row in catalog.SIZES.values()] == [
        "640*288",
        "1024*448",
        "1280*560",
        "1920*832",
    ]
    assert catalog.SIZES[Resolution.P720]["2:3"] == "800*1200"
    assert catalog.SIZES[Resolution.P1080]["2:3"] == "1184*1776"


def test_only_references_and_text_have_an_aspect_ratio_and_its_default():
    assert find_model("v6-omni").ratios[0] == "auto"
    assert find_model("v6-t2v").ratios[0] == find_model("v5.6-r2v").ratios[0] == "16:9"
    assert find_model("v6").ratios == find_model("v6-kf2v").ratios == ()


def test_five_tasks_run_in_a_lane_and_a_generation_is_a_lane():
    lanes = {}
    for model in MODELS:
        lanes.setdefault(model.lane.name, []).append(model.alias)
    assert lanes["v6"] == ["v6", "v6-kf2v", "v6-r2v", "v6-omni", "v6-t2v"]
    assert lanes["c1"] == ["c1", "c1-kf2v", "c1-r2v", "c1-t2v"]
    assert lanes["v5.6"] == ["v5.6", "v5.6-kf2v", "v5.6-r2v", "v5.6-t2v"]
    assert lanes["tools"] == ["upscale", "lipsync", "motion"]
    assert {model.lane.running for model in MODELS} == {5}


def test_create_calls_are_limited_by_second_or_by_minute():
    limits = {model.lane.name: (model.lane.creates, model.lane.seconds) for model in MODELS}
    assert limits == {"v6": (5, 1), "c1": (5, 1), "v5.6": (5, 1), "tools": (300, 60)}


def test_the_voices_of_lip_sync_are_those_of_the_page():
    speech = find_model("lipsync").speech
    numbers = [2, 4, 6, 10, 11, 12, 13, 14, 16, 18, 19, 20, 21]
    assert list(speech.voices) == ["auto", *map(str, numbers)]
    assert speech.voices["19"] == "宝岛囡囡"
    assert (speech.max_characters, speech.bytes_per_second) == (200, 15)


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


@pytest.mark.parametrize("kind", ["it2v", "kf2v", "r2v", "t2v"])
@pytest.mark.parametrize(("key", "yuan"), PRICES.items(), ids=str)
def test_prices_are_those_of_the_price_list(key, yuan, kind):
    generation, audio = key
    model = find_model(f"{generation}-{kind}")
    prices = [model.price(Resolution(tier), audio=audio) for tier in TIERS]
    assert prices == [Decimal(price) for price in yuan.split()]


@pytest.mark.parametrize(
    ("audio", "with_video", "yuan"),
    [
        (False, False, "0.15 0.21 0.27 0.53"),
        (True, False, "0.21 0.27 0.36 0.68"),
        (False, True, "0.30 0.42 0.54 1.06"),
        (True, True, "0.42 0.54 0.72 1.36"),
    ],
)
def test_a_reference_video_costs_more(audio, with_video, yuan):
    omni = find_model("v6-omni")
    prices = [omni.price(Resolution(t), audio=audio, with_video=with_video) for t in TIERS]
    assert prices == [Decimal(price) for price in yuan.split()]


@pytest.mark.parametrize(
    ("alias", "tier", "yuan"),
    [
        ("lipsync", None, "0.12"),
        ("upscale", None, "0.15"),
        ("motion", "360P", "0.27"),
        ("motion", "540P", "0.30"),
        ("motion", "720P", "0.36"),
    ],
)
def test_the_tools_have_these_prices(alias, tier, yuan):
    assert find_model(alias).price(tier and Resolution(tier), audio=False) == Decimal(yuan)


def test_motion_has_no_1080p():
    assert find_model("motion").resolutions == ("360P", "540P", "720P")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IMAGE_LIMITS", (("JPEG", "PNG", "WEBP"), 20 * 1024**2, 10_000, 0, 0)),
        ("MAX_NAME_LENGTH", 30),
        ("MAX_SEED", 2**31 - 1),
        ("CURRENCY", "CNY"),
    ],
)
def test_other_limits_are_the_documented_ones(name, value):
    assert getattr(catalog, name) == value


def test_the_terms_are_those_of_the_pages():
    assert (terms.TASK_LIFE_SECONDS, terms.UPLOAD_LIFE_SECONDS) == (86_400, 169_200)
    assert (terms.CREATES_PER_SECOND, terms.CALLS_PER_SECOND, terms.RUNNING_TASKS) == (5, 20, 5)


def test_the_resolutions_and_shot_types_are_the_documented_ones():
    assert tuple(Resolution) == TIERS
    assert [*catalog.AspectRatio][1:] == ["16:9", "4:3", "1:1", "3:4", "9:16", "3:2", "2:3", "21:9"]
    assert tuple(catalog.ShotType) == ("single", "multi")


@pytest.mark.parametrize("spelling", ["v6", "V6", " v6 ", "PixVerse/PixVerse-V6-it2v"])
def test_a_model_is_found_by_alias_and_full_name_in_any_case(spelling):
    assert find_model(spelling).name == "pixverse/pixverse-v6-it2v"


@pytest.mark.parametrize(
    ("spelling", "kind", "tail"),
    [
        ("v6", None, "v6-it2v"),
        ("v6-t2v", None, "v6-t2v"),
        ("v6-kf2v", None, "v6-kf2v"),
        ("v6-omni", None, "v6-r2v-omni"),
        ("V6-R2V-Omni", None, "v6-r2v-omni"),
        ("motion", None, "motioncontrol"),
        ("motioncontrol", None, "motioncontrol"),
        ("v6", "image-to-video", "v6-it2v"),
        ("v6", "first-last-frame", "v6-kf2v"),
        ("v5.6", "references", "v5.6-r2v"),
        ("v6-omni", "references", "v6-r2v-omni"),
        ("c1", "text-to-video", "c1-t2v"),
        ("c1-t2v", "text-to-video", "c1-t2v"),
        ("pixverse/pixverse-c1-t2v", "text-to-video", "c1-t2v"),
        ("upscale", "upscale", "upscale"),
    ],
)
def test_the_kind_completes_a_generation_to_a_model(spelling, kind, tail):
    assert find_model(spelling, kind and Kind(kind)).name == f"pixverse/pixverse-{tail}"


@pytest.mark.parametrize(
    ("spelling", "kind"),
    [
        ("v6", "upscale"),
        ("v6-t2v", "image-to-video"),
        ("pixverse/pixverse-v6-it2v", "text-to-video"),
        ("v6-omni", "text-to-video"),
        ("v7", "text-to-video"),
    ],
)
def test_a_model_of_another_kind_is_not_found(spelling, kind):
    assert find_model(spelling, Kind(kind)) is None


def test_every_spelling_means_one_model():
    spellings = [spelling for model in MODELS for spelling in dict.fromkeys(model.spellings)]
    assert len(spellings) == len(set(spellings))
    assert all(find_model(name) is model for model in MODELS for name in model.spellings)


def test_the_first_model_of_each_kind_is_the_newest_generation():
    firsts = [models_of(kind)[0].alias for kind in Kind]
    assert firsts == ["v6", "v6-kf2v", "v6-r2v", "v6-t2v", "upscale", "lipsync", "motion"]


@pytest.mark.parametrize(
    ("alias", "words"),
    [
        ("v6", ["1 image"]),
        ("v6-kf2v", ["1 image as first-frame", "1 image as last-frame"]),
        ("v6-r2v", ["1 to 7 images as reference"]),
        ("v6-omni", ["at most 10 images as reference", "at most 2 videos as reference"]),
        ("lipsync", ["1 video", "at most 1 audio"]),
    ],
)
def test_the_inputs_of_a_model_in_words(alias, words):
    assert [rule.amount for rule in find_model(alias).inputs] == words


@pytest.mark.parametrize("spelling", [None, "", "v7", "pixverse-v6-it2v", "v6 c1", "v\u0666"])
def test_an_unknown_model_is_not_found(spelling):
    assert find_model(spelling) is None


@given(st.text())
def test_any_text_is_a_model_or_none(text):
    model = find_model(text)
    assert model is None or text.strip().lower() in model.spellings


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


@pytest.mark.parametrize(
    ("words", "text"), [(["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")]
)
def test_words_are_joined_to_a_choice(words, text):
    assert any_of(words) == text


def test_no_code_outside_the_catalogue_asks_for_a_model_by_name():
    names = {name for model in MODELS for name in model.spellings} - {str(kind) for kind in Kind}
    literal = r"(?:==|!=|\bin|\bis|case)\s+\(?[\"']([^\"']+)[\"']"
    compared = re.compile(literal + r"|startswith\(\"pixverse/pixv")
    package = Path(catalog.__file__).parents[1]
    found = [
        (path.name, match[0])
        for path in package.rglob("*.py")
        if path.name != "catalog.py" or path.parent.name != "domain"
        for match in compared.finditer(path.read_text())
        if match[1] in names or match[1] is None
    ]
    assert found == []
