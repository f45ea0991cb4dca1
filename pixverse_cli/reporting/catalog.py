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


def limits(model: Model) -> Iterator[str]:
    """Yield what a model accepts, as sentences for a terminal."""
    yield f"prompt up to {model.prompt_limit} characters"
    if model.takes(Parameter.SHOT_TYPE):
        yield "shot type: single or multi"
    else:
        yield "shot type: from the prompt only"


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
