"""A request for one video: its checks, its price estimate and its fingerprint."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pixverse_cli.domain.catalog import (
    MAX_SEED,
    MODELS,
    Model,
    Parameter,
    Resolution,
    Role,
    ShotType,
    spell,
)

if TYPE_CHECKING:
    from decimal import Decimal


class VideoRequest(NamedTuple):
    """A request for one video; ``duration`` in seconds.

    Fields and limits: PixVerse image-to-video API reference, "Request parameters".
    """

    model: Model
    prompt: str | None
    resolution: Resolution
    duration: int
    audio: bool = False
    watermark: bool = False
    shot_type: ShotType | None = None
    seed: int | None = None

    @property
    def estimate(self) -> "Decimal":
        """The list price of this video in CNY; promotions and billing may differ."""
        return self.model.price(self.resolution, audio=self.audio) * self.duration

    def fingerprint(self, inputs: Sequence["InputKey"]) -> str:
        """Return a SHA-256 that is equal for equal requests with equal inputs."""
        import hashlib  # noqa: PLC0415  slows the start; many commands do not need it
        import json  # noqa: PLC0415  as above

        image, *others = [*inputs, None] if inputs else [None]
        parts = (
            self.model.name,
            image.identity if image else "",
            self.prompt or "",
            self.resolution,
            self.duration,
            self.audio,
            self.watermark,
            self.shot_type or ShotType.SINGLE,
            self.seed,
            # further facts are added only where there are any: old fingerprints stay valid
            *(tuple(key) for key in others if key),
        )
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class InputKey(NamedTuple):
    """What tells one input of a request from another: ``identity`` is its hash, or its URL."""

    role: Role
    name: str | None
    identity: str


class Problem(NamedTuple):
    """What is wrong with one option (named as on the command line), and how to correct it."""

    option: str
    text: str


def problems(request: VideoRequest) -> Iterator[Problem]:
    """Yield everything that the service would refuse, cut or ignore; nothing if all is valid."""
    yield from _prompt_problems(request)
    allowed = request.model.durations[request.resolution]
    if request.duration not in allowed:
        yield Problem(
            Parameter.DURATION,
            f"{request.model.alias} at {request.resolution} makes videos of"
            f" {spell(allowed)} seconds",
        )
    if request.shot_type and not request.model.takes(Parameter.SHOT_TYPE):
        yield Problem(
            Parameter.SHOT_TYPE,
            f"{request.model.alias} does not support it"
            f" (only {_models_with(Parameter.SHOT_TYPE)} does);"
            " describe the shots in the prompt instead",
        )
    if request.seed is not None and not 0 <= request.seed <= MAX_SEED:
        yield Problem(Parameter.SEED, f"must be a whole number from 0 to {MAX_SEED}")


def _models_with(parameter: Parameter) -> str:
    return ", ".join(dict.fromkeys(model.alias for model in MODELS if model.takes(parameter)))


def _prompt_problems(request: VideoRequest) -> Iterator[Problem]:
    prompt, model = request.prompt or "", request.model
    if request.prompt is not None and not prompt.strip():
        yield Problem("prompt", "is empty: leave it out for a video without a prompt")
    if len(prompt) > model.prompt_limit:
        yield Problem(
            "prompt",
            f"has {len(prompt)} characters; {model.alias} reads {model.prompt_limit}"
            " and silently cuts the rest: shorten it",
        )
    if "\0" in prompt:
        yield Problem("prompt", "contains a NUL character: remove it")
    if any("\ud800" <= char <= "\udfff" for char in prompt):
        yield Problem("prompt", "is not valid text (it contains bytes that are not UTF-8)")
