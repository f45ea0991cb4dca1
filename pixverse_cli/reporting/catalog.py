"""The catalogue as text and JSON: models, limits, list prices with their date and source."""

from collections.abc import Iterator

from pixverse_cli.domain.catalog import (
    CURRENCY,
    MODELS,
    PRICES_AS_OF,
    PRICES_SOURCE,
    Model,
    Parameter,
    Resolution,
    ShotType,
    spell,
)
from pixverse_cli.reporting.shapes import SCHEMA, Json, one_line


def json_lines() -> Iterator[str]:
    """Yield one object for each model."""
    return (one_line(_json(model)) for model in MODELS)


def rows() -> Iterator[str]:
    """Yield a tab-separated line for each model, resolution and ``silent`` or ``audio``.

    Its fields: name, alias, resolution, durations, sound, CNY per second.
    """
    for model in MODELS:
        for sound, prices in (("silent", model.silent), ("audio", model.with_audio)):
            for tier, price in prices.items():
                seconds = ",".join(map(str, model.durations[tier]))
                yield f"{model.name}\t{model.alias}\t{tier}\t{seconds}\t{sound}\t{price}"


def table_lines() -> Iterator[str]:
    """Yield the catalogue for a terminal, within 80 columns."""
    heads = "".join(f"{tier:>8}" for tier in Resolution)
    for model in MODELS:
        yield f"{model.alias}  ({model.name})"
        yield f"  prompt up to {model.prompt_limit} characters; {_seconds(model)}"
        shots = "single or multi" if model.takes(Parameter.SHOT_TYPE) else "from the prompt only"
        yield f"  shot type: {shots}"
        yield f"  {CURRENCY} per second{heads}"
        yield f"    silent      {_amounts(model.silent)}"
        yield f"    with audio  {_amounts(model.with_audio)}"
        yield ""
    yield f"List prices as of {PRICES_AS_OF}; promotions may differ. {PRICES_SOURCE}"


def _seconds(model: Model) -> str:
    usual, at_1080 = model.durations[Resolution.P720], model.durations[Resolution.P1080]
    text = f"{spell(usual)} seconds"
    return text if usual == at_1080 else f"{text}, {spell(at_1080)} at 1080P"


def _amounts(prices: dict[Resolution, str]) -> str:
    return "".join(f"{price:>8}" for price in prices.values())


def _json(model: Model) -> Json:
    return {
        "schema": SCHEMA,
        "model": model.name,
        "alias": model.alias,
        "prompt_limit": model.prompt_limit,
        "durations": {tier: list(seconds) for tier, seconds in model.durations.items()},
        "shot_types": list(ShotType) if model.takes(Parameter.SHOT_TYPE) else [],
        "prices": {"silent": _numbers(model.silent), "audio": _numbers(model.with_audio)},
        "currency": CURRENCY,
        "prices_as_of": PRICES_AS_OF,
        "prices_source": PRICES_SOURCE,
    }


def _numbers(prices: dict[Resolution, str]) -> Json:
    return {tier: float(price) for tier, price in prices.items()}
