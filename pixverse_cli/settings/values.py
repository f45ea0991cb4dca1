"""The value of a setting: from an option, the environment, ``config.toml`` or the default.

They are used in this order. Each value has its source, so that the error for a bad one can
show it. Problems are collected, not raised, so that all can be reported together.
"""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pixverse_cli.domain.errors import UsageError

if TYPE_CHECKING:
    from decimal import Decimal

    from pixverse_cli.domain.budget import Budget

T = TypeVar("T")
D = TypeVar("D")

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_FLAGS = {"true": True, "false": False}


class Setting(NamedTuple):
    """A value as text; ``source`` is an option, a variable, or a file with its line.

    ``preset``: it was not given for this video alone, but by a variable or as a default.
    """

    value: str
    source: str
    preset: bool = False


class Settings:
    """The settings of one run, named as the options of ``submit``.

    ``given`` (from options and ``PIXVERSE_*``) comes before ``kept`` (from ``config.toml``).
    A message shows a setting that is not set with ``unset`` before its name.
    """

    def __init__(
        self, given: Mapping[str, Setting], kept: Mapping[str, Setting], *, unset: str = "--"
    ) -> None:
        self._unset = unset
        presets = {name: each._replace(preset=True) for name, each in kept.items()}
        self._settings = {**presets, **given}
        self._problems: list[str] = []

    @property
    def problems(self) -> tuple[str, ...]:
        """All problems found so far, as sentences."""
        return tuple(self._problems)

    def wrong(self, name: str, rule: str) -> None:
        """Note a problem of a setting, with its source and value."""
        self._problems.append(f"{self._label(name)}: {rule}")

    def text(self, name: str) -> str | None:
        """Return a setting as text; None if it is not set."""
        setting = self._settings.get(name)
        return setting.value if setting else None

    def source(self, name: str) -> str | None:
        """Return the source of a setting, as a message shows it; None if it is not set."""
        setting = self._settings.get(name)
        return setting.source if setting else None

    def typed(self, name: str) -> bool:
        """Return whether a setting comes from the command line."""
        setting = self._settings.get(name)
        return setting is not None and setting.source.startswith("-")

    def explicit(self, name: str) -> bool:
        """Return whether a setting was given for this video, and is no preset."""
        setting = self._settings.get(name)
        return setting is not None and not setting.preset

    def insist(self) -> None:
        """Check that there are no problems.

        :raises UsageError: there are; with one line for each.
        """
        if self._problems:
            raise UsageError("\n".join(self._problems), hint="nothing was sent")

    def read(self, name: str, convert: Callable[[str], T | None], default: D, rule: str) -> T | D:
        """Return a converted setting; if ``convert`` returns None, note ``rule`` as a problem."""
        text = self.text(name)
        if text is None:
            return default
        value = convert(text.strip())
        if value is None:
            self.wrong(name, rule)
            return default
        return value

    def flag(self, name: str) -> bool:
        """Return a yes-or-no setting; false if it is not set."""
        rule = "must be true or false"
        return bool(self.read(name, lambda text: _FLAGS.get(text.lower()), None, rule))

    def whole(self, name: str, default: D) -> int | D:
        """Return a whole number."""
        return self.read(name, parse_whole, default, "must be a whole number")

    def seconds(self, name: str, default: float) -> float:
        """Return a span of time in seconds."""
        rule = "must be a time such as 90, 90s, 30m, 2h or 7d"
        return self.read(name, parse_seconds, default, rule)

    def money(self, name: str) -> "Decimal | None":
        """Return an amount in CNY; None if it is not set."""
        return self.read(name, _money, None, "must be an amount in CNY such as 5 or 2.70")

    def budget(self) -> "Budget | None":
        """Return the budget; None if none is set."""
        rule = "must be an amount in CNY for each day, week or month, such as 100/day or 500/month"
        return self.read("budget", _budget, None, rule)

    def _label(self, name: str) -> str:
        setting = self._settings.get(name)
        if setting is None:
            return f"{self._unset}{name}"
        if name == "prompt":  # it may be long
            return setting.source
        separator = "=" if setting.source.startswith("PIXVERSE_") else " "
        shown = setting.value if len(setting.value) <= 80 else setting.value[:77] + "..."
        return f"{setting.source}{separator}{shown}"


def parse_seconds(text: str) -> float | None:
    """Return the seconds of ``90``, ``90s``, ``30m``, ``2h`` or ``7d``; None for other text."""
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,3})?)([smhd]?)", text.lower(), re.ASCII)
    return float(match[1]) * _UNITS[match[2]] if match else None


def parse_whole_seconds(text: str) -> int | None:
    """Return the whole seconds of ``5`` or ``5s``; None for other text."""
    return parse_whole(text.lower().removesuffix("s"))


def parse_whole(text: str) -> int | None:
    """Return a whole number; None for other text."""
    return int(text) if re.fullmatch(r"[+-]?\d{1,18}", text, re.ASCII) else None


def _money(text: str) -> "Decimal | None":
    from decimal import Decimal  # noqa: PLC0415  slows the start, and few commands need it

    return Decimal(text) if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text, re.ASCII) else None


def _budget(text: str) -> "Budget | None":
    from pixverse_cli.domain.budget import parse_budget  # noqa: PLC0415  imports decimal

    return parse_budget(text)
