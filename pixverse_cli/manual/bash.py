"""The completion script for bash."""

from collections.abc import Iterable, Iterator
from shlex import quote

from pixverse_cli.commands import task_ids
from pixverse_cli.domain.catalog import DEFAULT_MODEL, DEFAULT_RESOLUTION
from pixverse_cli.manual import kinds
from pixverse_cli.manual.filling import fill, template
from pixverse_cli.manual.kinds import Kind
from pixverse_cli.manual.outline import Argument, Command


def script(tree: Command) -> str:
    """Return the whole script."""
    return fill(template("pixverse.bash"), _lists() | _cases(tree))


def _lists() -> dict[str, str]:
    return {
        "default-model": DEFAULT_MODEL.alias,
        "default-resolution": DEFAULT_RESOLUTION,
        "models": _words(Kind.MODEL),
        "resolutions": _words(Kind.RESOLUTION),
        "motion-resolutions": _words(Kind.MOTION_RESOLUTION),
        "ratios": _words(Kind.RATIO),
        "voices": _words(Kind.VOICE),
        "statuses": _words(Kind.STATUS),
        "groupings": _words(Kind.GROUPING),
        "shells": _words(Kind.SHELL),
        "shots": _words(Kind.SHOT_TYPE),
        "scenarios": _words(Kind.SCENARIO),
        "images": "|".join(kinds.IMAGE_ENDINGS),
        "manifests": "|".join(kinds.MANIFEST_ENDINGS),
        "shot-models": " | ".join(kinds.shot_models()),
        "store": template("store.sh").rstrip(),
        "asked": '"' + task_ids.ASKED.replace("?", "'$2'") + '"',
        "sql": quote(task_ids.SQL),
        "variable": task_ids.VARIABLE,
    }


def _words(kind: Kind) -> str:
    return " ".join(kinds.words(kind))


def _cases(tree: Command) -> dict[str, str]:
    groups = [" ".join(each.path) for each in tree.everything if each.path and each.commands]
    return {
        "groups": " | ".join(groups) or "'no group'",
        "durations": _indented(_durations()),
        "arguments": _indented(_arguments(tree)),
        "options": _indented(_options(tree)),
        "kinds": _indented(_kinds(tree)),
    }


def _indented(lines: Iterable[str]) -> str:
    return "\n".join(" " * 8 + line for line in lines)


def _durations() -> Iterator[str]:
    for (model, resolution), seconds in kinds.durations():
        ending = f" {resolution}'" if resolution else " '*"
        patterns = " | ".join(f"'{name}{ending}" for name in kinds.spellings(model))
        yield f"{patterns}) words=({' '.join(map(str, seconds))}) ;;"


def _arguments(tree: Command) -> Iterator[str]:
    for command in tree.everything:
        values = [_argument(command, *each) for each in enumerate(command.arguments)]
        if command.commands:
            names = " ".join(each.path[-1] for each in command.commands)
            yield f"{_case(command)}) words=({names}); _pixverse_offer ;;"
        elif any(values):
            yield f"{_case(command)}) {'; '.join(filter(None, values))} ;;"


def _argument(command: Command, place: int, argument: Argument) -> str:
    kind = kinds.argument_kind(command, argument)
    if kind is Kind.CHILD:
        return ""  # it is completed before this
    condition = "" if argument.many else f"((count != {place})) || "
    return f"{condition}_pixverse_values {kind}"


def _options(tree: Command) -> Iterator[str]:
    for command in tree.everything:
        spellings = [word for option in command.options for word in option.all_spellings]
        yield f"{_case(command)}) words=({' '.join(spellings)}) ;;"


def _kinds(tree: Command) -> Iterator[str]:
    for command in tree.everything:
        for kind, spellings in _by_kind(command).items():
            patterns = " | ".join(
                f"'{' '.join((*command.path, spelling))}'" for spelling in spellings
            )
            yield f"{patterns}) kind={kind} ;;"


def _by_kind(command: Command) -> dict[Kind, list[str]]:
    found: dict[Kind, list[str]] = {}
    for option in command.options:
        kind = kinds.kind_of(command, option)
        if kind is not None:
            found.setdefault(kind, []).extend(option.spellings)
    return found


def _case(command: Command) -> str:
    return quote(" ".join(command.path))
