"""From what the user gave to a request: its kind, model and parameters, and its checked inputs.

An input is a file, a URL that the service fetches, or, for a video, the id of a finished task.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

from pixverse_cli.disk.files import kind_at, stdin_within
from pixverse_cli.domain.catalog import (
    DEFAULT_DURATION,
    DEFAULT_RESOLUTION,
    AspectRatio,
    InputRule,
    Kind,
    Media,
    Model,
    Parameter,
    Resolution,
    Role,
    ShotType,
    find_model,
    models_of,
)
from pixverse_cli.domain.clock import UNLIMITED, TimeLimit
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.hosts import link_expires_at, without_secrets
from pixverse_cli.domain.plan import Given, Input, InputFile
from pixverse_cli.domain.request import VideoRequest, request_problems
from pixverse_cli.domain.task import Record, RecordInput, Status
from pixverse_cli.domain.text import lines_of
from pixverse_cli.flows.lookup import is_task_id
from pixverse_cli.media.inputs.image import inspect, inspect_stream
from pixverse_cli.media.inputs.source import STDIN, local_path, remote
from pixverse_cli.settings.values import Settings, parse_whole_seconds

T = TypeVar("T")
FindTasks = Callable[[str], list[Record]]  # records whose task id starts with a text

_NAMED = re.compile(r"([^=/\\:]+)=(.+)", re.DOTALL)
_TASK_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{3,127}")
_SIDES = re.compile(r"(\d{1,5})\*(\d{1,5})")  # of a video, in its usage
_WITH_ARTICLE = {Media.IMAGE: "an image", Media.VIDEO: "a video", Media.AUDIO: "a sound"}
_ENDINGS = {
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".webp"), Media.IMAGE),
    **dict.fromkeys((".mp4", ".mov"), Media.VIDEO),
}  # what the service takes as a reference


def kind_of(given: Given, model: str | None, *, text: bool = False) -> Kind | None:
    """Return the kind of video that the inputs ask for; None if they do not tell.

    ``model`` is the name that was given for this very video: without any input, only a
    text-to-video model says that no input is missing. An input that is given but empty is one.
    """
    named = find_model(model)
    if given.references:
        return Kind.REFERENCES
    if given.video is not None:
        if given.image is not None:
            return Kind.MOTION
        if given.sound is not None or text:
            return Kind.LIPSYNC
        return named.kind if named and named.rule(Role.VIDEO, Media.VIDEO) else None
    if given.last_frame is not None:
        return Kind.FIRST_LAST_FRAME
    if given.image is not None:
        return Kind.IMAGE_TO_VIDEO
    return named.kind if named and not named.inputs else None


def usual_kind(model: str | None) -> Kind:
    """Return the kind to check a request by whose inputs are missing: that of its model."""
    named = find_model(model)
    return named.kind if named else Kind.IMAGE_TO_VIDEO


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
        partial(find_model, kind=kind),
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
    tier = settings.read("resolution", Resolution.parse, usual_tier, _choices(tiers))
    seconds = settings.read("duration", parse_whole_seconds, usual_length, "must be a whole number")
    shots = settings.read("shot-type", ShotType.parse, None, "choose single or multi")
    ratio = settings.read(
        "aspect-ratio", AspectRatio.parse, None, _choices(model.ratios or AspectRatio)
    )
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


def _switch(parameter: Parameter, settings: Settings, model: Model) -> bool:
    return bool(_fitting(parameter, settings.flag(parameter), settings, model))


def _choices(offered: Iterable[str]) -> str:
    return f"choose {', '.join(offered)}"


class NamedInput(NamedTuple):
    """One input as the user named it; ``media`` is None where its content decides."""

    role: Role
    argument: str
    media: Media | None
    name: str | None = None


def _named_inputs(given: Given, model: Model) -> Iterator[NamedInput]:
    first = Role.FIRST_FRAME if model.rule(Role.FIRST_FRAME, Media.IMAGE) else Role.IMAGE
    if given.image is not None:
        yield NamedInput(first, given.image, Media.IMAGE)
    if given.last_frame is not None:
        yield NamedInput(Role.LAST_FRAME, given.last_frame, Media.IMAGE)
    for reference in given.references:
        name, argument = name_and_source(reference)
        yield NamedInput(Role.REFERENCE, argument, None, name)
    if given.video is not None:
        yield NamedInput(Role.VIDEO, given.video, Media.VIDEO)
    if given.sound is not None:
        yield NamedInput(Role.AUDIO, given.sound, Media.AUDIO)


def recorded_input(each: RecordInput) -> NamedInput:
    """Return an input of a record as the user named it."""
    media = {Role.VIDEO: Media.VIDEO, Role.AUDIO: Media.AUDIO, Role.REFERENCE: None}
    role = Role(each.role)
    return NamedInput(role, each.source, media.get(role, Media.IMAGE), each.name)


def name_and_source(reference: str) -> tuple[str | None, str]:
    """Return the name, if there is one, and the file or URL of ``[NAME=]FILE``."""
    found = _NAMED.fullmatch(reference)
    return (found[1], found[2]) if found else (None, reference)


class InputReader:
    """Reads the inputs of a command's videos for one model; a file is read only once.

    The temporary file of stdin exists until ``stack`` is closed; ``limit`` bounds reading it.
    """

    def __init__(
        self,
        model: Model,
        stack: ExitStack,
        find: FindTasks,
        now: datetime,
        limit: TimeLimit = UNLIMITED,
    ) -> None:
        self._model = model
        self._stack = stack
        self._find = find
        self._now = now
        self._limit = limit
        self._files: dict[tuple[str, Media], InputFile] = {}

    def read(self, given: Given, problems: list[str]) -> tuple[Input, ...]:
        """Return the inputs in the order of the request; what is wrong is added to ``problems``.

        An input that cannot be used stands there without a file, so that the other checks can
        count it.
        """
        found = list[Input]()
        for each in _named_inputs(given, self._model):
            try:
                found.append(self.read_one(each))
            except UsageError as error:
                hint = f" ({error.hint})" if error.hint else ""
                problems += lines_of(f"{error.message}{hint}")
                media = each.media or media_of_ending(each.argument) or Media.IMAGE
                found.append(Input(each.role, each.argument, each.argument, None, each.name, media))
        return tuple(found)

    def read_one(self, each: NamedInput) -> Input:
        """Return one input; one that is empty has no identity.

        :raises UsageError: it cannot be used; with one line for each problem.
        """
        if not each.argument.strip():
            return Input(each.role, "", "", None, each.name, each.media or Media.IMAGE)
        url = remote(each.argument)
        if url is not None:
            media = each.media or _media_of_url(url)
            ending = media_of_ending(urlsplit(url).path)
            if ending and ending is not media and Media.IMAGE in (ending, media):
                raise UsageError(
                    f"{without_secrets(url)}: is {_WITH_ARTICLE[ending]} by its name,"
                    f" not {_WITH_ARTICLE[media]}"
                )
            return Input(each.role, without_secrets(url), url, None, each.name, media)
        if each.media is Media.VIDEO and each.role is Role.VIDEO:
            task = self._task(each.argument)
            if task is not None:
                return task
        media = each.media or self._media_of_file(each.argument)
        file = self._file(each.argument, media, self._model.rule(each.role, media))
        return Input(each.role, each.argument, file.sha256, file, each.name, media, file.seconds)

    def _media_of_file(self, argument: str) -> Media:
        if argument == STDIN:
            return Media.IMAGE
        from pixverse_cli.media.inputs.film import media_at  # noqa: PLC0415  only for references

        return media_at(local_path(argument))

    def _file(self, argument: str, media: Media, rule: InputRule | None) -> InputFile:
        key = argument, media
        if key not in self._files:
            self._files[key] = self._checked_file(argument, media, rule)
        return self._files[key]

    def _checked_file(self, argument: str, media: Media, rule: InputRule | None) -> InputFile:
        if media is Media.IMAGE:
            if argument == STDIN:
                return self._stack.enter_context(inspect_stream(stdin_within(self._limit)))
            return inspect(local_path(argument))
        if argument == STDIN:
            raise UsageError(f"a {media} cannot be read from stdin: give a file")
        from pixverse_cli.media.inputs.film import inspect_film  # noqa: PLC0415  not for images

        if rule is None:
            raise UsageError(f"{argument}: is a {media}; {self._model.alias} takes none")
        return inspect_film(local_path(argument), media, rule.limits)

    def _task(self, argument: str) -> Input | None:
        """Return the video of a finished task; None if the argument names a file."""
        if not may_be_task(argument, argument):
            return None
        records = self._find(argument)
        exact = [record for record in records if record.task_id == argument]
        if len(exact or records) > 1:
            raise UsageError(f"{argument}: is no file, and several task ids start with it")
        if not records:
            ask = (
                f": `pixverse status {argument}` asks for it first" if is_task_id(argument) else ""
            )
            raise UsageError(f"{argument}: is no file, and no known task id starts with it{ask}")
        record = (exact or records)[0]
        if problem := _task_problem(record, self._now):
            raise UsageError(f"{argument}: {problem}")
        rule = self._model.rule(Role.VIDEO, Media.VIDEO)
        seconds, sides = record.seconds, _sides(record)
        if rule is not None and (wrong := list(_limit_problems(rule, seconds, sides))):
            raise UsageError("\n".join(f"{argument}: {problem}" for problem in wrong))
        task_id = record.task_id or argument
        return Input(
            Role.VIDEO,
            task_id,
            task_id,
            media=Media.VIDEO,
            seconds=seconds,
            link=record.video_url,
        )


def media_of_ending(name: str) -> Media | None:
    """Return what the ending of a file name or of a URL's path means; None if it means nothing."""
    return _ENDINGS.get(PurePosixPath(name).suffix.lower())


def _media_of_url(url: str) -> Media:
    media = media_of_ending(urlsplit(url).path)
    if media is None:
        raise UsageError(
            f"{without_secrets(url)}: does not tell whether it is a picture or a video: give a URL"
            f" that ends in {', '.join(_ENDINGS)}, or a file"
        )
    return media


def may_be_task(argument: str, path: str) -> bool:
    """Return whether a VIDEO can only be the id of a task: there is no file at ``path``."""
    return _TASK_ID.fullmatch(argument) is not None and not _exists(path)


def _exists(path: str) -> bool:
    try:
        return kind_at(Path(local_path(path))) is not None
    except (OSError, ValueError):
        return True  # something is there: its problem is told when it is opened


def _task_problem(record: Record, now: datetime) -> str | None:
    """Return why the video of a task cannot be used, with the way out."""
    task_id = record.task_id
    if record.status is not Status.SUCCEEDED or record.provisional:
        return f"the task is {record.status} as far as is known: `pixverse wait {task_id}` first"
    saved = f"save it: `pixverse download {task_id}`"
    if record.file:
        saved = f"give its file instead: {record.file}"
    if record.video_url is None:
        return f"the URL of its video is not known; {saved}"
    expires = link_expires_at(record.video_url) or record.expires_at
    if expires is not None and expires <= now:
        return f"the URL of its video has expired; {saved}"
    return None


def _sides(record: Record) -> tuple[int, int]:
    found = _SIDES.fullmatch(str(record.usage.get("size")))
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _limit_problems(
    rule: InputRule, seconds: float | None, sides: tuple[int, int]
) -> Iterator[str]:
    from pixverse_cli.media.inputs.film import Facts, limit_problems  # noqa: PLC0415  as above

    return limit_problems(Facts("MP4", seconds, *sides), rule.limits)
