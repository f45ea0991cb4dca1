"""A request for one video: its parameters, price estimate and fingerprint, and its checks.

The checks find, before paying, what the service would refuse, cut or ignore. Limits: the PixVerse
API references, as ``domain.catalog`` holds them. The service checks most fields only after it has
accepted a task, so that a mistake would cost minutes.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pixverse_cli.domain.catalog import (
    MAX_SEED,
    AspectRatio,
    InputRule,
    Media,
    Model,
    Need,
    Parameter,
    Resolution,
    Role,
    ShotType,
    any_of,
    find_model,
    models_of,
    spell,
)
from pixverse_cli.domain.task import Record, RecordInput
from pixverse_cli.domain.text import is_blank

if TYPE_CHECKING:
    from decimal import Decimal

_PICTURE_ROLES = (Role.IMAGE, Role.FIRST_FRAME, Role.LAST_FRAME)


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


def request_problems(request: VideoRequest) -> Iterator[Problem]:
    """Yield what is wrong with the parameters, whatever the inputs; nothing if all is valid."""
    yield from _prompt_problems(request)
    yield from _geometry_problems(request)
    yield from _duration_problems(request)
    for parameter in Parameter:
        if request.sets(parameter) and not request.model.takes(parameter):
            yield Problem(parameter, _not_taken(request.model, parameter))
    if request.seed is not None and not 0 <= request.seed <= MAX_SEED:
        yield Problem(Parameter.SEED, f"must be a whole number from 0 to {MAX_SEED}")
    yield from _speech_problems(request)


def input_problems(request: VideoRequest, inputs: Sequence[InputFacts]) -> Iterator[Problem]:
    """Yield what is wrong with the inputs, and with the parameters that depend on them."""
    model = request.model
    for rule in model.inputs:
        yield from _count_problems(model, rule, inputs)
        yield from _total_problems(model, rule, inputs)
    for each in inputs:
        if problem := _input_problem(model, each):
            yield Problem(each.role, problem)
    if model.inputs and not inputs:
        yield Problem(model.inputs[0].role, f"{model.alias} takes {_taken(model)}: give one")
    yield from _length_problems(request, inputs)
    if model.speech:
        yield from _sound_problems(request, inputs)
    if any(rule.named for rule in model.inputs):
        from pixverse_cli.domain.citations import citation_problems, name_problems  # noqa: PLC0415  few

        names = [each.name for each in inputs if each.name is not None]
        for text in name_problems(names):
            yield Problem(Role.REFERENCE, text)
        for text in citation_problems(request.prompt or "", names):
            yield Problem("prompt", text)


def _prompt_problems(request: VideoRequest) -> Iterator[Problem]:
    prompt, model = request.prompt or "", request.model
    if model.prompt is Need.NONE:
        if prompt:
            yield Problem("prompt", f"{model.alias} takes no prompt: leave it out")
        return
    if model.prompt is Need.REQUIRED and is_blank(prompt):
        yield Problem("prompt", f"{model.alias} needs a prompt: describe the video")
    elif request.prompt is not None and is_blank(prompt):
        yield Problem("prompt", "is empty: leave it out for a video without a prompt")
    if len(prompt) > model.prompt_limit:
        yield Problem(
            "prompt",
            f"has {len(prompt)} characters; {model.alias} reads {model.prompt_limit}"
            " and silently cuts the rest: shorten it",
        )
    yield from _character_problems("prompt", prompt)


def _character_problems(option: str, text: str) -> Iterator[Problem]:
    if "\0" in text:
        yield Problem(option, "contains a NUL character: remove it")
    if any("\ud800" <= char <= "\udfff" for char in text):
        yield Problem(option, "is not valid text (it contains bytes that are not UTF-8)")


def _geometry_problems(request: VideoRequest) -> Iterator[Problem]:
    """Check resolution and aspect ratio against what the model offers."""
    model = request.model
    offers = (
        (Parameter.RESOLUTION, request.resolution, model.resolutions),
        (Parameter.ASPECT_RATIO, request.ratio, model.ratios),
    )
    for parameter, value, offered in offers:
        if not model.takes(parameter):
            continue
        if value is None:
            yield Problem(parameter, f"{model.alias} needs it: choose {any_of(offered)}")
        elif value not in offered:
            yield Problem(parameter, f"{model.alias} has no {value}: choose {any_of(offered)}")


def _duration_problems(request: VideoRequest) -> Iterator[Problem]:
    model, tier = request.model, request.resolution
    if not model.takes(Parameter.DURATION) or tier not in model.durations:
        return
    allowed = model.durations[tier]
    if request.duration is None and model.length_from is None:
        yield Problem(Parameter.DURATION, f"{model.alias} needs it: choose {spell(allowed)}")
    if request.duration is not None and request.duration not in allowed:
        yield Problem(
            Parameter.DURATION,
            f"{model.alias} at {tier} makes videos of {spell(allowed)} seconds",
        )


def _not_taken(model: Model, parameter: Parameter) -> str:
    """Return why a model does not take a parameter, and what to do instead."""
    others = [other.alias for other in models_of(model.kind) if other.takes(parameter)]
    only = f" (supported by: {', '.join(others)})" if others else ""
    return f"{model.alias} does not support it{only}; {_way_out(model, parameter)}"


def _way_out(model: Model, parameter: Parameter) -> str:
    if parameter is Parameter.SHOT_TYPE and model.prompt is not Need.NONE:
        return "describe the shots in the prompt instead"
    if parameter is Parameter.ASPECT_RATIO and any(
        rule.role in _PICTURE_ROLES for rule in model.inputs
    ):
        return "the picture decides the aspect ratio: leave it out"
    if parameter is Parameter.DURATION and model.length_from:
        return f"the result is as long as the {model.length_from}: leave it out"
    return "leave it out"


def _speech_problems(request: VideoRequest) -> Iterator[Problem]:
    speech, text = request.model.speech, request.text
    if speech is None:
        return
    if text is not None and is_blank(text):
        yield Problem(Parameter.TEXT, "is empty: give what the voice says")
    if text and len(text) > speech.max_characters:
        yield Problem(
            Parameter.TEXT,
            f"has {len(text)} characters; {request.model.alias} takes at most"
            f" {speech.max_characters}: shorten it",
        )
    yield from _character_problems(Parameter.TEXT, text or "")
    if request.voice is not None and request.voice not in speech.voices:
        yield Problem(Parameter.VOICE, f"there is no such voice: choose {any_of(speech.voices)}")
    if request.voice is not None and text is None:
        yield Problem(Parameter.VOICE, "it says a text: give --text, or leave the voice out")


def _count_problems(
    model: Model, rule: InputRule, inputs: Sequence[InputFacts]
) -> Iterator[Problem]:
    count = len(_under(rule, inputs))
    missing = not any(each.role is rule.role for each in inputs)
    if inputs and missing and count < rule.least:
        yield Problem(rule.role, f"{model.alias} needs {rule.amount}: give it")
    if count > rule.most:
        yield Problem(
            rule.role,
            f"{count} given; {model.alias} takes {rule.amount}: leave out {count - rule.most}",
        )


def _total_problems(
    model: Model, rule: InputRule, inputs: Sequence[InputFacts]
) -> Iterator[Problem]:
    total = sum(each.seconds or 0.0 for each in _under(rule, inputs))
    limit = rule.limits.total_seconds
    if limit and total > limit:
        yield Problem(
            rule.role,
            f"the {rule.media}s are {total:g} seconds long together; {model.alias} takes at most"
            f" {limit} seconds: shorten them",
        )


def _under(rule: InputRule, inputs: Sequence[InputFacts]) -> list[InputFacts]:
    """Return the inputs that a rule is about."""
    return [each for each in inputs if (each.role, each.media) == (rule.role, rule.media)]


def _input_problem(model: Model, each: InputFacts) -> str | None:
    """Return why a model does not take an input, and what to do instead."""
    rule = model.rule(each.role, each.media)
    if not each.identity:
        return "is empty: give a file or a URL"
    if rule is not None:
        unnamed = each.name is None or rule.named
        return None if unnamed else f"{model.alias} takes no names: leave {each.name!r} out"
    instead = f"; it takes {_taken(model)}" if model.inputs else ""
    others = [other.alias for other in models_of(model.kind) if other.rule(each.role, each.media)]
    way_out = f", or use {any_of(others)}" if others else ""
    return f"{model.alias} takes no {_noun(each)}{instead}: leave it out{way_out}"


def _taken(model: Model) -> str:
    return " and ".join(rule.amount for rule in model.inputs)


def _noun(each: InputFacts) -> str:
    return each.media if each.role.value == each.media.value else f"{each.media} as {each.role}"


def _length_problems(request: VideoRequest, inputs: Sequence[InputFacts]) -> Iterator[Problem]:
    """Check that the duration is set, or decided by an input, and not both."""
    model = request.model
    if not model.takes(Parameter.DURATION) or model.length_from is None:
        return
    follows = bool(length_inputs(model, inputs))
    if follows and request.duration is not None:
        yield Problem(
            Parameter.DURATION,
            f"with a video as {model.length_from} the result is as long as that video:"
            " leave it out",
        )
    if not follows and request.duration is None:
        allowed = spell(model.all_durations)
        yield Problem(Parameter.DURATION, f"{model.alias} needs it: choose {allowed}")


def _sound_problems(request: VideoRequest, inputs: Sequence[InputFacts]) -> Iterator[Problem]:
    sound = any(each.role is Role.AUDIO for each in inputs)
    if sound and request.text is not None:
        yield Problem(Role.AUDIO, "given together with a text: give a sound or a text, not both")
    if not sound and request.text is None:
        yield Problem(Role.AUDIO, "neither a sound nor a text is given: give one of them")
