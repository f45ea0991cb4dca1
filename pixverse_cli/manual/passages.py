"""The passages that replace placeholders in man page templates, made from the command tree."""

import re
from collections.abc import Callable, Iterator
from functools import partial

from pixverse_cli.domain.catalog import Model, spell
from pixverse_cli.manual import roff
from pixverse_cli.manual.exit_codes import exit_codes
from pixverse_cli.manual.kinds import MODELS, Kind, durations, words
from pixverse_cli.manual.outline import Command, Option

Passage = Callable[..., str]

_UNGROUPED = "Options"


def passages(command: Command, tree: Command) -> dict[str, Passage]:
    """Return the function that fills each placeholder; words after its name are arguments."""
    return {
        "name": partial(_name, command),
        "synopsis": partial(_synopsis, command),
        "description": partial(_description, command),
        "options": partial(_options, command),
        "environment": partial(_environment, command),
        "examples": partial(_examples, command),
        "commands": partial(_commands, tree),
        "exit-status": _exit_status,
        "models": _models,
        "words": _words,
        "see-also": partial(_see_also, command, tree),
    }


def _description(command: Command) -> str:
    return roff.prose(command.help)


def _leaves(command: Command) -> list[Command]:
    return [each for each in command.everything if not each.commands]


def _name(command: Command) -> str:
    summary = command.summary[0].lower() + command.summary[1:]
    return roff.wrapped(f"{roff.literal(command.page)} \\- {roff.literal(summary)}")


def _synopsis(command: Command) -> str:
    lines = []
    for leaf in _leaves(command):
        arguments = [argument.metavar for argument in leaf.arguments]
        words = [roff.bold(leaf.name), "[\\fIoption\\fR...]", *map(_placeholder, arguments)]
        lines.append(" ".join(words))
    return "\n.br\n".join(lines)


def _placeholder(metavar: str) -> str:
    """Return a metavar as ``[ID...]``, with what the user replaces in italics."""
    tidy = metavar.replace("[ID]...", "[ID...]")
    return re.sub(r"--|[A-Z][A-Z/]*", _in_font, tidy)


def _in_font(word: re.Match[str]) -> str:
    return roff.bold(word[0]) if word[0] == "--" else roff.italic(word[0])


def _options(command: Command) -> str:
    if not command.path or not command.commands:
        return "\n".join(_of_one(command))
    parts = [*map(_option, command.options)]
    for leaf in command.commands:
        parts += [f'.SS "{roff.literal(leaf.name)}"', roff.prose(leaf.help), *_of_one(leaf)]
    return "\n".join(parts)


def _of_one(command: Command) -> Iterator[str]:
    for argument in command.arguments:
        yield roff.item(_placeholder(argument.metavar), roff.prose(argument.help))
    groups: dict[str, list[Option]] = {}
    for option in command.options:
        groups.setdefault(option.group, []).append(option)
    alone = len(groups) == 1 or bool(command.path[1:])
    for number, (title, options) in enumerate(groups.items()):
        if not alone and (number or title != _UNGROUPED):
            yield f'.SS "{"Further options" if title == _UNGROUPED else title}"'
        yield from map(_option, options)


def _option(option: Option) -> str:
    tag = ", ".join(map(roff.bold, option.all_spellings))
    if option.metavar:
        tag += f" {roff.italic(option.metavar)}"
    sentences = [option.help]
    if option.default:
        sentences.append(f"Default: {option.default}.")
    return roff.item(tag, roff.prose(" ".join(sentences)))


def _environment(command: Command) -> str:
    """Return the sentence that names the variables of the command's options."""
    options = [option for leaf in _leaves(command) for option in leaf.options]
    *most, last = [option.variable for option in options if option.variable] or [""]
    if not most:
        return roff.prose(f"{last} sets the option of the same name.") if last else ""
    return roff.prose(f"{', '.join(most)} and {last} set the options of the same names.")


def _examples(command: Command) -> str:
    lines = [line for each in command.everything for line in each.examples]
    shown = "\n".join(f"$ {roff.literal(line)}" for line in lines)
    return f".EX\n{shown}\n.EE"


def _commands(tree: Command) -> str:
    return "\n".join(
        roff.item(f"\\fB{roff.literal(command.page)}\\fR(1)", roff.prose(command.help))
        for command in tree.commands
    )


def _exit_status(*chosen: str) -> str:
    """Return the exit codes of these names, or all."""
    codes = exit_codes()
    return "\n".join(
        roff.item(f"\\fB{code}\\fR {roff.literal(name)}", roff.prose(f"{meaning}."))
        for name, (code, meaning) in codes.items()
        if not chosen or name in chosen
    )


def _models() -> str:
    return "\n".join(
        roff.item(
            f"{roff.bold(model.alias)}, {roff.bold(model.name)}",
            roff.prose(f"{_lengths(model)}; prompts of at most {model.prompt_limit} characters."),
        )
        for model in MODELS
    )


def _words(kind: str) -> str:
    """Return what each word of a kind means."""
    meanings = words(Kind(kind)).items()
    return "\n".join(roff.item(roff.bold(word), roff.prose(f"{text}.")) for word, text in meanings)


def _lengths(model: Model) -> str:
    text = f"{spell(model.all_durations)} seconds"
    for (other, resolution), seconds in durations():
        if other is model and resolution is not None:
            text += f" ({spell(seconds)} at {resolution})"
    return text


def _see_also(command: Command, tree: Command, *chosen: str) -> str:
    """Refer to the pages of these names, or to every other page."""
    others = [each.page for each in (tree, *tree.commands) if each.page != command.page]
    shown = [page for page in others if not chosen or page in chosen]
    return "\n".join(
        f".BR {roff.literal(page)} (1){',' if page != shown[-1] else ''}" for page in shown
    )
