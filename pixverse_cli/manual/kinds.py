"""What kind of value each metavar stands for, and so what a shell can offer there."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from pixverse_cli.commands.completion import Shell
from pixverse_cli.domain.catalog import (
    DEFAULT_RESOLUTION,
    VOICES,
    AspectRatio,
    Model,
    Parameter,
    Resolution,
    ShotType,
    models_of,
    spell,
)
from pixverse_cli.domain.catalog import Kind as VideoKind
from pixverse_cli.domain.task import Status
from pixverse_cli.flows.spending import By
from pixverse_cli.manual.outline import Argument, Command, Option
from pixverse_cli.sandbox.scenarios import SCENARIOS


class Kind(StrEnum):
    """The kinds of values; each shell completes each kind in one way."""

    MODEL = "model"
    RESOLUTION = "resolution"
    MOTION_RESOLUTION = "motion-resolution"
    RATIO = "ratio"
    DURATION = "duration"
    SHOT_TYPE = "shot-type"
    VOICE = "voice"
    STATUS = "status"
    GROUPING = "grouping"
    SCENARIO = "scenario"
    SHELL = "shell"
    TASK = "task"
    IMAGE = "image"
    VIDEO = "video"
    MANIFEST = "manifest"
    FILE = "file"
    COMMAND = "command"
    CHILD = "child"
    NOTHING = "nothing"


_METAVARS = {
    "MODEL": Kind.MODEL,
    "TIER": Kind.RESOLUTION,
    "motion TIER": Kind.MOTION_RESOLUTION,  # the metavar in one command
    "SECONDS": Kind.DURATION,
    "KIND": Kind.SHOT_TYPE,
    "STATUS": Kind.STATUS,
    "WHAT": Kind.GROUPING,
    "NAME": Kind.SCENARIO,
    "SHELL": Kind.SHELL,
    "ID...": Kind.TASK,
    "[ID]...": Kind.TASK,
    "RATIO": Kind.RATIO,
    "VOICE": Kind.VOICE,
    "IMAGE": Kind.IMAGE,
    "[IMAGE]...": Kind.IMAGE,
    "[NAME=]FILE": Kind.FILE,
    "VIDEO": Kind.VIDEO,  # a file or a task
    "SOUND": Kind.FILE,
    "MANIFEST": Kind.MANIFEST,
    "FILE": Kind.FILE,
    "PATH": Kind.FILE,
    "CMD": Kind.COMMAND,
    "[-- COMMAND...]": Kind.CHILD,
    # A shell cannot know values for these; an ID after --adopt is not in the store yet.
    "AMOUNT/PERIOD": Kind.NOTHING,
    "CNY": Kind.NOTHING,
    "I/N": Kind.NOTHING,
    "ID": Kind.NOTHING,
    "N": Kind.NOTHING,
    "TEXT": Kind.NOTHING,
    "TIME": Kind.NOTHING,
}

_SUBMIT_KINDS = (
    VideoKind.IMAGE_TO_VIDEO,
    VideoKind.FIRST_LAST_FRAME,
    VideoKind.REFERENCES,
    VideoKind.TEXT_TO_VIDEO,
)
MODELS = tuple(model for kind in _SUBMIT_KINDS for model in models_of(kind))  # of ``submit -m``
IMAGE_ENDINGS = ("jpg", "jpeg", "png", "webp")
MANIFEST_ENDINGS = ("toml", "jsonl", "csv")

_STATUSES = {
    Status.PENDING: "waits in the service's queue",
    Status.RUNNING: "the service is making the video",
    Status.SUCCEEDED: "the video is ready",
    Status.FAILED: "ended without a video",
    Status.CANCELED: "cancelled while queued",
    Status.UNKNOWN: "older than 24 hours, or not a task of this account",
    Status.UNCLEAR: "sent, but its answer was lost",
    Status.NOT_SENT: "never reached the service",
}
_GROUPINGS = {
    By.DAY: "one line a day",
    By.WEEK: "one line a week, from Monday",
    By.MONTH: "one line a month",
    By.MODEL: "one line a model",
    By.IMAGE: "one line an image",
    By.RESOLUTION: "one line a resolution",
}
_SHELLS = {
    Shell.BASH: "GNU Bash",
    Shell.ZSH: "the Z shell",
    Shell.FISH: "the friendly interactive shell",
}
_SHOTS = {ShotType.SINGLE: "one continuous shot", ShotType.MULTI: "cut into several shots"}


def kind_of(command: Command, option: Option) -> Kind | None:
    """Return the kind of an option's value; None for a flag.

    :raises LookupError: the metavar is not in the table above.
    """
    return None if option.metavar is None else _kind(command, option.metavar)


def argument_kind(command: Command, argument: Argument) -> Kind:
    """Return the kind of an argument.

    :raises LookupError: the metavar is not in the table above.
    """
    return _kind(command, argument.metavar)


def _kind(command: Command, metavar: str) -> Kind:
    for key in (f"{' '.join(command.path)} {metavar}", metavar):
        if key in _METAVARS:
            return _METAVARS[key]
    raise LookupError(f"{__name__} has no kind for the metavar {metavar!r}")


def words(kind: Kind) -> dict[str, str]:
    """Return the words of a kind that is a fixed list, each with its meaning."""
    match kind:
        case Kind.MODEL:
            return dict(_models())
        case Kind.RESOLUTION | Kind.MOTION_RESOLUTION:
            return {str(tier): _resolution(tier) for tier in _resolutions(kind)}
        case Kind.RATIO:
            return {str(ratio): _ratio(ratio) for ratio in AspectRatio}
        case Kind.VOICE:
            return dict(VOICES)
        case Kind.SHOT_TYPE:
            return {str(shot): text for shot, text in _SHOTS.items()}
        case Kind.STATUS:
            return {str(status): text for status, text in _STATUSES.items()}
        case Kind.GROUPING:
            return {str(by): text for by, text in _GROUPINGS.items()}
        case Kind.SCENARIO:
            scenarios = {name: scenario.summary for name, scenario in SCENARIOS.items()}
            return {"help": "list the scenarios and exit"} | scenarios
        case Kind.SHELL:
            return {str(shell): text for shell, text in _SHELLS.items()}
        case _:
            return {}


def _resolutions(kind: Kind) -> Iterable[Resolution]:
    if kind is Kind.RESOLUTION:
        return Resolution
    (motion,) = models_of(VideoKind.MOTION)
    return motion.resolutions


def _resolution(tier: Resolution) -> str:
    return "resolution, the default" if tier is DEFAULT_RESOLUTION else "resolution"


def _ratio(ratio: AspectRatio) -> str:
    return "that of the first reference, v6-omni" if ratio is AspectRatio.AUTO else "aspect ratio"


def _models() -> Iterator[tuple[str, str]]:
    for model in MODELS:
        yield (
            model.alias,
            f"{model.kind} ({model.generation}): {spell(model.all_durations)} seconds",
        )
    for model in MODELS:
        yield model.name, f"the same as {model.alias}"


def spellings(model: Model) -> tuple[str, str]:
    """Return the two names of a model."""
    return model.alias, model.name


def shot_models() -> list[str]:
    """Return the names of the models that take a shot type."""
    return [
        name for model in MODELS if model.takes(Parameter.SHOT_TYPE) for name in spellings(model)
    ]


def durations() -> Iterator[tuple[tuple[Model, Resolution | None], tuple[int, ...]]]:
    """Yield the durations of a model and resolution in seconds; None is any other resolution."""
    for model in MODELS:
        rows = list(model.durations.values())
        usual = max(rows, key=rows.count)
        for resolution, seconds in model.durations.items():
            if seconds != usual:
                yield (model, resolution), seconds
        yield (model, None), usual
