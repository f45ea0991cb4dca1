"""``pixverse skill``."""

import typer

from pixverse_cli.disk.shipped import shipped
from pixverse_cli.reporting import streams


def command(ctx: typer.Context) -> None:
    """Print SKILL.md: how an agent uses this version.

    \b
    Examples:
      mkdir -p ~/.agents/skills/pixverse
      pixverse skill > ~/.agents/skills/pixverse/SKILL.md
    """
    skill = shipped("SKILL.md", "skill/SKILL.md", "pixverse/skill/SKILL.md")
    streams.put(skill.read_text(encoding="utf-8").rstrip("\n"))
