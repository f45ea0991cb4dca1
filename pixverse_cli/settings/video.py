"""The video that the settings ask for, and its prompt."""

import sys
from pathlib import Path

from pixverse_cli.disk.paths import reason
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

_MOST_PROMPT_BYTES = 1024 * 1024
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


def read_prompt(name: str, problems: list[str]) -> str | None:
    """Return the prompt in a UTF-8 file, ``-`` for stdin; what is wrong is added to ``problems``.

    A byte order mark and the line end that editors add do not belong to the prompt.
    """
    try:
        return _read(name).decode("utf-8-sig").rstrip("\r\n") or None
    except OSError as error:
        problems.append(f"--prompt-file {name}: {reason(error)}")
    except UnicodeDecodeError:
        problems.append(f"--prompt-file {name}: is not UTF-8 text")
    return None


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(_MOST_PROMPT_BYTES)
    with Path(name).open("rb") as file:
        return file.read(_MOST_PROMPT_BYTES)
