"""SKILL.md: what an agent must know to use this version, as the Agent Skills format has it."""

from collections.abc import Iterator

from pixverse_cli import __version__
from pixverse_cli.manual.exit_codes import exit_codes
from pixverse_cli.manual.filling import fill, template
from pixverse_cli.manual.outline import Command, Option


def text(tree: Command) -> str:
    """Return the whole file."""
    (submit,) = (each for each in tree.commands if each.path == ("submit",))
    values = {
        "version": __version__,
        "commands": "\n".join(f"- `{each.name}`: {each.summary}" for each in tree.commands),
        "options": "\n".join(map(_option, submit.options)),
        "codes": "\n".join(_codes()),
    }
    return fill(template("SKILL.md"), values)


def _option(option: Option) -> str:
    words = ", ".join(f"`{word}`" for word in option.all_spellings)
    value = f" {option.metavar}" if option.metavar else ""
    default = f" Default: {option.default}." if option.default else ""
    return f"- {words}{value}: {option.help}{default}"


def _codes() -> Iterator[str]:
    for name, (code, meaning) in exit_codes().items():
        yield f"| {code} | {name} | {meaning} |"
