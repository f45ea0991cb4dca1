"""The video that the settings ask for."""

from pixverse_cli.domain.catalog import (
    DEFAULT_DURATION,
    DEFAULT_MODEL,
    DEFAULT_RESOLUTION,
    MODELS,
    Resolution,
    ShotType,
    find_model,
)
from pixverse_cli.domain.request import VideoRequest, problems
from pixverse_cli.settings.values import Settings

_MODELS = f"choose {', '.join(model.alias for model in MODELS)} or a full name (`pixverse models`)"
_RESOLUTIONS = f"choose {', '.join(Resolution)}"


def video_request(settings: Settings, prompt: str | None) -> VideoRequest:
    """Return the request; what is wrong with it is noted in ``settings.problems``."""
    request = VideoRequest(
        model=settings.read("model", find_model, DEFAULT_MODEL, _MODELS),
        prompt=prompt,
        resolution=settings.read("resolution", _resolution, DEFAULT_RESOLUTION, _RESOLUTIONS),
        duration=settings.whole("duration", DEFAULT_DURATION),
        audio=settings.flag("audio"),
        watermark=settings.flag("watermark"),
        shot_type=settings.read("shot-type", _shot_type, None, "choose single or multi"),
        seed=settings.whole("seed", None),
    )
    for problem in problems(request):
        settings.wrong(problem.option, problem.text)
    return request


def _resolution(word: str) -> Resolution | None:
    return next((tier for tier in Resolution if tier == word.upper()), None)


def _shot_type(word: str) -> ShotType | None:
    return next((kind for kind in ShotType if kind == word.lower()), None)
