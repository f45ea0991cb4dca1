"""The model and the parameters of a request, from the settings."""

from collections.abc import Iterable
from typing import TypeVar

from pixverse_cli.domain.catalog import (
    DEFAULT_DURATION,
    DEFAULT_RESOLUTION,
    AspectRatio,
    Kind,
    Model,
    Parameter,
    Resolution,
    ShotType,
    find_model,
    models_of,
)
from pixverse_cli.domain.request import VideoRequest, request_problems
from pixverse_cli.settings.values import Settings, parse_whole

T = TypeVar("T")


def model_of(settings: Settings, kind: Kind) -> Model:
    """Return the model of this kind; a problem is added to ``settings.problems``.

    A preset means the generations of ``submit``: it does not hold for kinds that have none.
    """
    models = models_of(kind)
    if len(models) == 1 and not settings.explicit("model"):
        return models[0]
    other = find_model(settings.text("model"))
    choices = f"choose {', '.join(model.alias for model in models)} or a full name"
    makes = f"makes {other.kind}, but what is given asks for {kind}: " if other else ""
    return settings.read(
        "model",
        lambda text: find_model(text, kind),
        models[0],
        f"{makes}{choices} (`pixverse models`)",
    )


def video_request(
    settings: Settings, prompt: str | None, model: Model | None = None, *, follows: bool = False
) -> VideoRequest:
    """Return the request; its problems are added to ``settings.problems``.

    A preset that no model of the kind takes is left out, and so is one that does not fit what is
    given: a voice without a text, a duration where an input decides it. ``follows``: the video
    is as long as an input of it.
    """
    model = model or model_of(settings, Kind.IMAGE_TO_VIDEO)
    usual_tier = DEFAULT_RESOLUTION if model.resolutions else None
    usual_length = DEFAULT_DURATION if model.takes(Parameter.DURATION) and not follows else None
    tiers = model.resolutions or Resolution
    tier = settings.read("resolution", _resolution, usual_tier, _choices(tiers))
    seconds = settings.read("duration", _seconds, usual_length, "must be a whole number")
    shots = settings.read("shot-type", _shot_type, None, "choose single or multi")
    ratio = settings.read("aspect-ratio", _ratio, None, _choices(model.ratios or AspectRatio))
    request = VideoRequest(
        model=model,
        prompt=prompt,
        resolution=_fitting(Parameter.RESOLUTION, tier, settings, model),
        duration=_fitting(Parameter.DURATION, seconds, settings, model),
        audio=_switch(Parameter.AUDIO, settings, model),
        watermark=_switch(Parameter.WATERMARK, settings, model),
        shot_type=_fitting(Parameter.SHOT_TYPE, shots, settings, model),
        seed=_fitting(Parameter.SEED, settings.whole("seed", None), settings, model),
        aspect_ratio=_fitting(Parameter.ASPECT_RATIO, ratio, settings, model),
        text=_fitting(Parameter.TEXT, settings.text("text"), settings, model),
        voice=_fitting(Parameter.VOICE, settings.text("voice"), settings, model),
    )
    if follows and not settings.explicit("duration"):
        request = request._replace(duration=None)
    if request.text is None and not settings.explicit("voice"):
        request = request._replace(voice=None)
    for problem in request_problems(request):
        settings.wrong(problem.option, problem.text)
    return request


def _fitting(parameter: Parameter, value: T, settings: Settings, model: Model) -> T | None:
    """Return the value, or None for a preset that is not meant for this kind."""
    meant = any(other.takes(parameter) for other in models_of(model.kind))
    return value if meant or settings.explicit(parameter) else None


def _choices(offered: Iterable[str]) -> str:
    return f"choose {', '.join(offered)}"


def _switch(parameter: Parameter, settings: Settings, model: Model) -> bool:
    return bool(_fitting(parameter, settings.flag(parameter), settings, model))


def _resolution(text: str) -> Resolution | None:
    """Return the tier of ``720P`` or ``720``."""
    wanted = f"{text.upper().removesuffix('P')}P"
    return next((tier for tier in Resolution if tier == wanted), None)


def _seconds(text: str) -> int | None:
    """Return the seconds of ``5`` or ``5s``."""
    return parse_whole(text.lower().removesuffix("s"))


def _shot_type(text: str) -> ShotType | None:
    return next((kind for kind in ShotType if kind == text.lower()), None)


def _ratio(text: str) -> AspectRatio | None:
    return next((ratio for ratio in AspectRatio if ratio == text.lower()), None)
