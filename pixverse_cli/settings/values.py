"""Option, then environment, then ``config.toml``, then the default.

Each value knows its source, so that a bad one is refused by name. What is wrong is noted,
not raised, so that everything can be told at once.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple, TypeVar

from pixverse_cli.domain.errors import UsageError

T = TypeVar("T")
D = TypeVar("D")

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
_FLAGS = {"true": True, "false": False}


class Setting(NamedTuple):
    """A value as text; ``source`` is an option, a variable, or a file with its line."""

    value: str
    source: str


class Settings:
    """The settings of one run, named as the options of ``submit``.

    ``given`` (from options and ``PIXVERSE_*``) comes before ``kept`` (from ``config.toml``).
    """

    def __init__(self, given: Mapping[str, Setting], kept: Mapping[str, Setting]) -> None:
        self._settings = {**kept, **given}
        self._problems: list[str] = []

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything found wrong so far, as sentences."""
        return tuple(self._problems)

    def wrong(self, name: str, rule: str) -> None:
        """Note what is wrong with a setting, naming its source and value."""
        self._problems.append(f"{self._label(name)}: {rule}")

    def text(self, name: str) -> str | None:
        """Return a setting as text, or None where nobody set it."""
        setting = self._settings.get(name)
        return setting.value if setting else None

    def source(self, name: str) -> str | None:
        """Return where a setting comes from, as it should be named in a sentence."""
        setting = self._settings.get(name)
        return setting.source if setting else None

    def typed(self, name: str) -> bool:
        """Return whether a setting stands on the command line itself."""
        setting = self._settings.get(name)
        return setting is not None and setting.source.startswith("-")

    def insist(self) -> None:
        """Go on only if nothing is wrong.

        :raises UsageError: with a line for everything that is.
        """
        if self._problems:
            raise UsageError("\n".join(self._problems), hint="nothing was sent")

    def read(self, name: str, convert: Callable[[str], T | None], default: D, rule: str) -> T | D:
        """Return a converted setting; where ``convert`` gives None, note ``rule`` and go on."""
        word = self.text(name)
        if word is None:
            return default
        value = convert(word.strip())
        if value is None:
            self.wrong(name, rule)
            return default
        return value

    def flag(self, name: str, default: bool = False) -> bool:  # noqa: FBT001, FBT002  the value itself
        """Return a yes-or-no setting."""
        return self.read(
            name, lambda word: _FLAGS.get(word.lower()), default, "must be true or false"
        )

    def whole(self, name: str, default: D) -> int | D:
        """Return a whole number."""
        return self.read(name, _whole, default, "must be a whole number")

    def seconds(self, name: str, default: float) -> float:
        """Return a span of time in seconds."""
        return self.read(name, parse_seconds, default, "must be a time such as 90, 90s, 30m or 2h")

    def money(self, name: str) -> Decimal | None:
        """Return an amount in CNY, or None where nobody set one."""
        return self.read(name, _money, None, "must be an amount in CNY such as 5 or 2.70")

    def _label(self, name: str) -> str:
        setting = self._settings.get(name)
        if name == "prompt" or setting is None:
            return f"--{name}"
        joint = "=" if setting.source.startswith("PIXVERSE_") else " "
        shown = setting.value if len(setting.value) <= 80 else setting.value[:77] + "..."
        return f"{setting.source}{joint}{shown}"


def parse_seconds(word: str) -> float | None:
    """Read ``90``, ``90s``, ``30m`` or ``2h``."""
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,3})?)([smh]?)", word.lower(), re.ASCII)
    return float(found[1]) * _UNITS[found[2]] if found else None


def _whole(word: str) -> int | None:
    return int(word) if re.fullmatch(r"[+-]?\d{1,18}", word, re.ASCII) else None


def _money(word: str) -> Decimal | None:
    return Decimal(word) if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", word, re.ASCII) else None
