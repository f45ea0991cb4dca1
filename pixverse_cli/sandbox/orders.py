"""The body of a create call: refused at once, accepted and FAILED later, or valid.

The pages of the models list the rules ("Request parameters"); users found that only the
model's name and the form of the body are checked at once, and everything else after queueing.
"""

import json
import re
from dataclasses import dataclass, replace

from pixverse_cli.domain.catalog import (
    MODELS,
    AspectRatio,
    Kind,
    Media,
    Model,
    Resolution,
    Role,
    ShotType,
)
from pixverse_cli.sandbox import fields
from pixverse_cli.sandbox.fields import Json
from pixverse_cli.sandbox.refusals import (
    BAD_BODY,
    BAD_FIELD,
    NO_MODEL,
    Failure,
    Refused,
    bad_size,
    invalid,
)

MAX_BODY_BYTES = 1024 * 1024

_SHOT = re.compile(r"(?:\bshot|镜头|分镜)\s*[0-9]+\s*[::]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """One input of a create call; ``data`` its bytes if it was uploaded."""

    role: Role
    media: Media
    url: str
    data: bytes | None = None

    @property
    def uploaded(self) -> bool:
        """Whether it is in the temporary store."""
        return self.url.startswith("oss://")


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoOrder:
    """One video to make; ``duration`` in seconds, 0 where an input or a text decides it.

    ``size`` is the frame ``W*H`` where the model takes one; ``resolution`` is then its tier.
    With a ``failure`` the task will end FAILED, and the other fields may be placeholders.
    """

    model: Model
    prompt: str | None = None
    media: tuple[Medium, ...] = ()
    resolution: Resolution | None = None
    size: str | None = None
    ratio: AspectRatio | None = None
    duration: int = 0
    audio: bool = False
    watermark: bool = False
    shot_type: ShotType = ShotType.SINGLE
    seed: int | None = None
    text: str | None = None
    failure: Failure | None = None

    @property
    def shots(self) -> int:
        """The number of shots; shots described in the prompt take precedence over ``shot_type``."""
        described = len(_SHOT.findall(self.prompt or ""))
        if described > 1:
            return described
        return 1 if self.shot_type is ShotType.SINGLE else 3

    @property
    def url(self) -> str:
        """The URL of the first input; empty if there is none."""
        return self.media[0].url if self.media else ""

    @property
    def picture(self) -> bytes | None:
        """The uploaded bytes of the first input."""
        return self.media[0].data if self.media else None

    @property
    def uploaded(self) -> bool:
        """Whether an input is in the temporary store."""
        return any(medium.uploaded for medium in self.media)


def read(body: bytes | None) -> VideoOrder:
    """Read the JSON body of a create call.

    :raises Refused: the service refuses this body at once (400).
    """
    document = _document(body)
    model = known_model(document.get("model"))
    if model is None:
        raise Refused(400, "InvalidParameter", NO_MODEL)
    inputs, parameters = _object(document, "input"), _object(document, "parameters")
    inputs |= {"media": _used_media(model, inputs.get("media"))}
    failure = next(fields.failures(model, inputs, parameters), None)
    if failure is not None:
        return VideoOrder(model=model, prompt=_prompt(model, inputs), failure=failure)
    return _order(model, inputs, parameters)


def known_model(name: object) -> Model | None:
    """Return the model with exactly this full name; None if there is none."""
    return next((model for model in MODELS if model.name == name), None)


def somebody_elses(order: VideoOrder) -> VideoOrder:
    """Return another order for the same model, with inputs on the internet."""
    model = order.model
    return replace(
        order,
        prompt="Somebody else's prompt.",
        media=tuple(
            Medium(role=rule.role, media=rule.media, url="https://example.com/")
            for rule in model.inputs
        ),
        resolution=next(iter(model.resolutions), None),
        duration=0 if model.length_from else 1,
        text=None,
        seed=None,
    )


def sample_failure(order: VideoOrder) -> Failure:
    """Return the failure that the page of the model shows as its sample."""
    wanted = order.size or order.resolution
    return bad_size(wanted) if order.model.durations else invalid(BAD_FIELD)


def _document(body: bytes | None) -> Json:
    try:
        document = json.loads(body or b"")
    except (ValueError, RecursionError) as error:
        raise Refused(400, "InvalidParameter", BAD_BODY) from error
    if not isinstance(document, dict):
        raise Refused(400, "InvalidParameter", BAD_BODY)
    return document


def _object(document: Json, name: str) -> Json:
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def _used_media(model: Model, media: object) -> object:
    """Return the media that count: of several images "the last one" (image-to-video page)."""
    if model.kind is Kind.IMAGE_TO_VIDEO and isinstance(media, list):
        return media[-1:]
    return media


def _order(model: Model, inputs: Json, parameters: Json) -> VideoOrder:
    """Read fields that are valid; those that the model does not know are ignored."""
    given = {name: value for name, value in parameters.items() if fields.is_taken(model, name)}
    media, speech = fields.split_media(model, inputs["media"])
    size = str(given["size"]) if model.sizes else None
    return VideoOrder(
        model=model,
        prompt=_prompt(model, inputs),
        media=tuple(
            Medium(role=rule.role, media=rule.media, url=str(element["url"]))
            for rule, element in media
        ),
        resolution=fields.tier_of(model, given),
        size=size,
        ratio=AspectRatio(str(given["aspect_ratio"])) if "aspect_ratio" in given else None,
        duration=int(str(given.get("duration", 0))),
        audio=given.get("audio") is True,
        watermark=given.get("watermark") is True,
        shot_type=ShotType(str(given.get("shot_type") or ShotType.SINGLE)),
        seed=_whole(given.get("seed")),
        text=next((str(each["content"]) for each in speech if "content" in each), None),
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _prompt(model: Model, inputs: Json) -> str | None:
    """Return the prompt; text over the limit "is automatically truncated" (the pages)."""
    prompt = inputs.get("prompt")
    return prompt[: model.prompt_limit] if isinstance(prompt, str) else None
