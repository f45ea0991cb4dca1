"""The completion script for fish."""

from collections.abc import Iterator

from pixverse_cli.commands import task_ids
from pixverse_cli.domain.catalog import DEFAULT_MODEL, DEFAULT_RESOLUTION
from pixverse_cli.manual import kinds
from pixverse_cli.manual.filling import fill, template
from pixverse_cli.manual.kinds import Kind
from pixverse_cli.manual.outline import Argument, Command, Option


def script(tree: Command) -> str:
    """Return the whole script."""
    return fill(template("pixverse.fish"), _lists() | _cases(tree))


def _lists() -> dict[str, str]:
    return {
        "default-model": DEFAULT_MODEL.alias,
        "default-resolution": DEFAULT_RESOLUTION,
        "models": _described(kinds.words(Kind.MODEL)),
        "resolutions": _described(kinds.words(Kind.RESOLUTION)),
        "motion-resolutions": _described(kinds.words(Kind.MOTION_RESOLUTION)),
        "ratios": _described(kinds.words(Kind.RATIO)),
        "voices": _described(kinds.words(Kind.VOICE)),
        "statuses": _described(kinds.words(Kind.STATUS)),
        "groupings": _described(kinds.words(Kind.GROUPING)),
        "shells": _described(kinds.words(Kind.SHELL)),
        "shots": _described(kinds.words(Kind.SHOT_TYPE)),
        "scenarios": _described(kinds.words(Kind.SCENARIO)),
        "shot-models": " ".join(kinds.shot_models()),
        "asked": '"' + task_ids.ASKED.replace("?", "'$argv[1]'") + '"',
        "sql": _quoted(task_ids.SQL),
        "variable": task_ids.VARIABLE,
    }


def _cases(tree: Command) -> dict[str, str]:
    groups = [" ".join(each.path) for each in tree.everything if each.path and each.commands]
    return {
        "groups": " ".join(map(_quoted, groups)) or "'no group'",
        "durations": "\n".join(_durations()),
        "value-options": "\n".join(_value_options(tree)),
        "completions": "\n".join(line for each in tree.everything for line in _lines(each)),
    }


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _described(words: dict[str, str]) -> str:
    return "".join(f" \\\n        {word} {_quoted(text)}" for word, text in words.items())


def _durations() -> Iterator[str]:
    for (model, resolution), seconds in kinds.durations():
        ending = resolution or "*"
        keys = [_quoted(f"{name} {ending}") for name in kinds.spellings(model)]
        yield f"        case {' '.join(keys)}"
        yield f"            printf '%s\\tseconds\\n' {' '.join(map(str, seconds))}"


def _value_options(tree: Command) -> Iterator[str]:
    for command in tree.everything:
        options = [word for each in command.options if each.metavar for word in each.spellings]
        if options:
            yield f"        case {_quoted(' '.join(command.path))}"
            yield f"            set value_options {' '.join(options)}"


def _lines(command: Command) -> Iterator[str]:
    """Yield the ``complete`` lines of one command: its subcommands, argument and options."""
    condition = f"__pixverse_in {_quoted(' '.join(command.path))}"
    inside = f"complete -c pixverse -n {_quoted(condition)}"
    yield f"\n# {command.name}"
    for each in command.commands:
        yield f"{inside} -a {each.path[-1]} -d {_quoted(each.summary)}"
    for place, argument in enumerate(command.arguments):
        yield _argument(command, place, argument)
    for option in command.options:
        yield from _option(inside, command, option)


def _argument(command: Command, place: int, argument: Argument) -> str:
    kind = kinds.argument_kind(command, argument)
    if kind is Kind.CHILD:
        return "complete -c pixverse -n '__pixverse_in_child' -f -k -a '(__pixverse_child)'"
    name = _quoted(" ".join(command.path))
    condition = f"__pixverse_in {name}" if argument.many else f"__pixverse_at {name} {place}"
    values = _values(kind)
    if kind in (Kind.TASK, Kind.VIDEO):
        values = values.replace("_tasks)", f"_tasks {command.path[-1]})")
    return f"complete -c pixverse -n {_quoted(condition)} {values}"


def _option(inside: str, command: Command, option: Option) -> Iterator[str]:
    kind = kinds.kind_of(command, option)
    value = "" if kind is None else f" {_values(kind, required=True)}"
    descriptions = dict(option.descriptions)
    text = descriptions[option.spellings[0]]
    yield f"{inside}{_switches(option.spellings)}{value} -d {_quoted(text)}"
    for opposite in option.opposites:
        yield f"{inside}{_switches((opposite,))} -d {_quoted(descriptions[opposite])}"


def _switches(spellings: tuple[str, ...]) -> str:
    return "".join(
        f" -l {word[2:]}" if word.startswith("--") else f" -s {word[1:]}" for word in spellings
    )


def _values(kind: Kind, *, required: bool = False) -> str:
    alone = "-x" if required else "-f"
    match kind:
        case Kind.NOTHING:
            return alone
        case Kind.FILE:
            return "-r -F" if required else "-F"
        case Kind.VIDEO:
            return "-F -k -a '(__pixverse_tasks)'"
        case Kind.IMAGE:
            return f"{alone} -a '(__pixverse_files \"{'|'.join(kinds.IMAGE_ENDINGS)}\")'"
        case Kind.MANIFEST:
            return f"{alone} -a '(__pixverse_files \"{'|'.join(kinds.MANIFEST_ENDINGS)}\")'"
        case Kind.COMMAND:
            return f"{alone} -a '(__fish_complete_command)'"
        case Kind.SHOT_TYPE:
            return f"{alone} -k -a '(__pixverse_shots)'"
        case Kind.MOTION_RESOLUTION:
            return f"{alone} -k -a '(__pixverse_motion_resolutions)'"
        case Kind.STATUS:
            return f"{alone} -k -a '(__pixverse_statuses)'"
        case _:
            return f"{alone} -k -a '(__pixverse_{kind}s)'"
