"""The catalogue as text and JSON: models, limits, list prices with their date and source."""

from collections.abc import Iterator

from pixverse_cli.domain.catalog import (
    CURRENCY,
    MODELS,
    PRICES_AS_OF,
    PRICES_SOURCE,
    InputRule,
    Model,
    Need,
    Parameter,
    Resolution,
    ShotType,
    models_of,
    spell,
)
from pixverse_cli.reporting.shapes import SCHEMA, one_line
from pixverse_cli.reporting.types import InputRuleJson, ModelJson

Amounts = dict[Resolution | None, str]

_ANY = "any"  # the price does not depend on a resolution
_LABEL = 26


def json_lines() -> Iterator[str]:
    """Yield one object for each model."""
    return (one_line(_json(model)) for model in MODELS)


def rows() -> Iterator[str]:
    """Yield a tab-separated line for each price of each model.

    Its fields: name, alias, resolution (``any`` if the price depends on none), durations
    (``-`` if an input decides), sound, CNY per second, kind.
    """
    for model in MODELS:
        for label, prices in _prices(model):
            durations = {} if label.endswith("video") else model.durations
            for tier, price in prices.items():
                seconds = ",".join(map(str, durations[tier])) if tier in durations else "-"
                fields = (model.name, model.alias, tier or _ANY, seconds, label, price, model.kind)
                yield "\t".join(fields)


def _prices(model: Model) -> Iterator[tuple[str, Amounts]]:
    """Yield each list of prices with what it is for, in a word; empty ones are left out."""
    more = model.prices_with_video
    lists = {
        "silent": model.prices.silent,
        "audio": model.prices.with_audio,
        "silent,video": more.silent if more else {},
        "audio,video": more.with_audio if more else {},
    }
    return ((label, amounts) for label, amounts in lists.items() if amounts)


_LABELS = {
    "silent": "silent",
    "audio": "with audio",
    "silent,video": "reference video, silent",
    "audio,video": "reference video, audio",
}


def limits(model: Model) -> Iterator[str]:
    """Yield what a model makes and accepts, as sentences for a terminal."""
    yield f"{model.kind}{_inputs(model)}"
    yield from (line for line in (_prompt(model), _length(model), _shots(model)) if line)
    if model.ratios:
        yield f"aspect ratio: {', '.join(model.ratios)}"
    if model.speech:
        voices = ", ".join(model.speech.voices)
        yield f"or a text of up to {model.speech.max_characters} characters and a voice: {voices}"


def _inputs(model: Model) -> str:
    shown = ", ".join(rule.amount for rule in model.inputs)
    return f": {shown}" if shown else ""


def _prompt(model: Model) -> str:
    if model.prompt is Need.NONE:
        return "no prompt"
    return f"prompt {model.prompt}, up to {model.prompt_limit} characters"


def _length(model: Model) -> str:
    if not model.durations:
        return f"as long as the {model.length_from}"
    usual, at_1080 = model.durations[Resolution.P720], model.durations[Resolution.P1080]
    text = f"{spell(usual)} seconds"
    if usual != at_1080:
        text += f", {spell(at_1080)} at 1080P"
    return f"{text}; with a video as long as that" if model.length_from else text


def _shots(model: Model) -> str:
    if model.takes(Parameter.SHOT_TYPE):
        return "shot type: single or multi"
    others = any(other.takes(Parameter.SHOT_TYPE) for other in models_of(model.kind))
    return "shot type: from the prompt only" if others else ""


def prices(model: Model) -> Iterator[tuple[str, Amounts]]:
    """Yield each list of prices with what it is for, in words."""
    return ((_LABELS[label], amounts) for label, amounts in _prices(model))


def _json(model: Model) -> ModelJson:
    more = model.prices_with_video
    speech = model.speech
    return {
        "schema": SCHEMA,
        "model": model.name,
        "alias": model.alias,
        "kind": model.kind,
        "prompt": model.prompt,
        "prompt_limit": model.prompt_limit,
        "inputs": [_input_json(rule) for rule in model.inputs],
        "parameters": [parameter.replace("-", "_") for parameter in model.parameters],
        "resolutions": list(model.resolutions),
        "aspect_ratios": list(model.ratios),
        "sizes": {tier: dict(row) for tier, row in model.sizes.items()},
        "durations": {tier: list(seconds) for tier, seconds in model.durations.items()},
        "length_from": model.length_from,
        "shot_types": list(ShotType) if model.takes(Parameter.SHOT_TYPE) else [],
        "text_limit": speech.max_characters if speech else None,
        "voices": dict(speech.voices) if speech else {},
        "running_tasks": {"shared_by": model.lane.name, "most": model.lane.running},
        "prices": {
            "silent": _numbers(model.prices.silent),
            "audio": _numbers(model.prices.with_audio),
        },
        "prices_with_video": {
            "silent": _numbers(more.silent),
            "audio": _numbers(more.with_audio),
        }
        if more
        else None,
        "currency": CURRENCY,
        "prices_as_of": PRICES_AS_OF,
        "prices_source": PRICES_SOURCE,
    }


def _input_json(rule: InputRule) -> InputRuleJson:
    """Return an input's rule; a limit of 0 is none, and shows as null."""
    limits = rule.limits
    return {
        "role": rule.role,
        "media": rule.media,
        "least": rule.least,
        "most": rule.most,
        "formats": list(limits.formats),
        "max_bytes": limits.max_bytes,
        "max_side": limits.max_side or None,
        "max_seconds": limits.max_seconds or None,
        "max_total_seconds": limits.total_seconds or None,
    }


def _numbers(prices: Amounts) -> dict[str, float]:
    return {tier or _ANY: float(price) for tier, price in prices.items()}
