"""What ``pixverse doctor`` looks at: one line each, and nothing that costs money."""

# ruff: noqa: PLC0415  importing late is what this package is for

import os
import shutil
import sys
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pixverse_cli.app.context import AppContext, Output
from pixverse_cli.domain.errors import Ending, PixverseError, UnexpectedError
from pixverse_cli.reporting import streams
from pixverse_cli.reporting.text import harmless

_MOST_SKEW = 60.0  # seconds; upload policies live for 300
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
_SHARED = {
    "man pages": "share/man/man1/pixverse.1",
    "bash completion": "share/bash-completion/completions/pixverse",
    "zsh completion": "share/zsh/site-functions/_pixverse",
    "fish completion": "share/fish/vendor_completions.d/pixverse.fish",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line: what was looked at, and what is wrong with it, if anything.

    ``error`` makes the command fail; a finding with neither is just told.
    """

    what: str
    told: str
    warning: bool = False
    error: Ending | None = None


def examine(app: AppContext) -> None:
    """Show every finding; raise the gravest error: the key's, else the network's, else any.

    :raises PixverseError: exit 3 for key faults, 6 unreachable, 1 for the rest.
    """
    findings = []
    for finding in _findings(app):
        findings.append(finding)
        _show(app, finding)
    faults = [finding.error for finding in findings if finding.error is not None]
    if not faults:
        return
    gravest = min(faults, key=lambda fault: _GRAVITY.get(fault.exit_code, 9))
    if gravest.exit_code not in _GRAVITY:
        gravest = UnexpectedError(gravest.message, hint=gravest.hint)
    raise gravest


_GRAVITY = {3: 0, 6: 1, 1: 2}


def _findings(app: AppContext) -> Iterator[Finding]:
    yield _attempt("store", lambda: _store(app))
    yield _attempt("settings", lambda: _settings(app))
    key = _attempt("key", lambda: _key(app))
    yield key
    yield _proxies(app)
    if key.error is None:
        yield _attempt("service", lambda: _service(app))
    yield _program()
    yield from _installed()


def _attempt(what: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except PixverseError as error:
        return Finding(what=what, told=error.message, error=error)


def _store(app: AppContext) -> Finding:
    directory = app.state_directory
    damage = app.store.damage()
    if damage:
        return Finding(what="store", told=damage, error=UnexpectedError(f"store: {damage}"))
    unsettled = len(app.store.records.unsettled())
    told = f"{directory} is sound"
    if unsettled:
        told += f"; {unsettled} unclear submits: pixverse recover"
    return Finding(what="store", told=told, warning=unsettled > 0)


def _settings(app: AppContext) -> Finding:
    _ = app.settings
    return Finding(what="settings", told=f"{app.config_directory}; {app.base_url}")


def _key(app: AppContext) -> Finding:
    key = app.key
    told = f"…{key.ending} from {key.source}"
    if key.exposed:
        told += ", which other people can read: chmod 600 it"
    return Finding(what="key", told=told, warning=key.exposed)


def _service(app: AppContext) -> Finding:
    """Ask for one row of the task list: free, and refused without a valid key."""
    page = app.client.listed(page=1, page_size=1)
    told = f"{app.base_url} accepts the key"
    if page.date is None:
        return Finding(what="service", told=told)
    skew = (app.runtime.clock.now() - page.date).total_seconds()
    off = abs(skew) > _MOST_SKEW
    told += f"; this machine's clock is {abs(skew):.0f} s {'ahead' if skew > 0 else 'behind'}"
    return Finding(what="service", told=told, warning=off)


def _proxies(app: AppContext) -> Finding:
    environ = app.runtime.environ
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
        told = str(path) if path.exists() else "not installed with this program"
        yield Finding(what=what, told=told)


def _show(app: AppContext, finding: Finding) -> None:
    if app.output is not Output.HUMAN:
        from pixverse_cli.reporting.shapes import SCHEMA, one_line

        state = "error" if finding.error else "warning" if finding.warning else "ok"
        streams.put(
            one_line(
                {"schema": SCHEMA, "check": finding.what, "state": state, "told": finding.told}
            )
        )
        return
    mark = "fail" if finding.error else "warn" if finding.warning else "ok"
    streams.put(f"{mark:<4}  {finding.what:<15}  {harmless(finding.told)}")
