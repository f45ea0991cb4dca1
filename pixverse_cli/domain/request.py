"""A request for one video: its parameters, its price estimate and its fingerprint."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from pixverse_cli.domain.catalog import (
    AspectRatio,
    Media,
    Model,
    Parameter,
    Resolution,
    Role,
    ShotType,
    find_model,
)
from pixverse_cli.domain.task import Record, RecordInput

if TYPE_CHECKING:
    from decimal import Decimal


class InputFacts(NamedTuple):
    """What a request depends on of one input.

    ``identity`` tells it from others: its hash, or its URL; ``name`` is how a prompt cites it;
    ``seconds`` is the length of a video or sound, None if it is not known.
    """

    role: Role
    name: str | None
    identity: str
    media: Media = Media.IMAGE
    seconds: float | None = None


class Estimate(NamedTuple):
    """The list price of a video in CNY, or why it is ``unknown`` before the video is made."""

    amount: "Decimal | None"
    unknown: str | None = None


class Problem(NamedTuple):
    """What is wrong with one option (named as on the command line), and how to correct it."""

    option: str
    text: str


class VideoRequest(NamedTuple):
    """A request for one video, beside its inputs; ``duration`` in seconds.

    None is "not set": a parameter that the model does not take, the duration of a video that
    is as long as an input, or a default of the service. ``text`` is what ``voice`` says in a
    lip sync without a sound file.
    """

    model: Model
    prompt: str | None
    resolution: Resolution | None
    duration: int | None
    audio: bool = False
    watermark: bool = False
    shot_type: ShotType | None = None
    seed: int | None = None
    aspect_ratio: AspectRatio | None = None
    text: str | None = None
    voice: str | None = None

    @property
    def ratio(self) -> AspectRatio | None:
        """The aspect ratio that is sent: the model's default if none is set."""
        return self.aspect_ratio or next(iter(self.model.ratios), None)

    @property
    def speaker(self) -> str | None:
        """The id of the voice that is sent with a text: the default if none is set."""
        speech = self.model.speech
        return self.voice or next(iter(speech.voices)) if speech and self.text else None

    @property
    def size(self) -> str | None:
        """The frame size ``W*H`` that is sent, for models that want one."""
        if self.resolution is None or self.ratio is None:
            return None
        return self.model.sizes.get(self.resolution, {}).get(self.ratio)

    def sets(self, parameter: Parameter) -> bool:
        """Return whether the request sets a parameter; a switch counts when it is on."""
        value: object = getattr(self, parameter.replace("-", "_"))
        return value is not None and value is not False

    def billed_seconds(self, inputs: Sequence[InputFacts]) -> int | None:
        """Return the seconds that are billed; None if the length of an input is not known.

        Sources: the pages of each model, "usage.duration".
        """
        speech = self.model.speech
        if speech and self.text:
            spoken = self.text.encode("utf-8", "replace")  # what is not valid text is refused
            return -(-len(spoken) // speech.bytes_per_second)
        lengths = [each.seconds for each in length_inputs(self.model, inputs)]
        if not lengths:
            return self.duration
        known = [seconds for seconds in lengths if seconds is not None]
        return _rounded_up(max(known)) if len(known) == len(lengths) else None

    def estimate(self, inputs: Sequence[InputFacts]) -> Estimate:
        """Return the list price of the video; promotions and billing may differ."""
        seconds = self.billed_seconds(inputs)
        if seconds is None:
            role = self.model.length_from or "video"
            return Estimate(None, f"it depends on the length of the {role}, which is not known")
        if self.resolution not in self.model.prices.silent:
            return Estimate(None, f"{self.model.alias} has no {self.resolution}")
        price = self.model.price(
            self.resolution, audio=self.audio, with_video=bool(length_inputs(self.model, inputs))
        )
        return Estimate(price * seconds)

    def fingerprint(self, inputs: Sequence[InputFacts]) -> str:
        """Return a SHA-256 that is equal for equal requests with equal inputs."""
        import hashlib  # noqa: PLC0415  slows the start; many commands do not need it
        import json  # noqa: PLC0415  as above

        keys = [(each.role, each.name, each.identity) for each in inputs]
        further = {"aspect-ratio": self.ratio, "text": self.text, "voice": self.speaker}
        parts = (
            self.model.name,
            inputs[0].identity if inputs else "",
            self.prompt or "",
            self.resolution,
            self.duration,
            self.audio,
            self.watermark,
            self.shot_type or ShotType.SINGLE,
            self.seed,
            # further facts are added only where there are any: old fingerprints stay valid
            *(keys if inputs and inputs[0].name else keys[1:]),
            *(fact for fact in further.items() if fact[1]),
        )
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def length_inputs(model: Model, inputs: Sequence[InputFacts]) -> list[InputFacts]:
    """Return the inputs that decide how long the video is; a picture has no length."""
    return [
        each for each in inputs if each.role is model.length_from and each.media is not Media.IMAGE
    ]


def _rounded_up(seconds: float) -> int:
    return int(-(-seconds // 1))


def further_parameters(request: VideoRequest) -> dict[str, object]:
    """Return the parameters that have no column of their own, as they are sent; JSON values."""
    found = {
        "aspect_ratio": request.ratio if request.model.takes(Parameter.ASPECT_RATIO) else None,
        "size": request.size,
        "text": request.text,
        "voice": request.speaker,
    }
    return {name: str(value) for name, value in found.items() if value is not None}


def request_of(record: Record) -> VideoRequest | None:
    """Return the request of a record of any kind, beside its inputs.

    None for a task that this machine did not submit, or of a model that is no longer known.
    """
    model, further = find_model(record.model), record.parameters
    if model is None or record.fingerprint is None:
        return None
    ratio = further.get("aspect_ratio")
    return VideoRequest(
        model=model,
        prompt=record.prompt,
        resolution=Resolution(record.resolution) if record.resolution else None,
        duration=record.duration,
        audio=bool(record.audio),
        watermark=bool(record.watermark),
        shot_type=ShotType(record.shot_type) if record.shot_type else None,
        seed=record.seed,
        aspect_ratio=AspectRatio(str(ratio)) if ratio else None,
        text=_text(further.get("text")),
        voice=_text(further.get("voice")),
    )


def inputs_of(record: Record) -> tuple[RecordInput, ...]:
    """Return the inputs of a record; an old one names only its image."""
    if record.inputs or record.image is None:
        return record.inputs
    return (RecordInput(Role.IMAGE, None, record.image),)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
