"""The checks of a request before paying: what the service would refuse, cut or ignore.

Limits: the PixVerse API references, as ``domain.catalog`` holds them. The service checks most
fields only after it has accepted a task, so that a mistake would cost minutes.
"""

from collections.abc import Iterator, Sequence

from pixverse_cli.domain.catalog import (
    MAX_SEED,
    InputRule,
    Model,
    Need,
    Parameter,
    Role,
    any_of,
    models_of,
    spell,
)
from pixverse_cli.domain.citations import citation_problems, name_problems
from pixverse_cli.domain.request import InputFacts, Problem, VideoRequest, length_inputs
from pixverse_cli.domain.text import is_blank

_PICTURES = (Role.IMAGE, Role.FIRST_FRAME, Role.LAST_FRAME)


def problems(request: VideoRequest) -> Iterator[Problem]:
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
    only = f" (only {', '.join(others)} does)" if others else ""
    return f"{model.alias} does not support it{only}; {_way_out(model, parameter)}"


def _way_out(model: Model, parameter: Parameter) -> str:
    if parameter is Parameter.SHOT_TYPE and model.prompt is not Need.NONE:
        return "describe the shots in the prompt instead"
    if parameter is Parameter.ASPECT_RATIO and any(r.role in _PICTURES for r in model.inputs):
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
    count = len(_of(rule, inputs))
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
    total = sum(each.seconds or 0.0 for each in _of(rule, inputs))
    limit = rule.limits.total_seconds
    if limit and total > limit:
        yield Problem(
            rule.role,
            f"the {rule.media}s are {total:g} seconds long together; {model.alias} takes at most"
            f" {limit} seconds: shorten them",
        )


def _of(rule: InputRule, inputs: Sequence[InputFacts]) -> list[InputFacts]:
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
    others = [o.alias for o in models_of(model.kind) if o.rule(each.role, each.media)]
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
