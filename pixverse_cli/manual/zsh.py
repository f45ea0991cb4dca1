"""The completion script for zsh."""

from collections.abc import Iterator
from shlex import quote

from pixverse_cli.commands import task_ids
from pixverse_cli.domain.catalog import DEFAULT_MODEL, DEFAULT_RESOLUTION
from pixverse_cli.manual import kinds
from pixverse_cli.manual.filling import fill, template
from pixverse_cli.manual.kinds import Kind
from pixverse_cli.manual.outline import Argument, Command, Option


def script(tree: Command) -> str:
    """Return the whole script, which zsh loads as the function ``_pixverse``."""
    return fill(template("pixverse.zsh"), {"commands": _functions(tree)} | _lists())


def _lists() -> dict[str, str]:
    return {
        "default-model": DEFAULT_MODEL.alias,
        "default-resolution": DEFAULT_RESOLUTION,
        "durations": "\n".join(_durations()),
        "models": _described(kinds.words(Kind.MODEL)),
        "resolutions": " ".join(kinds.words(Kind.RESOLUTION)),
        "motion-resolutions": " ".join(kinds.words(Kind.MOTION_RESOLUTION)),
        "ratios": " ".join(kinds.words(Kind.RATIO)),
        "voices": _described(kinds.words(Kind.VOICE)),
        "statuses": _described(kinds.words(Kind.STATUS)),
        "groupings": _described(kinds.words(Kind.GROUPING)),
        "shells": _described(kinds.words(Kind.SHELL)),
        "shots": _described(kinds.words(Kind.SHOT_TYPE)),
        "scenarios": _described(kinds.words(Kind.SCENARIO)),
        "images": "|".join(kinds.IMAGE_ENDINGS),
        "manifests": "|".join(kinds.MANIFEST_ENDINGS),
        "shot-models": "|".join(kinds.shot_models()),
        "store": template("store.sh").rstrip(),
        "asked": '"' + task_ids.ASKED.replace("?", "'$2'") + '"',
        "sql": quote(task_ids.SQL),
        "variable": task_ids.VARIABLE,
    }


def _described(words: dict[str, str]) -> str:
    lines = (f"\n        {quote(f'{word}:{text}')}" for word, text in words.items())
    return "".join(lines) + "\n    "


def _durations() -> Iterator[str]:
    for (model, resolution), seconds in kinds.durations():
        ending = f" {resolution}'" if resolution else " '*"
        patterns = "|".join(f"'{name}{ending}" for name in kinds.spellings(model))
        yield f"        ({patterns}) seconds=({' '.join(map(str, seconds))}) ;;"


def _functions(tree: Command) -> str:
    return "\n\n".join(_group(each) if each.commands else _leaf(each) for each in tree.everything)


def _leaf(command: Command) -> str:
    return f"{_function(command)}() {{\n    _arguments -s -S : \\\n{_specs(command)}\n}}"


def _group(command: Command) -> str:
    words = {each.path[-1]: each.summary for each in command.commands}
    cases = "\n".join(
        f"        ({each.path[-1]}) {_function(each)} && ret=0 ;;" for each in command.commands
    )
    return f"""\
{_function(command)}() {{
    local curcontext=$curcontext context state state_descr line ret=1
    local -A opt_args
    local -a subcommands=({_described(words)})
    _arguments -C -s -S : \\
{_specs(command)} \\
        '1: :->command' \\
        '*:: :->rest' && ret=0
    case $state in
        (command) _describe -V -t commands command subcommands && ret=0 ;;
        (rest) curcontext="${{curcontext%:*:*}}:{command.page}-$line[1]:"
            case $line[1] in
{_indented(cases)}
            esac ;;
    esac
    return ret
}}"""


def _indented(cases: str) -> str:
    return "\n".join(" " * 8 + line for line in cases.splitlines())


def _function(command: Command) -> str:
    return f"_{command.page}"  # with hyphens, unlike the functions that complete values


def _specs(command: Command) -> str:
    specs = [spec for option in command.options for spec in _option(command, option)]
    specs += [_argument(place, each, command) for place, each in enumerate(command.arguments, 1)]
    return " \\\n".join(f"        {quote(spec)}" for spec in specs)


def _option(command: Command, option: Option) -> Iterator[str]:
    """Yield a spec for each spelling; every option may be repeated, except those that exit."""
    value = _value(command, option)
    for spelling, description in option.descriptions:
        text = description.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
        joint = "" if not value else "=" if spelling.startswith("--") else "+"
        before = "(- *)" if spelling in ("-h", "--help", "--version") else "*"
        yield f"{before}{spelling}{joint}[{text}]{value}"


def _value(command: Command, option: Option) -> str:
    kind = kinds.kind_of(command, option)
    return "" if kind is None else f":{option.metavar}:{_action(kind)}"


def _argument(place: int, argument: Argument, command: Command) -> str:
    kind = kinds.argument_kind(command, argument)
    if kind is Kind.CHILD:
        return "*::command:_pixverse_child"
    action = _action(kind)
    if kind in (Kind.TASK, Kind.VIDEO):
        action = f" {action} {command.path[-1]}"  # with a space before it, called as it stands
    return f"{'*' if argument.many else place}:{kind}:{action}"


def _action(kind: Kind) -> str:
    match kind:
        case Kind.NOTHING:
            return " "
        case Kind.FILE:
            return "_files"
        case Kind.COMMAND:
            return "_command_names -e"
        case Kind.SHOT_TYPE:
            return "_pixverse_shots"
        case Kind.MOTION_RESOLUTION:
            return "_pixverse_motion_resolutions"
        case Kind.STATUS:
            return "_pixverse_statuses"
        case _:
            return f"_pixverse_{kind}s"
