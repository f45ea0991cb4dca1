"""The fields of a create call's body: why a task with them is accepted and FAILS later.

The rules are those of the models' pages. The texts of most failures are invented: the pages
quote only two ("The size is not match", "Invalid field type or value"), users a few more.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from pixverse_cli.domain.catalog import (
    MAX_SEED,
    InputRule,
    Media,
    Model,
    Need,
    Parameter,
    Resolution,
    ShotType,
    any_of,
)
from pixverse_cli.domain.citations import citation_problems, name_problems
from pixverse_cli.sandbox.refusals import (
    BAD_FIELD,
    BAD_URL,
    NO_MEDIA,
    Failure,
    bad_media_type,
    bad_size,
    invalid,
    missing,
)

Json = dict[str, object]

_URL = re.compile(r"(?:https?|oss)://[^/\s]")
_PARAMETERS = {
    "aspect_ratio": Parameter.ASPECT_RATIO,
    "duration": Parameter.DURATION,
    "audio": Parameter.AUDIO,
    "watermark": Parameter.WATERMARK,
    "shot_type": Parameter.SHOT_TYPE,
    "seed": Parameter.SEED,
}


def is_taken(model: Model, name: str) -> bool:
    """Return whether a model knows this parameter; the service ignores others silently."""
    if name in ("size", "resolution"):
        return model.takes(Parameter.RESOLUTION) and (name == "size") == bool(model.sizes)
    if name == "aspect_ratio" and model.sizes:
        return False
    return name in _PARAMETERS and model.takes(_PARAMETERS[name])


def failures(model: Model, inputs: Json, parameters: Json) -> Iterator[Failure]:
    """Yield why a task with these fields fails; the first one is reported."""
    given = {name: value for name, value in parameters.items() if is_taken(model, name)}
    yield from _prompt_failures(model, inputs.get("prompt"))
    yield from _media_failures(model, inputs.get("media"))
    yield from _geometry_failures(model, given)
    yield from _switch_failures(given)
    media, _ = split_media(model, inputs.get("media"))
    yield from _duration_failures(model, given, media)
    yield from _name_failures(str(inputs.get("prompt") or ""), media)


def tier_of(model: Model, parameters: Json) -> Resolution | None:
    """Return the resolution, or that of the size; None if it is neither."""
    if model.sizes:
        size = parameters.get("size")
        return next((tier for tier, row in model.sizes.items() if size in row.values()), None)
    return next((tier for tier in model.resolutions if tier == parameters.get("resolution")), None)


def split_media(model: Model, media: object) -> tuple[list[tuple[InputRule, Json]], list[Json]]:
    """Return the inputs, each with its rule, and the elements of a voice and its text."""
    rules = {rule.word: rule for rule in model.inputs}
    listed = media if isinstance(media, list) else []
    elements = [each for each in listed if isinstance(each, dict)]
    inputs = [(rules[each["type"]], each) for each in elements if each.get("type") in rules]
    words = (model.speech.voice_word, model.speech.text_word) if model.speech else ()
    return inputs, [each for each in elements if each.get("type") in words]


def _prompt_failures(model: Model, prompt: object) -> Iterator[Failure]:
    if model.prompt is Need.NONE:
        return
    if not isinstance(prompt, str | None):
        yield invalid(BAD_FIELD)
    elif model.prompt is Need.REQUIRED and not prompt:
        yield missing("prompt")


def _media_failures(model: Model, media: object) -> Iterator[Failure]:
    if not model.inputs:
        return
    if not isinstance(media, list) or not media:
        yield invalid(NO_MEDIA)
        return
    inputs, speech = split_media(model, media)
    if len(inputs) + len(speech) < len(media):
        yield bad_media_type(any_of(dict.fromkeys(rule.word for rule in model.inputs)))
    for number, element in enumerate(media):
        if element in speech or not isinstance(element, dict):
            continue
        url = element.get("url")
        if not isinstance(url, str) or not url:
            yield missing(f"input.media[{number}].url")
        elif not _URL.match(url):
            yield invalid(BAD_URL)
    counts = Counter(rule for rule, _ in inputs)
    if any(not rule.least <= counts[rule] <= rule.most for rule in model.inputs):
        yield invalid(BAD_FIELD)
    if model.speech and not _speaks(model, inputs, speech):
        yield invalid(BAD_FIELD)


def _speaks(model: Model, inputs: Sequence[tuple[InputRule, Json]], speech: list[Json]) -> bool:
    """Return whether there is a sound, or a known voice with a text, and not both."""
    if any(rule.media is Media.AUDIO for rule, _ in inputs):
        return not speech
    rule = model.speech
    types = [each["type"] for each in speech]
    if rule is None or types.count(rule.voice_word) != 1 or len(speech) != 2:
        return False
    voice = next((each.get("id") for each in speech if each["type"] == rule.voice_word), None)
    text = next((each.get("content") for each in speech if each["type"] == rule.text_word), None)
    right = isinstance(text, str) and 0 < len(text) <= rule.max_characters
    return right and isinstance(voice, str) and voice in rule.voices


def _geometry_failures(model: Model, given: Json) -> Iterator[Failure]:
    name = "size" if model.sizes else "resolution"
    if is_taken(model, name):
        if not given.get(name):
            yield missing(name)
        elif tier_of(model, given) is None:
            yield bad_size(given[name])
    if is_taken(model, "aspect_ratio"):
        if not given.get("aspect_ratio"):
            yield missing("aspect_ratio")
        elif given["aspect_ratio"] not in list(model.ratios):
            yield invalid(BAD_FIELD)


def _duration_failures(
    model: Model, given: Json, inputs: Sequence[tuple[InputRule, Json]]
) -> Iterator[Failure]:
    """Check the duration; it is 0 with an input that decides it (reference-to-video page)."""
    if not is_taken(model, "duration"):
        return
    duration, tier = given.get("duration"), tier_of(model, given)
    if any(r.role is model.length_from and r.media is not Media.IMAGE for r, _ in inputs):
        allowed: tuple[int, ...] = (0,)
    else:
        allowed = model.durations[tier] if tier else model.all_durations
    if duration is None:
        yield missing("duration")
    elif type(duration) is not int or duration not in allowed:
        yield invalid(BAD_FIELD)  # compares the type, because isinstance takes a bool for an int


def _switch_failures(given: Json) -> Iterator[Failure]:
    switches = (given.get("audio"), given.get("watermark"))
    if any(value is not None and not isinstance(value, bool) for value in switches):
        yield invalid(BAD_FIELD)
    seed, shot_type = given.get("seed"), given.get("shot_type")
    if seed is not None and (type(seed) is not int or not 0 <= seed <= MAX_SEED):
        yield invalid(BAD_FIELD)
    if shot_type is not None and shot_type not in list(ShotType):
        yield invalid(BAD_FIELD)


def _name_failures(prompt: str, inputs: Sequence[tuple[InputRule, Json]]) -> Iterator[Failure]:
    """Check names one to one with their citations; without names the model assigns pictures."""
    given = [(rule.named, element.get("ref_name")) for rule, element in inputs]
    names = [str(name) for named, name in given if named and name is not None]
    if names and (any(name_problems(names)) or any(citation_problems(prompt, names))):
        yield invalid(BAD_FIELD)
