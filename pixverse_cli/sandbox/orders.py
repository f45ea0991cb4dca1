"""The body of a create call: refused at once, accepted and FAILED later, or valid.

The page lists the rules ("Request parameters"); users found that only the model's name and
the form of the body are checked at once, and everything else after queueing.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pixverse_cli.domain.catalog import MAX_SEED, MODELS, Model, Parameter, Resolution, ShotType
from pixverse_cli.sandbox.refusals import (
    BAD_BODY,
    BAD_FIELD,
    BAD_MEDIA_TYPE,
    BAD_URL,
    NO_MEDIA,
    NO_MODEL,
    Failure,
    Refused,
    invalid,
    missing,
)

MAX_BODY_BYTES = 1024 * 1024

_SHOT = re.compile(r"(?:\bshot|镜头|分镜)\s*[0-9]+\s*[::]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoOrder:
    """One video to make; ``duration`` in seconds, ``picture`` the uploaded bytes if any.

    With a ``failure`` the task will end FAILED, and the other fields may be placeholders.
    """

    model: Model
    prompt: str | None = None
    url: str = ""
    picture: bytes | None = None
    resolution: Resolution = Resolution.P360
    duration: int = 1
    audio: bool = False
    watermark: bool = False
    shot_type: ShotType = ShotType.SINGLE
    seed: int | None = None
    failure: Failure | None = None

    @property
    def shots(self) -> int:
        """The number of shots; shots described in the prompt take precedence over ``shot_type``."""
        described = len(_SHOT.findall(self.prompt or ""))
        if described > 1:
            return described
        return 1 if self.shot_type is ShotType.SINGLE else 3


def read(body: bytes | None) -> VideoOrder:
    """Read the JSON body of a create call.

    :raises Refused: the service refuses this body at once (400).
    """
    document = _document(body)
    model = _model(document.get("model"))
    if model is None:
        raise Refused(400, "InvalidParameter", NO_MODEL)
    inputs, parameters = _object(document, "input"), _object(document, "parameters")
    failure = next(_failures(model, inputs, parameters), None)
    if failure is not None:
        return VideoOrder(model=model, prompt=_prompt(model, inputs), failure=failure)
    return _order(model, inputs, parameters)


def is_known_model(model: str) -> bool:
    """Whether a model has exactly this name."""
    return _model(model) is not None


def _model(name: object) -> Model | None:
    return next((model for model in MODELS if model.name == name), None)


def _document(body: bytes | None) -> dict[str, object]:
    try:
        document = json.loads(body or b"")
    except (ValueError, RecursionError) as error:
        raise Refused(400, "InvalidParameter", BAD_BODY) from error
    if not isinstance(document, dict):
        raise Refused(400, "InvalidParameter", BAD_BODY)
    return document


def _object(document: dict[str, object], name: str) -> dict[str, object]:
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def _order(model: Model, inputs: dict[str, object], parameters: dict[str, object]) -> VideoOrder:
    shot_type = parameters.get("shot_type") if model.takes(Parameter.SHOT_TYPE) else None
    seed = parameters.get("seed")
    return VideoOrder(
        model=model,
        prompt=_prompt(model, inputs),
        url=str(_last_medium(inputs)["url"]),
        resolution=Resolution(str(parameters["resolution"])),
        duration=int(str(parameters["duration"])),
        audio=parameters.get("audio") is True,
        watermark=parameters.get("watermark") is True,
        shot_type=ShotType(str(shot_type or ShotType.SINGLE)),
        seed=seed if isinstance(seed, int) else None,
    )


def _prompt(model: Model, inputs: dict[str, object]) -> str | None:
    """Return the prompt; text over the limit "is automatically truncated" (the page)."""
    prompt = inputs.get("prompt")
    return prompt[: model.prompt_limit] if isinstance(prompt, str) else None


def _last_medium(inputs: dict[str, object]) -> dict[str, object]:
    """Return the last image; of several "the system uses the last one" (the page)."""
    media = inputs.get("media")
    last = media[-1] if isinstance(media, list) and media else None
    return last if isinstance(last, dict) else {}


def _failures(
    model: Model, inputs: dict[str, object], parameters: dict[str, object]
) -> Iterator[Failure]:
    yield from _input_failures(inputs)
    yield from _geometry_failures(model, parameters)
    yield from _switch_failures(model, parameters)


def _input_failures(inputs: dict[str, object]) -> Iterator[Failure]:
    if not isinstance(inputs.get("prompt", ""), str | None):
        yield invalid(BAD_FIELD)
    if not inputs.get("media") or not isinstance(inputs["media"], list):
        yield invalid(NO_MEDIA)
        return
    medium = _last_medium(inputs)
    if medium.get("type") != "image_url":
        yield invalid(BAD_MEDIA_TYPE)
    url = medium.get("url")
    if not isinstance(url, str) or not url:
        yield missing("input.media[0].url")
    elif not re.match(r"(?:https?|oss)://[^/\s]", url):
        yield invalid(BAD_URL)


def _geometry_failures(model: Model, parameters: dict[str, object]) -> Iterator[Failure]:
    resolution, duration = parameters.get("resolution"), parameters.get("duration")
    if not resolution:
        yield missing("resolution")
    elif resolution not in list(Resolution):
        yield invalid(f"The size is not match {resolution}")
    if duration is None:
        yield missing("duration")
    elif type(duration) is not int or duration not in _durations(model, resolution):
        yield invalid(BAD_FIELD)  # compares the type, because isinstance takes a bool for an int


def _durations(model: Model, resolution: object) -> tuple[int, ...]:
    known = next((tier for tier in Resolution if tier == resolution), None)
    return model.durations[known] if known else model.all_durations


def _switch_failures(model: Model, parameters: dict[str, object]) -> Iterator[Failure]:
    switches = (parameters.get("audio"), parameters.get("watermark"))
    if any(value is not None and not isinstance(value, bool) for value in switches):
        yield invalid(BAD_FIELD)
    seed = parameters.get("seed")
    if seed is not None and (type(seed) is not int or not 0 <= seed <= MAX_SEED):
        yield invalid(BAD_FIELD)
    shot_type = parameters.get("shot_type")
    if (
        model.takes(Parameter.SHOT_TYPE)
        and shot_type is not None
        and shot_type not in list(ShotType)
    ):
        yield invalid(BAD_FIELD)
