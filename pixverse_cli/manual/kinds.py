"""What stands in the place of each metavar, and so what a shell may offer there."""

from collections.abc import Iterator
from enum import StrEnum

from pixverse_cli.commands.completion import Shell
from pixverse_cli.domain.catalog import (
    DEFAULT_RESOLUTION,
    MODELS,
    Model,
    Parameter,
    Resolution,
    ShotType,
    spell,
)
from pixverse_cli.domain.task import Status
from pixverse_cli.manual.outline import Argument, Command, Option
from pixverse_cli.sandbox.scenarios import SCENARIOS


class Kind(StrEnum):
    """The kinds of value; each shell has one way to complete each of them."""

    MODEL = "model"
    RESOLUTION = "resolution"
    DURATION = "duration"
    SHOT_TYPE = "shot-type"
    STATUS = "status"
    SCENARIO = "scenario"
    SHELL = "shell"
    TASK = "task"
    IMAGE = "image"
    MANIFEST = "manifest"
    FILE = "file"
    COMMAND = "command"
    CHILD = "child"
    NOTHING = "nothing"


_METAVARS = {
    "MODEL": Kind.MODEL,
    "TIER": Kind.RESOLUTION,
    "SECONDS": Kind.DURATION,
    "KIND": Kind.SHOT_TYPE,
    "STATUS": Kind.STATUS,
    "NAME": Kind.SCENARIO,
    "SHELL": Kind.SHELL,
    "ID...": Kind.TASK,
    "[ID]...": Kind.TASK,
    "IMAGE...": Kind.IMAGE,
    "MANIFEST": Kind.MANIFEST,
    "FILE": Kind.FILE,
    "PATH": Kind.FILE,
    "CMD": Kind.COMMAND,
    "[-- COMMAND...]": Kind.CHILD,
    # Nothing that a shell could know fits these; an ID after --adopt is in no store yet.
    "CNY": Kind.NOTHING,
    "I/N": Kind.NOTHING,
    "ID": Kind.NOTHING,
    "N": Kind.NOTHING,
    "TEXT": Kind.NOTHING,
    "TIME": Kind.NOTHING,
}

IMAGE_ENDINGS = ("jpg", "jpeg", "png", "webp")
MANIFEST_ENDINGS = ("toml", "jsonl", "csv")

_STATUSES = {
    Status.PENDING: "waits in the service's queue",
    Status.RUNNING: "is being made",
    Status.SUCCEEDED: "the video is there",
    Status.FAILED: "ended without a video",
    Status.CANCELED: "was cancelled while queued",
    Status.UNKNOWN: "older than 24 hours, or never ours",
    Status.UNCLEAR: "sent, and no trustworthy answer came",
    Status.NOT_SENT: "never reached the service",
}
_SHELLS = {
    Shell.BASH: "GNU Bash",
    Shell.ZSH: "the Z shell",
    Shell.FISH: "the friendly interactive shell",
}
_SHOTS = {ShotType.SINGLE: "one continuous shot", ShotType.MULTI: "cut into several shots"}


def kind_of(parameter: Option | Argument) -> Kind | None:
    """Return what fits an argument or an option's value; None for a flag, which takes none.

    :raises LookupError: nobody has said yet what that metavar stands for.
    """
    if parameter.metavar is None:
        return None
    if parameter.metavar not in _METAVARS:
        raise LookupError(f"say in {__name__} what completes {parameter.metavar!r}")
    return _METAVARS[parameter.metavar]


def place_of(command: Command) -> tuple[Kind, bool]:
    """Return what fits a command's argument, and whether several may stand there."""
    for argument in command.arguments:
        return kind_of(argument) or Kind.NOTHING, argument.many
    return Kind.NOTHING, False


def words(kind: Kind) -> dict[str, str]:
    """Return the words of a kind that is a fixed list, each with what it means."""
    match kind:
        case Kind.MODEL:
            return dict(_models())
        case Kind.RESOLUTION:
            return {str(tier): _usual(tier is DEFAULT_RESOLUTION) for tier in Resolution}
        case Kind.SHOT_TYPE:
            return {str(shot): told for shot, told in _SHOTS.items()}
        case Kind.STATUS:
            return {str(status): told for status, told in _STATUSES.items()}
        case Kind.SCENARIO:
            every = {"help": "list the scenarios, and end"}
            return every | {name: scenario.summary for name, scenario in SCENARIOS.items()}
        case Kind.SHELL:
            return {str(shell): told for shell, told in _SHELLS.items()}
        case _:
            return {}


def _usual(default: bool) -> str:  # noqa: FBT001  the answer itself
    return "resolution, the default" if default else "resolution"


def _models() -> Iterator[tuple[str, str]]:
    for model in MODELS:
        yield model.alias, f"{model.name}: {spell(model.all_durations)} seconds"
    for model in MODELS:
        yield model.name, f"the same as {model.alias}"


def spellings(model: Model) -> tuple[str, str]:
    """Return the two names by which a model may be called."""
    return model.alias, model.name


def shot_models() -> list[str]:
    """Return the names of the models that take a shot type."""
    return [
        name for model in MODELS if model.takes(Parameter.SHOT_TYPE) for name in spellings(model)
    ]


def durations() -> Iterator[tuple[tuple[Model, Resolution | None], tuple[int, ...]]]:
    """Yield the seconds on offer for a model and resolution; None is any other resolution."""
    for model in MODELS:
        rows = list(model.durations.values())
        usual = max(rows, key=rows.count)
        for resolution, seconds in model.durations.items():
            if seconds != usual:
                yield (model, resolution), seconds
        yield (model, None), usual
