"""The checks of ``pixverse doctor``, one finding each; nothing here costs money."""

import os
import shutil
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pixverse_cli import __version__
from pixverse_cli.disk.files import is_file
from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.errors import Ending, PixverseError, UnexpectedError
from pixverse_cli.flows.skill_copies import skill_copies

if TYPE_CHECKING:
    from pixverse_cli.dashscope.client import Client
    from pixverse_cli.settings.key import Key
    from pixverse_cli.settings.values import Settings
    from pixverse_cli.store import Store

_MAX_SKEW = 60.0  # seconds; upload policies live for 300
_PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
_INSTALLED_FILES = {
    "man pages": "share/man/man1/pixverse.1",
    "bash completion": "share/bash-completion/completions/pixverse",
    "zsh completion": "share/zsh/site-functions/_pixverse",
    "fish completion": "share/fish/vendor_completions.d/pixverse.fish",
}


class Setup(Protocol):
    """The parts of the set-up; reading one raises an error if it is not usable."""

    @property
    def settings(self) -> "Settings":
        """What options, variables and ``config.toml`` set."""

    @property
    def state_directory(self) -> Path:
        """The directory of the store."""

    @property
    def config_directory(self) -> Path:
        """The directory of ``config.toml`` and the stored key."""

    @property
    def base_url(self) -> str:
        """The service's address."""

    @property
    def key(self) -> "Key":
        """The API key."""

    @property
    def connect(self) -> "Callable[[], Client]":
        """The function that returns the service's client."""

    @property
    def store(self) -> "Store":
        """The store, opened."""


class Finding(NamedTuple):
    """The result of one check: ``what`` was checked, and the message ``told``.

    ``error`` makes the command fail; ``warning`` is only shown.
    """

    what: str
    told: str
    warning: bool = False
    error: Ending | None = None


_RANK_OF_EXIT_CODE = {3: 0, 6: 1, 1: 2}


def examine(setup: Setup, environ: Mapping[str, str], clock: Clock) -> Iterator[Finding]:
    """Yield every finding."""
    yield _check("store", lambda: _store(setup))
    yield _check("settings", lambda: _settings(setup))
    key = _check("key", lambda: _key(setup))
    yield key
    yield _proxies(environ)
    if key.error is None:
        yield _check("service", lambda: _service(setup, clock))
    yield _program()
    yield from _installed()
    yield from _skills(environ)


def gravest(findings: Sequence[Finding]) -> Ending | None:
    """Return the error that the command ends with: the key's, else the network's, else any.

    Exit codes: 3 for the key, 6 for an unreachable service, 1 for all other errors.
    """
    errors = [finding.error for finding in findings if finding.error is not None]
    if not errors:
        return None
    worst = min(errors, key=lambda error: _RANK_OF_EXIT_CODE.get(error.exit_code, 9))
    if worst.exit_code in _RANK_OF_EXIT_CODE:
        return worst
    return UnexpectedError(worst.message, hint=worst.hint)


def _check(what: str, check: Callable[[], Finding]) -> Finding:
    """Return what ``check`` finds, or the error that it raises as a finding."""
    try:
        return check()
    except PixverseError as error:
        return Finding(what=what, told=error.message, error=error)


def _store(setup: Setup) -> Finding:
    directory = setup.state_directory
    damage = setup.store.damage()
    if damage:
        return Finding(what="store", told=damage, error=UnexpectedError(f"store: {damage}"))
    unsettled = len(setup.store.records.unsettled())
    message = f"{directory}: no damage found"
    if unsettled:
        message += f"; submits whose answer was lost: {unsettled} (run pixverse recover)"
    return Finding(what="store", told=message, warning=unsettled > 0)


def _settings(setup: Setup) -> Finding:
    _ = setup.settings
    return Finding(what="settings", told=f"{setup.config_directory}; {setup.base_url}")


def _key(setup: Setup) -> Finding:
    key = setup.key
    message = f"…{key.ending} from {key.source}"
    if key.exposed:
        message += "; other users can read this file: run chmod 600 on it"
    return Finding(what="key", told=message, warning=key.exposed)


def _service(setup: Setup, clock: Clock) -> Finding:
    """Request one row of the task list: free, and refused without a valid key."""
    page = setup.connect().listed(page=1, page_size=1)
    message = f"{setup.base_url} accepts the key"
    if page.date is None:
        return Finding(what="service", told=message)
    skew = (clock.now() - page.date).total_seconds()
    message += f"; this machine's clock is {abs(skew):.0f} s {'ahead' if skew > 0 else 'behind'}"
    return Finding(what="service", told=message, warning=abs(skew) > _MAX_SKEW)


def _proxies(environ: Mapping[str, str]) -> Finding:
    names = [name for name in _PROXY_VARIABLES if environ.get(name) or environ.get(name.lower())]
    return Finding(what="proxy", told=f"set: {', '.join(names)}" if names else "none set")


def _program() -> Finding:
    running = Path(sys.argv[0]).resolve()
    first = shutil.which("pixverse")
    if first is None:
        return Finding(what="program", told="pixverse is not on PATH", warning=True)
    other = os.path.realpath(first) != str(running) and running.name == "pixverse"
    message = f"another pixverse comes first on PATH: {first}" if other else first
    return Finding(what="program", told=message, warning=other)


def _installed() -> Iterator[Finding]:
    prefix = Path(sysconfig.get_path("data"))
    for what, relative in _INSTALLED_FILES.items():
        path = prefix / relative
        message = str(path) if is_file(path) else "not installed with this program"
        yield Finding(what=what, told=message)


def _skills(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Compare the copies of SKILL.md in the current folder and at home with this version."""
    home = environ.get("HOME")
    folders = [Path.cwd(), *([Path(home)] if home else [])]
    for path, version in skill_copies(folders):
        if version == __version__:
            yield Finding(what="skill", told=f"{path}: of this version")
        else:
            told = f"{path}: {f'of version {version}' if version else 'of an unknown version'}"
            told += f", this is {__version__}: run pixverse skill > {path}"
            yield Finding(what="skill", told=told, warning=True)
