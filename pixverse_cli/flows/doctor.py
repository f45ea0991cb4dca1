"""What ``pixverse doctor`` looks at, one finding each; nothing here costs money."""

import os
import shutil
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pixverse_cli.disk.files import is_file
from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.errors import Ending, PixverseError, UnexpectedError

if TYPE_CHECKING:
    from pixverse_cli.dashscope.client import Client
    from pixverse_cli.settings.key import Key
    from pixverse_cli.settings.values import Settings
    from pixverse_cli.store import Store

_MOST_SKEW = 60.0  # seconds; upload policies live for 300
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
_SHARED = {
    "man pages": "share/man/man1/pixverse.1",
    "bash completion": "share/bash-completion/completions/pixverse",
    "zsh completion": "share/zsh/site-functions/_pixverse",
    "fish completion": "share/fish/vendor_completions.d/pixverse.fish",
}


class Setup(Protocol):
    """The parts of the set-up; asking for one raises what is wrong with it."""

    @property
    def settings(self) -> "Settings":
        """What options, variables and ``config.toml`` set."""

    @property
    def state_directory(self) -> Path:
        """Where the store is."""

    @property
    def config_directory(self) -> Path:
        """Where settings and the kept key are."""

    @property
    def base_url(self) -> str:
        """The service's address."""

    @property
    def key(self) -> "Key":
        """The API key."""

    @property
    def connect(self) -> "Callable[[], Client]":
        """What gives the calls of the service."""

    @property
    def store(self) -> "Store":
        """The store, opened."""


class Finding(NamedTuple):
    """One line: what was looked at, and what is wrong with it, if anything.

    ``error`` makes the command fail; a finding with neither is just told.
    """

    what: str
    told: str
    warning: bool = False
    error: Ending | None = None


_GRAVITY = {3: 0, 6: 1, 1: 2}


def examine(setup: Setup, environ: Mapping[str, str], clock: Clock) -> Iterator[Finding]:
    """Yield every finding."""
    yield _attempt("store", lambda: _store(setup))
    yield _attempt("settings", lambda: _settings(setup))
    key = _attempt("key", lambda: _key(setup))
    yield key
    yield _proxies(environ)
    if key.error is None:
        yield _attempt("service", lambda: _service(setup, clock))
    yield _program()
    yield from _installed()


def gravest(findings: Sequence[Finding]) -> Ending | None:
    """Return the error that the command ends in: the key's, else the network's, else any.

    Exit 3 for key faults, 6 unreachable, 1 for the rest.
    """
    errors = [finding.error for finding in findings if finding.error is not None]
    if not errors:
        return None
    worst = min(errors, key=lambda error: _GRAVITY.get(error.exit_code, 9))
    if worst.exit_code in _GRAVITY:
        return worst
    return UnexpectedError(worst.message, hint=worst.hint)


def _attempt(what: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except PixverseError as error:
        return Finding(what=what, told=error.message, error=error)


def _store(setup: Setup) -> Finding:
    directory = setup.state_directory
    damage = setup.store.damage()
    if damage:
        return Finding(what="store", told=damage, error=UnexpectedError(f"store: {damage}"))
    unsettled = len(setup.store.records.unsettled())
    told = f"{directory} is sound"
    if unsettled:
        told += f"; {unsettled} unclear submits: pixverse recover"
    return Finding(what="store", told=told, warning=unsettled > 0)


def _settings(setup: Setup) -> Finding:
    _ = setup.settings
    return Finding(what="settings", told=f"{setup.config_directory}; {setup.base_url}")


def _key(setup: Setup) -> Finding:
    key = setup.key
    told = f"…{key.ending} from {key.source}"
    if key.exposed:
        told += ", which other people can read: chmod 600 it"
    return Finding(what="key", told=told, warning=key.exposed)


def _service(setup: Setup, clock: Clock) -> Finding:
    """Ask for one row of the task list: free, and refused without a valid key."""
    page = setup.connect().listed(page=1, page_size=1)
    told = f"{setup.base_url} accepts the key"
    if page.date is None:
        return Finding(what="service", told=told)
    skew = (clock.now() - page.date).total_seconds()
    off = abs(skew) > _MOST_SKEW
    told += f"; this machine's clock is {abs(skew):.0f} s {'ahead' if skew > 0 else 'behind'}"
    return Finding(what="service", told=told, warning=off)


def _proxies(environ: Mapping[str, str]) -> Finding:
    names = [name for name in _PROXIES if environ.get(name) or environ.get(name.lower())]
    return Finding(what="proxy", told=f"set: {', '.join(names)}" if names else "none set")


def _program() -> Finding:
    ours = Path(sys.argv[0]).resolve()
    first = shutil.which("pixverse")
    if first is None:
        return Finding(what="program", told="no pixverse on PATH", warning=True)
    other = os.path.realpath(first) != str(ours) and ours.name == "pixverse"
    told = f"another pixverse comes first on PATH: {first}" if other else first
    return Finding(what="program", told=told, warning=other)


def _installed() -> Iterator[Finding]:
    prefix = Path(sysconfig.get_path("data"))
    for what, place in _SHARED.items():
        path = prefix / place
        told = str(path) if is_file(path) else "not installed with this program"
        yield Finding(what=what, told=told)
