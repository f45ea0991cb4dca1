"""The checks of ``pixverse doctor``, one finding each; nothing here costs money."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.errors import Ending, PixverseError, UnexpectedError
from pixverse_cli.domain.finding import Finding
from pixverse_cli.domain.hosts import ServiceHost, is_loopback
from pixverse_cli.flows import machine_checks
from pixverse_cli.flows.budget import standing
from pixverse_cli.flows.plan import destination_of, wait_policy
from pixverse_cli.flows.video_request import video_request
from pixverse_cli.http.network import certificates, proxy_of
from pixverse_cli.settings.places import CONFIG_KEYS, variables
from pixverse_cli.settings.values import Setting, Settings

if TYPE_CHECKING:
    from pixverse_cli.dashscope.client import Client
    from pixverse_cli.dashscope.wire import Page
    from pixverse_cli.settings.key import Key
    from pixverse_cli.store import Store

_MAX_SKEW = 60.0  # seconds; upload policies live for 300
_LEAST_SKEW = 2.0  # seconds; a Date is whole seconds, and the answer takes a while


class Setup(Protocol):
    """The parts of the set-up; reading one raises an error if it is not usable."""

    @property
    def kept_settings(self) -> dict[str, Setting]:
        """What ``config.toml`` sets."""

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
    def service_host(self) -> ServiceHost:
        """What is known of its host."""

    @property
    def key(self) -> "Key":
        """The API key."""

    @property
    def connect(self) -> "Callable[[], Client]":
        """The function that returns the service's client."""

    @property
    def store(self) -> "Store":
        """The store, opened."""


_RANK_OF_EXIT_CODE = {3: 0, 6: 1, 1: 2}


def examine(setup: Setup, environ: Mapping[str, str], clock: Clock) -> Iterator[Finding]:
    """Yield every finding."""
    yield _check("state folder", lambda: machine_checks.state_folder(setup.state_directory))
    yield _check("store", lambda: _store(setup))
    yield _check("settings", lambda: _settings(setup, environ))
    yield from _budget(setup, environ, clock)
    key = _check("key", lambda: _key(setup))
    yield key
    address = _check("address", lambda: _address(setup))
    yield address
    if address.error is None:
        yield _check("proxy", lambda: _proxy(setup))
        yield _check("certificates", _certificates)
        if key.error is None:
            yield _check("service", lambda: _service(setup, clock))
    yield from _machine(setup, environ)


def _machine(setup: Setup, environ: Mapping[str, str]) -> Iterator[Finding]:
    yield _check("config folder", lambda: machine_checks.config_folder(setup.config_directory))
    yield from machine_checks.other_folders()
    yield machine_checks.program()
    yield from machine_checks.installed_files(environ)
    yield from machine_checks.skills(environ)


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


def _settings(setup: Setup, environ: Mapping[str, str]) -> Finding:
    """Read every setting of ``config.toml`` and of the environment, as ``submit`` would."""
    settings = Settings(variables(environ), setup.kept_settings)
    video_request(settings, None)
    wait_policy(settings)
    settings.money("max-cost")
    settings.budget()
    for name in ("once", "notify", "receipt"):
        settings.flag(name)
    settings.insist()
    destination_of(settings, force=False, stdout_is_taken=False)
    told = ", ".join(filter(None, (settings.source(name) for name in CONFIG_KEYS)))
    file = setup.config_directory / "config.toml"
    return Finding(what="settings", told=told or f"none set; they would be in {file}")


def _budget(setup: Setup, environ: Mapping[str, str], clock: Clock) -> Iterator[Finding]:
    """Yield how the budget stands, if a valid one is set and the store can be read."""
    with suppress(PixverseError):  # the lines of settings, address and store tell it
        budget = Settings(variables(environ), setup.kept_settings).budget()
        if budget is not None:
            now = standing(budget, setup.store, setup.base_url, clock.now())
            yield Finding(what="budget", told=str(now), warning=now.left == 0)


def _address(setup: Setup) -> Finding:
    host = setup.service_host
    where = f"region {host.region}" if host.region else "region not known"
    parts = [setup.base_url, "on this machine" if is_loopback(host.name) else where]
    if host.workspace:
        parts.append(f"takes only keys of the workspace {host.workspace}")
    if host.unknown_price:
        parts.append(f"no estimates: {host.unknown_price}")
    return Finding(what="address", told="; ".join(parts))


def _proxy(setup: Setup) -> Finding:
    proxy = proxy_of(setup.base_url)
    if proxy is None:
        return Finding(what="proxy", told=f"none used for {setup.service_host.name}")
    return Finding(what="proxy", told=f"{proxy.host}, set by {proxy.variable}")


def _certificates() -> Finding:
    trusted = certificates()
    told = f"{trusted}, set by {trusted.variable}" if trusted else "the usual authorities"
    return Finding(what="certificates", told=told)


def _key(setup: Setup) -> Finding:
    key = setup.key
    message = f"…{key.ending} from {key.source}"
    if key.exposed:
        message += "; other users can read this file: run chmod 600 on it"
    return Finding(what="key", told=message, warning=key.exposed)


def ask_once(client: "Client") -> "Page":
    """Return one row of the task list: the call is free, and refused without a valid key."""
    return client.listed(page=1, page_size=1)


def _service(setup: Setup, clock: Clock) -> Finding:
    page = ask_once(setup.connect())
    message = f"{setup.base_url} accepts the key"
    if page.date is None:
        return Finding(what="service", told=message)
    skew = (clock.now() - page.date).total_seconds()
    off = f"{abs(skew):.0f} s {'ahead' if skew > 0 else 'behind'}"
    message += f"; this machine's clock is {'right' if abs(skew) < _LEAST_SKEW else off}"
    wrong = abs(skew) > _MAX_SKEW
    message += ": set the clock, uploads and `pixverse recover` need it" if wrong else ""
    return Finding(what="service", told=message, warning=wrong)
